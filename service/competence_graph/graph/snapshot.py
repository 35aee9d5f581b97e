"""The public snapshot: a store of its own with what everybody may see, for the children that run free SPARQL.

Its default graph is a copy of all current released graphs, so that a plain ``?c skos:inScheme ?s`` answers; the same
graphs stand beside it by name, older versions by name only. What is not copied cannot be asked: drafts, organisations'
own graphs and people are not there.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import pyoxigraph as ox

from competence_graph.graph.store import Store
from competence_graph.model.iri import BASE

if TYPE_CHECKING:
    from competence_graph.graph.change import Difference

_WORD: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_CURRENT: Final = re.compile(rf"(?:scale/{_WORD}|framework/{_WORD}|mappings/{_WORD}|roles|courses|organisations)\Z")
_VERSION: Final = re.compile(rf"framework/{_WORD}/[0-9A-Za-z][0-9A-Za-z.-]*\Z")
# Writes of people's data also move the store's revision on: whether a public graph changed is looked up no oftener.
_LOOKS_EVERY: Final = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A store on disk that nobody writes any more.

    ``revision`` is a hash of its quads; ``graphs`` are the IRIs of its named graphs, in order.
    """

    path: Path
    revision: str
    graphs: tuple[str, ...]


def public_kind(graph: str, *, base: str = BASE) -> Literal["current", "version"] | None:
    """Return how a graph is public: as current data, as an older version, or (None) not at all.

    What is not listed is not public: a new kind of graph stays closed until somebody writes it down here.
    """
    prefix = f"{base}graph/"
    if not graph.startswith(prefix):
        return None
    path = graph.removeprefix(prefix)
    if _CURRENT.match(path):
        return "current"
    return "version" if _VERSION.match(path) else None


def build_public_snapshot(store: Store, folder: Path, *, base: str = BASE) -> Snapshot:
    """Write the public snapshot of a store, or find the one that stands for its present state.

    Args:
        store: The primary store.
        folder: Where snapshots are kept, each in a folder named after its revision; made if it is missing.
        base: What the IRIs of the named graphs begin with.

    Returns:
        A snapshot that is complete: it was built beside its place and renamed.
    """
    return _write(_public_graphs(store, base), folder, base)


def _public_graphs(store: Store, base: str) -> dict[str, bytes]:
    """Return the N-Quads of every public graph. Two graphs may be from two moments; each is from one."""
    graphs = [graph for graph in store.graphs() if public_kind(graph, base=base)]
    return {graph: store.dump(graph) for graph in sorted(graphs)}


def _write(graphs: dict[str, bytes], folder: Path, base: str) -> Snapshot:
    revision = _revision(graphs)
    place = folder / revision
    snapshot = Snapshot(place, revision, tuple(graphs))
    if place.is_dir():
        return snapshot
    folder.mkdir(parents=True, exist_ok=True)
    growing = Path(tempfile.mkdtemp(prefix=f".{revision}-", dir=folder))
    try:
        store = ox.Store(str(growing / "store"))
        store.bulk_extend(_quads(graphs, base))
        store.flush()
        store.optimize()
        del store  # lets go of its lock
        # A rename is the one step that is seen: nobody ever opens half a snapshot.
        (growing / "store").rename(place)
    except OSError:
        if not place.is_dir():  # else somebody else was quicker with the same one
            raise
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return snapshot


def _revision(graphs: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for graph, text in graphs.items():
        digest.update(f"{graph}\n{len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:24]


def _quads(graphs: dict[str, bytes], base: str) -> Iterator[ox.Quad]:
    for graph, text in graphs.items():
        current = public_kind(graph, base=base) == "current"
        for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS):
            yield quad
            if current:
                yield ox.Quad(quad.subject, quad.predicate, quad.object)


class PublicSnapshot:
    """The latest public snapshot of a store, kept up to date. Safe for any number of threads."""

    def __init__(self, store: Store, folder: Path, *, base: str = BASE) -> None:
        """Keep snapshots of a store; the first is built when it is asked for.

        Args:
            store: The primary store.
            folder: Where snapshots are kept; nothing else may be.
            base: What the IRIs of the named graphs begin with.
        """
        self._store = store
        self._folder = folder
        self._base = base
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._seen = -1
        self._looked = 0.0
        self._current: Snapshot | None = None

    def current(self) -> Snapshot:
        """Return the snapshot of now; one that is at most two seconds behind the last release."""
        found = self._current
        if found is None:
            return self.refresh()
        due = time.monotonic() - self._looked >= _LOOKS_EVERY
        if self._seen != self._store.revision and due and self._lock.acquire(blocking=False):
            # One thread looks, the others go on with what there is.
            try:
                return self._look()
            finally:
                self._lock.release()
        return found

    def refresh(self) -> Snapshot:
        """Return the snapshot of now, exactly: for whoever has just released something."""
        with self._lock:
            return self._look()

    def note(self, difference: Difference) -> None:
        """Hear of a write, inside the writer's lock: one that touched nothing public makes no look necessary."""
        graphs = {quad.graph_name for quad in (*difference.inserts, *difference.deletes)}
        named = [graph.value for graph in graphs if isinstance(graph, ox.NamedNode)]
        if any(public_kind(graph, base=self._base) for graph in named):
            return
        with self._counting:
            if self._seen == self._store.revision - 1:
                self._seen += 1

    def _look(self) -> Snapshot:
        seen = self._store.revision
        if self._current is not None and seen == self._seen:
            return self._current
        self._current = build_public_snapshot(self._store, self._folder, base=self._base)
        with self._counting:
            self._seen, self._looked = seen, time.monotonic()
        self._remove_old(self._current)
        return self._current

    def _remove_old(self, current: Snapshot) -> None:
        """Remove every other snapshot. Children that have one open go on reading it until they end."""
        for place in self._folder.iterdir():
            if place != current.path and place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
