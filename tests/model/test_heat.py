"""The heat map and the distribution: counts, shares, bands, heights."""

from datetime import date

import pytest

from competence_graph.model.gap import Gap
from competence_graph.model.heat import band, distribution, heat

DAY = date(2026, 11, 1)


def row(person, competence, required, attained, why="direct"):
    return Gap(person, "role", competence, required, attained, 3, "essential", why, DAY, attained < required)


@pytest.mark.parametrize(
    ("below", "need", "expected"),
    [
        (0, 7, 0), (1, 100, 1), (19, 100, 1), (1, 5, 2), (39, 100, 2), (2, 5, 3), (59, 100, 3), (3, 5, 4), (79, 100, 4),
        (4, 5, 5), (1, 1, 5),
    ],
)  # fmt: skip
def test_band_changes_at_every_fifth_and_nobody_is_a_band_of_its_own(below, need, expected):
    assert expected == band(below, need)


@pytest.mark.parametrize(("below", "need"), [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_counts_that_are_no_part_of_a_whole_have_no_band(below, need):
    with pytest.raises(ValueError, match="no share"):
        band(below, need)


def test_cell_counts_those_who_need_it_those_below_and_the_unassessed_among_them():
    rows = [row("a", "x", 3, 3), row("b", "x", 3, 1), row("c", "x", 2, 0, "not-assessed")]

    cell = heat(rows, {"a": ["u"], "b": ["u"], "c": ["u"]}, ["u"]).rows[0].cells[0]

    assert (3, 2, 1) == (cell.need, cell.below, cell.unknown)


def test_cell_of_a_place_where_nobody_needs_the_competence_is_none():
    made = heat([row("a", "x", 3, 3), row("b", "y", 3, 3)], {"a": ["u"], "b": ["v"]}, ["u", "v"])

    assert {"x": (True, False), "y": (False, True)} == {
        each.competence: tuple(cell is not None for cell in each.cells) for each in made.rows
    }


def test_person_in_two_places_counts_in_each_and_once_in_the_whole():
    made = heat([row("a", "x", 3, 1)], {"a": ["u", "v"]}, ["u", "v"])

    assert (1, [1, 1]) == (made.rows[0].whole.need, [cell.need for cell in made.rows[0].cells])


def test_competence_that_most_people_are_below_in_comes_first():
    rows = [row("a", "x", 3, 3), row("b", "x", 3, 3), row("a", "y", 2, 1), row("b", "y", 2, 1), row("a", "z", 5, 1)]

    made = heat(rows, {"a": ["u"], "b": ["u"]}, ["u"])

    assert ["y", "z", "x"] == [each.competence for each in made.rows]


def test_coverage_of_a_column_is_pooled_over_the_rows_of_its_people():
    rows = [row("a", "x", 3, 3), row("a", "y", 3, 3), row("b", "x", 3, 1)]

    column = heat(rows, {"a": ["u"], "b": ["u"]}, ["u"]).columns[0]

    assert (2, 2, 3) == (column.people, column.figures.met, column.figures.requirements)


def test_not_assessed_and_assessed_at_0_stand_in_different_bars():
    bars = distribution([row("a", "x", 2, 0, "not-assessed"), row("b", "x", 2, 0)])

    assert [(None, 1), (0, 1), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)] == [(bar.level, bar.count) for bar in bars]


def test_bar_is_parted_into_met_and_below_and_the_tallest_is_100_high():
    rows = [row("a", "x", 3, 2), row("b", "x", 2, 2), row("c", "x", 2, 2), row("d", "x", 1, 1)]

    bars = {bar.level: bar for bar in distribution(rows)}

    assert (2, 1, 67, 33) == (bars[2].met, bars[2].below, bars[2].met_height, bars[2].below_height)
    assert 33 == bars[1].met_height + bars[1].below_height


def test_distribution_of_nobody_has_no_height():
    assert [0] == [bar.met_height + bar.below_height for bar in distribution([])][:1]
