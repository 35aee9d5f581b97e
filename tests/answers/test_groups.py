"""Sector, coverage and mobility over the world of tests/questions/planning.trig and the design's sample."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.worlds import iri, quad

from competence_graph.answers.coverage import role_coverage, untaught_competences
from competence_graph.answers.mobility import people_near_role, roles_near_person, roles_near_role
from competence_graph.answers.sector import sector_top_gaps
from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.actor import ANYONE, OPERATOR, Actor
from competence_graph.model.iri import Iri

TESTS = Path(__file__).parents[1]
LIBRARY, MUSEUM = iri("osh1z2bk"), iri("ovte458j")
LIBRARIAN, MANAGER, KEEPER = iri("r52xn9zv"), iri("rz1fyw2g"), iri("rw77yqsy")
HR = Actor("hr", organisation=LIBRARY)


def store_of(path):
    store = OxigraphStore()
    store.load(ox.parse((TESTS / path).read_bytes(), format=ox.RdfFormat.TRIG))
    return store


@pytest.fixture(scope="module")
def planning():
    return store_of("questions/planning.trig")


@pytest.fixture(scope="module")
def sample():
    store = store_of("sample/example.trig")
    return store, LevelMatrix.build(store)


def test_a_sector_is_answered_with_its_rows_and_what_they_stand_for(sample):
    answer = sector_top_gaps(OPERATOR, sample[1], sector=iri("sector-museum"), limit=2)

    assert [iri("ct6j7rb6"), iri("cs9b8ymk")] == [row.competence for row in answer.rows]
    assert (11, 4) == (answer.figures.requirements, answer.figures.met)
    assert "2026-11-01" == str(answer.oldest) == str(answer.newest)


@pytest.mark.parametrize("kind", ["anyone", "learner", "unit-lead", "hr", "planner", "ministry", "editor", "admin"])
def test_live_figures_of_a_sector_are_for_the_operator_alone(sample, kind):
    with pytest.raises(ForbiddenError):
        sector_top_gaps(Actor(kind), sample[1])


def test_coverage_of_a_role_weighs_the_steps_that_courses_teach(planning):
    answer = role_coverage(ANYONE, planning, iri("ry"))

    # 5 x 3 of 5 x 3, 0 of 2 x 2, 0 of 1 x 1.
    assert 15 / 20 == answer.share
    assert [(iri("c2"), 2), (iri("c3"), 1)] == [(row.competence, row.missing) for row in answer.untaught]


def test_a_role_that_requires_nothing_has_no_coverage_to_show(planning):
    with pytest.raises(NotFoundError):
        role_coverage(ANYONE, planning, iri("rz"))


def test_competences_that_no_course_teaches_are_listed_by_how_many_roles_need_them(planning):
    assert [(iri("c2"), 1, 2), (iri("c4"), 0, 0)] == [
        (each.competence, each.roles, each.highest) for each in untaught_competences(ANYONE, planning, iri("f"))
    ]


def test_roles_near_a_role_come_nearest_first_and_leave_it_out(sample):
    ways = roles_near_role(ANYONE, *sample, LIBRARIAN)

    assert [(MANAGER, 14, 34), (KEEPER, 24, 30)] == [(way.role, way.missing, way.asked) for way in ways]
    with pytest.raises(NotFoundError):
        roles_near_role(ANYONE, *sample, iri("rnothing"))


def test_an_organisations_own_role_is_near_to_nobody_elses():
    store = store_of("sample/example.trig")
    store.load(
        [
            quad("organisation/osh1z2bk", "rown", "cg:requires", "rown-ct6j7rb6"),
            quad("organisation/osh1z2bk", "rown-ct6j7rb6", "cg:competence", "ct6j7rb6"),
            quad("organisation/osh1z2bk", "rown-ct6j7rb6", "cg:level", 1),
            quad("organisation/osh1z2bk", "rown-ct6j7rb6", "cg:necessity", "cg:optional"),
            quad("organisation/osh1z2bk", "rown-ct6j7rb6", "cg:weight", 1),
        ]
    )

    ways = roles_near_role(ANYONE, store, LevelMatrix.build(store), LIBRARIAN)
    assert {MANAGER, KEEPER} == {way.role for way in ways}


def test_a_persons_way_to_the_own_role_is_what_the_gaps_say(sample):
    person = iri("p34wc1mf")
    ways = {way.role: way for way in roles_near_person(HR, *sample, person)}

    # Expected rows of the sample: 3 x 3 + 1 x 5 + 2 x 2 levels times weight are missing.
    assert (18, 3 * 3 + 3 * 5 + 2 * 2 + 2 * 1) == (ways[LIBRARIAN].missing, ways[LIBRARIAN].asked)
    assert 1 == ways[LIBRARIAN].met


def test_people_of_an_organisation_come_nearest_to_a_role_first(sample):
    near = people_near_role(HR, *sample, LIBRARY, MANAGER)
    ways = {person: roles_near_person(HR, *sample, Iri(person)) for person, _ in near}
    one_by_one = {person: next(way for way in found if way.role == MANAGER) for person, found in ways.items()}

    assert {iri("pb874da6"), iri("p34wc1mf")} == one_by_one.keys()
    assert one_by_one == dict(near)
    assert sorted(way.missing for _, way in near) == [way.missing for _, way in near]


@pytest.mark.parametrize(
    "actor", [ANYONE, Actor("hr", organisation=MUSEUM), Actor("planner"), Actor("learner", organisation=LIBRARY)]
)
def test_mobility_of_people_is_not_found_by_those_who_may_not_see_them(sample, actor):
    with pytest.raises(NotFoundError):
        roles_near_person(actor, *sample, iri("p34wc1mf"))
    with pytest.raises(NotFoundError):
        people_near_role(actor, *sample, LIBRARY, MANAGER)
