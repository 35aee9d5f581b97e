"""What a page says of a course."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from competence_graph.model.concept import Concept, Description
from competence_graph.model.text import Text, pick

_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+(?:\.\d+)?S)?)?\Z")
_HOURS_OF_A_DAY: Final = 8


def hours_of(duration: str) -> int | None:
    """Return the hours of study of an xsd:duration such as PT16H, a begun hour counted whole; None where it is none.

    A day of study has eight hours.
    """
    found = _DURATION.match(duration)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(each or 0) for each in found.groups())
    return days * _HOURS_OF_A_DAY + hours + -(-minutes // 60)


@dataclass(frozen=True, slots=True)
class Course:
    """A course: who gives it, its length, its price: 0 where it is free, None where nobody says."""

    concept: Concept
    code: str = ""
    hours: int | None = None
    price: Decimal | None = None
    currency: str = ""
    provider: Concept | None = None
    descriptions: tuple[Text, ...] = ()

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return self.price == 0

    def description(self, lang: str) -> Text | None:
        """Return what it is about, in this language if possible."""
        return pick(self.descriptions, lang)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A course teaches a competence from one level to another."""

    course: Course
    competence: Concept
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class CourseDescription(Description):
    """A course, what it teaches, which courses come before it and which build on it. ``languages`` it is given in."""

    course: Course | None = None
    lessons: tuple[Lesson, ...] = ()
    before: tuple[Course, ...] = ()
    after: tuple[Course, ...] = ()
    languages: tuple[str, ...] = ()
    sectors: tuple[Concept, ...] = ()
