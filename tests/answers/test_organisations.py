"""The organisation as a whole."""

import pytest

from competence_graph.answers.gaps import person_gaps
from competence_graph.answers.organisations import overview, people_in_cell
from competence_graph.answers.people import NO_NAMES
from competence_graph.errors import NotFoundError
from competence_graph.graph.questions import ask
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.model.iri import id_iri

LIBRARY, MUSEUM = id_iri("osh1z2bk"), id_iri("ovte458j")
PROCESSING, PROJECTS = id_iri("o9a8d9es"), id_iri("oh84zjz6")
HR = Actor("hr", "hr", organisation=LIBRARY)
LEAD = Actor("unit-lead", "lead", organisation=LIBRARY, units=frozenset([PROJECTS]))


def test_columns_are_the_units_in_which_somebody_works(world):
    assert [PROCESSING, PROJECTS] == [column.place for column in overview(HR, world, NO_NAMES, LIBRARY).heat.columns]


def test_people_without_a_unit_have_a_column_of_the_organisation_itself_at_the_end(world):
    columns = overview(OPERATOR, world, NO_NAMES, MUSEUM).heat.columns

    assert [(id_iri("oege606v"), 2), (MUSEUM, 1)] == [(column.place, column.people) for column in columns]


def test_cells_add_up_to_what_the_persons_pages_say(world):
    heat = overview(HR, world, NO_NAMES, LIBRARY).heat
    pages = [person_gaps(HR, world, NO_NAMES, id_iri(each)) for each in ("pb874da6", "p34wc1mf")]

    below = {
        (row.competence): sum(not one.met for page in pages for one in page.rows if one.competence == row.competence)
        for row in heat.rows
    }

    assert below == {row.competence: row.whole.below for row in heat.rows}


def test_largest_gap_is_the_competence_that_most_people_are_below_in(world):
    largest = overview(HR, world, NO_NAMES, LIBRARY).largest

    assert ("cs9b8ymk", 2, 2) == (largest.competence.rsplit("/", 1)[-1], largest.whole.below, largest.whole.need)


def test_single_points_say_who_can_and_who_nearly_can(world):
    points = {
        (point.asked.place, point.asked.competence): point for point in overview(HR, world, NO_NAMES, LIBRARY).single
    }

    cataloguing = points[PROCESSING, id_iri("c57vh4eb")]

    assert (id_iri("pb874da6"), (id_iri("p34wc1mf"),)) == (cataloguing.holder, cataloguing.near)


def test_level_of_somebody_whose_role_does_not_ask_for_it_counts_for_single_points(world):
    levels = {
        (row["person"].local, row["competence"].local): row["attained"]
        for row in ask(world, "organisation_levels", organisation=MUSEUM)
    }

    # The keeper's role does not ask for events; the organisation's project manager's does.
    assert 4 == levels["p844jsjt", "c2r811kk"]
    assert ("ppqm63zw", "c2r811kk") not in levels


def test_levels_of_the_organisation_agree_with_every_row_of_its_gaps(world):
    for organisation in (LIBRARY, MUSEUM):
        levels = {
            (row["person"], row["competence"]): (row["attained"], row["why"])
            for row in ask(world, "organisation_levels", organisation=organisation)
        }
        rows = ask(world, "gaps_of_organisation", organisation=organisation)

        assert {
            (row["person"], row["competence"]): (row["attained"], row["why"]) for row in rows if row["attained"]
        } == {pair: levels[pair] for pair in levels if pair in {(row["person"], row["competence"]) for row in rows}}


def test_distribution_shows_the_largest_gap_unless_another_competence_is_asked_for(world):
    shown = overview(HR, world, NO_NAMES, LIBRARY)
    asked = overview(HR, world, NO_NAMES, LIBRARY, competence=id_iri("ct6j7rb6"))

    assert shown.largest.competence == shown.near.competence
    assert (id_iri("ct6j7rb6"), {None: 1, 3: 1}) == (
        asked.near.competence,
        {bar.level: bar.count for bar in asked.distribution if bar.count},
    )


def test_competence_that_nobody_there_needs_is_not_found(world):
    with pytest.raises(NotFoundError):
        overview(HR, world, NO_NAMES, LIBRARY, competence=id_iri("c2r811kk"))


def test_levels_that_no_course_gives_are_listed_with_the_people(world):
    unreached = overview(HR, world, NO_NAMES, LIBRARY).unreached

    assert [("c33t63c7", 1, 2), ("ct6j7rb6", 1, 1)] == [
        (each.competence.rsplit("/", 1)[-1], each.people, each.levels) for each in unreached
    ]


def test_unit_lead_s_overview_holds_nobody_of_other_units(world):
    shown = overview(LEAD, world, NO_NAMES, LIBRARY, unit=PROJECTS)

    assert {id_iri("pb874da6")} == {row.person for row in shown.group.rows}
    assert {PROJECTS} == {point.asked.place for point in shown.single}
    assert {None, id_iri("pb874da6")} >= {point.holder for point in shown.single}
    assert (PROJECTS,) == shown.group.staff.units


def test_cell_opens_the_people_who_need_the_competence_widest_gap_first(world):
    listed = people_in_cell(HR, world, NO_NAMES, LIBRARY, competence=id_iri("cs9b8ymk"), unit=PROCESSING)

    assert [("pb874da6", 4), ("p34wc1mf", 2)] == [(row.person.local, row.gap) for row in listed.rows]


@pytest.mark.parametrize(
    "actor",
    [
        Actor("hr", "h", organisation=MUSEUM),
        Actor("planner", "p"),
        Actor("admin", "a"),
        Actor("learner", "l", person=id_iri("pb874da6"), organisation=LIBRARY),
        LEAD,
    ],
    ids=lambda actor: actor.kind,
)
def test_overview_and_lists_are_open_to_the_organisation_s_personnel_only(world, actor):
    with pytest.raises(NotFoundError):
        overview(actor, world, NO_NAMES, LIBRARY)
    with pytest.raises(NotFoundError):
        people_in_cell(actor, world, NO_NAMES, LIBRARY)
