"""What anybody may ask: the released graphs about things. People, organisations' own graphs and drafts are outside.

Source: design/model.md, "Named graphs"; design/trust.md: what an actor may query is a list of graphs, nothing finer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from competence_graph.errors import CompetenceGraphError
from competence_graph.graph.questions import question
from competence_graph.graph.store import Rows, Store
from competence_graph.graph.terms import Row, Value, node, to_rows

# The latest release of each; a version has one part more: framework/libraries/2026.1.
_PUBLIC: Final = re.compile(r"/graph/(?:roles|courses|organisations|(?:scale|framework|mappings)/[^/]+)\Z")
# Questions are written so: the projection, then WHERE at the head of a line.
_WHERE: Final = re.compile(r"^WHERE \{", re.MULTILINE)


def is_public(graph: str) -> bool:
    """Whether a named graph is about things and released."""
    return bool(_PUBLIC.search(graph))


class PublicGraphs:
    """The public part of a store: a query without GRAPH sees the union of the public graphs and nothing else."""

    def __init__(self, store: Store) -> None:
        """Look at a store; its list of graphs is read again after each change."""
        self._store = store
        self._lock = Lock()
        self._revision: int | None = None
        self._dataset = ""
        self._since = datetime.now(UTC)

    @property
    def revision(self) -> int:
        """How many changes were made to the store."""
        return self._store.revision

    @property
    def since(self) -> datetime:
        """The moment since which nothing has changed, as far as this process knows; never too early."""
        self._refresh()
        return self._since

    def ask(self, name: str, **parameters: Value | Sequence[Value]) -> list[Row]:
        """Ask a question of the public graphs and return its rows."""
        return to_rows(self.select(question(name).bind(**parameters)))

    def describe(self, name: str, **parameters: Value | Sequence[Value]) -> list[ox.Triple]:
        """Return the triples of a question that constructs."""
        return self._store.construct(self._within(question(name).bind(**parameters)))

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT over the public graphs."""
        return self._store.select(self._within(query))

    def _within(self, query: str) -> str:
        self._refresh()
        bounded, count = _WHERE.subn(lambda match: f"{self._dataset}{match[0]}", query, count=1)
        if count != 1:
            # Without its clause the query would see everything.
            raise CompetenceGraphError("A question for the public graphs needs WHERE { at the head of a line.")
        return bounded

    def _refresh(self) -> None:
        with self._lock:
            revision = self._store.revision
            if revision == self._revision:
                return
            names = [node(graph) for graph in self._store.graphs() if is_public(graph)]
            # Without any FROM all graphs would be asked; a graph that does not exist stands for none.
            self._dataset = "".join(f"FROM {name}\n" for name in names) or "FROM <urn:x-empty:none>\n"
            self._revision = revision
            self._since = datetime.now(UTC)


_KNOWN: Final[WeakKeyDictionary[Store, PublicGraphs]] = WeakKeyDictionary()
_GATE: Final = Lock()


def public(store: Store) -> PublicGraphs:
    """Return the public part of a store, the same one for the same store."""
    with _GATE:
        found = _KNOWN.get(store)
        if found is None:
            found = _KNOWN[store] = PublicGraphs(store)
        return found
