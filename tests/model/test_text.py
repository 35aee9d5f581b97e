"""Text: which language is shown, folding, and Lithuanian order."""

from __future__ import annotations

from competence_graph.model.text import Text, fold, lithuanian_key, pick


def test_missing_language_falls_back_to_the_other_of_ours_then_to_any() -> None:
    lt, en, de = Text("lt", "lt"), Text("en", "en"), Text("de", "de")

    assert pick([de, en, lt], "lt") == lt
    assert pick([de, en], "lt") == en
    assert pick([de], "lt") == de
    assert pick([], "lt") is None


def test_folding_drops_case_marks_and_extra_spaces() -> None:
    assert fold("  Šešių   ŽĄSŲ Ėjimas ") == "sesiu zasu ejimas"


def test_lithuanian_letters_stand_after_their_base() -> None:
    words = [
        "žuvis",
        "zuikis",
        "šalis",
        "sala",
        "čia",
        "cukrus",
        "ąžuolas",
        "arba",
        "azoto",
        "ėjo",
        "eik",
        "ūkas",
        "ukas",
    ]

    assert sorted(words, key=lithuanian_key) == [
        "arba", "azoto", "ąžuolas", "cukrus", "čia", "eik", "ėjo", "sala", "šalis", "ukas", "ūkas", "zuikis", "žuvis",
    ]  # fmt: skip


def test_i_and_y_stand_together() -> None:
    words = ["jis", "yra", "inkaras", "įranga", "ylos", "ilgas"]

    assert sorted(words, key=lithuanian_key) == ["ilgas", "ylos", "inkaras", "yra", "įranga", "jis"]


def test_order_looks_at_marks_only_where_letters_are_the_same() -> None:
    assert sorted(["kąsti", "kasti", "kasta"], key=lithuanian_key) == ["kasta", "kasti", "kąsti"]
