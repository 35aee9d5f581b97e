"""The plan for one person: 40 competences, 600 courses; its time, and whether each plan is proven.

Run it with ``python -m tests.benchmarks.plan``. Courses are as a catalogue has them: one to two competences, a band of
levels, a fifth of them after another course.
"""

from __future__ import annotations

import random
import statistics
import time
from decimal import Decimal

from competence_graph.model.closing import Offer
from competence_graph.model.plan import Wanted, course_plan

BANDS = [(0, 1), (0, 2), (0, 2), (1, 3), (2, 3), (3, 4), (4, 5)]
GOAL = 0.050


def catalogue(rng: random.Random, competences: int, courses: int) -> list[Offer]:
    """Invent a catalogue."""
    offers: list[Offer] = []
    for each in range(courses):
        band = rng.choice(BANDS)
        outcomes = {f"c{skill}": band for skill in rng.sample(range(competences), rng.choice([1, 1, 1, 2]))}
        lower = [
            offer.course
            for offer in offers
            if offer.outcomes.keys() & outcomes.keys() and max(high for _, high in offer.outcomes.values()) <= band[0]
        ]
        before = frozenset(rng.sample(lower, 1)) if lower and rng.random() < 0.2 else frozenset()
        offers.append(Offer(f"k{each}", outcomes, before, rng.randint(4, 60), Decimal(rng.randrange(10, 600, 10))))
    return offers


def main() -> int:
    """Print the figures; 1 where a plan is not proven or the median is above the goal."""
    times, proven = [], True
    for seed in range(40):
        rng = random.Random(seed)
        offers = catalogue(rng, 40, 600)
        attained = {f"c{skill}": rng.randint(0, 2) for skill in range(40)}
        wanted = [Wanted(f"c{skill}", rng.randint(2, 5)) for skill in range(40)]
        start = time.perf_counter()
        plan = course_plan(wanted, attained, offers)
        times.append(time.perf_counter() - start)
        proven = proven and plan.proven
    median = statistics.median(times)
    print(f"40 x 600: median {median * 1000:.0f} ms, slowest {max(times) * 1000:.0f} ms, all proven: {proven}")
    return 0 if proven and median <= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
