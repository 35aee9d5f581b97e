"""Which courses close one gap: the cheapest chain of courses, step by step, or how far courses reach.

A course can be entered when the level at which each of its outcomes starts is held, by the person or through courses
taken before, and its prerequisites hold: taken before, or all that they teach is held already. What nobody assessed is
not taken for lacking: a competence whose level is unknown shuts no course. Cheaper means the lower price, then fewer
hours, then fewer courses. Source: design/model.md, "What to take next".
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

_MOST_STATES: Final = 5000
"""More sets of courses than this are not looked at; a competence has some six courses, 64 sets."""
SHOWN: Final = 3
"""Single courses offered beside each other where one is enough."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A course: from which level to which it teaches each competence, what comes before it, hours and euros."""

    course: str
    outcomes: Mapping[str, tuple[int, int]]
    prerequisites: frozenset[str] = frozenset()
    hours: int | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One course of a chain: the levels of the wanted competence that it goes between, None if it teaches another."""

    course: str
    low: int | None
    high: int | None
    hours: int | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Courses in the order to take them; hours and price are None where a course does not say."""

    steps: tuple[Step, ...]

    @property
    def hours(self) -> int | None:
        """All hours."""
        each = [step.hours for step in self.steps]
        return None if None in each else sum(hours for hours in each if hours is not None)

    @property
    def price(self) -> Decimal | None:
        """The whole price in euros."""
        each = [step.price for step in self.steps]
        return None if None in each else sum((price for price in each if price is not None), Decimal())


@dataclass(frozen=True, slots=True)
class Closing:
    """What courses do for a gap: chains, the cheapest first, and the level they reach.

    Several chains are single courses, each enough alone. ``reached`` below ``required`` leaves levels to no course.
    """

    competence: str
    attained: int
    required: int
    reached: int
    chains: tuple[Chain, ...]

    @property
    def closes(self) -> bool:
        """Whether courses reach the level required."""
        return self.reached >= self.required

    @property
    def unreached(self) -> int:
        """Levels that no course gives: the planner's shopping list."""
        return max(0, self.required - self.reached)


@dataclass(order=True, frozen=True, slots=True)
class _State:
    """Courses taken, in order, and what they cost; the cheaper state compares as the smaller."""

    unknown: int = 0
    price: Decimal = Decimal()
    hours: int = 0
    order: tuple[str, ...] = ()
    taken: tuple[Offer, ...] = field(default=(), compare=False)

    def and_then(self, offer: Offer) -> _State:
        """Return the state after one more course."""
        return _State(
            self.unknown + (offer.price is None) + (offer.hours is None),
            self.price + (offer.price or Decimal()),
            self.hours + (offer.hours or 0),
            (*self.order, offer.course),
            (*self.taken, offer),
        )


def closing(competence: str, required: int, attained: Mapping[str, int], offers: Collection[Offer]) -> Closing:
    """Return how courses close the gap of one person in one competence.

    Args:
        competence: The one with the gap.
        required: The level asked for.
        attained: The person's levels as far as known; the wanted competence counts as 0 where absent.
        offers: Courses that teach the competence, and all that they need before.
    """
    reached, state = _cheapest(competence, required, attained, {offer.course: offer for offer in offers})
    found = [state.taken] if state.taken else []
    if reached >= required and len(state.taken) == 1:
        found = [each.taken for each in _alone(competence, required, attained, offers)]
    return Closing(
        competence=competence,
        attained=attained.get(competence, 0),
        required=required,
        reached=min(reached, required),
        chains=tuple(_chain(competence, taken) for taken in found),
    )


def _cheapest(
    competence: str, required: int, attained: Mapping[str, int], offers: Mapping[str, Offer]
) -> tuple[int, _State]:
    """Return the highest level that courses reach, at most the required one, and the cheapest way there."""
    start = _State()
    attained = {competence: 0, **attained}
    best = {attained[competence]: start}
    queue = [start]
    seen: set[frozenset[str]] = set()
    while queue and len(seen) < _MOST_STATES:
        state = heapq.heappop(queue)
        names = frozenset(state.order)
        if names in seen:
            continue
        seen.add(names)
        held = _held(attained, state.taken)
        level = held.get(competence, 0)
        if level >= required:
            return level, state
        best.setdefault(level, state)
        for name in sorted(offers.keys() - names):
            if _enterable(offers[name], held, names, offers):
                heapq.heappush(queue, state.and_then(offers[name]))
    reached = max(best)
    return reached, best[reached]


def _alone(competence: str, required: int, attained: Mapping[str, int], offers: Collection[Offer]) -> list[_State]:
    """Return the single courses each of which is enough, the cheapest first."""
    attained = {competence: 0, **attained}
    known = {offer.course: offer for offer in offers}
    enough = [
        _State().and_then(offer)
        for offer in offers
        if offer.outcomes.get(competence, (0, 0))[1] >= required and _enterable(offer, attained, (), known)
    ]
    return sorted(enough)[:SHOWN]


def _held(attained: Mapping[str, int], taken: Collection[Offer]) -> dict[str, int]:
    held = dict(attained)
    for offer in taken:
        for competence, (_, high) in offer.outcomes.items():
            held[competence] = max(held.get(competence, 0), high)
    return held


def _enterable(offer: Offer, held: Mapping[str, int], taken: Collection[str], known: Mapping[str, Offer]) -> bool:
    """Whether the course can be entered now and still teaches something."""
    if any(held.get(competence, low) < low for competence, (low, _) in offer.outcomes.items()):
        return False
    for name in offer.prerequisites:
        before = known.get(name)
        if name not in taken and (before is None or not _is_held(before, held)):
            return False
    return any(held.get(competence, 0) < high for competence, (_, high) in offer.outcomes.items())


def _is_held(offer: Offer, held: Mapping[str, int]) -> bool:
    """Whether all that a course teaches is held already, as far as known; of something at least it must be known."""
    shown = [held[competence] >= high for competence, (_, high) in offer.outcomes.items() if competence in held]
    return bool(shown) and all(shown)


def _chain(competence: str, taken: Collection[Offer]) -> Chain:
    steps = []
    for offer in taken:
        low, high = offer.outcomes.get(competence, (None, None))
        steps.append(Step(offer.course, low, high, offer.hours, offer.price))
    return Chain(tuple(steps))
