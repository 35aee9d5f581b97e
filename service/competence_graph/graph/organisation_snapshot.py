"""An organisation's snapshot: the public one and the organisation's own graphs, for the children that answer its HR.

Each is a store of its own: the public snapshot's files are linked, not copied, and the organisation's graphs come on
top, by name and in the default graph. Nobody else's people are in any file of it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from competence_graph.errors import StoreError
from competence_graph.graph.snapshot import PublicSnapshot, Snapshot
from competence_graph.graph.store import Store
from competence_graph.model.iri import BASE, Iri

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class _Kept:
    seen: int
    public: str
    snapshot: Snapshot


def own_graphs(organisation: Iri, *, base: str = BASE) -> tuple[str, ...]:
    """Return the graphs that only this organisation may ask: its people's, and what it keeps to itself."""
    return (f"{base}graph/organisation/{organisation.local}", f"{base}graph/people/{organisation.local}")


class OrganisationSnapshots:
    """The snapshots of organisations, made when they are asked for. Safe for any number of threads."""

    def __init__(self, store: Store, public: PublicSnapshot, folder: Path, *, base: str = BASE) -> None:
        """Keep snapshots below a folder; what an earlier process left there is removed.

        Args:
            store: The primary store.
            public: What everybody may see.
            folder: Where they are kept; nothing else may be.
            base: What the IRIs of the named graphs begin with.
        """
        self._store = store
        self._public = public
        self._folder = folder
        self._base = base
        self._kept: dict[Iri, _Kept] = {}
        self._locks: defaultdict[Iri, threading.Lock] = defaultdict(threading.Lock)
        shutil.rmtree(folder, ignore_errors=True)

    def current(self, organisation: Iri) -> Snapshot:
        """Return the snapshot with every write that was acknowledged before the call.

        Raises:
            StoreError: If it cannot be written.
        """
        with self._locks[organisation]:
            # Read before the data: a write in between makes the next look find more, never this one less.
            seen = self._store.revision
            for _ in range(_TRIES):
                public = self._public.refresh()
                kept = self._kept.get(organisation)
                if kept is not None and (kept.seen, kept.public) == (seen, public.revision):
                    return kept.snapshot
                made = self._made(organisation, public)
                if made is not None:
                    self._kept[organisation] = _Kept(seen, public.revision, made)
                    self._remove_others(organisation, made)
                    return made
            raise StoreError("The public data changed too often while a copy of them was made: try again.")

    def clear(self) -> None:
        """Remove all that is kept, so that an erasure leaves nobody in it; the next question makes it anew."""
        for organisation in list(self._locks):
            with self._locks[organisation]:
                self._kept.pop(organisation, None)
                shutil.rmtree(self._place(organisation), ignore_errors=True)

    def _place(self, organisation: Iri) -> Path:
        return self._folder / organisation.local

    def _made(self, organisation: Iri, public: Snapshot) -> Snapshot | None:
        """Write the snapshot, or find the one that stands for the present state; None where the public one is gone."""
        existing = set(self._store.graphs())
        own = {
            graph: self._store.dump(graph) for graph in own_graphs(organisation, base=self._base) if graph in existing
        }
        digest = hashlib.sha256(public.revision.encode())
        for graph, text in own.items():
            digest.update(f"\n{graph} {len(text)}\n".encode())
            digest.update(text)
        revision = digest.hexdigest()[:24]
        place = self._place(organisation) / revision
        snapshot = Snapshot(place, revision, tuple(sorted((*public.graphs, *own))))
        if place.is_dir():
            return snapshot
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{revision}-", dir=place.parent))
        try:
            _grow(public.path, growing / "store", own)
            (growing / "store").rename(place)
        except OSError as error:
            if not public.path.is_dir():
                return None  # a release took its place meanwhile
            raise StoreError("The copy of the data that questions are asked of cannot be written.") from error
        finally:
            shutil.rmtree(growing, ignore_errors=True)
        return snapshot

    def _remove_others(self, organisation: Iri, current: Snapshot) -> None:
        """Remove older ones. Children that have one open go on reading it until they end."""
        for place in self._place(organisation).iterdir():
            if place != current.path:
                shutil.rmtree(place, ignore_errors=True)


def _grow(public: Path, place: Path, own: dict[str, bytes]) -> None:
    """Copy the public snapshot and put the graphs on top: by name, and into the default graph like what is released."""
    source = ox.Store.read_only(str(public))
    source.backup(str(place))
    del source
    store = ox.Store(str(place))
    for text in own.values():
        quads = list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        store.extend(quads)
        store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    store.flush()
    del store  # lets go of its lock
