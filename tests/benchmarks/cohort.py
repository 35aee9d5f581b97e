"""The plan for a whole institution, and plans against brute force: time, proof, and greedy beside them.

Run it with ``python -m tests.benchmarks.cohort``. 300 people of twelve roles, 40 competences, 60 and 600 courses;
then a thousand small plans of one person and of four against every choice of courses.
"""

from __future__ import annotations

import random
import time
from decimal import Decimal

from tests.benchmarks.plan import catalogue
from tests.model.test_cohort import cheapest, small
from tests.model.test_plan import cost, every_choice

from competence_graph.model.closing import Offer
from competence_graph.model.cohort import Member, cohort_plan
from competence_graph.model.plan import Wanted, course_plan

GOALS = {60: 5.0, 600: 30.0}
GAP = 0.05
SMALL = 1000


def institution(seed: int, people: int, courses: int) -> tuple[list[Member], list[Offer]]:
    """Invent people of twelve roles and a catalogue."""
    rng = random.Random(seed)
    offers = catalogue(rng, 40, courses)
    roles = [{f"c{skill}": rng.randint(2, 5) for skill in rng.sample(range(40), 16)} for _ in range(12)]
    members = []
    for each in range(people):
        role = rng.choice(roles)
        held = {skill: max(0, level - rng.choice([0, 0, 0, 1, 1, 2, 3])) for skill, level in role.items()}
        wanted = tuple(Wanted(skill, level) for skill, level in role.items() if held[skill] < level)
        members.append(Member(f"p{each}", wanted, held))
    return members, offers


def greedy(members: list[Member], offers: list[Offer]) -> tuple[Decimal, int]:
    """Book the course that gives most missing levels for its price, until nobody gets further at once.

    Returns:
        The price, and the levels reached of those wanted: greedy passes over courses that only open others.
    """
    held = [{**{each.competence: 0 for each in member.wanted}, **member.attained} for member in members]
    goal = [{each.competence: each.required for each in member.wanted} for member in members]
    taken: list[set[str]] = [set() for _ in members]
    booked: dict[str, Offer] = {}
    by_name = {each.course: each for each in offers}

    def open_to(offer: Offer, at: int) -> bool:
        levels = held[at]
        return all(levels.get(each, low) >= low for each, (low, _) in offer.outcomes.items()) and all(
            name in taken[at]
            or all(levels.get(each, high) >= high for each, (_, high) in by_name[name].outcomes.items())
            for name in offer.prerequisites
        )

    def take(offer: Offer) -> None:
        for at in range(len(members)):
            if open_to(offer, at):
                taken[at].add(offer.course)
                for each, (_, high) in offer.outcomes.items():
                    held[at][each] = max(held[at].get(each, 0), high)

    while True:
        best, most = None, 0.0
        for offer in offers:
            if offer.course in booked:
                continue
            gain = sum(
                max(0, min(goal[at].get(each, 0), high) - held[at].get(each, 0))
                for at in range(len(members))
                if open_to(offer, at)
                for each, (_, high) in offer.outcomes.items()
            )
            if gain and gain / (1 + float(offer.price or 0)) > most:
                best, most = offer, gain / (1 + float(offer.price or 0))
        if best is None:
            price = sum((each.price or Decimal(0) for each in booked.values()), Decimal(0))
            return price, sum(
                min(level, held[at][each]) for at in range(len(members)) for each, level in goal[at].items()
            )
        booked[best.course] = best
        before = -1
        while before != sum(map(len, taken)):
            before = sum(map(len, taken))
            for offer in booked.values():
                take(offer)


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    good = True
    for courses, goal in GOALS.items():
        for seed in (1, 2, 3):
            members, offers = institution(seed, 300, courses)
            start = time.perf_counter()
            plan = cohort_plan(members, offers, seconds=goal)
            took = time.perf_counter() - start
            beside, levels = greedy(members, offers)
            reached = sum(level for each in plan.plans.values() for level in each.reached.values())
            short = f", {reached - levels} levels short" if levels < reached else ""
            print(
                f"300 x {courses}, seed {seed}: {took:.2f} s, {len(plan.bookings)} courses, EUR {plan.spent}, proven "
                f"{plan.proven}, bound {plan.gap:.1%} off; greedy EUR {beside}: "
                f"{float(beside / plan.spent) - 1:+.1%}{short}",
                flush=True,
            )
            good = good and took <= goal * 1.5 and plan.gap <= GAP and (plan.spent <= beside or levels < reached)
    wrong = {"one person": 0, "four people": 0}
    for seed in range(SMALL):
        members, offers = small(1000 + seed, courses=7)
        plan = cohort_plan(members, offers)
        wrong["four people"] += not (plan.proven and plan.spent == cheapest(members, offers, "price"))
        one = members[0]
        top, best, _ = every_choice(one.wanted, one.attained, offers, "price")
        mine = course_plan(one.wanted, one.attained, offers)
        by_name = {each.course: each for each in offers}
        spent = cost([by_name[step.course] for step in mine.courses.steps], "price")
        reached = tuple(mine.reached[each.competence] for each in one.wanted)
        wrong["one person"] += not (mine.proven and reached == top and spent == best)
    print(f"{SMALL} small plans against every choice of courses: {wrong} differ")
    return 0 if good and not any(wrong.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
