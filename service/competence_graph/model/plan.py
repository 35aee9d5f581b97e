"""Which courses to take for all gaps of one person together: proven cheapest, in the order in which they can be taken.

One course may serve several gaps, so the cheapest chains of each gap need not be the cheapest plan. An integer program
chooses courses; each must be open to the person when its turn comes, so two that only open each other are cut out.
Source: design/model.md, "What to take next".
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from competence_graph.model.closing import Chain, Offer, Step
from competence_graph.model.program import Program, with_unknown_last

Measure = Literal["price", "hours"]
MEASURES: Final[tuple[Measure, ...]] = ("price", "hours")
_CENTS: Final = 100
_SECONDS: Final = 10.0
"""Longest search for one plan; the cheapest found by then is given, and said not to be proven."""


_Level = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A level to reach in a competence; ``weight`` of each of its levels, where a budget makes one choose."""

    competence: str
    required: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """Courses in the order to take them; ``reached`` is the level after them of each competence wanted.

    ``serves`` are the wanted competences that each course raises; ``unreached`` levels that no course reaches;
    ``proven``: nothing cheaper reaches as much.
    """

    courses: Chain
    serves: Mapping[str, tuple[str, ...]]
    reached: Mapping[str, int]
    unreached: Mapping[str, int]
    proven: bool


def course_plan(
    wanted: Collection[Wanted],
    attained: Mapping[str, int],
    offers: Iterable[Offer],
    *,
    least: Measure = "price",
    budget: Decimal | int | None = None,
    among: Collection[str] | None = None,
) -> CoursePlan:
    """Return the courses that reach all that courses can reach, at the least price or in the fewest hours.

    Args:
        wanted: Each competence once.
        attained: The person's levels as far as known; a wanted one counts as 0 where absent. What nobody assessed shuts
            no course.
        offers: Courses, with all that come before them.
        least: What to spend least of, in euros or hours; the other decides between plans that are equal. A course that
            does not say what it takes is taken only where nothing else reaches as much.
        budget: What may be spent of it at most; None for as much as it takes. Within a budget the most weight of levels
            is reached, as cheaply as it can be.
        among: The courses that are held; None where all are.
    """
    search = Search(wanted, attained, {offer.course: offer for offer in offers}, least, among)
    taken, proven = search.solve(budget)
    held = search.held(taken)
    reached = {each.competence: min(each.required, held[each.competence]) for each in wanted}
    top = search.held(search.open)
    return CoursePlan(
        courses=Chain(tuple(_step(offer) for offer in taken)),
        serves=search.serves(taken),
        reached=reached,
        unreached={
            each.competence: each.required - top[each.competence]
            for each in wanted
            if top[each.competence] < each.required
        },
        proven=proven,
    )


def _step(offer: Offer) -> Step:
    low, high = next(iter(offer.outcomes.values())) if len(offer.outcomes) == 1 else (None, None)
    return Step(offer.course, low, high, offer.hours, offer.price)


@dataclass(frozen=True, slots=True)
class _Need:
    """What must hold before a course: a level, or a course itself or all the levels that it leads to."""

    levels: tuple[_Level, ...]
    course: str = ""


class Search:
    """The courses that a person can take, which of them help, and what must hold before each."""

    def __init__(
        self,
        wanted: Collection[Wanted],
        attained: Mapping[str, int],
        offers: Mapping[str, Offer],
        least: Measure,
        among: Collection[str] | None = None,
    ) -> None:
        """Look at all courses for what comes before each, and take only those ``among`` them that are held."""
        self.wanted = [each for each in wanted if each.required > attained.get(each.competence, 0)]
        self.known = {**{each.competence: 0 for each in wanted}, **attained}
        self.offers = offers
        self.least = least
        self.teachers: dict[str, list[str]] = defaultdict(list)
        for name, offer in offers.items():
            for competence in offer.outcomes:
                self.teachers[competence].append(name)
        self.needs = {name: self._needs(offer) for name, offer in offers.items()}
        # All that can ever be taken, in an order in which it can: whoever takes more never has less.
        self.open = self.sequence(offer for name, offer in offers.items() if among is None or name in among)
        self.names = self._useful()

    # --- what opens a course

    def _needs(self, offer: Offer) -> list[_Need]:
        needs = [
            _Need(((competence, low),))
            for competence, (low, _) in offer.outcomes.items()
            if competence in self.known and self.known[competence] < low
        ]
        for name in sorted(offer.prerequisites):
            before = self.offers.get(name)
            shown = {} if before is None else {c: high for c, (_, high) in before.outcomes.items() if c in self.known}
            missing = tuple((competence, high) for competence, high in shown.items() if self.known[competence] < high)
            if missing or not shown:
                needs.append(_Need(missing, name))
        return needs

    def gives(self, name: str, level: _Level) -> bool:
        """Whether a course may be the first that brings somebody to a level: it begins below, and ends there or above.

        What begins at the level or above needs that the level is held already, so it is never the first.
        """
        low, high = self.offers[name].outcomes.get(level[0], (0, 0))
        return low < level[1] <= high

    def _met(self, need: _Need, held: Mapping[str, int], taken: Collection[str]) -> bool:
        if need.course and need.course in taken:
            return True
        return bool(need.levels) and all(held.get(competence, 0) >= level for competence, level in need.levels)

    def held(self, taken: Iterable[Offer]) -> dict[str, int]:
        """Return the levels as far as known after these courses."""
        held = dict(self.known)
        for offer in taken:
            for competence, (_, high) in offer.outcomes.items():
                held[competence] = max(held.get(competence, 0), high)
        return held

    def serves(self, taken: Iterable[Offer]) -> dict[str, tuple[str, ...]]:
        """Return the wanted competences that each of these courses raises, in their order."""
        held, found = dict(self.known), {}
        for offer in taken:
            found[offer.course] = tuple(
                each.competence
                for each in self.wanted
                if held[each.competence] < min(each.required, offer.outcomes.get(each.competence, (0, 0))[1])
            )
            for competence, (_, high) in offer.outcomes.items():
                held[competence] = max(held.get(competence, 0), high)
        return found

    def sequence(self, offers: Iterable[Offer]) -> list[Offer]:
        """Return those of the courses that can be taken, each when it is open, the quickest of the open ones first."""
        order = sorted(offers, key=lambda each: (each.hours is None, each.hours or 0, each.course))
        queue: list[int] = []
        # What has to change before it is worth looking at a course again.
        shut: dict[str, list[int]] = defaultdict(list)
        for at, offer in enumerate(order):
            needs = self.needs[offer.course]
            if not needs:
                queue.append(at)
            for need in needs:
                for thing in (*(competence for competence, _ in need.levels), need.course):
                    shut[thing].append(at)
        opened = set(queue)
        taken: list[Offer] = []
        names: set[str] = set()
        held = dict(self.known)
        while queue:
            found = order[heapq.heappop(queue)]
            taken.append(found)
            names.add(found.course)
            for competence, (_, high) in found.outcomes.items():
                held[competence] = max(held.get(competence, 0), high)
            for thing in (*found.outcomes, found.course):
                for at in shut.get(thing, ()):
                    if at not in opened and all(self._met(need, held, names) for need in self.needs[order[at].course]):
                        opened.add(at)
                        heapq.heappush(queue, at)
        return taken

    def _useful(self) -> list[str]:
        """Return the open courses that lead to something wanted, or open one that does."""
        top = self.held(self.open)
        open_names = {offer.course for offer in self.open}
        aims: list[_Level] = [
            (each.competence, level)
            for each in self.wanted
            for level in range(self.known[each.competence] + 1, min(each.required, top[each.competence]) + 1)
        ]
        seen = set(aims)
        useful: set[str] = set()
        while aims:
            aim = aims.pop()
            found = [name for name in self.teachers.get(aim[0], ()) if self.gives(name, aim)]
            while found:
                name = found.pop()
                if name in useful or name not in open_names:
                    continue
                useful.add(name)
                for need in self.needs[name]:
                    more = set(need.levels) - seen
                    seen |= more
                    aims += sorted(more)
                    if need.course:
                        found.append(need.course)
        return [offer.course for offer in self.open if offer.course in useful]

    # --- the integer program

    def _costs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what each course takes of what is spent least, and a smaller cost that decides between equals."""
        price = [None if offer.price is None else float(offer.price * _CENTS) for offer in self._chosen()]
        hours = [None if offer.hours is None else float(offer.hours) for offer in self._chosen()]
        first, second = (price, hours) if self.least == "price" else (hours, price)
        main, other = with_unknown_last(first), with_unknown_last(second) + 1
        return main, other / (1 + other.sum())

    def _chosen(self) -> Sequence[Offer]:
        return [self.offers[name] for name in self.names]

    def solve(self, budget: Decimal | int | None) -> tuple[list[Offer], bool]:
        """Return the cheapest courses that reach as much as can be, in their order, and whether that is proven."""
        if not self.names or not self.wanted:
            return [], True
        program = Program(len(self.names))
        place = {name: at for at, name in enumerate(self.names)}
        main, other = self._costs()
        top = self.held(self.open)
        program.objective[: len(self.names)] = main + other
        for name in self.names:
            for need in self.needs[name]:
                self.open_only_with(program, place, name, need)
        if budget is None:
            for each in self.wanted:
                level = min(each.required, top[each.competence])
                if level > self.known[each.competence]:
                    program.at_least(1, self.givers(place, (each.competence, level)))
        else:
            self._within(program, place, main, float(budget * (_CENTS if self.least == "price" else 1)))
        until = time.monotonic() + _SECONDS
        while True:
            left = until - time.monotonic()
            found = program.solve(left) if left > 0 else None
            if found is None:
                return ([] if budget is not None else self._thinned(main + other)), False
            offers = [self.offers[self.names[at]] for at in found.chosen if at < len(self.names)]
            taken = self.sequence(offers)
            if len(taken) == len(offers):
                return taken, found.proven
            self.cut(program, place, taken, [offer.course for offer in offers])

    def _thinned(self, costs: np.ndarray) -> list[Offer]:
        """Return all that helps without what can be left out, the dearest first: not proven, but it can be taken."""
        kept = {name: float(cost) for name, cost in zip(self.names, costs, strict=True)}
        aims = self._reached(kept)
        until = time.monotonic() + _SECONDS / 5
        for name in sorted(kept, key=lambda each: (-kept[each], each)):
            if time.monotonic() > until:
                break
            if self._reached(kept.keys() - {name}) == aims:
                del kept[name]
        return self.sequence(self.offers[name] for name in kept)

    def _reached(self, names: Iterable[str]) -> list[int]:
        held = self.held(self.sequence(self.offers[name] for name in names))
        return [min(each.required, held[each.competence]) for each in self.wanted]

    def open_only_with(self, program: Program, place: Mapping[str, int], name: str, need: _Need) -> None:
        """Let a course be chosen only with what opens it: a course that gives the level, or the one to come before."""
        ways: list[tuple[int, float]] = [(place[need.course], 1)] if need.course in place else []
        if len(need.levels) == 1:
            ways += self.givers(place, need.levels[0], but=(name, need.course))
        elif need.levels:
            held = program.variable()
            ways.append((held, 1))
            for level in need.levels:
                program.at_least(0, [*self.givers(place, level, but=(name,)), (held, -1)])
        program.at_least(0, [*ways, (place[name], -1)])

    def givers(self, place: Mapping[str, int], level: _Level, but: Collection[str] = ()) -> list[tuple[int, float]]:
        """Return the variables of the courses that may be the first to bring somebody to a level."""
        return [
            (place[name], 1)
            for name in self.teachers.get(level[0], ())
            if name in place and name not in but and self.gives(name, level)
        ]

    def _within(self, program: Program, place: Mapping[str, int], main: np.ndarray, budget: float) -> None:
        """Reach the most weight of levels that the budget allows; what it takes decides between equals."""
        known = [
            offer.price is not None if self.least == "price" else offer.hours is not None for offer in self._chosen()
        ]
        program.at_least(-budget, [(at, -float(cost)) for at, cost in enumerate(main)])
        for at, said in enumerate(known):
            if not said:
                # What it takes is not known, so nobody knows that it is within the budget.
                program.at_least(0, [(at, -1)])
        least = min((each.weight for each in self.wanted if each.weight > 0), default=1.0)
        # All costs together weigh less than the least level.
        program.objective[: len(self.names)] *= least / (2 * (1 + float(program.objective.sum())))
        for each in self.wanted:
            for level in range(self.known[each.competence] + 1, each.required + 1):
                at = program.variable()
                program.objective = np.append(program.objective[:at], -each.weight)
                program.at_least(0, [*self.givers(place, (each.competence, level)), (at, -1)])

    def cut(self, program: Program, place: Mapping[str, int], taken: Sequence[Offer], chosen: Sequence[str]) -> None:
        """Forbid a choice of which some courses only open each other: one from outside must open the first of them."""
        names = {offer.course for offer in taken}
        stuck = [name for name in chosen if name not in names]
        held = self.held(taken)
        keys: set[int] = set()
        for name in stuck:
            for need in self.needs[name]:
                if self._met(need, held, names):
                    continue
                missing = [level for level in need.levels if held.get(level[0], 0) < level[1]]
                keys |= {
                    at
                    for other, at in place.items()
                    if other not in stuck
                    and (other == need.course or any(self.gives(other, level) for level in missing))
                }
        for name in stuck:
            program.at_least(0, [*((at, 1) for at in sorted(keys)), (place[name], -1)])
