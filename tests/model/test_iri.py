"""Ids and IRIs: the test vectors of the design, and what a mistyped id looks like."""

from __future__ import annotations

import random

import pytest

from competence_graph.errors import InvalidIdError, InvalidIriError
from competence_graph.model.iri import ALPHABET, is_id, is_word, mint, parse_iri, read_id

VALID = ("c000000b", "p000000g", "czzzzzzj", "c4h7k2pb", "o0a1b2cn", "lhd3v0qb", "ct6j7rb6")
INVALID = ("c4h7k2pw", "ct6j7rb7", "ct6j7br6", "rt6j7rb6", "ct6j7rb", "ct6j7rb66", "xt6j7rb6", "CT6J7RB6", "")


@pytest.mark.parametrize("local", VALID)
def test_id_with_its_check_character_is_valid(local: str) -> None:
    assert is_id(local)


@pytest.mark.parametrize("local", INVALID)
def test_id_with_a_wrong_character_is_invalid(local: str) -> None:
    assert not is_id(local)


def test_every_single_wrong_character_is_found() -> None:
    local = "ct6j7rb6"
    wrong = [
        local[:place] + other + local[place + 1 :]
        for place in range(1, 8)
        for other in ALPHABET
        if other != local[place]
    ]

    assert not any(is_id(each) for each in wrong)


def test_every_swap_of_two_characters_is_found() -> None:
    choose = random.Random(7).choice
    found = []
    for _ in range(200):
        local = mint("c", taken=lambda _: False, choose=choose)
        for first in range(1, 8):
            for second in range(first + 1, 8):
                swapped = list(local)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                if swapped != list(local):
                    found.append(is_id("".join(swapped)))

    assert found
    assert not any(found)


def test_minting_passes_over_ids_that_are_taken() -> None:
    seeded = random.Random(1)
    first = mint("k", taken=lambda _: False, choose=seeded.choice)
    again = random.Random(1)

    second = mint("k", taken=lambda local: local == first, choose=again.choice)

    assert second != first
    assert is_id(second)


def test_id_typed_by_hand_is_read_with_look_alikes() -> None:
    assert read_id(" C000000B ") == "c000000b"
    assert read_id("coooooob") == "c000000b"


def test_mistyped_id_says_what_to_do() -> None:
    with pytest.raises(InvalidIdError, match="compare it with its source"):
        read_id("ct6j7rb7")


@pytest.mark.parametrize("text", ["", "x", "http://a b", "http://a>b", "//a/b", "http://a\nb", 'http://a"b'])
def test_text_that_is_no_absolute_iri_is_refused(text: str) -> None:
    with pytest.raises(InvalidIriError):
        parse_iri(text)


def test_words_name_frameworks() -> None:
    assert is_word("cultural-centres")
    assert not is_word("Cultural")
    assert not is_word("a--b")
