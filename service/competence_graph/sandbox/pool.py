"""The children, who may use them when, and what becomes of a query that takes too long or too much.

Small queries must stay quick while others are long, whoever sends them:
- a query that is still running after a moment (``patience``) gives its place up: it moves to one of the few places for
  long queries; when those are taken and others wait, it is ended; beside others it soon yields the processor to them;
- a query known to be long, or a new one of somebody who has used much lately, waits for such a place from the start;
  one known to be quick, or from somebody who has asked little lately, may use places kept for such;
- those who wait are served in order of how much they have used lately, not of how often they ask.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from competence_graph.errors import (
    QueryCrashedError,
    QueryRefusedError,
    QueryTimeoutError,
    QueryTooLargeError,
    SandboxUnavailableError,
)
from competence_graph.sandbox.places import QUICK, BusyError, Places, Ticket
from competence_graph.sandbox.policy import FreeQuery
from competence_graph.sandbox.process import COMMAND, TOO_HUNGRY, Child, DeadlineError, EndedError
from competence_graph.sandbox.told import Told

Format = Literal["json", "xml", "csv", "tsv", "ttl", "nt", "rdf", "jsonld"]

_RETIRES_AFTER: Final = 300.0  # busy seconds; a fresh child has given back all memory
_BUSY: Final = Told("More queries are running than this service takes at once: try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a free query may use.

    ``seconds``: from its arrival to its answer. ``rows``: without LIMIT. ``bytes``: of the answer. ``memory``: bytes of
    a child beyond its store. ``memory_of_all``: bytes of all children together. ``children``: queries at once.
    ``long``: of these, beside them, those that run longer than ``patience`` seconds. ``waiting``: queue.
    """

    seconds: float = 10.0
    rows: int = 10_000
    bytes: int = 32 << 20
    memory: int = 1 << 30
    memory_of_all: int = 3 << 30
    children: int = 2
    long: int = 2
    waiting: int = 16
    patience: float = 0.1


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """The whole answer of a free query, serialised, and what it took."""

    content: bytes
    format: Format
    seconds: float


class Pool:
    """Runs free queries over one snapshot in children. Safe for any number of threads."""

    def __init__(
        self,
        snapshot: Path,
        limits: Limits | None = None,
        *,
        egress: Literal["checked", "blocked"] = "checked",
        prefixes: Mapping[str, str] | None = None,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        """Keep children for this snapshot; the first are started at once, in the background.

        Args:
            snapshot: Folder of the snapshot's store.
            limits: What a query may use.
            egress: ``blocked`` means that the operator vouches that no network can be reached.
            prefixes: For graphs that are answered as Turtle or RDF/XML.
            command: What starts a child.
        """
        self.limits = limits or Limits()
        self._snapshot = snapshot
        self._egress = egress
        self._prefixes = dict(prefixes or {})
        self._command = command
        self._places = Places(
            quick=self.limits.children, kept=self.limits.children, long=self.limits.long, waiting=self.limits.waiting
        )
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._dead: list[Child] = []
        self._working = 0
        self._held: dict[int, int] = {}
        self._closed = False
        self._wanted = threading.Event()
        self._keeper = threading.Thread(target=self._keep_spares, name="sandbox-keeper", daemon=True)
        self._keeper.start()
        self._wanted.set()

    def run(
        self,
        query: FreeQuery,
        form: Format,
        *,
        client: str = "",
        spent: Callable[[float], None] = lambda _seconds: None,
    ) -> FreeAnswer:
        """Return the whole answer of a query.

        Args:
            query: One that the policy let through.
            form: json, xml, csv or tsv for SELECT and ASK; ttl, nt, rdf or jsonld for CONSTRUCT and DESCRIBE.
            client: Who asks, so that one asker cannot take all places; an address will do.
            spent: Is told the seconds of processor time that it took, answered or not.

        Raises:
            QueryRefusedError: If it is no SPARQL.
            QueryTimeoutError: If it ran out of time.
            QueryTooLargeError: If the answer is over the limit.
            QueryCrashedError: If the child died or took too much memory.
            SandboxUnavailableError: If no safe child can be had, or too many queries run already.
        """
        started = time.monotonic()
        deadline = started + self.limits.seconds
        try:
            ticket = self._places.enter(client, query.text, until=started + self.limits.seconds / 2)
        except BusyError as error:
            raise SandboxUnavailableError(_BUSY) from error
        try:
            said, content = self._ask(query, form, ticket, deadline)
        finally:
            spent(self._places.leave(ticket))
        if "refused" in said:
            raise QueryRefusedError(Told("The query cannot be read: %(why)s", why=said["refused"]))
        if "too_large" in said:
            raise too_large(self.limits.rows, said["too_large"], at_least=said.get("at_least", False))
        return FreeAnswer(content, form, time.monotonic() - started)

    def _ask(self, query: FreeQuery, form: Format, ticket: Ticket, deadline: float) -> tuple[dict[str, Any], bytes]:
        child = self._take()
        self._held[child.pid] = 0
        if ticket.long:
            child.yield_to_others()
        # By the processor and not by the clock: on a machine that is busy with other things nobody is long for that.
        before = child.worked()

        def glance() -> None:
            self._watch_memory(child)
            ticket.worked = child.worked() - before
            if ticket.worked >= QUICK and self._working > 1:
                child.yield_to_others()
            waited_for = self._places.others_wait(ticket)
            # Less patience where somebody waits for the place.
            if ticket.long or ticket.worked < (QUICK if waited_for else self.limits.patience):
                return
            if self._places.make_long(ticket):
                child.yield_to_others()
            elif waited_for:
                raise EndedError

        asked = {
            "format": form,
            "default": query.default,
            "named": query.named,
            "rows": None if query.limited else self.limits.rows,
            "bytes": self.limits.bytes,
            "prefixes": self._prefixes,
        }
        try:
            return child.ask(query.text, asked, deadline=deadline, glance=glance, largest=self.limits.bytes * 2)
        except DeadlineError as error:
            if deadline - ticket.began < 0.8 * self.limits.seconds:
                raise SandboxUnavailableError(_BUSY) from error  # it waited for most of its time
            raise too_long(self.limits.seconds) from error
        except EndedError as error:
            raise SandboxUnavailableError(_BUSY) from error
        finally:
            self._held.pop(child.pid, None)
            self._give_back(child)

    def _watch_memory(self, child: Child) -> None:
        held = child.resident()
        self._held[child.pid] = held
        all_held = list(self._held.values())
        # Where the kernel enforces no limit, this one does; and together they may hold less than each may alone.
        if held > self.limits.memory or (sum(all_held) > self.limits.memory_of_all and held == max(all_held)):
            raise QueryCrashedError(TOO_HUNGRY)

    def use(self, snapshot: Path) -> None:
        """Answer from another snapshot from now on; queries that run are answered from the old one."""
        with self._lock:
            self._snapshot = snapshot
            old, self._idle = self._idle, []
        for child in old:
            child.bury()
        self._wanted.set()

    def close(self) -> None:
        """End all children that are not at work; those at work end with their query."""
        with self._lock:
            self._closed = True
            old, self._idle = self._idle, []
        for child in old:
            child.bury()
        self._wanted.set()
        self._keeper.join(timeout=30)
        self._bury_dead()

    def _take(self) -> Child:
        with self._lock:
            if self._closed:
                raise SandboxUnavailableError(Told("The service is stopping: try again in a minute."))
            child = self._idle.pop() if self._idle else None
            self._working += 1
        self._wanted.set()
        if child is not None and child.alive:
            return child
        if child is not None:
            child.bury()
        try:
            return self._start()
        except SandboxUnavailableError:
            with self._lock:
                self._working -= 1
            raise

    def _start(self) -> Child:
        child = Child(self._snapshot, memory=self.limits.memory, command=self._command)
        if child.way_out and self._egress != "blocked":
            child.bury()
            raise SandboxUnavailableError(
                Told(
                    "Queries are switched off: their process could open a socket (%(way)s) on this machine. Whoever "
                    "runs the service can block the network outside and set COMPETENCE_GRAPH_EGRESS=blocked. %(why)s",
                    way=child.way_out,
                    why=child.why_open,
                )
            )
        return child

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._working -= 1
        self._stock(child)

    def _stock(self, child: Child) -> None:
        """Keep a child for the next query, unless it is spent or there are enough."""
        with self._lock:
            stays = (
                child.alive
                and not self._closed
                and not child.nice
                and child.snapshot == self._snapshot
                and child.busy_seconds < _RETIRES_AFTER
                and len(self._idle) <= self.limits.children
            )
            if stays:
                self._idle.append(child)
            else:
                self._dead.append(child)
        if self._closed:
            self._bury_dead()
        elif not stays:
            # Whoever asked need not wait until a gigabyte has been given back: the keeper does.
            child.kill()
            self._wanted.set()

    def _keep_spares(self) -> None:
        """Keep one child more ready than may work at once, so that nobody waits for the start of one."""
        while self._wanted.wait():
            self._wanted.clear()
            self._bury_dead()
            if self._closed:
                return
            with suppress(SandboxUnavailableError):  # whoever asks is told why
                while self._lacks_spares():
                    self._stock(self._start())

    def _bury_dead(self) -> None:
        with self._lock:
            dead, self._dead = self._dead, []
        for child in dead:
            child.bury()

    def _lacks_spares(self) -> bool:
        with self._lock:
            return not self._closed and len(self._idle) < max(1, self.limits.children + 1 - self._working)

    def wait_until_ready(self, seconds: float = 20.0) -> bool:
        """Wait for the first child; say whether there is one. Nobody has to."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._idle:
            time.sleep(0.01)
        return bool(self._idle)


def too_large(limit: int, counted: int, *, at_least: bool) -> QueryTooLargeError:
    """Return the refusal of an answer that is too large, with how large it is."""
    error = QueryTooLargeError(limit, counted)
    if at_least:
        told = Told(
            "The answer has %(counted)s rows or more, and at most %(limit)s are sent without LIMIT: "
            "add LIMIT and OFFSET, or take a dump from /dumps/.",
            counted=counted,
            limit=limit,
        )
    else:
        told = Told(
            "The answer has %(counted)s rows, and at most %(limit)s are sent without LIMIT: "
            "add LIMIT and OFFSET, or take a dump from /dumps/.",
            counted=counted,
            limit=limit,
        )
    error.args = (told,)
    return error


def too_long(seconds: float) -> QueryTimeoutError:
    """Return the refusal of a query that ran out of time."""
    error = QueryTimeoutError(seconds)
    error.args = (
        Told("The query ran longer than %(seconds)s s: ask for less, or take a dump.", seconds=f"{seconds:g}"),
    )
    return error
