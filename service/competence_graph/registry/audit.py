"""Who did and saw what: append-only, held so by triggers of the database, kept three years.

Acts are written at once. Looks at people are many: a thread writes them in groups, at the latest a second later, and
before anybody reads the audit or it closes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.model.actor import Actor
from competence_graph.registry.tables import AuditPersonRow, AuditRow

AUDIT_KEPT: Final = timedelta(days=3 * 366)
"""Older lines are removed by the daily job; the trigger refuses to remove younger ones."""
ERASED: Final = "erased:"
"""What a pseudonym in the audit begins with once the person was erased."""
_WAIT: Final = 0.5
_MOST_WAITING: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit; ``account`` is an id, no name."""

    id: int
    at: datetime
    account: str
    kind: str
    act: str
    organisation: str | None
    route: str
    reason: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Noted:
    at: datetime
    account: str
    kind: str
    act: str
    organisation: str | None
    route: str
    reason: str
    people: tuple[str, ...]

    @property
    def what(self) -> tuple[str, ...]:
        """All but the moment."""
        return (self.account, self.kind, self.act, self.organisation or "", self.route, self.reason, *self.people)


class Audit:
    """The audit of the registry. Safe to use from several threads."""

    def __init__(self, transactions: sessionmaker[Transaction], now: Callable[[], datetime]) -> None:
        """Prepare; the thread starts with the first look that is recorded."""
        self._transactions = transactions
        self._now = now
        self._waiting: list[_Noted] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def record(
        self,
        actor: Actor,
        act: str,
        *,
        organisation: str | None = None,
        people: Collection[str] = (),
        route: str = "",
        reason: str = "",
    ) -> None:
        """Record an act, at once and for good before it returns.

        Args:
            actor: Who.
            act: A word, such as ``export``.
            organisation: Whose data.
            people: The pseudonyms of those whose data it touched.
            route: The route's pattern, never an address with an id in it.
            reason: What the actor wrote as the reason.
        """
        self.flush()
        self._insert([self._note(actor, act, organisation, people, route, reason)])

    def saw(self, actor: Actor, *, organisation: str | None, people: Collection[str], route: str) -> None:
        """Record that an actor saw people's data; written within a second."""
        noted = self._note(actor, "view", organisation, people, route, "")
        with self._lock:
            self._waiting.append(noted)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self._thread.start()
            full = len(self._waiting) >= _MOST_WAITING
        if full:
            self._wake.set()

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            with self._lock:
                waiting, self._waiting = self._waiting, []
            if waiting:
                try:
                    # The same look twice within the group is one look: a page and its table, or a program that repeats.
                    self._insert(list({each.what: each for each in waiting}.values()))
                except BaseException:
                    with self._lock:
                        self._waiting = waiting + self._waiting
                    raise

    def close(self) -> None:
        """Write what waits and stop."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def lines(
        self,
        *,
        account: str | None = None,
        organisation: str | None = None,
        person: str | None = None,
        act: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        most: int = 200,
        before: int | None = None,
    ) -> list[Line]:
        """Return the newest lines that fit, at most so many, those before a line's id for the next page."""
        self.flush()
        which: list[ColumnElement[bool]] = []
        if account is not None:
            which.append(AuditRow.account == account)
        if organisation is not None:
            which.append(AuditRow.organisation == organisation)
        if act is not None:
            which.append(AuditRow.act == act)
        if start is not None:
            which.append(AuditRow.at >= start)
        if end is not None:
            which.append(AuditRow.at < end)
        if before is not None:
            which.append(AuditRow.id < before)
        asked = select(AuditRow).where(*which)
        if person is not None:
            asked = asked.join(AuditPersonRow, AuditPersonRow.audit == AuditRow.id)
            asked = asked.where(AuditPersonRow.pseudonym == person)
        with self._transactions() as at:
            rows = list(at.scalars(asked.order_by(AuditRow.id.desc()).limit(most)))
            people: dict[int, list[str]] = {row.id: [] for row in rows}
            touched = select(AuditPersonRow).where(AuditPersonRow.audit.in_(people))
            for each in at.scalars(touched.order_by(AuditPersonRow.pseudonym)):
                people[each.audit].append(each.pseudonym)
            return [
                Line(
                    row.id, row.at, row.account, row.kind, row.act, row.organisation, row.route, row.reason,
                    tuple(people[row.id]),
                )
                for row in rows
            ]  # fmt: skip

    def seen_by(
        self, account: str, start: datetime, end: datetime, *, organisation: str | None = None
    ) -> dict[str, int]:
        """Return whose data an account saw in a time, with how often: one query; of one organisation, where given."""
        self.flush()
        which = [AuditRow.account == account, AuditRow.at >= start, AuditRow.at < end]
        if organisation is not None:
            which.append(AuditRow.organisation == organisation)
        with self._transactions() as at:
            rows = at.execute(
                select(AuditPersonRow.pseudonym, func.count())
                .join(AuditRow, AuditRow.id == AuditPersonRow.audit)
                .where(*which)
                .group_by(AuditPersonRow.pseudonym)
                .order_by(AuditPersonRow.pseudonym)
            )
            return {row[0]: row[1] for row in rows}

    def drop_old(self) -> int:
        """Remove lines older than `AUDIT_KEPT` and return how many."""
        oldest = self._now() - AUDIT_KEPT
        with self._transactions.begin() as at:
            old = select(AuditRow.id).where(AuditRow.at < oldest)
            at.execute(delete(AuditPersonRow).where(AuditPersonRow.audit.in_(old)))
            gone = at.execute(delete(AuditRow).where(AuditRow.at < oldest).returning(AuditRow.id))
            return len(list(gone))

    def _note(
        self, actor: Actor, act: str, organisation: str | None, people: Collection[str], route: str, reason: str
    ) -> _Noted:
        touched = tuple(sorted(set(people)))
        return _Noted(self._now(), actor.account, actor.kind, act, organisation, route, reason, touched)

    def _run(self) -> None:
        while not self._closed:
            self._wake.wait(_WAIT)
            self._wake.clear()
            # A database that is busy or full must not end the thread: what waits is tried again.
            with suppress(SQLAlchemyError):
                self.flush()

    def _insert(self, noted: list[_Noted]) -> None:
        with self._transactions.begin() as at:
            rows = [
                AuditRow(
                    at=each.at, account=each.account, kind=each.kind, act=each.act, organisation=each.organisation,
                    route=each.route, reason=each.reason,
                )
                for each in noted
            ]  # fmt: skip
            at.add_all(rows)
            at.flush()
            at.add_all(
                AuditPersonRow(audit=row.id, pseudonym=person)
                for row, each in zip(rows, noted, strict=True)
                for person in each.people
            )
