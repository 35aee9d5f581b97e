"""What a page says of a competence: its levels, who needs it, what teaches it, what it is linked with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from competence_graph.model.concept import Concept, Description
from competence_graph.model.course import Lesson
from competence_graph.model.text import Text, pick

Relation = Literal[
    "broader", "narrower", "related", "exact", "close", "broad", "narrow", "related-match", "replaced-by", "replaces"
]
RELATIONS: Final[tuple[Relation, ...]] = (
    "replaced-by", "broader", "narrower", "related", "exact", "close", "broad", "narrow", "related-match", "replaces",
)  # fmt: skip
"""In the order of the page. "broad": the other, in another framework, is broader."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a scale, and what a person at this level of one competence is seen to do."""

    number: int
    concept: Concept | None = None
    meaning: tuple[Text, ...] = ()
    descriptors: tuple[Text, ...] = ()

    def says(self, lang: str) -> Text | None:
        """Return what a person is seen to do, in this language if possible; None where nobody has written it."""
        return pick(self.descriptors, lang)

    def means(self, lang: str) -> Text | None:
        """Return what the level means for any competence."""
        return pick(self.meaning, lang)


@dataclass(frozen=True, slots=True)
class Need:
    """A role asks for a competence."""

    role: Concept
    competence: Concept
    level: int
    essential: bool
    weight: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A concept linked with this one; ``framework`` where it stands in another, None where that is not known here."""

    relation: Relation
    concept: Concept
    framework: Concept | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Competence(Description):
    """A competence or an area, and everything a page says of it.

    ``type`` is generic, managerial or professional; ``path`` leads from the area at the top to what stands right above;
    ``roll_up`` says how its parts count for it: minimum, mean, or not at all.
    """

    type: str = ""
    path: tuple[Concept, ...] = ()
    levels: tuple[Level, ...] = ()
    needs: tuple[Need, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    roll_up: str = ""

    @property
    def top(self) -> int:
        """The highest level of the scale; 5 where none is known."""
        return max((level.number for level in self.levels), default=5)

    @property
    def described(self) -> bool:
        """Whether any level is described."""
        return any(level.descriptors for level in self.levels)

    def linked(self, relation: Relation) -> tuple[Neighbour, ...]:
        """Return the neighbours of one relation."""
        return tuple(each for each in self.neighbours if each.relation == relation)

    @property
    def successors(self) -> tuple[Concept, ...]:
        """What replaces it."""
        return tuple(each.concept for each in self.linked("replaced-by"))

    @property
    def untaught(self) -> tuple[int, ...]:
        """Levels that no course reaches."""
        taught = {level for lesson in self.lessons for level in range(lesson.low + 1, lesson.high + 1)}
        return tuple(level for level in range(1, self.top + 1) if level not in taught)
