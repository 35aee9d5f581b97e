"""An import of people, posts and levels, thought through: what each row means, what is wrong, what would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FaultKind = Literal[
    "no-name", "long-name", "bad-email", "two-people", "unknown-number", "no-unit", "unknown-unit", "no-role",
    "unknown-role", "bad-day", "day-range", "unknown-competence", "no-competence", "no-level", "bad-level", "expiry",
    "unknown-course", "long-number", "other-number",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, by the number of its row and the place of its column; ``near`` is what it may mean."""

    row: int
    column: int
    kind: FaultKind
    given: str = ""
    near: str = ""
    top: int = 0


@dataclass(frozen=True, slots=True)
class PostWish:
    """A post that a row asks for."""

    place: str
    role: str
    start: date


@dataclass(frozen=True, slots=True)
class LevelWish:
    """A level that a row records."""

    competence: str
    level: int
    day: date
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class CourseWish:
    """A course that a row says was completed on a day."""

    course: str
    day: date


@dataclass(slots=True)
class PersonWish:
    """What the rows ask for one person; ``known`` is the pseudonym of somebody who is there, empty for somebody new.

    ``number`` is the institution's own number for the person, where a row tells one that is not known yet.
    """

    known: str
    given_name: str
    family_name: str
    email: str | None
    rows: list[int] = field(default_factory=list)
    posts: list[PostWish] = field(default_factory=list)
    levels: list[LevelWish] = field(default_factory=list)
    courses: list[CourseWish] = field(default_factory=list)
    number: str = ""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import means.

    ``units`` are names of units that are not there and would be made; ``skipped`` rows are left out by choice.
    """

    rows: int
    faults: Sequence[Fault]
    people: Sequence[PersonWish]
    units: Sequence[str]
    skipped: int

    @property
    def faulty_rows(self) -> list[int]:
        """The numbers of rows with a fault, in order."""
        return sorted({each.row for each in self.faults})

    @property
    def fine(self) -> int:
        """How many rows can be taken as they are."""
        return self.rows - self.skipped - len(self.faulty_rows)


@dataclass(frozen=True, slots=True)
class PersonEffect:
    """What changes for one person: whether they are new, and numbers of posts that begin and end and of levels."""

    name: str
    new: bool
    begins: int
    ends: int
    levels: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What carrying a plan out changes: numbers of people, posts and levels; ``absent`` people are not in the table.

    ``unchanged`` counts the people of the table for whom nothing changes; ``people`` are all the others.
    """

    new_people: int
    new_posts: int
    ended_posts: int
    new_levels: int
    known_levels: int
    new_claims: int
    new_units: int
    unchanged: int
    absent: int
    people: Sequence[PersonEffect]

    def counts(self) -> Mapping[str, int]:
        """Return the numbers by name."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "people"}
