"""What a search found, and why: which words of which label, in which language, matched how."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from competence_graph.model.concept import Concept
from competence_graph.model.text import Text, fold

Field = Literal["preferred", "alternative", "notation", "definition", "identifier"]
Match = Literal["exact", "prefix", "word-prefix", "stem", "typo"]

# Of a word that is looked for, so many letters at least are alike and so many at most are its ending.
_STEM: Final = 4
_ENDING: Final = 4
_SIGNS: Final = re.compile(r"[^\w]+|_+")


def search_words(text: str) -> list[str]:
    """Return the words of a text as they are compared: no case, no diacritics, no signs. Nothing is an operator."""
    # English words have no marks to take off, and an index has hundreds of thousands of them.
    plain = text.casefold() if text.isascii() else fold(text)
    return _SIGNS.sub(" ", plain).split()


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found. ``text`` is the label, code or definition that matched, in the language it really has."""

    concept: Concept
    text: Text
    field: Field
    match: Match
    rank: int
    query: str = ""

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The matched text in pieces, each with whether the words searched for begin it."""
        return marked(self.text.value, self.query)


@dataclass(frozen=True, slots=True)
class Result:
    """A hit, and the framework it belongs to."""

    hit: Hit
    framework: Concept | None = None

    @property
    def concept(self) -> Concept:
        """The thing found."""
        return self.hit.concept


@dataclass(frozen=True, slots=True)
class Results:
    """What the search page shows. ``retired`` are deprecated things, looked for only where nothing else is found."""

    query: str
    results: tuple[Result, ...]
    total: int
    page: int = 1
    pages: int = 1
    did_you_mean: str = ""
    retired: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The page of hits asked for, how many there are in all, and another spelling to try where there are none."""

    query: str
    hits: tuple[Hit, ...]
    total: int
    did_you_mean: str = ""


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is the beginning of a word that was searched for.

    Other forms of the word are marked too, as far as they are alike: "skaitmeninim" of "skaitmeninimas" for
    "skaitmeninimo".

    The pieces joined are the text: folding is done a character at a time, so that places stay what they were.
    """
    wanted = search_words(query)
    composed = unicodedata.normalize("NFC", text)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for word in re.finditer(r"[^\W_]+", composed):
        folded = [fold(character) for character in word[0]]
        length = max((_covered(folded, each) for each in wanted), default=0)
        if not length:
            continue
        if word.start() > at:
            pieces.append((composed[at : word.start()], False))
        pieces.append((composed[word.start() : word.start() + length], True))
        at = word.start() + length
    if at < len(composed) or not pieces:
        pieces.append((composed[at:], False))
    return pieces


def _covered(folded: list[str], wanted: str) -> int:
    """Return how many characters of a word are the beginning of the wanted one, its ending left aside; 0 where none."""
    rest = wanted
    for count, character in enumerate(folded):
        if not rest.startswith(character):
            return count if len(rest) <= _ENDING and len(wanted) - len(rest) >= _STEM else 0
        rest = rest[len(character) :]
        if not rest:
            return count + 1
    return len(folded) if len(rest) <= _ENDING and len(folded) >= _STEM else 0
