"""What if: a person, or the people of an institution, against a role that they do not hold.

It is arithmetic, not a decision: lists of people are in order of names or identifiers, never of merit
(source: design/experience.md, "What if").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from competence_graph.answers.gaps import organisation_gaps
from competence_graph.answers.mobility import roles_near_person
from competence_graph.answers.people import Names, as_int, as_iri, find_person, labels
from competence_graph.answers.profiles import choosable_roles
from competence_graph.answers.recommendations import Recommendation, offers_for, recommend
from competence_graph.errors import NotFoundError
from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_roles import against
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.cohort import CohortPlan, Member, cohort_plan
from competence_graph.model.distance import Distance
from competence_graph.model.gap import Gap
from competence_graph.model.iri import Iri
from competence_graph.model.plan import Wanted
from competence_graph.model.text import Text

NEAR = 1
"""Levels missing in a competence that is called near; more are far."""
NEAREST_ROLES = 12


@dataclass(frozen=True, slots=True)
class Against:
    """What a role asks of a person, and what the person has of it."""

    rows: tuple[Gap, ...]

    @property
    def met(self) -> tuple[Gap, ...]:
        """Requirements that are met."""
        return tuple(row for row in self.rows if row.met)

    @property
    def near(self) -> tuple[Gap, ...]:
        """Requirements of which one level is missing."""
        return tuple(row for row in self.rows if row.assessed and 0 < row.gap <= NEAR)

    @property
    def far(self) -> tuple[Gap, ...]:
        """Requirements of which more levels are missing."""
        return tuple(row for row in self.rows if row.assessed and row.gap > NEAR)

    @property
    def unknown(self) -> tuple[Gap, ...]:
        """Requirements about which nothing is known."""
        return tuple(row for row in self.rows if not row.assessed)


@dataclass(frozen=True, slots=True)
class PersonWhatIf:
    """A person against a role, with the courses that lead there; without a role only the roles that are near.

    ``near`` are published roles, the nearest first: roles are ranked, people never.
    """

    person: Iri
    organisation: Iri
    places: frozenset[str]
    held: frozenset[str]
    role: Iri | None
    against: Against
    recommendation: Recommendation | None
    near: tuple[Distance, ...]
    labels: Mapping[str, tuple[Text, ...]]


@dataclass(frozen=True, slots=True)
class GroupWhatIf:
    """The people of an institution or a unit against a role; ``people`` by IRI, in no order of merit.

    ``plan`` is what brings them all as far as courses can, each course paid once.
    """

    organisation: Iri
    unit: Iri | None
    units: tuple[Iri, ...]
    role: Iri | None
    people: Mapping[Iri, Against]
    holders: frozenset[str]
    plan: CohortPlan | None
    as_of: date | None
    labels: Mapping[str, tuple[Text, ...]]
    names: Mapping[str, str]


def person_what_if(actor: Actor, store: Store, levels: LevelMatrix, person: Iri, role: Iri | None) -> PersonWhatIf:
    """Return how far a person is from a role, and what leads there.

    Raises:
        NotFoundError: If there is no such person or role, or none that the actor may see.
    """
    found = find_person(actor, store, person)
    known = choosable_roles(actor, store, found.organisation, "lt")
    if role is not None and role not in known:
        raise NotFoundError
    rows = _against(store, levels, found.organisation, [person], role).get(person, ()) if role is not None else ()
    recommendation = None
    if rows:
        held = _held(store, found.organisation, rows).get(person, {})
        recommendation = recommend(actor, store, rows, held)
    near = tuple(each for each in roles_near_person(actor, store, levels, person) if Iri(each.role) in known)[
        :NEAREST_ROLES
    ]
    things = {found.organisation, *found.roles, *(row.competence for row in rows), *(each.role for each in near)}
    if role is not None:
        things.add(role)
    if recommendation is not None:
        things |= recommendation.courses
    return PersonWhatIf(
        person,
        found.organisation,
        found.places,
        found.roles,
        role,
        Against(tuple(rows)),
        recommendation,
        near,
        labels(actor, store, things),
    )


def group_what_if(
    actor: Actor,
    store: Store,
    names: Names,
    levels: LevelMatrix,
    organisation: Iri,
    *,
    role: Iri | None = None,
    unit: Iri | None = None,
) -> GroupWhatIf:
    """Return how far the people of an institution, or of one of its units, are from a role.

    Raises:
        NotFoundError: If there is no such institution, unit or role, or none that the actor may see.
    """
    group = organisation_gaps(actor, store, organisation, unit=unit, levels=levels)
    known = choosable_roles(actor, store, organisation, "lt")
    if role is not None and role not in known:
        raise NotFoundError
    chosen = [Iri(person.iri) for person in group.people]
    found = _against(store, levels, organisation, chosen, role) if role is not None else {}
    plan = None
    if found:
        plan = _cohort(actor, store, organisation, found)
    places: dict[str, frozenset[str]] = {person.iri: person.places for person in group.staff.employed}
    things: set[str] = {organisation, *group.staff.units}
    if role is not None:
        things.add(role)
    return GroupWhatIf(
        organisation=organisation,
        unit=unit,
        units=group.staff.units,
        role=role,
        people={person: Against(tuple(rows)) for person, rows in found.items()},
        holders=frozenset(person.iri for person in group.people if role in person.roles),
        plan=plan,
        as_of=group.as_of,
        labels=labels(actor, store, things),
        names=names.names(actor, organisation, set(chosen), places),
    )


def _against(
    store: Store, levels: LevelMatrix, organisation: Iri, people: Sequence[Iri], role: Iri
) -> dict[Iri, list[Gap]]:
    """Return the rows of these people of an institution for a role, in order of IRIs."""
    asked = read_requirements(store, {role})[role]
    tops = {}
    if asked:
        scales = ask(store, "gaps_scales", competence=sorted({Iri(each.competence) for each in asked}))
        tops = {str(row["competence"]): as_int(row["top"]) for row in scales}
    found = against(levels.now, organisation, asked, tops)
    return {person: found[person] for person in sorted(people) if person in found}


def _held(store: Store, organisation: Iri, rows: Collection[Gap]) -> dict[str, dict[str, int]]:
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for row in ask(store, "organisation_levels", organisation=organisation):
        held[as_iri(row["person"])][as_iri(row["competence"])] = as_int(row["attained"])
    for gap in rows:
        if gap.assessed:
            held[gap.person][gap.competence] = gap.attained
    return held


def _cohort(actor: Actor, store: Store, organisation: Iri, found: Mapping[Iri, Sequence[Gap]]) -> CohortPlan:
    rows = [row for each in found.values() for row in each]
    held = _held(store, organisation, rows)
    missing = [row for row in rows if row.assessed and row.gap]
    offers = offers_for(actor, store, {row.competence for row in missing})
    wanted: dict[str, list[Wanted]] = defaultdict(list)
    for row in missing:
        wanted[row.person].append(Wanted(row.competence, row.required, row.weight))
    members = [Member(person, tuple(each), held[person]) for person, each in sorted(wanted.items())]
    return cohort_plan(members, {offer.course: offer for each in offers.values() for offer in each}.values())


__all__ = ["Against", "GroupWhatIf", "PersonWhatIf", "group_what_if", "person_what_if"]
