"""What a store of quads can do, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer of a SELECT: names of the columns, and rows of terms; None where a variable is unbound."""

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


class Store(Protocol):
    """A store of named graphs. In queries the union of all named graphs is the default graph.

    Every method may raise `StoreError`. ``revision`` grows with every change made through this object.
    """

    @property
    def revision(self) -> int:
        """How many changes were made through this object."""
        ...

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT."""
        ...

    def construct(self, query: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""
        ...

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK."""
        ...

    def update(self, update: str) -> None:
        """Apply one SPARQL update, whole or not at all."""
        ...

    def load(self, quads: Iterable[Quad]) -> None:
        """Add quads, all or none."""
        ...

    def dump(self, graph: str | None = None) -> bytes:
        """Return the quads, of one graph or of all, as N-Quads in order of their lines."""
        ...

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, in order."""
        ...

    def backup(self, folder: Path) -> None:
        """Write a copy of the store, as it is now, to a folder that does not exist yet."""
        ...

    def rebuild(self) -> None:
        """Write the store's files anew, so that nothing deleted is left in them.

        Where the files are not this process's own it does nothing: their keeper has ways of their own.

        Raises:
            StoreError: If it cannot; the store is as it was then.
        """
        ...

    def close(self) -> None:
        """Let the store go."""
        ...


def open_store(url: str, *, durable: bool = False) -> Store:
    """Open a store.

    Args:
        url: ``memory:``; the path of a folder; or the http address of a SPARQL 1.1 server.
        durable: Whether each write to a folder waits until it would survive a loss of power.
    """
    if url == "memory:":
        from competence_graph.graph.oxigraph import OxigraphStore

        return OxigraphStore()
    if url.startswith(("http://", "https://")):
        from competence_graph.graph.remote import RemoteStore

        return RemoteStore(url)
    from competence_graph.graph.oxigraph import OxigraphStore

    return OxigraphStore(Path(url), durable=durable)
