"""Free SPARQL as the service offers it: the policy, the children, and the snapshot they hold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from competence_graph.sandbox.policy import FreeQuery, check_query
from competence_graph.sandbox.pool import Format, FreeAnswer, Limits, Pool


class Snapshot(Protocol):
    """A store on disk that nobody writes any more; see graph/snapshot.py."""

    @property
    def path(self) -> Path:
        """Its folder."""
        ...

    @property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of its named graphs."""
        ...


class FreeSparql:
    """Answers what strangers ask over the public snapshot. Safe for any number of threads."""

    def __init__(
        self,
        current: Callable[[], Snapshot],
        limits: Limits | None = None,
        *,
        egress: Literal["checked", "blocked"] = "checked",
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        """Offer queries; children are started with the first one.

        Args:
            current: Gives the latest snapshot.
            limits: What a query may use.
            egress: ``blocked`` means that the operator vouches that no network can be reached.
            prefixes: For answers as Turtle and RDF/XML.
        """
        self.limits = limits or Limits()
        self._current = current
        self._egress: Literal["checked", "blocked"] = egress
        self._prefixes = dict(prefixes or {})
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._path: Path | None = None

    @property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs that may be asked, in order."""
        return self._current().graphs

    def check(self, query: str, *, default: Sequence[str] = (), named: Sequence[str] = ()) -> FreeQuery:
        """Return the query as one that may run.

        Args:
            query: Its text.
            default: Graphs that the protocol chose as the default graph.
            named: Graphs that the protocol chose as named graphs.

        Raises:
            QueryRefusedError: If it is against the policy.
        """
        return check_query(query, graphs=frozenset(self._current().graphs), default=default, named=named)

    def answer(
        self,
        query: FreeQuery,
        form: Format,
        *,
        client: str = "",
        spent: Callable[[float], None] = lambda _seconds: None,
    ) -> FreeAnswer:
        """Return the whole answer; see `Pool.run` for its arguments and errors."""
        return self._ready_pool().run(query, form, client=client, spent=spent)

    def warm(self) -> None:
        """Start the children now, so that the first query need not wait."""
        self._ready_pool().wait_until_ready()

    def close(self) -> None:
        """End the children."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _ready_pool(self) -> Pool:
        path = self._current().path
        with self._lock:
            if self._pool is None:
                self._pool = Pool(path, self.limits, egress=self._egress, prefixes=self._prefixes)
            elif path != self._path:
                self._pool.use(path)
            self._path = path
            return self._pool
