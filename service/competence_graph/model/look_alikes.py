"""Texts that look like others: letters of another script, characters without width, the same letter composed otherwise.

Sources: Unicode Standard Annex 15 (normal forms), Unicode Technical Standard 39 (mixed scripts, skeletons); the table
of letters is our own and holds those of Greek and Cyrillic that print like Latin ones.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_LIKE: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХЗѴԌԚԜаеоѕіјрсухԁԛԝһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαριυνκ",
    "ABESIJKMHOPCTYX3VGQWaeosijpcyxdqwhlABEZHIKMNOPTYXoapiuvk",
)
_CUT: Final = 400
# They change the order in which a text is read; soft hyphens and joiners within words do no harm.
_TURNING: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def skeleton(text: str) -> str:
    """Return what a text looks like: two with the same skeleton cannot be told apart by eye."""
    composed = unicodedata.normalize("NFKC", text).translate(_LIKE)
    seen = "".join(character for character in composed if unicodedata.category(character) != "Cf")
    return " ".join(seen.casefold().split())


def is_odd(text: str) -> bool:
    """Whether a text may deceive the eye: unseen or turning characters, or a word of several scripts."""
    shown = text[:_CUT]
    if shown.isascii():
        return False
    if any(character in _TURNING or character in "\u200b\u2060\ufeff\u00ad" for character in shown):
        return True
    return any(len(_scripts(word)) > 1 for word in shown.split())


def composed(text: str) -> str:
    """Return the text in normal form C, in which equal letters are equal characters."""
    return unicodedata.normalize("NFC", text)


def _scripts(word: str) -> set[str]:
    """Return the scripts of the letters of a word, by the names that Unicode gives them."""
    return {
        name.split(" ", 1)[0]
        for character in word
        if character.isalpha() and (name := unicodedata.name(character, "")).startswith(("LATIN", "CYRILLIC", "GREEK"))
    }
