"""What one person of a place can do, or nobody."""

from competence_graph.model.single_point import Asked, single_points

ASKED = Asked("unit", "x", 3, essential=True, weight=2)


def points(levels, asked=(ASKED,), people=("a", "b", "c")):
    return single_points(asked, {"unit": people}, {(person, "x"): level for person, level in levels.items()})


def test_competence_that_two_people_attain_is_no_single_point():
    assert () == points({"a": 3, "b": 4})


def test_competence_that_one_person_attains_names_that_person():
    assert ["a"] == [point.holder for point in points({"a": 3, "b": 2})]


def test_competence_that_nobody_attains_names_nobody():
    assert [None] == [point.holder for point in points({"a": 2})]


def test_holder_counts_whatever_the_own_role_asks_for():
    # Only c's level is high enough; nothing here says that c's role needs x.
    assert ["c"] == [point.holder for point in points({"c": 5})]


def test_who_lacks_one_level_is_near_and_who_has_nothing_is_not():
    (point,) = points({"a": 2, "b": 2, "c": 0})
    (first,) = single_points([Asked("unit", "x", 1, essential=False, weight=1)], {"unit": ["a"]}, {})

    assert (("a", "b"), ()) == (point.near, first.near)


def test_what_nobody_can_do_comes_first_then_the_essential_then_the_heavy():
    asked = [
        Asked("unit", "held", 1, essential=True, weight=5),
        Asked("unit", "light", 1, essential=True, weight=1),
        Asked("unit", "optional", 1, essential=False, weight=5),
        Asked("unit", "heavy", 1, essential=True, weight=4),
    ]

    found = single_points(asked, {"unit": ["a"]}, {("a", "held"): 1})

    assert ["heavy", "light", "optional", "held"] == [point.asked.competence for point in found]


def test_levels_of_another_place_do_not_help():
    found = single_points([ASKED], {"unit": ["a"], "other": ["b", "c"]}, {("b", "x"): 5, ("c", "x"): 5})

    assert [None] == [point.holder for point in found]
