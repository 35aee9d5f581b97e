"""The embedded store: pyoxigraph on disk or in memory."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from competence_graph.errors import StoreError, StoreHeldError, StoreReadOnlyError
from competence_graph.graph.store import Rows
from competence_graph.graph.terms import node

_FROM: Final = re.compile(r"^FROM\b", re.MULTILINE)


class OxigraphStore:
    """A `Store` over pyoxigraph; ``path`` None keeps it in memory.

    A full disk makes it read-only: the write is refused whole, reads go on, and the next write tries the disk again
    by reopening the store (measured: RocksDB refuses until then, even when there is room again).
    """

    def __init__(self, path: Path | None = None, *, durable: bool = False) -> None:
        """Open or make the store.

        Args:
            path: Its folder.
            durable: Whether each write waits until it would survive a loss of power (kill -9 it always survives).

        Raises:
            StoreHeldError: If another process has it open.
        """
        self._path = path
        self._durable = durable
        self._lock = threading.RLock()
        self._revision = 0
        self._broken = False
        self._readers = 0
        self._reads = threading.local()
        self._swapping = False
        self._gate = threading.Condition()
        self._store = self._open()

    def _open(self) -> ox.Store:
        if self._path is None:
            return ox.Store()
        _finish_swap(self._path)
        try:
            return ox.Store(str(self._path))
        except OSError as error:
            if "lock" in str(error).lower():
                raise StoreHeldError(self._path.name, "another process") from error
            if _is_full(error):
                raise StoreReadOnlyError("The disk is full: free some room, then start again.") from error
            raise StoreError(f"The store cannot be opened: {_plain(error)}") from error

    @property
    def revision(self) -> int:
        """How many changes were made through this object."""
        return self._revision

    @property
    def read_only(self) -> bool:
        """Whether the last write found the disk full."""
        return self._broken

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT over all named graphs."""
        with self._reading():
            answer = self._query(query)
            if not isinstance(answer, ox.QuerySolutions):
                message = "That is no SELECT."
                raise TypeError(message)
            variables = tuple(variable.value for variable in answer.variables)
            return Rows(variables, [tuple(solution) for solution in answer])

    def construct(self, query: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""
        with self._reading():
            answer = self._query(query)
            if not isinstance(answer, ox.QueryTriples):
                message = "That is no CONSTRUCT."
                raise TypeError(message)
            return list(answer)

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK."""
        with self._reading():
            return bool(self._query(query))

    def _query(self, query: str) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
        try:
            # The union would override a dataset that the query states itself.
            return self._store.query(query, use_default_graph_as_union=not _FROM.search(query))
        except OSError as error:
            raise StoreError(f"The store cannot be read: {_plain(error)}") from error

    def update(self, update: str) -> None:
        """Apply one SPARQL update, whole or not at all."""
        with self._writing() as store:
            store.update(update)

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads, all or none."""
        with self._writing() as store:
            store.extend(quads)

    @contextmanager
    def _writing(self) -> Iterator[ox.Store]:
        with self._lock:
            if self._broken:
                # A full disk leaves the store refusing writes for good: only opening it anew lets it go on.
                self._reopen()
            try:
                yield self._store
                if self._durable:
                    self._store.flush()
            except OSError as error:
                self._broken = True
                raise StoreReadOnlyError(
                    "Nothing was written: the disk is full or cannot be written. Free some room and try again."
                ) from error
            self._revision += 1

    def _reopen(self) -> None:
        try:
            del self._store
            self._store = self._open()
        except (StoreError, AttributeError) as error:
            raise StoreReadOnlyError("The disk is still full: free some room and try again.") from error
        self._broken = False

    def dump(self, graph: str | None = None) -> bytes:
        """Return the quads as N-Quads in order of their lines."""
        with self._reading():
            if graph is None:
                quads = self._store.quads_for_pattern(None, None, None, None)
            else:
                quads = self._store.quads_for_pattern(None, None, None, node(graph))
            text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
            del quads
        return b"".join(sorted(text.splitlines(keepends=True)))

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the quads of one graph, or of all."""
        with self._reading():
            yield from self._store.quads_for_pattern(None, None, None, None if graph is None else node(graph))

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, in order."""
        with self._reading():
            return sorted(graph.value for graph in self._store.named_graphs() if isinstance(graph, ox.NamedNode))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Keep the files in their place while somebody reads; a rebuild waits, and readers wait for it."""
        # Who reads while reading goes on: waiting would wait for itself.
        depth = getattr(self._reads, "depth", 0)
        with self._gate:
            if not depth:
                self._gate.wait_for(lambda: not self._swapping)
            self._readers += 1
        self._reads.depth = depth + 1
        try:
            yield
        finally:
            self._reads.depth -= 1
            with self._gate:
                self._readers -= 1
                if self._swapping:
                    self._gate.notify_all()

    def rebuild(self) -> None:
        """Write the store's files anew, so that nothing deleted is left in them; readers wait for the swap alone.

        A new store is filled beside the old one, then takes its place in two renames; a start after a crash between
        them finishes the swap.

        Raises:
            StoreError: If it cannot; the store is as it was then.
        """
        if self._path is None:
            return
        part, whole, old = (self._path.with_name(f"{self._path.name}.{word}") for word in ("part", "whole", "old"))
        with self._lock:
            try:
                for each in (part, whole, old):
                    shutil.rmtree(each, ignore_errors=True)
                new = ox.Store(str(part))
                new.bulk_extend(self._store.quads_for_pattern(None, None, None, None))
                new.flush()
                new.optimize()
                del new  # lets go of its lock
                part.rename(whole)
            except OSError as error:
                shutil.rmtree(part, ignore_errors=True)
                raise StoreError(f"The store could not be rebuilt: {_plain(error)}") from error
            with self._gate:
                self._swapping = True
                self._gate.wait_for(lambda: not self._readers)
            try:
                self._store = ox.Store()  # lets the old files go
                self._path.rename(old)
                whole.rename(self._path)
                self._store = self._open()
            finally:
                with self._gate:
                    self._swapping = False
                    self._gate.notify_all()
            self._revision += 1
            shutil.rmtree(old, ignore_errors=True)

    def backup(self, folder: Path) -> None:
        """Write a copy of the store to a folder that does not exist yet: hard links, milliseconds.

        Raises:
            StoreError: If the store is in memory.
        """
        if self._path is None:
            message = "A store in memory has no backup: export it instead."
            raise StoreError(message)
        with self._lock:
            self._store.flush()
            self._store.backup(str(folder))

    def close(self) -> None:
        """Let the store go, so that another process may open it."""
        with self._lock:
            if self._path is not None and not self._broken:
                self._store.flush()
            self._store = ox.Store()


def _finish_swap(path: Path) -> None:
    """Finish a rebuild that was cut off: the whole new store takes the place, or what was begun is thrown away."""
    part, whole, old = (path.with_name(f"{path.name}.{word}") for word in ("part", "whole", "old"))
    if not path.exists():
        if whole.exists():
            whole.rename(path)
        elif old.exists():
            old.rename(path)
    for each in (part, whole, old):
        if each.exists():
            shutil.rmtree(each, ignore_errors=True)


def _is_full(error: OSError) -> bool:
    return "space" in str(error).lower() or "too many open files" in str(error).lower()


def _plain(error: OSError) -> str:
    return str(error).splitlines()[0][:200]
