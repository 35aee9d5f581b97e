"""An organisation as a whole: where its people lack what, who alone can do a thing, what expires soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from competence_graph.answers.gaps import GroupGaps, organisation_gaps
from competence_graph.answers.people import Names, as_date, as_int, as_iri, labels
from competence_graph.answers.recommendations import offers_for
from competence_graph.errors import NotFoundError
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.closing import Closing, closing
from competence_graph.model.gap import Gap
from competence_graph.model.heat import Bar, Heat, HeatRow, distribution, heat
from competence_graph.model.iri import Iri
from competence_graph.model.single_point import Asked, SinglePoint, single_points
from competence_graph.model.text import Text

EXPIRING_DAYS: Final = 90
"""How far ahead "expiring soon" looks."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A record that counts today and holds until ``expires``."""

    person: Iri
    competence: Iri
    level: int
    method: Iri
    expires: date


@dataclass(frozen=True, slots=True)
class Unreached:
    """A competence in which people lack levels that no course gives; ``levels`` over ``people`` persons."""

    competence: str
    people: int
    levels: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page of an organisation, or of one of its units, says."""

    group: GroupGaps
    heat: Heat
    single: tuple[SinglePoint, ...]
    near: HeatRow | None
    distribution: tuple[Bar, ...]
    expiring: tuple[Expiring, ...]
    unreached: tuple[Unreached, ...]
    roles: tuple[Iri, ...]
    frameworks: tuple[Iri, ...]
    labels: Mapping[str, tuple[Text, ...]]
    names: Mapping[str, str]

    @property
    def largest(self) -> HeatRow | None:
        """The competence that most people are below in; None where nobody is."""
        first = next(iter(self.heat.rows), None)
        return first if first is not None and first.whole.below else None

    @property
    def nobody(self) -> int:
        """Single points of which nobody attains the level."""
        return sum(point.holder is None for point in self.single)


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The people of a cell, one row each who needs the competence; without one every row of everybody."""

    group: GroupGaps
    competence: Iri | None
    rows: tuple[Gap, ...]
    places: Mapping[str, frozenset[str]]
    labels: Mapping[str, tuple[Text, ...]]
    names: Mapping[str, str]


def overview(
    actor: Actor,
    store: Store,
    names: Names,
    organisation: Iri,
    *,
    unit: Iri | None = None,
    role: Iri | None = None,
    framework: Iri | None = None,
    competence: Iri | None = None,
    levels: LevelMatrix | None = None,
) -> Overview:
    """Return the whole of what an organisation, or one of its units, lacks.

    Args:
        actor: Its HR; a unit lead for a unit of the lead's own.
        store: The graph.
        names: Who knows the names of people.
        organisation: The organisation.
        unit: Only the people of this unit.
        role: Only people who hold this role.
        framework: Only competences of this framework.
        competence: The one to show the distribution of; None shows the one that most people are below in.
        levels: The level matrix, where the rows are to come from it.

    Raises:
        NotFoundError: If there is no such organisation, unit or competence, or none that the actor may see.
    """
    group = organisation_gaps(actor, store, organisation, unit=unit, role=role, framework=framework, levels=levels)
    places: dict[str, frozenset[str]] = {person.iri: person.places for person in group.people}
    here = {place for held in places.values() for place in held}
    columns = [place for place in (*group.staff.units, organisation) if place in here and unit in (None, place)]
    crowd = {place: sum(place in held for held in places.values()) for place in columns}
    columns.sort(key=lambda place: (place == organisation, -crowd[place], place))
    made = heat(group.rows, places, columns)
    shown = [row for row in made.rows if competence in (None, row.competence)]
    if competence is not None and not shown:
        raise NotFoundError
    near = shown[0] if shown else None
    competences = {row.competence for row in group.rows}
    single = _single_points(store, group, competences)
    expiring = _expiring(store, group, competences)
    scales = ask(store, "gaps_scales", competence=[Iri(each) for each in sorted(competences)]) if competences else []
    frameworks = tuple(sorted({as_iri(row["framework"]) for row in scales}))
    roles = tuple(sorted({Iri(each) for person in group.staff.employed for each in person.roles}))
    people: set[str] = {each.person for each in expiring}
    people |= {each for point in single for each in (point.holder, *point.near) if each}
    things = {organisation, *group.staff.units, *competences, *roles, *frameworks, *(each.method for each in expiring)}
    if framework is not None:
        things.add(framework)
    return Overview(
        group=group,
        heat=made,
        single=single,
        near=near,
        distribution=distribution(
            [row for row in group.rows if near is not None and row.competence == near.competence]
        ),
        expiring=expiring,
        unreached=_unreached(actor, store, group.rows),
        roles=roles,
        frameworks=frameworks,
        labels=labels(actor, store, things),
        names=names.names(actor, organisation, people, places_of(group)),
    )


def people_in_cell(
    actor: Actor,
    store: Store,
    names: Names,
    organisation: Iri,
    *,
    competence: Iri | None = None,
    unit: Iri | None = None,
    role: Iri | None = None,
    levels: LevelMatrix | None = None,
) -> PeopleList:
    """Return the people of a cell of the heat map: who needs a competence, in a unit or in all.

    Without a competence: every row of everybody.

    Raises:
        NotFoundError: If there is no such organisation, unit or competence, or none that the actor may see.
    """
    group = organisation_gaps(actor, store, organisation, unit=unit, role=role, levels=levels)
    rows = [row for row in group.rows if competence in (None, row.competence)]
    if competence is not None and not rows:
        raise NotFoundError
    rows.sort(key=lambda row: (-row.gap, row.assessed, row.person, row.competence))
    places: dict[str, frozenset[str]] = {person.iri: person.places for person in group.people}
    known = names.names(actor, organisation, {person.iri for person in group.people}, places)
    things = {organisation, *group.staff.units, *(row.competence for row in rows), *(row.role for row in rows)}
    things |= {each for person in group.people for each in person.roles}
    return PeopleList(group, competence, tuple(rows), places, labels(actor, store, things), known)


def places_of(group: GroupGaps) -> dict[str, frozenset[str]]:
    """Return where each person works on the day, those outside the selection included."""
    return {person.iri: person.places for person in group.staff.employed}


def _single_points(store: Store, group: GroupGaps, competences: Collection[str]) -> tuple[SinglePoint, ...]:
    """Return the single points of the places shown, over all people of each place."""
    people: dict[str, list[str]] = defaultdict(list)
    for person in group.staff.employed:
        for place in person.places:
            people[place].append(person.iri)
    asked = [
        Asked(
            as_iri(row["place"]),
            as_iri(row["competence"]),
            as_int(row["level"]),
            row["essential"] is True,
            as_int(row["weight"]),
        )
        for row in ask(store, "organisation_requirements", organisation=group.organisation)
    ]
    wanted = [
        each
        for each in asked
        if each.place in people and each.competence in competences and group.unit in (None, each.place)
    ]
    attained: dict[tuple[str, str], int] = {
        (as_iri(row["person"]), as_iri(row["competence"])): as_int(row["attained"])
        for row in ask(store, "organisation_levels", organisation=group.organisation)
    }
    return single_points(wanted, people, attained)


def _expiring(store: Store, group: GroupGaps, competences: Collection[str]) -> tuple[Expiring, ...]:
    if group.as_of is None:
        return ()
    last = group.as_of + timedelta(days=EXPIRING_DAYS)
    chosen = {person.iri for person in group.people}
    found = [
        Expiring(
            as_iri(row["person"]),
            as_iri(row["competence"]),
            as_int(row["level"]),
            as_iri(row["method"]),
            as_date(row["expires"]),
        )
        for row in ask(store, "organisation_expiring", organisation=group.organisation)
    ]
    return tuple(
        each for each in found if each.expires <= last and each.person in chosen and each.competence in competences
    )


def _unreached(actor: Actor, store: Store, rows: Collection[Gap]) -> tuple[Unreached, ...]:
    """Return the levels that no course gives, the competence that most levels are missing in first.

    Each person's other levels are those of the rows, as on the person's own page.
    """
    missing = [row for row in rows if row.gap and row.assessed]
    offers = offers_for(actor, store, {row.competence for row in missing})
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.assessed:
            held[row.person][row.competence] = row.attained
    open_gaps: dict[str, list[Closing]] = defaultdict(list)
    for row in missing:
        found = closing(row.competence, row.required, held[row.person], offers.get(row.competence, ()))
        if not found.closes:
            open_gaps[row.competence].append(found)
    listed = [Unreached(each, len(found), sum(one.unreached for one in found)) for each, found in open_gaps.items()]
    return tuple(sorted(listed, key=lambda each: (-each.levels, each.competence)))
