"""What a sector lacks: one row a competence, pooled over everybody whose role asks for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompetenceGap:
    """How far the people who need a competence are from it.

    ``people`` need it, ``below`` of them lack a level, ``unknown`` of those were never assessed, for ``critical`` it is
    essential. ``levels`` are the missing ones of all people together, ``score`` the same times weight.
    ``organisations`` counts those whose people need it.
    """

    competence: str
    people: int
    below: int
    unknown: int
    critical: int
    levels: int
    score: int
    organisations: int

    @property
    def coverage(self) -> float:
        """The share of those who need it that attain the level asked."""
        return (self.people - self.below) / self.people

    @property
    def completeness(self) -> float:
        """The share of those who need it about whom anything is known; printed with every other figure."""
        return (self.people - self.unknown) / self.people
