"""What people lack, and who may know it. The world's rows were reckoned by hand in the design."""

import pytest

from competence_graph.answers.gaps import COLUMNS, cells, organisation_gaps, person_gaps, records, unit_gaps
from competence_graph.answers.people import NO_NAMES
from competence_graph.errors import NotFoundError
from competence_graph.graph.questions import ask
from competence_graph.model.actor import ANYONE, OPERATOR, Actor
from competence_graph.model.iri import id_iri
from competence_graph.registry import Registry

LIBRARY, MUSEUM = id_iri("osh1z2bk"), id_iri("ovte458j")
PROCESSING, PROJECTS = id_iri("o9a8d9es"), id_iri("oh84zjz6")
LIBRARIAN, COLLEAGUE, KEEPER = id_iri("pb874da6"), id_iri("p34wc1mf"), id_iri("p844jsjt")
NOBODY = id_iri("p000000g")
COLLABORATION, PROJECTS_LED = id_iri("ct6j7rb6"), id_iri("cs9b8ymk")
CATALOGUING, EVENTS = id_iri("c57vh4eb"), id_iri("c33t63c7")

HR = Actor("hr", "hr", organisation=LIBRARY)
MUSEUM_HR = Actor("hr", "other", organisation=MUSEUM)
LEAD = Actor("unit-lead", "lead", organisation=LIBRARY, units=frozenset([PROCESSING]))
PROJECTS_LEAD = Actor("unit-lead", "lead2", organisation=LIBRARY, units=frozenset([PROJECTS]))
LEARNER = Actor("learner", "learner", person=LIBRARIAN, organisation=LIBRARY)
OUTSIDERS = [
    ANYONE,
    MUSEUM_HR,
    Actor("planner", "p"),
    Actor("admin", "a"),
    Actor("ministry", "m"),
    Actor("editor", "e"),
]


def of(answer, competence):
    return next(row for row in answer.rows if row.competence == competence)


# --- Rows


def test_rows_of_both_organisations_are_those_reckoned_by_hand(world, expected):
    rows = [row for each in (LIBRARY, MUSEUM) for row in cells(organisation_gaps(OPERATOR, world, each).rows)]

    assert COLUMNS == expected[0]
    assert sorted(expected[1:]) == sorted(rows)


def test_rows_of_a_person_are_the_person_s_part_of_the_organisation_s_in_the_same_order(world):
    whole = cells(organisation_gaps(OPERATOR, world, LIBRARY).rows)

    assert [row for row in whole if row[0] == LIBRARIAN] == cells(
        person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN).rows
    )


def test_records_are_the_rows_that_the_question_itself_gives(world):
    asked = [dict(row) for row in ask(world, "gaps_of_organisation", organisation=MUSEUM)]

    assert asked == records(organisation_gaps(OPERATOR, world, MUSEUM).rows)


def test_figures_are_printed_with_how_much_is_known(world):
    figures = person_gaps(OPERATOR, world, NO_NAMES, COLLEAGUE).figures

    assert (4, 1, 2) == (figures.requirements, figures.met, figures.assessed)
    assert (0.25, 0.5) == (figures.coverage, figures.completeness)


# --- One person


def test_not_assessed_stands_apart_from_gaps_and_assessed_at_0_does_not(world):
    newcomer = person_gaps(OPERATOR, world, NO_NAMES, id_iri("p9g35122"))

    assert {id_iri("cd62d6jk"), PROJECTS_LED} == {row.competence for row in newcomer.unknown}
    assert {id_iri("c2r811kk"), COLLABORATION} == {row.competence for row in newcomer.missing}
    assert 0 == of(newcomer, COLLABORATION).attained


def test_gaps_come_widest_first_then_heaviest(world):
    missing = person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN).missing

    assert [PROJECTS_LED, EVENTS, COLLABORATION] == [row.competence for row in missing]


def test_strengths_begin_with_what_goes_beyond_the_requirement(world):
    strengths = person_gaps(OPERATOR, world, NO_NAMES, KEEPER).strengths

    assert [1, 0, 0] == [row.surplus for row in strengths]


def test_lapsed_certificate_is_shown_with_its_last_level_and_day(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN)
    source = answer.source(of(answer, PROJECTS_LED))

    assert ("lapsed", 4, "2026-03-31") == (source.counts, source.level, source.expires.isoformat())


def test_level_that_is_rolled_up_names_the_records_it_comes_from(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN)

    assert [("cwg17x25", 3), ("c459tdeg", 4)] == [
        (each.competence.local, each.level) for each in answer.sources[CATALOGUING]
    ]


def test_level_that_is_equivalent_names_the_record_of_the_matching_competence(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, KEEPER)

    assert ["c0t88rk4"] == [each.competence.local for each in answer.sources[id_iri("c2r811kk")]]


def test_provisional_level_comes_from_the_self_assessment(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, id_iri("ppqm63zw"))
    row = of(answer, COLLABORATION)

    assert ("unreviewed", "selfAssessment") == (row.why, answer.source(row).method.local)


def test_ended_and_planned_posts_ask_for_nothing(world):
    manager = person_gaps(OPERATOR, world, NO_NAMES, id_iri("ppqm63zw"))
    newcomer = person_gaps(OPERATOR, world, NO_NAMES, id_iri("p9g35122"))

    assert {id_iri("rz1fyw2g")} == {row.role for row in manager.rows}
    assert [id_iri("rz1fyw2g")] == [post.role for post in newcomer.person.planned]
    assert {id_iri("rw77yqsy")} == {row.role for row in newcomer.rows}


def test_every_gap_about_which_something_is_known_says_what_courses_do(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN)
    closings = answer.recommendation.closings

    assert {row.competence for row in answer.missing} == set(closings)
    assert [["kncsq49k", "ky7b0510"]] == [
        [step.course.rsplit("/", 1)[-1] for step in chain.steps] for chain in closings[PROJECTS_LED].chains
    ]
    assert [(EVENTS, 2), (COLLABORATION, 1)] == [
        (each.competence, each.unreached) for each in answer.recommendation.unreached
    ]


def test_everything_the_answer_speaks_of_is_named_in_both_languages(world):
    answer = person_gaps(OPERATOR, world, NO_NAMES, LIBRARIAN)
    things = {row.competence for row in answer.rows} | {row.role for row in answer.rows} | answer.person.places
    things |= answer.recommendation.courses

    assert {"lt", "en"} == set.intersection(*({text.lang for text in answer.labels[thing]} for thing in things))


# --- Selections


def test_unit_has_the_rows_of_the_people_who_work_in_it(world):
    assert {LIBRARIAN, COLLEAGUE} == {row.person for row in unit_gaps(HR, world, PROCESSING).rows}
    assert {LIBRARIAN} == {row.person for row in unit_gaps(HR, world, PROJECTS).rows}


def test_role_selects_the_people_who_hold_it_and_all_that_is_asked_of_them(world):
    answer = organisation_gaps(HR, world, LIBRARY, role=id_iri("rz1fyw2g"))

    assert {LIBRARIAN} == {row.person for row in answer.rows}
    assert 4 == len(answer.rows)


def test_framework_selects_its_competences(world):
    answer = organisation_gaps(HR, world, LIBRARY, framework=id_iri("generic"))

    assert {COLLABORATION} == {row.competence for row in answer.rows}


# --- Who may know it (T17)


@pytest.mark.parametrize("actor", OUTSIDERS, ids=lambda actor: actor.kind)
@pytest.mark.parametrize("person", [LIBRARIAN, NOBODY], ids=["existing", "not existing"])
def test_person_of_others_is_not_found_in_the_words_of_one_who_does_not_exist(world, actor, person):
    with pytest.raises(NotFoundError) as refused:
        person_gaps(actor, world, NO_NAMES, person)

    assert "There is no such page or record." == str(refused.value)


@pytest.mark.parametrize("actor", [*OUTSIDERS, LEARNER, LEAD], ids=lambda actor: actor.kind)
@pytest.mark.parametrize("organisation", [LIBRARY, id_iri("o000000a"), PROCESSING])
def test_organisation_is_open_to_its_own_personnel_only(world, actor, organisation):
    with pytest.raises(NotFoundError) as refused:
        organisation_gaps(actor, world, organisation)

    assert "There is no such page or record." == str(refused.value)


@pytest.mark.parametrize("actor", [*OUTSIDERS, LEARNER, PROJECTS_LEAD], ids=lambda actor: actor.kind)
def test_unit_is_open_to_its_lead_and_to_its_organisation_s_personnel_only(world, actor):
    assert unit_gaps(LEAD, world, PROCESSING).rows == unit_gaps(HR, world, PROCESSING).rows
    with pytest.raises(NotFoundError):
        unit_gaps(actor, world, PROCESSING)


def test_unit_that_does_not_exist_is_not_found(world):
    with pytest.raises(NotFoundError):
        unit_gaps(HR, world, id_iri("o000000a"))
    with pytest.raises(NotFoundError):
        organisation_gaps(HR, world, LIBRARY, unit=id_iri("oege606v"))


def test_learner_sees_oneself_and_nobody_else(world):
    assert LIBRARIAN == person_gaps(LEARNER, world, NO_NAMES, LIBRARIAN).person.iri
    with pytest.raises(NotFoundError):
        person_gaps(LEARNER, world, NO_NAMES, COLLEAGUE)


def test_unit_lead_sees_the_people_of_the_unit_and_no_others(world):
    assert COLLEAGUE == person_gaps(LEAD, world, NO_NAMES, COLLEAGUE).person.iri
    with pytest.raises(NotFoundError):
        person_gaps(PROJECTS_LEAD, world, NO_NAMES, COLLEAGUE)


def test_name_is_joined_for_those_who_may_see_it(world):
    registry = Registry("sqlite://")
    registry.identify(LIBRARIAN, LIBRARY, "Rasa", "Giedrytė")

    assert "Rasa Giedrytė" == person_gaps(HR, world, registry, LIBRARIAN).name
    assert "" == person_gaps(HR, world, NO_NAMES, LIBRARIAN).name
    registry.close()
