"""The plan for all gaps of a person: against every choice of courses there is, and against greedy."""

import itertools
import random
from decimal import Decimal

import pytest

from competence_graph.model.closing import Offer, closing
from competence_graph.model.plan import Wanted, course_plan


def offer(course, price=0, hours=1, before=(), **outcomes):
    money = None if price is None else Decimal(price)
    return Offer(course, outcomes, frozenset(before), hours, money)


def names(plan):
    return [step.course for step in plan.courses.steps]


# --- every choice of courses, by the definition


def can_all_be_taken(courses, known, offers):
    """The levels after taking all of these in some order; None where that cannot be."""
    held, taken, waiting = dict(known), set(), list(courses)
    while waiting:
        for each in waiting:
            entered = all(held[c] >= low for c, (low, _) in each.outcomes.items() if c in known)
            if entered and all(holds(name, held, taken, known, offers) for name in each.prerequisites):
                waiting.remove(each)
                taken.add(each.course)
                for c, (_, high) in each.outcomes.items():
                    held[c] = max(held.get(c, 0), high)
                break
        else:
            return None
    return held


def holds(name, held, taken, known, offers):
    if name in taken:
        return True
    shown = [held[c] >= high for c, (_, high) in offers[name].outcomes.items() if c in known] if name in offers else []
    return bool(shown) and all(shown)


def cost(courses, least):
    price = [each.price for each in courses]
    hours = [each.hours for each in courses]
    main, other = (price, hours) if least == "price" else (hours, price)
    return (
        sum(each is None for each in main), sum(each for each in main if each is not None),
        sum(each is None for each in other), sum(int(each) for each in other if each is not None) + len(courses) / 1000,
    )  # fmt: skip


def every_choice(wanted, attained, offers, least):
    known = {**{each.competence: 0 for each in wanted}, **attained}
    by_name = {each.course: each for each in offers}
    found = []
    for size in range(len(offers) + 1):
        for choice in itertools.combinations(offers, size):
            held = can_all_be_taken(choice, known, by_name)
            if held is not None:
                reached = tuple(min(each.required, held[each.competence]) for each in wanted)
                found.append((reached, cost(choice, least)))
    top = tuple(max(each[0][place] for each in found) for place in range(len(wanted)))
    return top, min(each[1] for each in found if each[0] == top), found


def instance(rng, size=8, competences=4):
    skills = [f"c{each}" for each in range(competences)]
    offers = []
    for each in range(size):
        outcomes = {}
        for skill in rng.sample(skills, rng.choice([1, 1, 1, 2])):
            low = rng.choice([0, 0, 1, 2, 3])
            outcomes[skill] = (low, rng.randint(low + 1, 5))
        others = [f"k{other}" for other in range(size) if other != each]
        before = rng.sample(others, min(len(others), rng.choice([0, 0, 0, 1, 1, 2])))
        price = rng.choice([None, *range(0, 400, 10), *range(0, 400, 10)])
        hours = rng.choice([None, *range(2, 60, 2)])
        offers.append(Offer(f"k{each}", outcomes, frozenset(before), hours, None if price is None else Decimal(price)))
    wanted = [
        Wanted(skill, rng.randint(1, 5), rng.choice([0.5, 1, 2])) for skill in rng.sample(skills, rng.randint(1, 3))
    ]
    attained = {skill: rng.randint(0, 3) for skill in skills if rng.random() < 0.6}
    return wanted, attained, offers


@pytest.mark.parametrize("block", range(10))
def test_no_choice_of_courses_reaches_more_or_is_cheaper(block):
    rng = random.Random(block)
    for _ in range(100):
        wanted, attained, offers = instance(rng, size=rng.randint(1, 8))
        least = rng.choice(["price", "hours"])
        plan = course_plan(wanted, attained, offers, least=least)
        top, best, _ = every_choice(wanted, attained, offers, least)

        by_name = {each.course: each for each in offers}
        taken = [by_name[name] for name in names(plan)]
        assert plan.proven
        assert tuple(plan.reached[each.competence] for each in wanted) == tuple(
            min(each.required, max(reached, attained.get(each.competence, 0)))
            for each, reached in zip(wanted, top, strict=True)
        )
        assert [float(each) for each in cost(taken, least)] == pytest.approx([float(each) for each in best])
        assert order_holds(taken, wanted, attained, by_name)


def order_holds(taken, wanted, attained, offers):
    known = {**{each.competence: 0 for each in wanted}, **attained}
    held, done = dict(known), set()
    for each in taken:
        if any(held[c] < low for c, (low, _) in each.outcomes.items() if c in known):
            return False
        if not all(holds(name, held, done, known, offers) for name in each.prerequisites):
            return False
        done.add(each.course)
        for c, (_, high) in each.outcomes.items():
            held[c] = max(held.get(c, 0), high)
    return True


@pytest.mark.parametrize("block", range(4))
def test_within_a_budget_no_choice_reaches_more_weight(block):
    rng = random.Random(100 + block)
    for _ in range(50):
        wanted, attained, offers = instance(rng, size=rng.randint(1, 8))
        least, budget = rng.choice(["price", "hours"]), rng.choice([0, 20, 60, 150, 400])
        plan = course_plan(wanted, attained, offers, least=least, budget=budget)
        _, _, found = every_choice(wanted, attained, offers, least)

        def weight(reached, wanted=wanted, attained=attained):
            return sum(
                each.weight * max(0, level - attained.get(each.competence, 0))
                for each, level in zip(wanted, reached, strict=True)
            )

        best = max(weight(reached) for reached, spent in found if spent[0] == 0 and spent[1] <= budget)
        by_name = {each.course: each for each in offers}
        spent = cost([by_name[name] for name in names(plan)], least)
        assert spent[0] == 0
        assert spent[1] <= budget
        assert weight([plan.reached[each.competence] for each in wanted]) == pytest.approx(best)
        equal = [cost for reached, cost in found if cost[0] == 0 and weight(reached) == pytest.approx(best)]
        assert spent[1] == min(each[1] for each in equal)


# --- what is easily got wrong


def test_one_course_for_two_gaps_beats_the_cheapest_of_each():
    offers = [offer("one", 60, a=(0, 2)), offer("other", 60, b=(0, 2)), offer("both", 100, a=(0, 2), b=(0, 2))]

    assert names(course_plan([Wanted("a", 2), Wanted("b", 2)], {}, offers)) == ["both"]


def test_two_courses_that_only_open_each_other_are_no_plan():
    circle = [offer("left", 1, a=(0, 2), before=["right"]), offer("right", 1, b=(0, 2), before=["left"])]
    shut = course_plan([Wanted("a", 2)], {"b": 0}, circle)
    assert names(shut) == []
    assert shut.unreached == {"a": 2}
    assert names(course_plan([Wanted("a", 2)], {"b": 0}, [*circle, offer("door", 500, b=(0, 2))])) == ["door", "left"]


def test_what_nobody_assessed_shuts_no_course():
    course = offer("k", a=(0, 2), b=(3, 4))

    assert names(course_plan([Wanted("a", 2)], {}, [course])) == ["k"]
    assert names(course_plan([Wanted("a", 2)], {"b": 1}, [course])) == []


def test_levels_that_no_course_reaches_are_named_and_the_rest_is_planned():
    plan = course_plan([Wanted("a", 5), Wanted("b", 1)], {"a": 1}, [offer("k", a=(1, 3))])

    assert names(plan) == ["k"]
    assert plan.reached == {"a": 3, "b": 0}
    assert plan.unreached == {"a": 2, "b": 1}


def test_nothing_wanted_takes_nothing():
    plan = course_plan([Wanted("a", 2)], {"a": 3}, [offer("k", a=(0, 5))])

    assert names(plan) == []
    assert plan.reached == {"a": 2}
    assert plan.unreached == {}


def test_course_that_does_not_say_its_price_is_the_last_choice():
    offers = [offer("silent", None, a=(0, 2)), offer("dear", 900, a=(0, 2))]

    assert names(course_plan([Wanted("a", 2)], {}, offers)) == ["dear"]
    assert names(course_plan([Wanted("a", 2)], {}, offers[:1])) == ["silent"]
    assert names(course_plan([Wanted("a", 2)], {}, offers[:1], budget=5000)) == []


def test_plan_is_never_dearer_than_the_cheapest_chain_of_each_gap():
    cheaper = 0
    for seed in range(1000):
        wanted, attained, offers = instance(random.Random(5000 + seed), size=12)
        offers = [
            Offer(each.course, each.outcomes, each.prerequisites, 8, each.price or Decimal(50)) for each in offers
        ]
        attained = {skill: attained.get(skill, 0) for skill in ("c0", "c1", "c2", "c3")}
        plan = course_plan(wanted, attained, offers)
        chains = [closing(each.competence, each.required, attained, offers) for each in wanted]
        prices = {step.course: step.price for each in chains for chain in each.chains[:1] for step in chain.steps}

        assert [plan.reached[each.competence] for each in wanted] == [
            max(each.reached, min(each.required, attained[each.competence])) for each in chains
        ]
        assert plan.courses.price <= sum(prices.values())
        cheaper += plan.courses.price < sum(prices.values())

    assert cheaper > 20
