"""Free SPARQL of organisations: for each that asks, children of its own that hold its snapshot and nobody else's."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Literal

from competence_graph.errors import SandboxUnavailableError
from competence_graph.model.iri import Iri
from competence_graph.sandbox.free import FreeSparql, Snapshot
from competence_graph.sandbox.pool import Limits
from competence_graph.sandbox.told import Told

_IDLE: Final = 600.0
_BUSY: Final = Told("More organisations ask at once than this service takes: try again in a few seconds.")


@dataclass(slots=True, eq=False)
class _Kept:
    sparql: FreeSparql
    users: int = 0
    used: float = 0.0
    gone: bool = False


class OrganisationSparql:
    """Gives each organisation its own `FreeSparql`; keeps few of them. Safe for any number of threads."""

    def __init__(
        self,
        current: Callable[[Iri], Snapshot],
        limits: Limits,
        *,
        most: int = 4,
        egress: Literal["checked", "blocked"] = "checked",
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        """Offer queries; children are started with the first one of an organisation.

        Args:
            current: Gives the latest snapshot of an organisation.
            limits: What a query may use; of the children, one at once and one for long queries.
            most: Organisations whose children are kept.
            egress: ``blocked`` means that the operator vouches that no network can be reached.
            prefixes: For answers as Turtle and RDF/XML.
        """
        self.limits = replace(limits, children=1, long=1)
        self._current = current
        self._most = most
        self._egress: Literal["checked", "blocked"] = egress
        self._prefixes = prefixes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Iri, _Kept] = OrderedDict()
        self._closed = False

    @contextmanager
    def of(self, organisation: Iri) -> Iterator[FreeSparql]:
        """Give an organisation's free SPARQL while the block runs.

        Raises:
            SandboxUnavailableError: If too many organisations ask at once, or the service is stopping.
        """
        kept, old = self._take(organisation)
        for each in old:
            each.sparql.close()
        try:
            yield kept.sparql
        finally:
            with self._lock:
                kept.users -= 1
                kept.used = time.monotonic()
                last = kept.gone and kept.users == 0
            if last:
                kept.sparql.close()

    def close(self) -> None:
        """End all children for good."""
        with self._lock:
            self._closed = True
        self.clear()

    def clear(self) -> None:
        """End all children, so that none holds what was erased; those at work end with their query."""
        with self._lock:
            kept = list(self._kept.values())
            self._kept.clear()
            for each in kept:
                each.gone = True
        for each in kept:
            each.sparql.close()

    def _take(self, organisation: Iri) -> tuple[_Kept, list[_Kept]]:
        """Return the organisation's, counted as used, and those that make room for it."""
        now = time.monotonic()
        with self._lock:
            if self._closed:
                raise SandboxUnavailableError(Told("The service is stopping: try again in a minute."))
            kept = self._kept.get(organisation)
            free = [iri for iri, each in self._kept.items() if each.users == 0 and iri != organisation]
            out = [iri for iri in free if now - self._kept[iri].used > _IDLE]
            if kept is None and len(self._kept) - len(out) >= self._most:
                # The one that has not been used for longest stands first.
                others = [iri for iri in free if iri not in out]
                if not others:
                    raise SandboxUnavailableError(_BUSY)
                out.append(others[0])
            old = [self._kept.pop(iri) for iri in out]
            if kept is None:
                kept = self._kept[organisation] = _Kept(self._made(organisation))
            kept.users += 1
            self._kept.move_to_end(organisation)
            return kept, old

    def _made(self, organisation: Iri) -> FreeSparql:
        return FreeSparql(
            lambda: self._current(organisation), self.limits, egress=self._egress, prefixes=self._prefixes
        )
