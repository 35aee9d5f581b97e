"""What an id with a slip may have been."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

from competence_graph.errors import InvalidIdError
from competence_graph.model.iri import ALPHABET, is_id, read_id

_LENGTH: Final = 8
_LIKE: Final = 0.75


def typed_id(typed: str) -> str:
    """Return the id that a person meant by what was typed; the text in lower case where it is none."""
    try:
        return read_id(typed)
    except InvalidIdError:
        return typed.strip().lower()


def near_ids(typed: str, known: Collection[str], most: int = 5) -> list[str]:
    """Return the known ids and words that are like what was typed, most alike first.

    One wrong, missing or doubled character and two swapped ones are found in ids, and most slips in words.
    """
    meant = typed_id(typed)
    guesses = {meant, meant.partition("-")[0]}
    if abs(len(meant) - _LENGTH) <= 1:
        guesses |= {guess for guess in _edits(meant) if is_id(guess)}
    found = [guess for guess in sorted(guesses) if guess in known]
    found += get_close_matches(meant, known, most, _LIKE)
    return list(dict.fromkeys(found))[:most]


def _edits(typed: str) -> set[str]:
    """Return what one wrong, missing or doubled character, or two swapped, may have been."""
    splits = [(typed[:at], typed[at:]) for at in range(len(typed) + 1)]
    return (
        {left + character + right[1:] for left, right in splits if right for character in ALPHABET}
        | {left + character + right for left, right in splits for character in ALPHABET}
        | {left + right[1:] for left, right in splits if right}
        | {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    )
