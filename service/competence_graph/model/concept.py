"""What a page calls a thing: its kind, names, code and standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from competence_graph.model.iri import Iri
from competence_graph.model.text import LANGS, Text, fold, lithuanian_key, pick

ThingKind = Literal[
    "competence", "area", "framework", "role", "course", "organisation", "level", "scale", "scheme", "term"
]
THING_KINDS: Final[tuple[ThingKind, ...]] = (
    "competence", "area", "framework", "role", "course", "organisation", "level", "scale", "scheme", "term",
)  # fmt: skip

Standing = Literal["draft", "current", "deprecated", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Concept:
    """A published thing, as lists and links show it.

    ``labels`` hold one text a language, ``alternatives`` any number; ``notation`` is the code people know it by;
    ``scheme`` the framework, scale or list it belongs to; ``sectors`` the kinds of institution it is for.
    """

    iri: Iri
    kind: ThingKind = "term"
    labels: tuple[Text, ...] = ()
    alternatives: tuple[Text, ...] = ()
    notation: str = ""
    standing: Standing = "current"
    scheme: Iri | None = None
    sectors: tuple[Iri, ...] = ()

    @property
    def local(self) -> str:
        """The id or word its IRI ends in."""
        return self.iri.local

    @property
    def deprecated(self) -> bool:
        """Whether it should not be used any more."""
        return self.standing in ("deprecated", "withdrawn")

    def label(self, lang: str) -> Text:
        """Return its name in this language, else in another; its local name where it has none."""
        return pick(self.labels, lang) or Text(self.iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1])

    def other_label(self, lang: str) -> Text | None:
        """Return its name in the other of our languages; None where there is none or it is shown already."""
        shown = self.label(lang)
        others = [text for text in self.labels if text.lang in LANGS and text.lang not in (lang, shown.lang)]
        return others[0] if others else None

    def feminine(self, lang: str) -> Text | None:
        """Return the feminine form of a role's title, which is the alternative that differs only in its endings."""
        shown = self.label(lang)
        if self.kind != "role":
            return None
        return next((each for each in self.alternatives if each.lang == shown.lang and _is_pair(shown, each)), None)

    def titles(self, lang: str) -> tuple[Text, ...]:
        """Return the names to print: of a role the masculine and the feminine form, else the label alone."""
        pair = self.feminine(lang)
        return (self.label(lang),) if pair is None else (self.label(lang), pair)

    def other_names(self, lang: str) -> tuple[Text, ...]:
        """Return the alternative names in this language, without the feminine form that is printed already."""
        pair = self.feminine(lang)
        return tuple(each for each in self.alternatives if each.lang == lang and each != pair)


def _is_pair(one: Text, other: Text) -> bool:
    words, others = fold(one.value).split(), fold(other.value).split()
    return one != other and len(words) == len(others) and all(map(_same_stem, words, others))


def _same_stem(word: str, other: str) -> bool:
    # Endings are up to four letters long: vyriausi-asis, vyriausi-oji; but "vaikų" and "vadovas" share no stem.
    stem = word[: max(3, len(word) - 4)]
    return word == other or other.startswith(stem)


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of any published thing, whatever its kind.

    ``changes`` are notes that open with their date; ``scheme_notes`` are said of the whole framework or list.
    """

    concept: Concept
    scheme: Concept | None = None
    release: str = ""
    definitions: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    changes: tuple[Text, ...] = ()
    created: date | None = None
    modified: date | None = None
    scheme_notes: tuple[Text, ...] = ()
    licence: str = ""
    publisher: Concept | None = None
    unverified: bool = False

    def note(self, lang: str) -> Text | None:
        """Return what should be known of the framework or list, in this language if possible."""
        return pick(self.scheme_notes, lang)

    def definition(self, lang: str) -> Text | None:
        """Return the definition, in this language if possible."""
        return pick(self.definitions, lang)

    def change(self, lang: str) -> Text | None:
        """Return why the thing changed last; a change note opens with its date."""
        newest = max((text.value[:10] for text in self.changes), default="")
        return pick([text for text in self.changes if text.value.startswith(newest)], lang)


def in_order(things: Iterable[Concept], lang: str) -> list[Concept]:
    """Return the things in alphabetical order of their names in this language."""
    return sorted(things, key=lambda each: (lithuanian_key(each.label(lang).value), each.iri))
