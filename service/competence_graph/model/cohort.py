"""Which courses an institution books for all its people together, where a course is paid once and shared by many.

An integer program as for one person, over all of them: what a course costs is spent once, however many take it; each
person must be brought as far as courses can bring them, by courses that are open to them when their turn comes. People
who lack the same and hold the same are reckoned once. Source: design/model.md, "What to take next".
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import numpy as np

from competence_graph.model.closing import Offer
from competence_graph.model.plan import CoursePlan, Measure, Search, Wanted, course_plan
from competence_graph.model.program import Program, with_unknown_last

_CENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Member:
    """A person with the levels to reach and those held as far as known."""

    person: str
    wanted: tuple[Wanted, ...]
    attained: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Booking:
    """A course to book, and who takes it."""

    course: str
    hours: int | None
    price: Decimal | None
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CohortPlan:
    """What to book, the dearest first, and the plan of each person in it.

    ``spent`` is what it costs of what is spent least, in euros or hours, each course once, or once a person where
    courses are not shared; courses that do not say what they cost count as nothing there. ``bound`` is what no plan
    that brings everybody as far costs less than; ``proven`` tells that it is reached.
    """

    bookings: tuple[Booking, ...]
    plans: Mapping[str, CoursePlan]
    spent: Decimal
    bound: Decimal
    proven: bool

    @property
    def gap(self) -> float:
        """How much cheaper another plan might be at most, as a share of what this one costs: 0 where it is proven."""
        return 0.0 if self.proven or not self.spent else max(0.0, float((self.spent - self.bound) / self.spent))


def cohort_plan(
    members: Collection[Member], offers: Iterable[Offer], *, least: Measure = "price", seconds: float = 5.0
) -> CohortPlan:
    """Return the courses that bring everybody as far as courses can, where each is paid once.

    Args:
        members: The people.
        offers: Courses, with all that come before them.
        least: What to spend least of.
        seconds: Longest search; the cheapest found by then is given, with its bound.
    """
    catalogue = {offer.course: offer for offer in offers}
    search = _CohortSearch(members, catalogue, least)
    chosen, bound, proven = search.solve(seconds)
    return _told(members, catalogue, chosen, least, bound, proven=proven)


def single_plans(members: Collection[Member], offers: Iterable[Offer], *, least: Measure = "price") -> CohortPlan:
    """Return the courses that bring everybody as far as courses can, where each is paid for each person."""
    return _told(members, {offer.course: offer for offer in offers}, None, least, None, proven=True)


def _told(
    members: Collection[Member],
    offers: Mapping[str, Offer],
    held: Collection[str] | None,
    least: Measure,
    bound: float | None,
    *,
    proven: bool,
) -> CohortPlan:
    """Return each person's plan among the courses held together, or among all where None are, and what to book."""
    shared = held is not None
    known: dict[object, CoursePlan] = {}
    plans: dict[str, CoursePlan] = {}
    people: dict[str, list[str]] = defaultdict(list)
    taught = {competence for offer in offers.values() for competence in offer.outcomes}
    for member in members:
        key = _key(member, taught)
        if key not in known:
            # What is booked is paid already: a person takes what costs least time.
            known[key] = course_plan(
                member.wanted, member.attained, offers.values(), least="hours" if shared else least, among=held
            )
        plans[member.person] = known[key]
        for step in known[key].courses.steps:
            people[step.course].append(member.person)
    bookings = [
        Booking(course, offers[course].hours, offers[course].price, tuple(sorted(takers)))
        for course, takers in people.items()
    ]
    costs = {each.course: _cost(each, least) * (1 if shared else len(each.people)) for each in bookings}
    bookings.sort(key=lambda each: (-costs[each.course], each.course))
    spent = sum(costs.values(), Decimal(0))
    proven = proven and all(plan.proven for plan in known.values())
    least_possible = spent if bound is None or proven else min(spent, Decimal(round(bound)))
    return CohortPlan(tuple(bookings), plans, spent, least_possible, proven)


def _cost(thing: Offer | Booking, least: Measure) -> Decimal:
    value = thing.price if least == "price" else thing.hours
    return Decimal(value) if value is not None else Decimal(0)


def _key(member: Member, taught: Collection[str]) -> tuple[object, ...]:
    """Return what a person's plan depends on: the levels wanted and held of what courses teach."""
    return (
        tuple(
            sorted(
                (each.competence, each.required, member.attained.get(each.competence, 0))
                for each in member.wanted
                if each.required > member.attained.get(each.competence, 0)
            )
        ),
        tuple(sorted((each, level) for each, level in member.attained.items() if each in taught)),
    )


@dataclass(slots=True)
class _Kind:
    """People who lack and hold the same: their search, and the variable of each course that helps them."""

    search: Search
    aims: list[int]
    place: dict[str, int] = field(default_factory=dict)


class _CohortSearch:
    def __init__(self, members: Collection[Member], offers: Mapping[str, Offer], least: Measure) -> None:
        self.offers = offers
        self.least = least
        kinds: dict[object, _Kind] = {}
        taught = {competence for offer in offers.values() for competence in offer.outcomes}
        for member in members:
            key = _key(member, taught)
            if key not in kinds:
                search = Search(member.wanted, member.attained, offers, least)
                if search.names:
                    kinds[key] = _Kind(search, _aims(search, search.open))
        self.kinds = list(kinds.values())
        self.names = sorted({name for kind in self.kinds for name in kind.search.names})
        self.costs = self._costs()

    def _costs(self) -> np.ndarray:
        """Return what each course takes, and a smaller cost that decides between equals."""
        found = [self.offers[name] for name in self.names]
        price = [None if each.price is None else float(each.price * _CENTS) for each in found]
        hours = [None if each.hours is None else float(each.hours) for each in found]
        first, second = (price, hours) if self.least == "price" else (hours, price)
        if not found:
            return np.zeros(0)
        other = with_unknown_last(second) + 1
        costs: np.ndarray = with_unknown_last(first) + other / (1 + other.sum())
        return costs

    def solve(self, seconds: float) -> tuple[list[str], float | None, bool]:
        """Return the courses chosen, the bound in euros or hours, and whether it is reached."""
        if not self.names:
            return [], None, True
        until = time.monotonic() + seconds
        program = self._program()
        fallback: list[str] | None = None
        bound = 0.0
        while True:
            left = until - time.monotonic()
            found = program.solve(left) if left > 0 else None
            if found is not None:
                bound = max(bound, found.bound)
                chosen = [self.names[at] for at in found.chosen if at < len(self.names)]
                if self._cut(program, found.chosen, chosen):
                    if found.proven:
                        return chosen, self._said(bound), True
                    fallback = chosen
                elif found.proven:
                    continue
            best = min(
                (each for each in (fallback, self._greedy(), self._together()) if each is not None), key=self._total
            )
            return self._thinned(best), self._said(bound), False

    def _said(self, bound: float) -> float:
        return bound / (_CENTS if self.least == "price" else 1)

    def _total(self, names: Iterable[str]) -> float:
        place = {name: at for at, name in enumerate(self.names)}
        return float(sum(self.costs[place[name]] for name in names))

    # --- the integer program

    def _program(self) -> Program:
        program = Program(len(self.names))
        program.objective[:] = self.costs
        booked = {name: at for at, name in enumerate(self.names)}
        rows: set[tuple[tuple[int, float], ...]] = set()
        for kind in self.kinds:
            search = kind.search
            for name in search.names:
                if search.needs[name]:
                    at = program.variable()
                    program.at_least(0, [(booked[name], 1), (at, -1)])
                    kind.place[name] = at
                else:
                    # Whoever may take a booked course at once may always count on it.
                    kind.place[name] = booked[name]
            for name in search.names:
                for need in search.needs[name]:
                    search.open_only_with(program, kind.place, name, need)
            for each, level in zip(search.wanted, kind.aims, strict=True):
                if level > search.known[each.competence]:
                    row = tuple(sorted(search.givers(kind.place, (each.competence, level))))
                    if row not in rows:
                        rows.add(row)
                        program.at_least(1, list(row))
        return program

    def _cut(self, program: Program, chosen: Sequence[int], booked: Collection[str]) -> bool:
        """Return whether everybody gets as far as they can with what is booked; if not, forbid what hinders it."""
        taken_at = set(chosen)
        fits = True
        for kind in self.kinds:
            search = kind.search
            if self._reaches(kind, booked):
                continue
            fits = False
            mine = [name for name in search.names if kind.place[name] in taken_at]
            taken = search.sequence(self.offers[name] for name in mine)
            search.cut(program, kind.place, taken, mine)
        return fits

    def _reaches(self, kind: _Kind, booked: Collection[str]) -> bool:
        useful = set(kind.search.names)
        offers = [self.offers[name] for name in booked if name in useful]
        return _aims(kind.search, kind.search.sequence(offers)) == kind.aims

    # --- plans that are not proven

    def _together(self) -> list[str]:
        """Return the cheapest courses of each kind of people, all together."""
        names: set[str] = set()
        for kind in self.kinds:
            plan = course_plan(kind.search.wanted, kind.search.known, self.offers.values(), least=self.least)
            names |= {step.course for step in plan.courses.steps}
        return sorted(names)

    def _greedy(self) -> list[str] | None:
        """Return courses chosen one by one, most missing levels for the cost first; None where that leads nowhere."""
        held = [dict(kind.search.known) for kind in self.kinds]
        goals = [
            {each.competence: aim for each, aim in zip(kind.search.wanted, kind.aims, strict=True)}
            for kind in self.kinds
        ]
        left = set(self.names)
        place = {name: at for at, name in enumerate(self.names)}
        chosen: list[str] = []
        while any(levels[each] < aim for levels, goal in zip(held, goals, strict=True) for each, aim in goal.items()):
            best, most = "", 0.0
            for name in left:
                gain = sum(
                    max(0, min(goal.get(each, 0), high) - levels.get(each, 0))
                    for levels, goal in zip(held, goals, strict=True)
                    if all(levels.get(each, low) >= low for each, (low, _) in self.offers[name].outcomes.items())
                    for each, (_, high) in self.offers[name].outcomes.items()
                )
                worth = gain / (1 + float(self.costs[place[name]]))
                if worth > most:
                    best, most = name, worth
            if not best:
                return None
            chosen.append(best)
            left.discard(best)
            outcomes = self.offers[best].outcomes
            for levels in held:
                if all(levels.get(each, low) >= low for each, (low, _) in outcomes.items()):
                    for each, (_, high) in outcomes.items():
                        levels[each] = max(levels.get(each, 0), high)
        return chosen if all(self._reaches(kind, chosen) for kind in self.kinds) else None

    def _thinned(self, names: Collection[str]) -> list[str]:
        """Return the courses without those that nobody needs, the dearest left out first."""
        place = {name: at for at, name in enumerate(self.names)}
        kept = set(names)
        for name in sorted(kept, key=lambda each: (-float(self.costs[place[each]]), each)):
            kept.discard(name)
            if not all(self._reaches(kind, kept) for kind in self.kinds if name in kind.place):
                kept.add(name)
        return sorted(kept)


def _aims(search: Search, taken: Iterable[Offer]) -> list[int]:
    held = search.held(taken)
    return [min(each.required, held[each.competence]) for each in search.wanted]


__all__ = ["Booking", "CohortPlan", "Member", "cohort_plan", "single_plans"]
