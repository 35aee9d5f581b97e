"""A sample in an institution that is still empty: invented people with roles and levels, there in one act, gone in one.

Every family name says that the person is an example. Nothing else tells the sample from real data, so each page works
with it as it will; while it is there the institution's page says so.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import pyoxigraph as ox

from competence_graph.answers import importing
from competence_graph.answers.catalogue import roles
from competence_graph.answers.import_reading import surroundings
from competence_graph.answers.institutions import institutions
from competence_graph.answers.people import staff
from competence_graph.answers.staffing import may_staff
from competence_graph.errors import ForbiddenError
from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.change import Change, described
from competence_graph.graph.erasing import erasure
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Requirement
from competence_graph.model.import_plan import LevelWish, PersonWish, Plan, PostWish
from competence_graph.model.iri import Iri, graph_iri
from competence_graph.registry import Registry

GIVEN: Final = (
    "Asta", "Birutė", "Daiva", "Eglė", "Giedrė", "Ieva", "Jolanta", "Kristina", "Lina", "Milda", "Nijolė", "Rasa",
    "Algis", "Jonas", "Tomas", "Vytenis",
)  # fmt: skip
_MEN: Final = frozenset(GIVEN[-4:])
_ROLES: Final = 5
_SEED: Final = 7


def sample_there(actor: Actor, registry: Registry, organisation: Iri) -> bool:
    """Whether the sample is in an institution that the actor looks after."""
    return may_staff(actor, organisation) and registry.imports.sample(organisation) is not None


def may_have_sample(actor: Actor, store: Store, registry: Registry, organisation: Iri) -> bool:
    """Whether the actor may put the sample into an institution: its HR, while nobody works there."""
    if not may_staff(actor, organisation) or sample_there(actor, registry, organisation):
        return False
    return not staff(actor, store, organisation).people


def add_sample(
    actor: Actor, writer: Writer, registry: Registry, organisation: Iri, units: Sequence[str], *, today: date, base: str
) -> int:
    """Put the sample into an institution where nobody works, and return how many people it has.

    Args:
        actor: Its HR.
        writer: Of the store.
        registry: Where the names go.
        organisation: The institution.
        units: What to call the units, where the institution has none yet.
        today: The day.
        base: The base of our IRIs.

    Raises:
        NotFoundError: If the actor may not add people there.
        ForbiddenError: If somebody works there, or the sample is there already.
    """
    actor.require(may_staff(actor, organisation))
    with writer.still():
        if not may_have_sample(actor, writer.store, registry, organisation):
            raise ForbiddenError
        there = staff(actor, writer.store, organisation).units
        plan = _plan(actor, writer.store, organisation, there, () if there else units, today)
        around = surroundings(actor, writer.store, registry, organisation)
        _, kept = importing.carry_out(actor, writer, registry, around, plan, today=today, base=base)
        registry.imports.keep_sample(
            organisation, actor.account or "", {"people": kept["people"], "units": kept["units"]}
        )
    return len(plan.people)


def remove_sample(actor: Actor, writer: Writer, registry: Registry, organisation: Iri) -> bool:
    """Take the sample out again, with everything recorded about its people since; tell whether there was one.

    A unit that came with it stays where somebody else works in it by now.

    Raises:
        NotFoundError: If the actor may not.
    """
    actor.require(may_staff(actor, organisation))
    kept = registry.imports.sample(organisation)
    if kept is None:
        return False
    made, content = kept
    with writer.still():
        put: list[ox.Quad] = []
        gone: list[ox.Quad] = []
        for person in content["people"]:
            change = erasure(writer.store, Iri(person))
            put += change.put
            gone += change.remove
        home = graph_iri("organisations", organisation.rsplit("id/", 1)[0])
        going = {quad.subject for quad in gone}
        free = [unit for unit in content["units"] if not _used(writer.store, unit, organisation, going)]
        for quads in described(writer.store, home, free).values():
            gone += quads
        links = described(writer.store, home, [organisation]).get(organisation, set())
        gone += [quad for quad in links if quad.object in {node(unit) for unit in free}]
        writer.write(Change(put=tuple(put), remove=tuple(dict.fromkeys(gone)), erase=True), actor=actor)
        for person in content["people"]:
            registry.forget(person)
        registry.imports.finish(made, "undone", {}, {})
    registry.audit.record(actor, "sample-remove", organisation=organisation)
    return True


def _used(store: Store, unit: str, organisation: Iri, going: set[ox.NamedNode | ox.BlankNode | ox.Triple]) -> bool:
    return any(
        thing not in going and thing != node(organisation)
        for _, thing, _ in look_up(store, "mentions", person=Iri(unit)).rows
    )


def _plan(actor: Actor, store: Store, organisation: Iri, there: Sequence[Iri], new: Sequence[str], today: date) -> Plan:
    rng = random.Random(_SEED)  # noqa: S311 -- the same sample everywhere, no secret
    chosen = _roles(actor, store, organisation)
    asked = read_requirements(store, set(chosen))
    places = [*there, *(f"unit:{name}" for name in new)] or [organisation]
    people = []
    for at, given in enumerate(GIVEN):
        role = chosen[at % len(chosen)]
        family = "Pavyzdys" if given in _MEN else "Pavyzdytė" if at % 2 else "Pavyzdienė"
        wish = PersonWish("", given, family, None)
        wish.posts.append(PostWish(places[at % len(places)], role, today - timedelta(days=rng.randrange(200, 3000))))
        wish.levels += [
            LevelWish(each.competence, level, today - timedelta(days=rng.randrange(10, 500)))
            for each in asked[role]
            if (level := _level(rng, each)) is not None
        ]
        people.append(wish)
    return Plan(len(people), (), people, list(new), 0)


def _level(rng: random.Random, asked: Requirement) -> int | None:
    """Return a level near the one required; None for one of seven, which nobody has assessed."""
    off = rng.choice((None, -2, -1, -1, 0, 0, 0, 1))
    return None if off is None else max(0, min(asked.level + off, 5))


def _roles(actor: Actor, store: Store, organisation: Iri) -> list[Iri]:
    """Return a few published roles of the institution's kind; of any where its kind has none."""
    sector = next((each.sector for each in institutions(actor, store) if each.iri == organisation), None)
    groups = roles(actor, store, "lt")
    fitting = [each for each in groups if each.heading is not None and each.heading.iri == sector]
    members = [role.iri for group in fitting or groups for role in group.members]
    step = max(1, len(members) // _ROLES)
    return members[::step][:_ROLES]


__all__ = ["add_sample", "may_have_sample", "remove_sample", "sample_there"]
