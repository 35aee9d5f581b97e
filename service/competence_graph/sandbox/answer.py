"""The answer to one query inside a child: asked, buffered, counted; never half an answer."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

if TYPE_CHECKING:
    from typing_extensions import Buffer

_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
# How long an answer that is too large is counted on, so that the refusal can say how large it is.
_COUNTING_SECONDS: Final = 1.0
# No row of any format is shorter: an answer of fewer bytes needs no counting.
_SHORTEST_ROW: Final = 1


class _FullError(Exception):
    """The buffer is full."""


class _Buffer(io.BytesIO):
    """Keeps what is written, up to a limit in bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, part: Buffer) -> int:
        if self.tell() + memoryview(part).nbytes > self._most:
            raise _FullError
        return super().write(part)


def answer(store: ox.Store, query: str, asked: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return (what to say, the whole answer).

    Args:
        store: The snapshot.
        query: Its text.
        asked: ``format``; ``default`` and ``named``, lists of graphs or None; ``rows``, the most rows or None;
            ``bytes``, the most bytes.

    What is said holds ``rows``, how many there are; or ``refused``, what is wrong with the text; or ``too_large``, how
    many rows there are, with ``at_least`` where counting took too long.
    """
    dataset: dict[str, Any] = {}
    if asked["default"] is not None:
        # Always both: given one of them, Oxigraph lets every graph through the other.
        dataset = {
            "default_graph": [ox.NamedNode(graph) for graph in asked["default"]],
            "named_graphs": [ox.NamedNode(graph) for graph in asked["named"]],
        }

    def ask() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        return store.query(query, **dataset)

    try:
        results = ask()
    except (SyntaxError, ValueError) as error:
        return {"refused": str(error)[:1000]}, b""
    most: int | None = asked["rows"]
    buffer = _Buffer(asked["bytes"])
    try:
        if isinstance(results, ox.QueryTriples):
            lines = _distinct_lines(results, buffer)
            rows, content = len(lines), b"".join(lines)
            if asked["format"] != "nt" and not (most and rows > most):
                triples = ox.parse(content, format=ox.RdfFormat.N_TRIPLES)
                content = ox.serialize(triples, format=_GRAPHS[asked["format"]], prefixes=asked["prefixes"]) or b""
        else:
            results.serialize(buffer, format=_RESULTS[asked["format"]])
            content = buffer.getvalue()
            rows = 1 if isinstance(results, ox.QueryBoolean) else count_rows(content, asked["format"], beyond=most)
    except _FullError:
        return _count_on(ask()), b""
    if most is not None and rows > most:
        return {"too_large": rows}, b""
    return {"rows": rows}, content


def _distinct_lines(triples: ox.QueryTriples, buffer: _Buffer) -> list[bytes]:
    """Return the triples as lines in order: a graph is a set, while Oxigraph gives a triple as often as it finds it."""
    triples.serialize(buffer, format=ox.RdfFormat.N_TRIPLES)
    return sorted(set(buffer.getvalue().splitlines(keepends=True)))


def count_rows(content: bytes, form: str, *, beyond: int | None = None) -> int:
    """Return how many rows a serialised answer has.

    Args:
        content: The answer.
        form: json, xml, csv or tsv.
        beyond: Where it cannot have more rows than this, the count may be left at 0, because nobody will look at it.
    """
    if beyond is None or len(content) <= beyond * _SHORTEST_ROW:
        return 0
    if form == "tsv":
        return content.count(b"\n") - 1
    if form == "csv":
        # Line breaks inside quotes belong to a value.
        return sum(part.count(b"\n") for part in content.split(b'"')[::2]) - 1
    if form == "xml":
        return content.count(b"<result>") + content.count(b"<result/>")
    return len(json.loads(content)["results"]["bindings"])


def _count_on(results: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> dict[str, Any]:
    if isinstance(results, ox.QueryBoolean):
        return {"too_large": 1}
    until = time.monotonic() + _COUNTING_SECONDS
    rows = 0
    for _ in results:
        rows += 1
        if rows % 1000 == 0 and time.monotonic() > until:
            return {"too_large": rows, "at_least": True}
    return {"too_large": rows}
