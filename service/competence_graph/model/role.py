"""What a page says of a role, and how two roles differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from competence_graph.model.competence import Need, Neighbour
from competence_graph.model.concept import Concept, Description
from competence_graph.model.text import lithuanian_key

Difference = Literal["only-first", "only-second", "higher", "lower", "same"]


@dataclass(frozen=True, slots=True)
class Role(Description):
    """A role and what it requires: essential first, then by level. ``eqf`` is its level of the European framework."""

    needs: tuple[Need, ...] = ()
    sectors: tuple[Concept, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    eqf: int | None = None

    @property
    def essential(self) -> tuple[Need, ...]:
        """What nobody can do the work without."""
        return tuple(need for need in self.needs if need.essential)

    @property
    def optional(self) -> tuple[Need, ...]:
        """What is an advantage."""
        return tuple(need for need in self.needs if not need.essential)


@dataclass(frozen=True, slots=True)
class Compared:
    """One competence in two roles; None where a role does not ask for it."""

    competence: Concept
    first: Need | None
    second: Need | None

    @property
    def difference(self) -> Difference:
        """How the second role differs from the first."""
        if self.second is None:
            return "only-first"
        if self.first is None:
            return "only-second"
        if self.first.level == self.second.level and self.first.essential == self.second.essential:
            return "same"
        if self.first.level == self.second.level:
            return "higher" if self.second.essential else "lower"
        return "higher" if self.second.level > self.first.level else "lower"

    @property
    def size(self) -> int:
        """By how many levels the roles differ."""
        return abs((self.second.level if self.second else 0) - (self.first.level if self.first else 0))


def compare(first: Iterable[Need], second: Iterable[Need], lang: str) -> list[Compared]:
    """Return every competence that either role requires, the widest difference first, then in alphabetical order."""
    left = {need.competence.iri: need for need in first}
    right = {need.competence.iri: need for need in second}
    rows = [
        Compared((left.get(iri) or right[iri]).competence, left.get(iri), right.get(iri))
        for iri in left.keys() | right.keys()
    ]
    names = {row.competence.iri: lithuanian_key(row.competence.label(lang).value) for row in rows}
    return sorted(rows, key=lambda row: (row.difference == "same", -row.size, names[row.competence.iri]))
