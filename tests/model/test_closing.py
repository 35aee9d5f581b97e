"""Which courses close one gap."""

from decimal import Decimal
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from competence_graph.model.closing import Offer, closing


def offer(course, low, high, price=10, hours=8, before=(), **others):
    outcomes = {"x": (low, high), **others} if high else others
    return Offer(course, outcomes, frozenset(before), hours, None if price is None else Decimal(price))


def courses(found):
    return [[step.course for step in chain.steps] for chain in found.chains]


def test_cheapest_chain_of_courses_closes_the_gap_step_by_step():
    offers = [offer("basics", 0, 2, 10), offer("advanced", 2, 4, 20), offer("intensive", 0, 4, 50)]

    found = closing("x", 4, {}, offers)

    assert [["basics", "advanced"]] == courses(found)
    assert [(0, 2), (2, 4)] == [(step.low, step.high) for step in found.chains[0].steps]
    assert (Decimal(30), 16) == (found.chains[0].price, found.chains[0].hours)


def test_up_to_three_courses_each_enough_alone_stand_beside_each_other_cheapest_first():
    offers = [offer("d", 0, 2, 40), offer("b", 0, 3, 20), offer("a", 1, 2, 10), offer("c", 0, 2, 30)]

    assert [["a"], ["b"], ["c"]] == courses(closing("x", 2, {"x": 1}, offers))


def test_of_equal_price_the_shorter_goes_first():
    offers = [offer("long", 0, 2, 0, hours=40), offer("short", 0, 2, 0, hours=4)]

    assert [["short"], ["long"]] == courses(closing("x", 2, {}, offers))


def test_course_of_unknown_price_goes_after_one_that_says_it_and_makes_the_sum_unknown():
    found = closing("x", 2, {}, [offer("silent", 0, 2, None), offer("dear", 0, 2, 900)])

    assert [["dear"], ["silent"]] == courses(found)
    assert found.chains[1].price is None


def test_levels_that_no_course_reaches_are_counted():
    found = closing("x", 5, {"x": 1}, [offer("basics", 0, 2), offer("advanced", 2, 3)])

    assert (False, 3, 2) == (found.closes, found.reached, found.unreached)
    assert [["basics", "advanced"]] == courses(found)


def test_course_that_starts_above_the_person_s_level_is_not_offered():
    found = closing("x", 4, {"x": 1}, [offer("advanced", 2, 4)])

    assert ([], 3) == (courses(found), found.unreached)


def test_course_is_not_offered_where_another_of_its_outcomes_starts_too_high():
    found = closing("x", 2, {"y": 1}, [offer("both", 0, 2, y=(2, 3))])

    assert [] == courses(found)


def test_competence_that_nobody_assessed_shuts_no_course():
    assert [["both"]] == courses(closing("x", 2, {}, [offer("both", 0, 2, y=(2, 3))]))


def test_prerequisite_counts_as_held_by_what_is_known_of_it():
    offers = [offer("first", 0, 2, 5, y=(0, 2)), offer("then", 2, 4, 10, before=["first"], y=(2, 4))]

    assert [["then"]] == courses(closing("x", 3, {"x": 2}, offers))
    assert [["first", "then"]] == courses(closing("x", 3, {"x": 2, "y": 0}, offers))


def test_prerequisite_is_taken_first_and_paid_for():
    offers = [offer("first", 0, 0, 5, y=(0, 1)), offer("then", 0, 2, 10, before=["first"])]

    found = closing("x", 2, {}, offers)

    assert [["first", "then"]] == courses(found)
    assert Decimal(15) == found.chains[0].price
    assert (None, None) == (found.chains[0].steps[0].low, found.chains[0].steps[0].high)


def test_prerequisite_whose_levels_are_held_already_is_not_taken_again():
    offers = [offer("first", 0, 0, 5, y=(0, 1)), offer("then", 0, 2, 10, before=["first"])]

    assert [["then"]] == courses(closing("x", 2, {"y": 1}, offers))


def test_prerequisite_that_nobody_offers_keeps_the_course_shut():
    assert [] == courses(closing("x", 2, {}, [offer("then", 0, 2, before=["gone"])]))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(0, 9)), max_size=5),
    st.integers(0, 4),
    st.integers(1, 5),
)
def test_no_order_of_courses_is_cheaper_or_reaches_further(made, start, required):
    offers = [offer(f"k{n}", low, min(low + up, 5), price) for n, (low, up, price) in enumerate(made) if low < 5]
    reachable = {start: Decimal()}
    for size in range(1, len(offers) + 1):
        for order in permutations(offers, size):
            level, price = start, Decimal()
            for each in order:
                low, high = each.outcomes["x"]
                if low > level or high <= level:
                    break
                level, price = high, price + each.price
            else:
                level = min(level, required)
                reachable[level] = min(reachable.get(level, price), price)

    found = closing("x", required, {"x": start}, offers)

    if start < required:
        assert max(reachable) == found.reached
        assert (reachable[found.reached] if found.reached > start else 0) == (
            found.chains[0].price if found.chains else 0
        )
