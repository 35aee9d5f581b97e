"""IRIs and ids: how they are read, checked and minted.

An id is a kind letter, six random characters of Crockford's base 32 in lower case, and a check character
(source: design/sample/DECISIONS.md, "Identifiers"). Words (``libraries``) name frameworks, scales and sectors.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Final, Literal

from competence_graph.errors import InvalidIdError, InvalidIriError

BASE: Final = "https://w3id.org/competence-graph/"
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
VALUE: Final = {character: index for index, character in enumerate(ALPHABET)} | {"o": 0, "i": 1, "l": 1}

Kind = Literal["c", "r", "k", "o", "p", "a", "e", "g", "l", "m", "n", "s", "v"]
KINDS: Final[dict[str, str]] = {
    "competence": "c",
    "role": "r",
    "course": "k",
    "organisation": "o",
    "person": "p",
    "attainment": "a",
    "activity": "e",
    "grant": "g",
    "licence": "l",
    "membership": "m",
    "plan": "n",
    "run": "s",
    "evidence": "v",
}

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]+\Z")
_ID = re.compile(r"[crkopaeglmnsv][0-9a-hjkmnp-tv-z]{7}\Z")
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")


class Iri(str):
    """An absolute IRI; made only by `parse_iri` and by conversions of terms that are IRIs already."""

    __slots__ = ()

    @property
    def local(self) -> str:
        """What stands after the last slash or hash."""
        return re.split(r"[/#]", self)[-1]


def parse_iri(text: str) -> Iri:
    """Return the text as an IRI.

    Raises:
        InvalidIriError: If it is not absolute or has a character that no IRI has.
    """
    if not _IRI.match(text):
        raise InvalidIriError(text)
    return Iri(text)


def id_iri(local: str, base: str = BASE) -> Iri:
    """Return the IRI of a thing with this local id: ``{base}id/{local}``."""
    return parse_iri(f"{base}id/{local}")


def graph_iri(path: str, base: str = BASE) -> Iri:
    """Return the IRI of a named graph: ``{base}graph/{path}``."""
    return parse_iri(f"{base}graph/{path}")


def remainder(text: str) -> int:
    """Return the remainder of an id in GF(32) with x^5 + x^2 + 1; 0 for a valid id of eight characters."""
    state = 0
    for character in text:
        state <<= 1
        if state & 32:
            state ^= 0b100101
        state ^= VALUE[character]
    return state


def check_character(first_seven: str) -> str:
    """Return the last character of the id that starts with these seven."""
    return ALPHABET[remainder(first_seven + "0")]


def is_id(local: str) -> bool:
    """Whether the text is an id whose check character is right."""
    return bool(_ID.match(local)) and remainder(local) == 0


def is_word(local: str) -> bool:
    """Whether the text can name a framework, a scale or a sector: lower-case words joined by hyphens."""
    return bool(_WORD.match(local))


def read_id(typed: str) -> str:
    """Return the id that a person typed: lowered, o read as 0, i and l as 1 after the kind letter.

    Raises:
        InvalidIdError: If the form or the check character is wrong.
    """
    text = typed.strip().lower()
    text = text[:1] + text[1:].translate(str.maketrans("oil", "011"))
    if not _ID.match(text):
        raise InvalidIdError(typed, "write a kind letter and seven characters of 0-9, a-z without i, l, o, u.")
    if remainder(text):
        raise InvalidIdError(typed, "a character is wrong or two are swapped: compare it with its source.")
    return text


def mint(kind: Kind, *, taken: Callable[[str], bool], choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a free id of this kind.

    Args:
        kind: The letter it starts with.
        taken: Says whether an id is in use already.
        choose: Picks one character of the alphabet; a seeded one makes a repeatable world.
    """
    while True:
        first = kind + "".join(choose(ALPHABET) for _ in range(6))
        local = first + check_character(first)
        if not taken(local):
            return local
