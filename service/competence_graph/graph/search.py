"""The search index: tantivy over folded text and stems, made from the public graphs, remade when they change.

What is typed is text: it has no operators. Order of hits: exact preferred label (or code, id), beginning of a preferred
label, beginning of a word in it, alternative label, stem, a word with one wrong letter, definition.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from threading import Lock
from typing import Final

import tantivy

from competence_graph.graph.concepts import DEFINITIONS, NOTATIONS, concepts
from competence_graph.graph.public import PublicGraphs, public
from competence_graph.graph.stems import Stems
from competence_graph.graph.store import Store
from competence_graph.model.concept import Concept, ThingKind
from competence_graph.model.hit import Field, Found, Hit, Match, search_words
from competence_graph.model.iri import Iri
from competence_graph.model.near_id import near_ids, typed_id
from competence_graph.model.text import Text, fold, lithuanian_key

KINDS: Final[tuple[ThingKind, ...]] = ("competence", "area", "framework", "role", "course")
"""What a search looks for where nothing else is asked."""

_LONGEST: Final = 200
_MOST_WORDS: Final = 12
_CANDIDATES: Final = 2000
_SHORTEST_STEM: Final = 4
_SHORTEST_TYPO: Final = 4
_ALIKE: Final = 0.6
_HEAP: Final = 15_000_000

# Rank -> what it means. Smaller is better; tantivy wants larger scores, hence _score.
_EXACT, _PREFIX, _WORD, _ALTERNATIVE, _STEM, _TYPO, _DEFINITION = range(7)
_FIELDS: Final[tuple[Field, ...]] = ("identifier", "notation", "preferred", "alternative", "definition")
_MATCHES: Final[tuple[Match, ...]] = ("exact", "prefix", "word-prefix", "word-prefix", "stem", "typo", "word-prefix")


_Order = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]
_Key = tuple[int, bool, bool, bool, int, int, int, _Order, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One text of one thing: what an index document stands for."""

    thing: Iri
    text: Text
    field: Field


class SearchIndex:
    """Everything that is published, ready to be searched; never changes, so that any number of threads may ask."""

    def __init__(self, things: dict[Iri, Concept], entries: list[_Entry]) -> None:
        """Index these texts of these things."""
        self._things = things
        self._by_local = {thing.local: thing for thing in things.values()}
        self._entries = entries
        self._stems = Stems()
        self._lock = Lock()
        build = tantivy.SchemaBuilder()
        build.add_unsigned_field("entry", stored=True)
        build.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        build.add_text_field("field", tokenizer_name="raw", index_option="basic")
        build.add_boolean_field("deprecated", indexed=True)
        build.add_text_field("whole", tokenizer_name="raw", index_option="basic")
        for name in ("words", "stems"):
            build.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
        self._schema = build.build()
        self._index = tantivy.Index(self._schema)
        writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        for number, entry in enumerate(entries):
            thing = things[entry.thing]
            words = search_words(entry.text.value)
            original = entry.text.value.casefold().split()
            stems = set().union(*(self._stems.of(word.strip(".,;:()„“\"'")) for word in {*original, *words}))
            document = tantivy.Document()
            document.add_unsigned("entry", number)
            document.add_text("kind", thing.kind)
            document.add_text("field", entry.field)
            document.add_boolean("deprecated", thing.deprecated)
            document.add_text("whole", " ".join(words) if entry.field != "definition" else "")
            document.add_text("words", " ".join(words))
            document.add_text("stems", " ".join(stems))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    @classmethod
    def build(cls, store: Store) -> SearchIndex:
        """Index what a store publishes."""
        return cls.of(public(store))

    @classmethod
    def of(cls, graphs: PublicGraphs) -> SearchIndex:
        """Index what the public graphs say."""
        things = concepts(graphs)
        entries: list[_Entry] = []
        for thing in things.values():
            entries += [_Entry(thing.iri, text, "preferred") for text in thing.labels]
            entries += [_Entry(thing.iri, text, "alternative") for text in thing.alternatives]
        for row in graphs.ask("label_index", property=[*NOTATIONS, *DEFINITIONS]):
            iri, words = row["thing"], row["value"]
            if not isinstance(iri, Iri) or iri not in things:
                continue
            text = words if isinstance(words, Text) else Text(str(words))
            entries.append(_Entry(iri, text, "notation" if row["property"] in NOTATIONS else "definition"))
        return cls(things, entries)

    def __len__(self) -> int:
        """How many things there are to find."""
        return len(self._things)

    @property
    def things(self) -> Mapping[Iri, Concept]:
        """Everything that is published, by IRI."""
        return self._things

    def by_local(self, local: str) -> Concept | None:
        """Return the thing whose IRI ends in this id or word."""
        return self._by_local.get(local)

    def search(
        self,
        text: str,
        lang: str,
        kinds: Collection[ThingKind] | None = None,
        limit: int = 20,
        *,
        offset: int = 0,
        deprecated: bool = False,
    ) -> Found:
        """Return the things that match a text, best first.

        Args:
            text: What was typed; it is compared as it is, every word must match.
            lang: The language whose labels go first among equals.
            kinds: What is looked for; `KINDS` where None.
            limit: Most hits of this page.
            offset: How many hits come before it.
            deprecated: Whether what should not be used any more is found too.
        """
        wanted = frozenset(KINDS if kinds is None else kinds)
        named = self._by_identifier(text, wanted)
        if named is not None:
            return Found(text, (named,) if offset == 0 else (), 1)
        words = search_words(text[:_LONGEST])[:_MOST_WORDS]
        if not words:
            return Found(text, (), 0)
        hits = self._ranked(words, text, lang, wanted, deprecated=deprecated)
        if not hits and len(words) == 1:
            alike = [each for each in self.near(text.strip()) if each.kind in wanted]
            hits = [Hit(each, Text(each.local), "identifier", "typo", _TYPO, text) for each in alike]
        suggestion = "" if hits else self._other_spelling(words, lang, wanted)
        return Found(text, tuple(hits[offset : offset + limit]), len(hits), suggestion)

    def near(self, local: str) -> list[Concept]:
        """Return things whose id or word is like this one."""
        return [self._by_local[each] for each in near_ids(local[:_LONGEST], self._by_local)]

    def suggest(
        self, text: str, lang: str, kinds: Collection[ThingKind] | None = None, limit: int = 8
    ) -> tuple[Hit, ...]:
        """Return what somebody who has typed so far may be looking for: labels only, from two characters on."""
        if len("".join(search_words(text))) < 2:
            return ()
        found = self.search(text, lang, kinds, limit * 3)
        return tuple(hit for hit in found.hits if hit.field != "definition")[:limit]

    def _by_identifier(self, text: str, kinds: frozenset[ThingKind]) -> Hit | None:
        """Return the thing whose IRI or id was given whole."""
        typed = text.strip()
        thing = self._things.get(Iri(typed)) or self._things.get(Iri(typed.replace("http://", "https://", 1)))
        if thing is None:
            thing = self._by_local.get(typed_id(typed))
        if thing is None or thing.kind not in kinds:
            return None
        return Hit(thing, Text(typed), "identifier", "exact", _EXACT, text)

    def _ranked(
        self, words: list[str], text: str, lang: str, kinds: Collection[ThingKind], *, deprecated: bool
    ) -> list[Hit]:
        joined = " ".join(words)
        best: dict[Iri, tuple[_Key, Hit]] = {}
        for rank, entry in self._candidates(words, text, kinds, deprecated=deprecated):
            folded = " ".join(search_words(entry.text.value))
            match: Match = "exact" if folded == joined else "prefix" if folded.startswith(joined) else _MATCHES[rank]
            if rank >= _STEM:
                match = _MATCHES[rank]
            key: _Key = (
                rank,
                entry.text.lang not in (lang, ""),
                folded != joined,
                not folded.startswith(joined),
                0 if rank < _STEM else -_shared(words, folded.split()),
                _FIELDS.index(entry.field),
                len(entry.text.value) if rank < _DEFINITION else 0,
                lithuanian_key(self._things[entry.thing].label(lang).value),
                entry.thing,
            )
            known = best.get(entry.thing)
            if known is None or key < known[0]:
                best[entry.thing] = key, Hit(self._things[entry.thing], entry.text, entry.field, match, rank, text)
        return [hit for _, hit in sorted(best.values(), key=lambda each: each[0])]

    def _candidates(
        self, words: list[str], text: str, kinds: Collection[ThingKind], *, deprecated: bool
    ) -> Iterator[tuple[int, _Entry]]:
        """Yield (rank, entry) of what matches, best ranks first."""
        ranks = self._queries(words, text)
        scored = [_fixed(query, float(_DEFINITION + 1 - rank)) for rank, query in enumerate(ranks)]
        asked = [
            (tantivy.Occur.Must, tantivy.Query.disjunction_max_query(scored)),
            (tantivy.Occur.Must, _fixed(_any([self._term("kind", kind) for kind in sorted(kinds)]), 0.0)),
        ]
        if not deprecated:
            asked.append((tantivy.Occur.MustNot, tantivy.Query.term_query(self._schema, "deprecated", True)))
        found = self._searcher.search(tantivy.Query.boolean_query(asked), limit=_CANDIDATES, count=False)
        for score, address in found.hits:
            number = self._searcher.doc(address)["entry"][0]
            yield _DEFINITION + 1 - round(score), self._entries[number]

    def _queries(self, words: list[str], text: str) -> list[tantivy.Query]:
        """Return one query a rank, in order of rank."""
        joined = " ".join(words)
        original = [word for word in text.casefold().split() if search_words(word)]
        own = _any([self._term("field", name) for name in ("preferred", "notation")])
        labels = _any([self._term("field", name) for name in ("preferred", "alternative")])
        begins = [self._begins("words", word) for word in words]
        stems = [self._stem_queries(word, original) for word in words]
        stemmed = [_any([begin, *more]) for begin, more in zip(begins, stems, strict=True)]
        mistyped = [_any([query, *self._typo_queries(word)]) for query, word in zip(stemmed, words, strict=True)]
        return [
            _all([own, self._term("whole", joined)]),
            _all([own, self._begins("whole", joined)]),
            _all([own, *begins]),
            _all([self._term("field", "alternative"), *begins]),
            _all([labels, *stemmed]),
            _all([labels, *mistyped]),
            _all([self._term("field", "definition"), *stemmed]),
        ]

    def _stem_queries(self, word: str, original: list[str]) -> list[tantivy.Query]:
        """Return queries for the stems of a word.

        The stemmer cuts some forms shorter than others ("duom", "duomen"): so what begins with the stem matches, and
        what is up to two letters shorter.
        """
        with self._lock:
            stems = self._stems.of(word).union(*(self._stems.of(each) for each in original if fold(each) == word))
        queries = []
        for stem in sorted(stem for stem in stems if len(stem) >= _SHORTEST_STEM):
            queries.append(self._begins("stems", stem))
            queries += [self._term("stems", stem[:-cut]) for cut in (1, 2) if len(stem) - cut >= _SHORTEST_STEM]
        return queries

    def _typo_queries(self, word: str) -> list[tantivy.Query]:
        if len(word) < _SHORTEST_TYPO:
            return []
        with self._lock:
            stems = self._stems.of(word)
        queries = [tantivy.Query.fuzzy_term_query(self._schema, "words", word, distance=1)]
        queries += [
            tantivy.Query.fuzzy_term_query(self._schema, "stems", stem, distance=1)
            for stem in sorted(stems)
            if len(stem) > _SHORTEST_TYPO
        ]
        return queries

    def _other_spelling(self, words: list[str], lang: str, kinds: Collection[ThingKind]) -> str:
        """Return the words as labels spell them, up to two letters away; nothing where a word is like none."""
        of_kinds = _any([self._term("kind", kind) for kind in sorted(kinds)])
        spelled = []
        for word in words:
            known = self._searcher.search(_all([of_kinds, self._begins("words", word)]), limit=1)
            if known.hits:
                spelled.append(word)
                continue
            if len(word) < _SHORTEST_TYPO:
                return ""
            with self._lock:
                stems = [stem for stem in sorted(self._stems.of(word)) if len(stem) > _SHORTEST_TYPO]
            fuzzy = tantivy.Query.fuzzy_term_query
            near = [fuzzy(self._schema, "words", word, distance=2)]
            near += [fuzzy(self._schema, "stems", stem, distance=2) for stem in stems]
            found = self._searcher.search(_all([of_kinds, _any(near)]), limit=50)
            entries = [self._entries[self._searcher.doc(address)["entry"][0]] for _, address in found.hits]
            candidates = {
                (entry.text.lang != lang, -SequenceMatcher(None, fold(each), word).ratio(), each.casefold())
                for entry in entries
                for each in re.findall(r"[^\W_]+", entry.text.value)
                if SequenceMatcher(None, fold(each), word).ratio() > _ALIKE
            }
            if not candidates:
                return ""
            spelled.append(min(candidates)[2])
        return " ".join(spelled) if spelled != words else ""

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value)

    def _begins(self, field: str, beginning: str) -> tantivy.Query:
        # `search_words` leaves letters, digits and spaces only: nothing in it means anything to the expression.
        return tantivy.Query.regex_query(self._schema, field, f"{beginning}.*")


def _shared(words: list[str], others: list[str]) -> int:
    """Return how many letters the words have in common with the beginnings of the others, for each the best of them."""
    return sum(max((_common(word, other) for other in others), default=0) for word in words)


def _common(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _all(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _any(queries: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _fixed(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)
