"""Single points of failure: what one person of a place of work can do, or nobody.

Per place and competence that a role held there asks for: at the highest level asked there, at most one person of the
place attains it, whether that person's own role asks for it or not.
Source: design/model.md, "A gap"; design/sample/DECISIONS.md, "A gap".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What the roles held in a place ask of one competence: the highest level and weight, essential if any says so."""

    place: str
    competence: str
    level: int
    essential: bool
    weight: int


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """A competence at a level that at most one person of a place attains; ``near`` lack one level."""

    asked: Asked
    holder: str | None
    near: tuple[str, ...]


def single_points(
    asked: Iterable[Asked],
    people: Mapping[str, Collection[str]],
    attained: Mapping[tuple[str, str], int],
) -> tuple[SinglePoint, ...]:
    """Return the single points, those first that nobody can do, then essential ones, then by weight.

    Args:
        asked: What is asked in each place.
        people: Who works in each place.
        attained: The level of a person in a competence; absent counts as 0.
    """
    found = []
    for each in asked:
        levels = {person: attained.get((person, each.competence), 0) for person in people.get(each.place, ())}
        holders = sorted(person for person, level in levels.items() if level >= each.level)
        if len(holders) > 1:
            continue
        near = tuple(sorted(person for person, level in levels.items() if level == each.level - 1 > 0))
        found.append(SinglePoint(each, holders[0] if holders else None, near))
    return tuple(
        sorted(
            found,
            key=lambda point: (
                point.holder is not None,
                not point.asked.essential,
                -point.asked.weight,
                point.asked.competence,
                point.asked.place,
            ),
        )
    )
