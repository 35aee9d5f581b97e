"""Cells of staff tables: days in the chosen order, levels by the chosen profile, names as people write them."""

from datetime import date

import pytest

from competence_graph.model.staff_cells import day, folded, level, needs_order, parted


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-01-31", "ymd", date(2026, 1, 31)),
        ("2026.01.31", "dmy", date(2026, 1, 31)),
        ("2026-01-31 08:15", "ymd", date(2026, 1, 31)),
        ("31.01.2026", "dmy", date(2026, 1, 31)),
        ("3.2.26", "dmy", date(2026, 2, 3)),
        ("02/03/2026", "mdy", date(2026, 2, 3)),
        ("02/03/2026", "dmy", date(2026, 3, 2)),
        ("31.12.9999", "dmy", None),
        ("", "ymd", None),
        ("–", "ymd", None),
    ],
)
def test_days_are_read_in_the_order_that_was_chosen(text, order, expected):
    assert day(text, order) == expected


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31.01.2026", "ymd"),
        ("31.01.2026", "mdy"),
        ("2026-02-30", "ymd"),
        ("vakar", "dmy"),
        ("45321", "ymd"),
        ("0000-01-01", "ymd"),
    ],
)
def test_what_is_no_day_in_that_order_is_refused(text, order):
    with pytest.raises(ValueError):
        day(text, order)


def test_order_is_asked_for_only_where_it_matters():
    assert needs_order(["2026-01-31", "31.01.2026"])
    assert not needs_order(["2026-01-31", "", "pavasarį"])


@pytest.mark.parametrize(
    ("text", "profile", "top", "expected"),
    [
        ("3", "levels", 5, 3),
        ("3,0", "levels", 5, 3),
        ("0", "levels", 5, None),
        ("6", "levels", 6, 6),
        ("0,6", "share", 5, 3),
        ("0.61", "share", 5, 4),
        ("0", "share", 5, None),
        ("1", "share", 5, 5),
        ("60 %", "percent", 5, 3),
        ("84", "percent", 5, 5),
        ("0,5", "years", 5, 1),
        ("1", "years", 5, 2),
        ("4,9", "years", 5, 3),
        ("12", "years", 5, 5),
        ("12", "years", 3, 3),
        ("Pažengęs", "words", 5, 4),
        ("4 – pažengęs", "words", 5, 4),
        ("expert", "words", 5, 5),
        ("neįvertinta", "levels", 5, None),
        ("", "words", 5, None),
    ],
)
def test_levels_are_read_by_the_profile_that_was_chosen(text, profile, top, expected):
    assert level(text, profile, top) == expected


@pytest.mark.parametrize(
    ("text", "profile", "top"),
    [
        ("9", "levels", 5),
        ("2,5", "levels", 5),
        ("-1", "levels", 5),
        ("1,2", "share", 5),
        ("101", "percent", 5),
        ("gerai", "levels", 5),
        ("gerai", "words", 5),
        ("nan", "levels", 5),
        ("nan", "share", 5),
        ("inf", "years", 5),
        ("inf", "levels", 5),
        ("1e3", "percent", 5),
    ],
)
def test_what_is_no_level_is_refused(text, profile, top):
    with pytest.raises(ValueError):
        level(text, profile, top)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ona Onaitė", ("Ona", "Onaitė")),
        ("Onaitė, Ona", ("Ona", "Onaitė")),
        ("Ona Marija Onaitė-Petraitienė", ("Ona Marija", "Onaitė-Petraitienė")),
        ("Ona", ("", "Ona")),
        ("", ("", "")),
    ],
)
def test_full_names_are_parted(name, expected):
    assert parted(name) == expected


def test_names_are_compared_without_what_typing_changes():
    assert folded("  El.  Paštas: ") == folded("el. paštas")
    assert folded("Fondų — saugotojas") == folded("fondų-saugotojas")
    assert folded("Šarūnė") == folded("Šarūnė")
    assert folded("kardas") != folded("kárdas")
