"""What people lack: one person, a unit, an organisation.

The rows are those of the questions gaps_of_person and gaps_of_organisation, in their order, so that a page, its JSON
and CSV, the command line and ``ask`` cannot disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, cast

from competence_graph.answers.people import (
    NO_NAMES,
    Names,
    Person,
    Staff,
    as_date,
    as_int,
    as_iri,
    find_person,
    labels,
    staff,
)
from competence_graph.answers.recommendations import CHEAPEST, Recommendation, Wish, recommend
from competence_graph.errors import NotFoundError
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row, Value
from competence_graph.graph.vocab import CG
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Figures, Gap, Why, figures
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

COLUMNS: Final = (
    "person",
    "role",
    "competence",
    "required",
    "attained",
    "gap",
    "weight",
    "necessity",
    "why",
    "as_of",
    "critical",
)
"""The columns of a gap, in CSV, JSON and the questions alike."""
_ESSENTIAL: Final = str(CG.essential)
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Source:
    """A record behind a level: what it says, how and when it came about, until when it holds."""

    competence: Iri
    counts: str
    level: int
    method: Iri
    issued: date
    expires: date | None
    assessor: Iri


@dataclass(frozen=True, slots=True)
class PersonGaps:
    """What a person lacks, has, and what nobody knows; ``rows`` as the question orders them.

    ``sources`` are the records of a row's own competence, else those that it was derived from. ``labels`` names every
    thing that the answer speaks of, ``forms`` the feminine of roles. ``name`` is empty where it is not known or wanted.
    """

    person: Person
    rows: tuple[Gap, ...]
    figures: Figures
    as_of: date
    sources: Mapping[str, tuple[Source, ...]]
    recommendation: Recommendation
    labels: Mapping[str, tuple[Text, ...]]
    forms: Mapping[str, tuple[Text, ...]]
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        """The person's name; empty where it is not known."""
        return self.names.get(self.person.iri, "")

    @property
    def missing(self) -> tuple[Gap, ...]:
        """Rows below the level asked for, about which something is known: most levels first, then the heaviest."""
        return tuple(sorted((row for row in self.rows if row.gap and row.assessed), key=_by_size))

    @property
    def unknown(self) -> tuple[Gap, ...]:
        """Rows about which nothing is known: no gap, an invitation to assess. The heaviest first."""
        return tuple(sorted((row for row in self.rows if not row.assessed), key=_by_size))

    @property
    def strengths(self) -> tuple[Gap, ...]:
        """Rows that are met, the largest surplus first."""
        return tuple(
            sorted((row for row in self.rows if row.met), key=lambda row: (-row.surplus, -row.weight, row.competence))
        )

    def source(self, row: Gap) -> Source | None:
        """Return the record that best explains the row's level: its own, else the newest it was derived from."""
        found = self.sources.get(row.competence, ())
        return found[0] if found else None


def _by_size(row: Gap) -> tuple[int, int, str]:
    return (-row.gap, -row.weight, row.competence)


@dataclass(frozen=True, slots=True)
class GroupGaps:
    """What the people of an organisation, or of a part of it, lack; ``rows`` as the question orders them."""

    staff: Staff
    people: tuple[Person, ...]
    rows: tuple[Gap, ...]
    figures: Figures
    as_of: date | None
    unit: Iri | None = None
    role: Iri | None = None
    framework: Iri | None = None

    @property
    def organisation(self) -> Iri:
        """Whose people they are."""
        return self.staff.organisation


def person_gaps(actor: Actor, store: Store, names: Names, person: Iri, wish: Wish = CHEAPEST) -> PersonGaps:
    """Return what a person lacks for the roles held, why each level counts, and courses that close each gap.

    ``wish`` says what the plan for all gaps together is to spend least of.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
    """
    found = find_person(actor, store, person)
    rows = _with_tops(store, [_gap(row) for row in ask(store, "gaps_of_person", person=person)])
    evidence = _evidence(store, person)
    held: dict[str, int] = {each.competence: each.level for each in evidence if each.counts == "current"}
    recommendation = recommend(actor, store, rows, held, wish)
    sources = _sources(store, rows, evidence)
    things = {found.organisation, *(row.competence for row in rows), *(row.role for row in rows)}
    things |= {thing for post in found.posts for thing in (post.place, post.role)}
    things |= {thing for each in evidence for thing in (each.method, each.competence)}
    things |= {each.assessor for each in evidence} | recommendation.courses
    return PersonGaps(
        person=found,
        rows=tuple(rows),
        figures=figures(rows),
        as_of=found.as_of,
        sources=sources,
        recommendation=recommendation,
        labels=labels(actor, store, things),
        forms=_forms(store, {post.role for post in found.posts}),
        names=names.names(actor, found.organisation, {person}, {person: found.places}),
    )


@dataclass(frozen=True, slots=True)
class PersonRows:
    """The bare rows of a person, for programs: whose, on which day."""

    person: Iri
    organisation: Iri
    as_of: date | None
    rows: tuple[Gap, ...]
    figures: Figures


def person_rows(actor: Actor, levels: LevelMatrix, person: Iri) -> PersonRows:
    """Return what a person lacks, the rows alone, from the level matrix: equal to those of `person_gaps`.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
    """
    if not actor.signed_in:
        raise NotFoundError
    now = levels.now
    block, row = levels.find(person, now)
    if block is None:
        raise NotFoundError
    actor.require(actor.may_see_person(person, block.organisation, block.places(row)))
    rows = block.gaps(row, now.plan)
    return PersonRows(person, Iri(block.organisation), block.as_of, tuple(rows), figures(rows))


def organisation_gaps(
    actor: Actor,
    store: Store,
    organisation: Iri,
    *,
    unit: Iri | None = None,
    role: Iri | None = None,
    framework: Iri | None = None,
    levels: LevelMatrix | None = None,
) -> GroupGaps:
    """Return what the people of an organisation lack, of one unit, of one role's holders, in one framework.

    A unit lead must ask for a unit of the lead's own. ``levels`` gives the same rows as the question, sooner.

    Raises:
        NotFoundError: If there is no such organisation or unit, or none that the actor may see.
    """
    allowed = actor.may_see_organisation(organisation) if unit is None else actor.may_see_unit(organisation, unit)
    actor.require(allowed)
    everybody = staff(actor, store, organisation)
    if unit is not None and unit not in everybody.units and unit != organisation:
        raise NotFoundError
    people = everybody.employed if unit is None else everybody.within(unit)
    people = tuple(person for person in people if role is None or role in person.roles)
    chosen = {person.iri for person in people}
    if levels is None:
        rows = [_gap(row) for row in ask(store, "gaps_of_organisation", organisation=organisation)]
        rows = _with_tops(store, [row for row in rows if row.person in chosen])
    else:
        rows = [_typed(row) for row in levels.gaps_of_organisation(organisation) if row.person in chosen]
    if framework is not None:
        inside = _of_framework(store, rows, framework)
        rows = [row for row in rows if row.competence in inside]
    return GroupGaps(everybody, people, tuple(rows), figures(rows), everybody.as_of, unit, role, framework)


def unit_gaps(actor: Actor, store: Store, unit: Iri) -> GroupGaps:
    """Return what the people of a unit lack.

    Raises:
        NotFoundError: If there is no such unit, or none that the actor may see.
    """
    found = ask(store, "unit_organisation", unit=unit)
    if not found:
        raise NotFoundError
    return organisation_gaps(actor, store, as_iri(found[0]["organisation"]), unit=unit)


def records(rows: Iterable[Gap]) -> list[Row]:
    """Return the rows as the questions give them: the same columns, the same terms, no name."""
    return [
        {
            "person": Iri(row.person),
            "role": Iri(row.role),
            "competence": Iri(row.competence),
            "required": row.required,
            "attained": row.attained,
            "gap": row.gap,
            "weight": row.weight,
            "necessity": Iri(_ESSENTIAL if row.necessity == "essential" else str(CG.optional)),
            "why": row.why,
            "as_of": row.as_of,
            "critical": row.critical,
        }
        for row in rows
    ]


def cells(rows: Iterable[Gap]) -> list[tuple[str, ...]]:
    """Return the rows as text under `COLUMNS`, as a CSV file of the answer has them."""
    return [tuple(_written(record[column]) for column in COLUMNS) for record in records(rows)]


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(row: Gap) -> Gap:
    return replace(row, person=Iri(row.person), role=Iri(row.role), competence=Iri(row.competence))


def _gap(row: Row) -> Gap:
    return Gap(
        person=as_iri(row["person"]),
        role=as_iri(row["role"]),
        competence=as_iri(row["competence"]),
        required=as_int(row["required"]),
        attained=as_int(row["attained"]),
        weight=as_int(row["weight"]),
        necessity="essential" if row["necessity"] == _ESSENTIAL else "optional",
        why=cast("Why", str(row["why"])),
        as_of=as_date(row["as_of"]),
        critical=row["critical"] is True,
    )


def _scales(store: Store, competences: Collection[str]) -> Sequence[Row]:
    if not competences:
        return []
    return ask(store, "gaps_scales", competence=[Iri(each) for each in sorted(competences)])


def _with_tops(store: Store, rows: Sequence[Gap]) -> list[Gap]:
    """Return the rows with the highest level of each competence's scale."""
    tops = {row["competence"]: as_int(row["top"]) for row in _scales(store, {row.competence for row in rows})}
    return [replace(row, top=tops.get(Iri(row.competence), _TOP)) for row in rows]


def _of_framework(store: Store, rows: Sequence[Gap], framework: Iri) -> set[Iri]:
    scales = _scales(store, {row.competence for row in rows})
    return {as_iri(row["competence"]) for row in scales if row["framework"] == framework}


def _evidence(store: Store, person: Iri) -> list[Source]:
    return [
        Source(
            competence=as_iri(row["competence"]),
            counts=str(row["counts"]),
            level=as_int(row["level"]),
            method=as_iri(row["method"]),
            issued=as_date(row["issued"]),
            expires=None if row["expires"] is None else as_date(row["expires"]),
            assessor=as_iri(row["assessor"]),
        )
        for row in ask(store, "gaps_evidence", person=person)
    ]


def _forms(store: Store, roles: Collection[Iri]) -> dict[str, tuple[Text, ...]]:
    forms: dict[str, list[Text]] = defaultdict(list)
    for row in ask(store, "people_role_forms", role=sorted(roles)):
        if isinstance(row["form"], Text):
            forms[as_iri(row["role"])].append(row["form"])
    return {role: tuple(found) for role, found in forms.items()}


_COUNTS: Final = {"direct": "current", "unreviewed": "provisional", "lapsed": "lapsed"}


def _sources(store: Store, rows: Iterable[Gap], evidence: Iterable[Source]) -> dict[str, tuple[Source, ...]]:
    """Return the records behind each row: its own, or for a level that is derived those of what it came from."""
    by_competence: dict[str, list[Source]] = defaultdict(list)
    for each in evidence:
        by_competence[each.competence].append(each)
    derived = {Iri(row.competence) for row in rows if row.why in ("equivalent", "rolled-up")}
    origins: dict[str, set[Iri]] = defaultdict(set)
    if derived:
        for found in ask(store, "gaps_origins", competence=sorted(derived)):
            origins[as_iri(found["competence"])].add(as_iri(found["origin"]))
    chosen: dict[str, tuple[Source, ...]] = {}
    for row in rows:
        wanted = _COUNTS.get(row.why)
        if wanted is not None:
            own = [each for each in by_competence[row.competence] if each.counts == wanted]
        else:
            parts = [each for origin in origins[row.competence] for each in by_competence[origin]]
            own = sorted(
                (each for each in parts if each.counts == "current"),
                key=lambda each: (-each.issued.toordinal(), each.competence),
            )
        chosen[row.competence] = tuple(own)
    return chosen


__all__ = [
    "COLUMNS",
    "NO_NAMES",
    "GroupGaps",
    "PersonGaps",
    "Source",
    "cells",
    "organisation_gaps",
    "person_gaps",
    "records",
    "unit_gaps",
]
