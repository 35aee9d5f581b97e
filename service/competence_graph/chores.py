"""The daily jobs: what the service does by itself, and the thread that does it when it is due.

Each runs once a day, at night in Vilnius; one that was missed runs as soon as the service is there again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from competence_graph.answers.erasing import erase_all
from competence_graph.answers.people import find_person
from competence_graph.errors import NotFoundError, StoreError
from competence_graph.graph.name_scan import named
from competence_graph.graph.write import VILNIUS, Writer
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri
from competence_graph.model.retention import months_later
from competence_graph.registry import Registry
from competence_graph.registry.audit_export import FOLDER, export_day

log = logging.getLogger(__name__)

AT: Final = time(3, 0)
_LOOKS_EVERY: Final = 60.0


class Chores:
    """The jobs of a service and their thread."""

    def __init__(
        self,
        writer: Writer,
        registry: Registry,
        data: Path,
        *,
        retention_months: int,
        clear: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(VILNIUS),
    ) -> None:
        """Prepare; nothing runs before `start`.

        Args:
            writer: Of the store.
            registry: Knows who left, and which jobs are due.
            data: Where the audit is exported to.
            retention_months: After so many months somebody who left is erased; 0: never by itself.
            clear: Removes copies of older states after an erasure.
            clock: The present moment in Vilnius.
        """
        self._writer = writer
        self._registry = registry
        self._data = data
        self._months = retention_months
        self._clear = clear
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self.jobs: Mapping[str, Callable[[], int]] = {
            "retention": self.erase_leavers,
            "tidy": self.tidy,
            "audit-export": self.export_audit,
            "name-scan": self.scan_for_names,
        }

    def start(self) -> None:
        """Plan what is not planned yet, and do from now on what is due."""
        for name in self.jobs:
            self._registry.jobs.plan(name, self._clock())
        self._thread.start()

    def stop(self) -> None:
        """Stop; a job that runs is finished first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def run_due(self) -> list[str]:
        """Do every job that is due and return their names; one that fails does not keep the others from running."""
        done = []
        for name, act in self.jobs.items():
            if not self._registry.jobs.claim(name, "service"):
                continue
            done.append(name)
            try:
                message, failed = str(act()), False
            except Exception as error:
                # Whatever it is: it is told, and tried again tomorrow.
                log.exception("a job failed", extra={"job": name})
                message, failed = type(error).__name__, True
            self._registry.jobs.finish(name, message, self._next(), failed=failed)
        return done

    def erase_leavers(self) -> int:
        """Erase those who left so long ago that their time is up, and return how many."""
        if not self._months:
            return 0
        latest = months_later(self._clock().date(), -self._months)
        moment = datetime.combine(latest + timedelta(days=1), time.min, VILNIUS)
        gone = [each.pseudonym for each in self._registry.identities.left_before(moment)]
        # Whoever holds a post again is with the institution, whatever the registry remembers.
        due = [each for each in gone if not self._holds_a_post(Iri(each))]
        return erase_all(OPERATOR, self._writer, self._registry, due, why="retention", clear=self._clear)

    def _holds_a_post(self, person: Iri) -> bool:
        try:
            found = find_person(OPERATOR, self._writer.store, person)
        except NotFoundError:
            return False
        return bool(found.held or found.planned)

    def tidy(self) -> int:
        """Remove links, sessions and tokens that are over, and lines of the audit past their time; return how many."""
        registry = self._registry
        return (
            registry.tickets.drop_old()
            + registry.sessions.drop_old()
            + registry.bearer.drop_old()
            + registry.audit.drop_old()
            + registry.imports.drop_old()
        )

    def export_audit(self) -> int:
        """Write yesterday's lines of the audit to their file and return how many."""
        today = self._clock().date()
        start = datetime.combine(today - timedelta(days=1), time.min, VILNIUS)
        end = datetime.combine(today, time.min, VILNIUS)
        return export_day(self._registry.audit, self._registry.journal, self._data / FOLDER, start.date(), start, end)

    def scan_for_names(self) -> int:
        """Look for words about people in the graph, and return 0.

        Raises:
            StoreError: If there are any; the log says in which graphs and under which properties.
        """
        found = named(self._writer.store, self._registry.identities.names_in)
        if found:
            log.error("words about people are in the graph", extra={"where": found[:10], "count": len(found)})
            raise StoreError("Words about people are in the graph: see the log for where.")
        return 0

    def _next(self) -> datetime:
        now = self._clock()
        today = datetime.combine(now.date(), AT, VILNIUS)
        return today if now < today else datetime.combine(now.date() + timedelta(days=1), AT, VILNIUS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.run_due()
            except Exception:
                # A registry that cannot be reached for a while must not end the thread.
                log.exception("the jobs could not be looked at")
            self._stop.wait(_LOOKS_EVERY)
