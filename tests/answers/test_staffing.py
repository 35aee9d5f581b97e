"""Joiners, movers, leavers: what is recorded where, and who may."""

from datetime import date, datetime, timedelta

import pytest

from competence_graph.answers.people import find_person, staff
from competence_graph.answers.staffing import hire, leave, move
from competence_graph.errors import NotFoundError, RefusedError, StaffingError
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.write import VILNIUS, vilnius_today
from competence_graph.life import invent, settle
from competence_graph.model.actor import ANYONE, OPERATOR, Actor
from competence_graph.model.iri import BASE, Iri
from competence_graph.registry import Registry

TODAY = vilnius_today()
ROLE, OTHER_ROLE = Iri(f"{BASE}id/r52xn9zv"), Iri(f"{BASE}id/rz1fyw2g")


@pytest.fixture(scope="module")
def world():
    """A store with the demonstration's people, and their registry."""
    writer = guard(OxigraphStore())
    registry = Registry("sqlite://")
    settle(writer, BASE)
    invent(writer, registry, TODAY, BASE)
    yield writer, registry
    registry.close()


@pytest.fixture
def writer(world):
    return world[0]


@pytest.fixture
def registry(world):
    return world[1]


@pytest.fixture
def hr(registry):
    return next(each.actor for each in registry.demo_accounts() if each.id == "demo-library-hr")


@pytest.fixture
def library(hr):
    return Iri(hr.organisation)


@pytest.fixture
def unit(writer, library):
    return staff(OPERATOR, writer.store, library).units[0]


def hired(writer, registry, actor, organisation, place, *, start=TODAY, email=None, role=ROLE):
    return hire(
        actor, writer, registry, organisation, "Naujokė", "Bandytoja", email,
        place=place, role=role, start=start, today=TODAY, base=BASE,
    )  # fmt: skip


def moved(writer, registry, actor, person, place, *, start, role=OTHER_ROLE, beside=False):
    move(actor, writer, registry, person, place=place, role=role, start=start, beside=beside, today=TODAY, base=BASE)


def posts(writer, person):
    return [(each.role, each.start, each.end) for each in find_person(OPERATOR, writer.store, person).posts]


def test_joiner_is_a_pseudonym_in_the_graph_and_a_name_in_the_registry(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=TODAY - timedelta(days=30))
    found = find_person(hr, writer.store, person)

    assert [(each.place, each.role, each.held) for each in found.posts] == [(unit, ROLE, True)]
    assert registry.names(hr, library, [person]) == {person: "Naujokė Bandytoja"}
    assert "Naujokė".encode() not in writer.store.dump()
    assert registry.audit.lines(person=person)[0].act == "hire"


def test_joiner_of_an_institution_without_people_begins_its_graph(writer, registry):
    organisation = next(
        Iri(each.actor.organisation) for each in registry.demo_accounts() if each.id == "demo-museum-hr"
    )
    empty = Iri(f"{BASE}id/o3wqjnr1")
    with pytest.raises(RefusedError):
        # No such institution: the shapes say so, and nothing is left, not even the name.
        hired(writer, registry, OPERATOR, empty, empty)

    assert registry.identities.leavers(empty) == ()
    assert [
        each for each in registry.identities.pseudonyms() if registry.identities.find(each).organisation == empty
    ] == []
    assert hired(writer, registry, OPERATOR, organisation, organisation)


def test_refused_joiner_leaves_nothing_half_written(writer, registry, hr, library, unit):
    before, names = writer.store.dump(), registry.identities.pseudonyms()
    with pytest.raises(RefusedError):
        hired(writer, registry, hr, library, unit, role=Iri(f"{BASE}id/c57vh4eb"))

    assert writer.store.dump() == before
    assert registry.identities.pseudonyms() == names


def test_mover_ends_the_old_post_the_day_before(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    moved(writer, registry, hr, person, library, start=date(2026, 9, 1))

    assert posts(writer, person) == [(ROLE, date(2026, 1, 7), date(2026, 8, 31)), (OTHER_ROLE, date(2026, 9, 1), None)]


def test_second_post_beside_the_first_ends_nothing(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    moved(writer, registry, hr, person, library, start=date(2026, 9, 1), beside=True)

    assert [end for _, _, end in posts(writer, person)] == [None, None]


def test_leaver_loses_posts_and_tasks_and_keeps_their_own_page(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    account = registry.accounts.create("hr", "Išeinanti", "iseinanti@example.org", organisation=library, person=person)
    registry.accounts.grant(account, "learner", organisation=library, person=person)
    last = TODAY - timedelta(days=1)
    leave(hr, writer, registry, person, last, today=TODAY)

    assert posts(writer, person) == [(ROLE, date(2026, 1, 7), last)]
    assert registry.identities.find(person).left == datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=VILNIUS)
    assert [each.actor.kind for each in registry.accounts.of_account(account)] == ["learner"]
    assert person in {each.pseudonym for each in registry.identities.leavers(library)}


def test_last_day_to_come_leaves_everything_as_it_is_until_then(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    account = registry.accounts.create(
        "hr", "Išeisianti", "iseisianti@example.org", organisation=library, person=person
    )
    leave(hr, writer, registry, person, TODAY + timedelta(days=10), today=TODAY)

    assert find_person(OPERATOR, writer.store, person).held
    assert [each.actor.kind for each in registry.accounts.of_account(account)] == ["hr"]


def test_planned_post_that_never_begins_leaves_no_trace(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    moved(writer, registry, hr, person, library, start=TODAY + timedelta(days=60), beside=True)
    leave(hr, writer, registry, person, TODAY + timedelta(days=5), today=TODAY)

    assert posts(writer, person) == [(ROLE, date(2026, 1, 7), TODAY + timedelta(days=5))]


def test_whoever_comes_back_has_not_left(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    leave(hr, writer, registry, person, date(2026, 3, 31), today=TODAY)
    moved(writer, registry, hr, person, unit, start=date(2026, 6, 1), role=ROLE)

    assert registry.identities.find(person).left is None
    assert posts(writer, person) == [(ROLE, date(2026, 1, 7), date(2026, 3, 31)), (ROLE, date(2026, 6, 1), None)]


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (lambda w, r, hr, p, lib, u: moved(w, r, hr, p, lib, start=date(1939, 1, 1)), "day"),
        (lambda w, r, hr, p, lib, u: moved(w, r, hr, p, lib, start=TODAY + timedelta(days=1000)), "day"),
        (lambda w, r, hr, p, lib, u: moved(w, r, hr, p, lib, start=date(2026, 1, 7)), "before-post"),
        (lambda w, r, hr, p, lib, u: moved(w, r, hr, p, u, start=date(2026, 5, 1), role=ROLE), "same-post"),
        (lambda w, r, hr, p, lib, u: leave(hr, w, r, p, date(1900, 1, 1), today=TODAY), "day"),
        (lambda w, r, hr, p, lib, u: hired(w, r, hr, lib, u, email="Yra@Example.org"), "email"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(writer, registry, hr, library, unit, act, fault):
    if not registry.identities.has_email(library, "yra@example.org"):
        hired(writer, registry, hr, library, unit, email="yra@example.org")
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    before = writer.store.dump()
    with pytest.raises(StaffingError) as caught:
        act(writer, registry, hr, person, library, unit)

    assert caught.value.fault == fault
    assert writer.store.dump() == before


def test_whoever_left_already_cannot_leave_again(writer, registry, hr, library, unit):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    leave(hr, writer, registry, person, date(2026, 3, 31), today=TODAY)
    with pytest.raises(StaffingError) as caught:
        leave(hr, writer, registry, person, date(2026, 4, 30), today=TODAY)

    assert caught.value.fault == "no-post"


@pytest.mark.parametrize(
    "actor",
    [
        ANYONE,
        Actor("learner", "x"),
        Actor("planner", "x"),
        Actor("admin", "x"),
        "another institution's HR",
        "unit lead",
        "admin behind broken glass",
    ],
)
def test_nobody_else_may(writer, registry, hr, library, unit, actor):
    person = hired(writer, registry, hr, library, unit, start=date(2026, 1, 7))
    made = {
        "another institution's HR": Actor("hr", "x", organisation=f"{BASE}id/o3wqjnr0"),
        "unit lead": Actor("unit-lead", "x", organisation=library, units=frozenset({unit})),
        "admin behind broken glass": Actor("admin", "x", glass=frozenset({library})),
    }
    who = made.get(actor, actor) if isinstance(actor, str) else actor
    for act in (
        lambda: hired(writer, registry, who, library, unit),
        lambda: moved(writer, registry, who, person, library, start=date(2026, 9, 1)),
        lambda: leave(who, writer, registry, person, date(2026, 9, 1), today=TODAY),
    ):
        with pytest.raises(NotFoundError):
            act()
