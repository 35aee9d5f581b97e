"""What an institution books for all: as cheap as brute force, and open to everybody who takes it."""

import itertools
import random
from decimal import Decimal

import pytest
from tests.model.test_plan import can_all_be_taken, holds

from competence_graph.model.closing import Offer
from competence_graph.model.cohort import Member, cohort_plan, single_plans
from competence_graph.model.plan import Wanted, course_plan

BANDS = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4)]


def small(seed, courses=8, people=4):
    """A few people, and a few courses of which some open others."""
    rng = random.Random(seed)
    offers = []
    for each in range(courses):
        skills = rng.sample(range(4), rng.choice([1, 1, 2]))
        before = frozenset({f"k{rng.randrange(each)}"}) if each and rng.random() < 0.25 else frozenset()
        price = Decimal(rng.randrange(0, 200, 10))
        offers.append(
            Offer(f"k{each}", {f"c{skill}": rng.choice(BANDS) for skill in skills}, before, rng.randint(2, 40), price)
        )
    members = [
        Member(
            f"p{each}",
            tuple(Wanted(f"c{skill}", rng.randint(1, 4)) for skill in rng.sample(range(4), rng.randint(1, 3))),
            {f"c{skill}": rng.randint(0, 3) for skill in range(4) if rng.random() < 0.8},
        )
        for each in range(people)
    ]
    return members, offers


def reached(member, offers, catalogue):
    """How far a person comes where these are held, by the definition: whatever is open is taken, until nothing is."""
    known = {**{each.competence: 0 for each in member.wanted}, **member.attained}
    held, taken = dict(known), set()
    more = True
    while more:
        more = False
        for each in offers:
            entered = all(held[c] >= low for c, (low, _) in each.outcomes.items() if c in known)
            if each.course in taken or not entered:
                continue
            if all(holds(name, held, taken, known, catalogue) for name in each.prerequisites):
                taken.add(each.course)
                more = True
                for c, (_, high) in each.outcomes.items():
                    held[c] = max(held.get(c, 0), high)
    return tuple(min(each.required, held[each.competence]) for each in member.wanted)


def cheapest(members, offers, least):
    """What the cheapest choice of courses costs that brings everybody as far as all courses do."""
    catalogue = {each.course: each for each in offers}
    goal = [reached(member, offers, catalogue) for member in members]
    best = None
    for size in range(len(offers) + 1):
        for choice in itertools.combinations(offers, size):
            spent = sum(each.price if least == "price" else each.hours for each in choice)
            if (best is None or spent < best) and [reached(each, choice, catalogue) for each in members] == goal:
                best = spent
    return best


@pytest.mark.parametrize("least", ["price", "hours"])
@pytest.mark.parametrize("seed", range(60))
def test_plan_is_as_cheap_as_the_cheapest_of_every_choice(seed, least):
    members, offers = small(seed)
    plan = cohort_plan(members, offers, least=least)

    assert plan.proven
    assert plan.gap == 0
    # A course that costs nothing may be booked and needed by nobody, so what is booked is compared, not its names.
    assert plan.spent == plan.bound == cheapest(members, offers, least)


@pytest.mark.parametrize("seed", range(60, 90))
def test_everybody_comes_as_far_as_alone_by_courses_that_are_open_to_them(seed):
    members, offers = small(seed, courses=12, people=8)
    catalogue = {each.course: each for each in offers}
    plan = cohort_plan(members, offers)

    for member in members:
        alone = course_plan(member.wanted, member.attained, offers)
        mine = plan.plans[member.person]
        known = {**{each.competence: 0 for each in member.wanted}, **member.attained}
        steps = [catalogue[step.course] for step in mine.courses.steps]
        assert mine.reached == alone.reached
        assert can_all_be_taken(steps, known, catalogue) is not None
        assert {each.course for each in plan.bookings if member.person in each.people} == {
            step.course for step in mine.courses.steps
        }


@pytest.mark.parametrize("seed", range(90, 110))
def test_shared_plan_costs_no_more_than_each_course_of_the_single_plans_once(seed):
    members, offers = small(seed, courses=14, people=10)
    shared, single = cohort_plan(members, offers), single_plans(members, offers)
    once = sum(each.price for each in single.bookings)

    assert shared.spent <= once <= single.spent
    assert single.spent == sum(each.price * len(each.people) for each in single.bookings)
    assert single.spent == sum(plan.courses.price for plan in single.plans.values())


def test_search_without_time_still_gives_a_plan_for_everybody_and_says_that_it_is_not_proven():
    members, offers = small(7, courses=14, people=10)
    best, hurried = cohort_plan(members, offers), cohort_plan(members, offers, seconds=0)

    assert not hurried.proven
    assert hurried.spent >= best.spent >= hurried.bound
    assert {person: plan.reached for person, plan in hurried.plans.items()} == {
        person: plan.reached for person, plan in best.plans.items()
    }


def test_nobody_and_nothing_to_learn_are_no_plan():
    _, offers = small(1)
    for members in ([], [Member("p", (), {})], [Member("p", (Wanted("c0", 2),), {"c0": 3})]):
        plan = cohort_plan(members, offers)
        assert (plan.bookings, plan.spent, plan.proven) == ((), 0, True)
    assert cohort_plan([Member("p", (Wanted("c0", 2),), {})], []).bookings == ()
