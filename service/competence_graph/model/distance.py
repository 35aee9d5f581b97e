"""How far it is to a role, from another role or from a person.

The distance is the weighted levels missing over the weighted levels asked, 0 to 1. It has a direction: from a
librarian to a manager is not as far as back. Source: design/model.md, "A gap"; design/sample/DECISIONS.md, "A gap".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from competence_graph.model.gap import Catalogue, attained, demands
from competence_graph.model.level import Attainment, Pointers

_EVER: Final = date(1, 1, 1)


@dataclass(frozen=True, slots=True)
class Distance:
    """The way to a role: competences required and met, levels missing, the same times weight, and all that is asked."""

    role: str
    required: int
    met: int
    levels: int
    missing: int
    asked: int

    @property
    def share(self) -> float:
        """The distance, 0 where everything is met to 1 where nothing is."""
        return self.missing / self.asked


def role_distance(start: str, end: str, catalogue: Catalogue) -> Distance | None:
    """Return how far it is from a role to another, for whoever meets the first exactly and has nothing else.

    Equivalents and roll-ups count as they do in gaps. None where the other role requires nothing.
    """
    own = demands(catalogue.requirements.get(start, ()))
    return distance_to(end, holding({each.competence: each.level for each in own}), catalogue)


def distance_to(role: str, held: Pointers, catalogue: Catalogue) -> Distance | None:
    """Return how far it is to a role for whoever holds these; None where the role requires nothing."""
    asked = demands(catalogue.requirements.get(role, ()))
    if not asked:
        return None
    gaps = [(each, max(0, each.level - attained(each.competence, held, catalogue)[0])) for each in asked]
    return Distance(
        role=role,
        required=len(asked),
        met=sum(gap == 0 for _, gap in gaps),
        levels=sum(gap for _, gap in gaps),
        missing=sum(each.weight * gap for each, gap in gaps),
        asked=sum(each.weight * each.level for each in asked),
    )


def holding(levels: Mapping[str, int]) -> Pointers:
    """Return the pointers of somebody who holds exactly these levels, validated."""
    current = {
        competence: Attainment(
            "", "", competence, level, None, is_self=False, status="validated", issued=_EVER, created=_EVER
        )
        for competence, level in levels.items()
    }
    return Pointers(current, {}, {})
