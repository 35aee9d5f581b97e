"""The arithmetic of gaps, exactly as docs/model.md defines it.

A gap is ``max(0, required - attained)``; a surplus is shown and never set against a gap. For groups every figure is
pooled over rows, never a mean of means. Source: design/model.md, "A gap"; design/sample/DECISIONS.md, "A gap".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from competence_graph.model.level import Attainment, Pointers, pointers

Why = Literal["direct", "equivalent", "rolled-up", "unreviewed", "lapsed", "not-assessed"]
Necessity = Literal["essential", "optional"]
RollUp = Literal["minimum", "mean"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a role asks of one competence: a level of its scale, how necessary, a weight of 1 to 5."""

    role: str
    competence: str
    level: int
    necessity: Necessity
    weight: int


@dataclass(frozen=True, slots=True)
class Employment:
    """A person in a role of an organisation or unit; ``end`` is the last day, None while it lasts."""

    person: str
    organisation: str
    role: str
    start: date
    end: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the role is held on the day, the first and the last day included."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What frameworks, roles and mappings say, as far as gaps need it.

    ``requirements`` by role; ``scale`` of each competence; ``top`` level of each scale; ``equivalents`` of a competence
    over exact matches in any number of steps, itself left out; ``counts_as[(scale, level)][other scale]`` a level;
    ``parts`` of a competence that declares a roll-up: how, and its live narrower competences.
    """

    requirements: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    scale: Mapping[str, str] = field(default_factory=dict)
    top: Mapping[str, int] = field(default_factory=dict)
    equivalents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    counts_as: Mapping[tuple[str, int], Mapping[str, int]] = field(default_factory=dict)
    parts: Mapping[str, tuple[RollUp, tuple[str, ...]]] = field(default_factory=dict)

    def top_of(self, competence: str) -> int:
        """Return the highest level of the competence's scale; 5 where no scale is known."""
        return self.top.get(self.scale.get(competence, ""), 5)


@dataclass(frozen=True, slots=True)
class Demand:
    """What all roles held ask of one competence; each figure is the highest that any of them says.

    ``role`` asks for the level; of two the smaller IRI. ``essential`` is the highest level called essential, 0 if none.
    """

    role: str
    competence: str
    level: int
    weight: int
    essential: int

    @property
    def necessity(self) -> Necessity:
        """Essential if any role held says so."""
        return "essential" if self.essential else "optional"


@dataclass(frozen=True, slots=True)
class Gap:
    """One requirement of one person on one day, met or not; levels 0 to ``top``."""

    person: str
    role: str
    competence: str
    required: int
    attained: int
    weight: int
    necessity: Necessity
    why: Why
    as_of: date
    critical: bool
    top: int = 5

    @property
    def gap(self) -> int:
        """Levels missing; 0 where none is."""
        return max(0, self.required - self.attained)

    @property
    def surplus(self) -> int:
        """Levels above what is asked; shown, never set against a gap."""
        return max(0, self.attained - self.required)

    @property
    def met(self) -> bool:
        """Whether the person attains the level asked for."""
        return self.attained >= self.required

    @property
    def assessed(self) -> bool:
        """Whether anything at all is known; assessed at 0 is known."""
        return self.why != "not-assessed"

    @property
    def rank(self) -> int:
        """The ranking key over people: weight times gap."""
        return self.weight * self.gap


def demands(requirements: Iterable[Requirement]) -> list[Demand]:
    """Return what roles held at once ask for, one row a competence, in order of competence."""
    by_competence: dict[str, list[Requirement]] = defaultdict(list)
    for each in requirements:
        by_competence[each.competence].append(each)
    merged = []
    for competence, asked in sorted(by_competence.items()):
        level = max(each.level for each in asked)
        merged.append(
            Demand(
                role=min(each.role for each in asked if each.level == level),
                competence=competence,
                level=level,
                weight=max(each.weight for each in asked),
                essential=max((each.level for each in asked if each.necessity == "essential"), default=0),
            )
        )
    return merged


def attained(competence: str, held: Pointers, catalogue: Catalogue) -> tuple[int, Why]:
    """Return the level of a competence that counts, 0 to the top of its scale, and why it does.

    Direct goes before all, even lower: somebody judged this very competence. Else the highest of equivalent, rolled up
    and unreviewed, on a tie in that order. One step of inference only: equivalents and parts count by what is current.
    """
    if competence in held.current:
        return held.current[competence].level, "direct"
    found: list[tuple[int, Why]] = []
    equivalent = _equivalent(competence, held, catalogue)
    if equivalent is not None:
        found.append((equivalent, "equivalent"))
    rolled = _rolled_up(competence, held, catalogue)
    if rolled is not None:
        found.append((rolled, "rolled-up"))
    if competence in held.provisional:
        found.append((held.provisional[competence].level, "unreviewed"))
    if found:
        return max(found, key=lambda each: each[0])
    return 0, "lapsed" if competence in held.lapsed else "not-assessed"


def _equivalent(competence: str, held: Pointers, catalogue: Catalogue) -> int | None:
    """Return the best level that an exactly matching competence gives; level 0 is not carried over."""
    scale = catalogue.scale.get(competence)
    best: int | None = None
    for other in catalogue.equivalents.get(competence, ()):
        shown = held.current.get(other)
        theirs = catalogue.scale.get(other)
        if shown is None or shown.level == 0 or scale is None or theirs is None:
            continue
        level = shown.level if theirs == scale else catalogue.counts_as.get((theirs, shown.level), {}).get(scale)
        if level is not None and (best is None or level > best):
            best = level
    return best


def _rolled_up(competence: str, held: Pointers, catalogue: Catalogue) -> int | None:
    """Return the level that the live narrower competences give; a part without anything is 0."""
    how, parts = catalogue.parts.get(competence, ("minimum", ()))
    levels = [held.current[part].level if part in held.current else 0 for part in parts]
    if not any(part in held.current for part in parts):
        return None
    return min(levels) if how == "minimum" else sum(levels) // len(levels)


def gaps_of_person(person: str, roles: Collection[str], held: Pointers, catalogue: Catalogue, day: date) -> list[Gap]:
    """Return one row for each competence that the roles ask for, largest weight x gap first, then by competence."""
    rows = []
    for demand in demands(asked for role in set(roles) for asked in catalogue.requirements.get(role, ())):
        level, why = attained(demand.competence, held, catalogue)
        rows.append(
            Gap(
                person=person,
                role=demand.role,
                competence=demand.competence,
                required=demand.level,
                attained=level,
                weight=demand.weight,
                necessity=demand.necessity,
                why=why,
                as_of=day,
                critical=level < demand.essential,
                top=catalogue.top_of(demand.competence),
            )
        )
    return sorted(rows, key=lambda row: (-row.rank, row.competence))


def gaps(
    employments: Iterable[Employment],
    history: Iterable[Attainment],
    catalogue: Catalogue,
    day: date,
    *,
    counts_self: bool,
) -> list[Gap]:
    """Return the gaps of everybody employed on the day, from raw history: the definition all other ways must equal.

    Rows are ordered by person, then as `gaps_of_person` orders them.
    """
    roles: dict[str, set[str]] = defaultdict(set)
    for employment in employments:
        if employment.holds(day):
            roles[employment.person].add(employment.role)
    records: dict[str, list[Attainment]] = defaultdict(list)
    for attainment in history:
        records[attainment.learner].append(attainment)
    rows: list[Gap] = []
    for person in sorted(roles):
        held = pointers(records[person], day, counts_self=counts_self)
        rows.extend(gaps_of_person(person, roles[person], held, catalogue, day))
    return rows


@dataclass(frozen=True, slots=True)
class Figures:
    """Pooled figures over rows of gaps. A share is None where nothing is required: "none", not 0 or 100 %.

    ``met``, ``assessed`` and ``critical`` count rows; ``people`` counts persons; ``levels`` counts missing levels.
    """

    requirements: int
    met: int
    assessed: int
    missing: int
    critical: int
    levels: int
    people: int
    people_with_critical: int
    readiness: float | None

    @property
    def coverage(self) -> float | None:
        """The share of requirements met."""
        return self.met / self.requirements if self.requirements else None

    @property
    def completeness(self) -> float | None:
        """The share of requirements about which anything is known; printed with every other figure."""
        return self.assessed / self.requirements if self.requirements else None

    @property
    def index(self) -> float | None:
        """The weighted gap index: 1 - readiness."""
        return None if self.readiness is None else 1 - self.readiness


def figures(rows: Collection[Gap]) -> Figures:
    """Return the figures over these rows, pooled."""
    got = sum((Fraction(row.weight * min(row.attained, row.required), row.top) for row in rows), Fraction())
    asked = sum((Fraction(row.weight * row.required, row.top) for row in rows), Fraction())
    critical = [row for row in rows if row.critical]
    return Figures(
        requirements=len(rows),
        met=sum(row.met for row in rows),
        assessed=sum(row.assessed for row in rows),
        missing=sum(not row.met and row.assessed for row in rows),
        critical=len(critical),
        levels=sum(row.gap for row in rows),
        people=len({row.person for row in rows}),
        people_with_critical=len({row.person for row in critical}),
        readiness=float(got / asked) if asked else None,
    )
