"""Any SPARQL 1.1 server as a store, through SPARQLWrapper: the only file that imports it.

A server is asked a few small questions before it is used: one that answers wrongly is refused by name
(measured: Virtuoso 7.2.5 returns wrong levels; source: design/performance.md).
"""

from __future__ import annotations

import threading
import urllib.error
from collections.abc import Iterable
from http.client import HTTPException
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from SPARQLWrapper import INSERT, POST, SELECT, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from competence_graph.errors import StoreError, StoreStaleError
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Rows
from competence_graph.graph.terms import insert_data, node
from competence_graph.model.iri import Iri

_SECONDS: Final = 600
_ROWS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples"


class RemoteStore:
    """A `Store` behind two addresses; the server's default graph must be the union of the named ones."""

    def __init__(self, query: str, update: str | None = None, *, seconds: int = _SECONDS) -> None:
        """Point at a server.

        Args:
            query: Address of queries, such as ``http://localhost:7878/query``.
            update: Address of updates; the same with ``update`` for ``query`` where left out.
            seconds: Longest wait for an answer.
        """
        self._query = query
        self._update = update or query.replace("/query", "/update")
        self._seconds = seconds
        self._lock = threading.Lock()
        self._revision = 0

    @property
    def revision(self) -> int:
        """How many changes were made through this object."""
        return self._revision

    def _asked(self, text: str, accept: str) -> bytes:
        wrapper = SPARQLWrapper(self._query)
        wrapper.setTimeout(self._seconds)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod("postdirectly")
        wrapper.setQuery(text)
        # SPARQLWrapper guesses from words, those of comments too ("created" is CREATE to it): here all are queries.
        wrapper.queryType = SELECT
        # Set after setQuery, which chooses one itself; the exact type keeps servers from sending another.
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", accept)
        try:
            with wrapper.query().response as response:
                return bytes(response.read())
        except (SPARQLWrapperException, urllib.error.URLError, HTTPException, OSError) as error:
            # The address may hold a password: it goes nowhere.
            raise StoreStaleError(f"The remote store did not answer: {type(error).__name__}.") from None

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT."""
        parsed = ox.parse_query_results(self._asked(query, _ROWS), format=ox.QueryResultsFormat.JSON)
        if not isinstance(parsed, ox.QuerySolutions):
            message = "That is no SELECT."
            raise TypeError(message)
        return Rows(tuple(each.value for each in parsed.variables), [tuple(row) for row in parsed])

    def construct(self, query: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""
        return [quad.triple for quad in ox.parse(self._asked(query, _TRIPLES), format=ox.RdfFormat.N_TRIPLES)]

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK."""
        return bool(ox.parse_query_results(self._asked(query, _ROWS), format=ox.QueryResultsFormat.JSON))

    def update(self, update: str) -> None:
        """Apply one SPARQL update, whole or not at all as far as the server keeps that promise."""
        wrapper = SPARQLWrapper(self._update)
        wrapper.setTimeout(self._seconds)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod("postdirectly")
        wrapper.setQuery(update)
        wrapper.queryType = INSERT
        with self._lock:
            try:
                wrapper.query().response.close()
            except (SPARQLWrapperException, urllib.error.URLError, HTTPException, OSError) as error:
                raise StoreStaleError(f"The remote store took no update: {type(error).__name__}.") from None
            self._revision += 1

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads in one update."""
        quads = list(quads)
        if quads:
            self.update(insert_data(quads))

    def dump(self, graph: str | None = None) -> bytes:
        """Return the quads as N-Quads in order of their lines."""
        lines: list[bytes] = []
        for each in [graph] if graph is not None else self.graphs():
            rows = look_up(self, "whole_graph", graph=Iri(each)).rows
            quads = [ox.Quad(thing, predicate, value, node(each)) for thing, predicate, value in rows]  # type: ignore[arg-type]
            lines += (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
        return b"".join(sorted(lines))

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, in order."""
        return sorted(graph.value for (graph,) in look_up(self, "graphs").rows if isinstance(graph, ox.NamedNode))

    def backup(self, folder: Path) -> None:
        """Refuse: a remote store has its own backups."""
        del folder
        message = "A remote store is backed up with its own tools."
        raise StoreError(message)

    def rebuild(self) -> None:
        """Do nothing: the files are the server's."""

    def close(self) -> None:
        """Do nothing: each request has a connection of its own."""
