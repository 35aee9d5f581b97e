"""The search index of a store that changes."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from competence_graph.graph.public import is_public, public
from competence_graph.graph.search import SearchIndex
from competence_graph.graph.store import Store
from competence_graph.model.concept import ThingKind
from competence_graph.model.hit import Found, Hit

if TYPE_CHECKING:
    from competence_graph.graph.change import Difference


class LiveSearch:
    """The index of a store that changes: made anew at the first search after a change to what is published.

    `note` hears of writes (`Writer.on_change`) and lets those that touch nothing public go by; without it every write
    makes the index anew.
    """

    def __init__(self, store: Store) -> None:
        """Search a store; nothing is indexed until somebody asks."""
        self._store = store
        self._lock = Lock()
        self._index: SearchIndex | None = None
        self._revision = -1

    @property
    def index(self) -> SearchIndex:
        """The index of what is published now."""
        with self._lock:
            revision = self._store.revision
            if self._index is None or revision != self._revision:
                self._index = SearchIndex.build(self._store)
                self._revision = revision
            return self._index

    def note(self, difference: Difference) -> None:
        """Hear of a write, after it was made."""
        names = {quad.graph_name for quad in (*difference.inserts, *difference.deletes)}
        touched = [name.value for name in names if isinstance(name, ox.NamedNode)]
        if any(is_public(graph) for graph in touched):
            return
        public(self._store).pass_over()
        with self._lock:
            if self._revision == self._store.revision - 1:
                self._revision = self._store.revision

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
        """Search, see `SearchIndex.search`."""
        return self.index.search(text, lang, kinds, limit, offset=offset, deprecated=deprecated)

    def suggest(
        self, text: str, lang: str, kinds: Collection[ThingKind] | None = None, limit: int = 8
    ) -> tuple[Hit, ...]:
        """Suggest, see `SearchIndex.suggest`."""
        return self.index.suggest(text, lang, kinds, limit)


_KNOWN: Final[WeakKeyDictionary[Store, LiveSearch]] = WeakKeyDictionary()
_GATE: Final = Lock()


def live_search(store: Store) -> LiveSearch:
    """Return the search of a store, the same one for the same store."""
    with _GATE:
        found = _KNOWN.get(store)
        if found is None:
            found = _KNOWN[store] = LiveSearch(store)
        return found
