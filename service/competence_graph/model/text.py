"""Text in languages: which of several to show, folding for search, Lithuanian order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Lang = Literal["lt", "en"]
LANGS: Final[tuple[Lang, ...]] = ("lt", "en")

# A letter's place in the Lithuanian alphabet; i, į and y stand together, so do a and ą, e, ę and ė, u, ų and ū.
_ORDER: Final = "aąbcčdeęėfghiįyjklmnopqrsštuųūvwxzž"
_PRIMARY: Final = {
    letter: index
    for index, group in enumerate(
        ["aą", "b", "c", "č", "d", "eęė", "f", "g", "h", "iįy", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "š",
         "t", "uųū", "v", "w", "x", "z", "ž"]
    )
    for letter in group
}  # fmt: skip


@dataclass(frozen=True, order=True, slots=True)
class Text:
    """Words in one language; ``lang`` is a BCP 47 tag, empty where none is known."""

    value: str
    lang: str = ""

    def __str__(self) -> str:
        return self.value


def pick(texts: Iterable[Text], lang: str) -> Text | None:
    """Return the text in this language, else in the other of ours, else the first by tag; None where there is none."""
    by_lang: dict[str, Text] = {}
    for text in sorted(texts, key=lambda each: (each.lang, each.value)):
        by_lang.setdefault(text.lang, text)
    for wanted in (lang, *(other for other in LANGS if other != lang)):
        if wanted in by_lang:
            return by_lang[wanted]
    return next(iter(by_lang.values()), None)


def label_of(labels: Mapping[str, Iterable[Text]], thing: str, lang: str) -> Text:
    """Return the label of a thing; its local name where it has none."""
    found = pick(labels.get(thing, ()), lang)
    return found if found is not None else Text(thing.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1])


def fold(text: str) -> str:
    """Return the text for recall: lower case, no diacritics, one space between words."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(c for c in plain if unicodedata.category(c) != "Mn").split())


def lithuanian_key(text: str) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]:
    """Return a sort key of Lithuanian order: a ą b c č ... i į y together ... s š ... z ž.

    Letters are compared first, then their marks (a before ą, i before į before y), then the text itself.
    Digits and other signs stand before letters. Source: the order of dictionaries of the Lithuanian language.
    """
    primary: list[tuple[int, int]] = []
    secondary: list[int] = []
    for character in unicodedata.normalize("NFC", text).casefold():
        if character in _PRIMARY:
            primary.append((2, _PRIMARY[character]))
            secondary.append(_ORDER.index(character))
        elif character.isalpha():
            bare = unicodedata.normalize("NFD", character)[0]
            primary.append((2, _PRIMARY.get(bare, 99)))
            secondary.append(99)
        elif character.isdigit():
            primary.append((1, ord(character)))
        elif character.isspace() or character == "-":
            primary.append((0, 0))
    return tuple(primary), tuple(secondary), text
