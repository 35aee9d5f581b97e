"""Stems of Lithuanian and English words, for search (Snowball, by PyStemmer)."""

from __future__ import annotations

from typing import Final

import Stemmer

from competence_graph.model.text import fold

_MOST_STEMS: Final = 200_000


class Stems:
    """Stems of a word, with and without its diacritics, since people type both. For one thread at a time."""

    def __init__(self) -> None:
        """Make the stemmers of both languages."""
        self._lithuanian = Stemmer.Stemmer("lithuanian")
        self._english = Stemmer.Stemmer("english")
        self._known: dict[str, frozenset[str]] = {}

    def of(self, word: str) -> frozenset[str]:
        """Return the stems of a word, folded."""
        found = self._known.get(word)
        if found is None:
            plain = word.casefold() if word.isascii() else fold(word)
            stems = {
                fold(self._lithuanian.stemWord(word.casefold())),
                self._lithuanian.stemWord(plain),
                self._english.stemWord(plain),
            }
            found = frozenset(stem for stem in stems if stem)
            if len(self._known) < _MOST_STEMS:
                self._known[word] = found
        return found
