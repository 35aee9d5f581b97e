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
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import question
from competence_graph.graph.store import Rows, Store
from competence_graph.graph.terms import Row, Value, node, to_rows

# The latest release of each; a version has one part more: framework/libraries/2026.1.
_PUBLIC: Final = re.compile(r"/graph/(?:roles|courses|organisations|(?:scale|framework|mappings)/[^/]+)\Z")
# Asks for what every store with anything public in it has.
_PROBE: Final = "framework_counts"
_NOTHING: Final = "urn:x-nothing:"
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
        self._dataset: tuple[str, ...] | None = ()
        self._honest = False
        self._copy: Store | None = None
        self._since = datetime.now(UTC)

    @property
    def revision(self) -> int:
        """How many changes were made to the store."""
        return self._store.revision

    @property
    def since(self) -> datetime:
        """The moment since which nothing has changed, as far as this process knows; never too early."""
        self._bounded(question(_PROBE).sparql)
        return self._since

    def pass_over(self) -> None:
        """Hear that the last write touched nothing public: what is known stays as it is."""
        with self._lock:
            if self._revision == self._store.revision - 1:
                self._revision = self._store.revision

    def ask(self, name: str, **parameters: Value | Sequence[Value]) -> list[Row]:
        """Ask a question of the public graphs and return its rows."""
        return to_rows(self.select(question(name).bind(**parameters)))

    def describe(self, name: str, **parameters: Value | Sequence[Value]) -> list[ox.Triple]:
        """Return the triples of a question that constructs."""
        store, bounded = self._bounded(question(name).bind(**parameters))
        return store.construct(bounded)

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT over the public graphs."""
        store, bounded = self._bounded(query)
        return store.select(bounded)

    def _bounded(self, query: str) -> tuple[Store, str]:
        """Return the query with its dataset, and the store to ask."""
        with self._lock:
            revision = self._store.revision
            if revision != self._revision:
                self._look_again()
                self._revision = revision
                self._since = datetime.now(UTC)
            return (self._copy or self._store), _with_dataset(query, self._dataset)

    def _look_again(self) -> None:
        graphs = [graph for graph in self._store.graphs() if is_public(graph)]
        self._dataset = tuple(graphs)
        if not self._honest:
            probe = question(_PROBE).sparql
            of_nothing = self._store.select(_with_dataset(probe, ())).rows
            self._honest = not of_nothing and bool(self._store.select(probe).rows)
        if self._honest:
            self._copy = None
            return
        # A store that takes FROM for a hint would show everything: until it is seen to obey, a copy answers.
        self._copy = OxigraphStore()
        for graph in graphs:
            self._copy.load(ox.parse(self._store.dump(graph), format=ox.RdfFormat.N_QUADS))
        self._dataset = None


def _with_dataset(query: str, graphs: tuple[str, ...] | None) -> str:
    """Return the query with a FROM for each graph: it sees nothing else; None leaves it as it is."""
    if graphs is None:
        return query
    # Without any FROM all graphs would be asked; a graph that does not exist stands for none.
    dataset = "".join(f"FROM {node(graph)}\n" for graph in graphs or (_NOTHING,))
    bounded, count = _WHERE.subn(lambda match: f"{dataset}{match[0]}", query, count=1)
    if count != 1:
        # Without its clause the query would see everything.
        raise CompetenceGraphError("A question for the public graphs needs WHERE { at the head of a line.")
    return bounded


_KNOWN: Final[WeakKeyDictionary[Store, PublicGraphs]] = WeakKeyDictionary()
_GATE: Final = Lock()


def public(store: Store) -> PublicGraphs:
    """Return the public part of a store, the same one for the same store."""
    with _GATE:
        found = _KNOWN.get(store)
        if found is None:
            found = _KNOWN[store] = PublicGraphs(store)
        return found
