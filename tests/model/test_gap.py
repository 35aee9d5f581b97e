"""The arithmetic of gaps; whole worlds are in tests/graph/test_worlds.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from competence_graph.model.gap import Catalogue, Employment, Gap, Requirement, demands, figures, gaps
from competence_graph.model.level import Attainment

DAY = date(2026, 11, 1)
LIBRARIAN = Requirement("r1", "c1", 3, "essential", 2)
MANAGER = Requirement("r2", "c1", 4, "optional", 5)
ROW = Gap("p", "r1", "c1", 3, 1, 2, "essential", "direct", DAY, critical=True)


def assessed(level: int, competence: str = "c1", iri: str = "a1") -> Attainment:
    return Attainment(iri, "p", competence, level, 0, False, "validated", date(2026, 1, 1), date(2026, 1, 1))


def test_several_roles_ask_for_the_highest_level_weight_and_necessity_each_by_itself() -> None:
    (demand,) = demands([LIBRARIAN, MANAGER])

    assert (demand.role, demand.level, demand.weight, demand.essential, demand.necessity) == (
        "r2",
        4,
        5,
        3,
        "essential",
    )


def test_of_two_roles_that_ask_for_the_same_level_the_smaller_iri_is_named() -> None:
    assert demands([replace(LIBRARIAN, role="r9"), LIBRARIAN])[0].role == "r1"


def test_merged_row_is_critical_only_below_the_essential_level() -> None:
    catalogue = Catalogue(requirements={"r1": (LIBRARIAN,), "r2": (MANAGER,)})
    roles = [Employment("p", "o", role, date(2020, 1, 1)) for role in ("r1", "r2")]

    (met,) = gaps(roles, [assessed(3)], catalogue, DAY, counts_self=False)
    (below,) = gaps(roles, [assessed(2)], catalogue, DAY, counts_self=False)

    assert (met.gap, met.critical) == (1, False)
    assert (below.gap, below.critical) == (2, True)


def test_role_asks_from_its_first_to_its_last_day() -> None:
    catalogue = Catalogue(requirements={"r1": (LIBRARIAN,)})
    held = [Employment("p", "o", "r1", date(2026, 1, 5), date(2026, 3, 5))]
    days = [date(2026, 1, 4), date(2026, 1, 5), date(2026, 3, 5), date(2026, 3, 6)]

    assert [len(gaps(held, [], catalogue, day, counts_self=False)) for day in days] == [0, 1, 1, 0]


def test_not_assessed_and_assessed_at_0_have_the_same_gap_and_look_different() -> None:
    catalogue = Catalogue(requirements={"r1": (LIBRARIAN,)})
    held = [Employment("p", "o", "r1", date(2020, 1, 1))]

    (unknown,) = gaps(held, [], catalogue, DAY, counts_self=False)
    (zero,) = gaps(held, [assessed(0)], catalogue, DAY, counts_self=False)

    assert (unknown.gap, unknown.why, unknown.assessed) == (3, "not-assessed", False)
    assert (zero.gap, zero.why, zero.assessed) == (3, "direct", True)


def test_equivalent_counts_through_a_level_map_in_its_direction_only() -> None:
    catalogue = Catalogue(
        requirements={"r1": (LIBRARIAN,), "r3": (replace(LIBRARIAN, role="r3", competence="c2"),)},
        scale={"c1": "five", "c2": "six"},
        equivalents={"c1": frozenset({"c2"}), "c2": frozenset({"c1"})},
        counts_as={("six", 5): {"five": 4}},
    )

    (there,) = gaps(
        [Employment("p", "o", "r1", date(2020, 1, 1))], [assessed(5, "c2")], catalogue, DAY, counts_self=False
    )
    (back,) = gaps(
        [Employment("p", "o", "r3", date(2020, 1, 1))], [assessed(5, "c1")], catalogue, DAY, counts_self=False
    )

    assert (there.attained, there.why) == (4, "equivalent")
    assert (back.attained, back.why) == (0, "not-assessed")


@pytest.mark.parametrize(("how", "level"), [("minimum", 0), ("mean", 1)])
def test_roll_up_counts_a_part_without_anything_as_0(how: str, level: int) -> None:
    catalogue = Catalogue(requirements={"r1": (LIBRARIAN,)}, parts={"c1": (how, ("c2", "c3"))})  # type: ignore[dict-item]

    (row,) = gaps(
        [Employment("p", "o", "r1", date(2020, 1, 1))], [assessed(3, "c2")], catalogue, DAY, counts_self=False
    )

    assert (row.attained, row.why) == (level, "rolled-up")


def test_direct_goes_before_what_could_be_rolled_up_even_where_it_is_lower() -> None:
    catalogue = Catalogue(requirements={"r1": (LIBRARIAN,)}, parts={"c1": ("minimum", ("c2",))})
    history = [assessed(1), assessed(5, "c2", "a2")]

    (row,) = gaps([Employment("p", "o", "r1", date(2020, 1, 1))], history, catalogue, DAY, counts_self=False)

    assert (row.attained, row.why) == (1, "direct")


def test_figures_of_a_group_are_pooled_over_rows() -> None:
    rows = [
        ROW,
        replace(ROW, person="q", attained=3, critical=False),
        replace(ROW, competence="c2", required=1, attained=5, weight=1, critical=False),
    ]

    total = figures(rows)

    assert (total.requirements, total.met, total.critical, total.levels, total.people) == (3, 2, 1, 2, 2)
    assert total.readiness == pytest.approx((2 * 1 + 2 * 3 + 1 * 1) / (2 * 3 + 2 * 3 + 1 * 1))
    assert total.coverage == pytest.approx(2 / 3)


def test_surplus_is_never_set_against_a_gap() -> None:
    rich = replace(ROW, competence="c2", required=1, attained=5)

    assert figures([ROW, rich]).readiness == figures([ROW, replace(rich, attained=1)]).readiness


def test_nothing_required_gives_no_share_at_all() -> None:
    empty = figures([])

    assert (empty.readiness, empty.coverage, empty.completeness, empty.index) == (None, None, None, None)
