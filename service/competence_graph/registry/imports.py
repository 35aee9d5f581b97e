"""Tables that institutions import, between upload and the end of the time in which an import can be undone.

What they hold is encrypted: a copy of the database alone gives no name and no level away. An upload that is not
finished goes after a week; what is needed to undo a finished one after thirty days.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.registry.cipher import Cipher
from competence_graph.registry.table_work import new_id
from competence_graph.registry.tables import ImportRow

State = Literal["open", "running", "done", "failed", "undoing", "undone", "sample"]
UNFINISHED: Final = timedelta(days=7)
UNDO: Final = timedelta(days=30)
SAMPLE: Final = timedelta(days=3660)
"""So long a sample can be taken out again in one act: ten years."""
_MOST_OPEN: Final = 20
"""Unfinished uploads that an organisation keeps; the oldest goes when there are more."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import: ``content`` is what was read and chosen, or what is needed to undo it; ``counts`` what it did."""

    id: str
    organisation: str
    account: str
    at: datetime
    expires: datetime
    state: State
    content: Mapping[str, Any]
    counts: Mapping[str, int]


class Imports:
    """The imports of all organisations."""

    def __init__(self, transactions: sessionmaker[Transaction], now: Callable[[], datetime], cipher: Cipher) -> None:
        """Take the transactions, the present moment and the cipher of secrets at rest."""
        self._transactions = transactions
        self._now = now
        self._cipher = cipher

    def begin(self, organisation: str, account: str, content: Mapping[str, Any]) -> str:
        """Keep an upload and return its id."""
        made, now = new_id(), self._now()
        with self._transactions.begin() as at:
            waiting = list(
                at.scalars(
                    select(ImportRow.id)
                    .where(ImportRow.organisation == organisation, ImportRow.state == "open")
                    .order_by(ImportRow.at.desc())
                    .offset(_MOST_OPEN - 1)
                )
            )
            at.execute(delete(ImportRow).where(ImportRow.id.in_(waiting)))
            at.add(
                ImportRow(
                    id=made, organisation=organisation, account=account, at=now, expires=now + UNFINISHED,
                    state="open", content=self._sealed(content), counts="{}",
                )
            )  # fmt: skip
        return made

    def find(self, organisation: str, made: str) -> Import | None:
        """Return an import of this organisation; None where there is none, or its time is over."""
        with self._transactions() as at:
            row = at.get(ImportRow, made)
            if row is None or row.organisation != organisation or row.expires <= self._now():
                return None
            return self._read(row)

    def keep(self, made: str, content: Mapping[str, Any]) -> None:
        """Keep what was chosen in the meantime; nothing happens to an import that is finished."""
        with self._transactions.begin() as at:
            row = at.get(ImportRow, made)
            if row is not None and row.state == "open":
                row.content = self._sealed(content)

    def claim(self, made: str, state: State, becomes: State) -> bool:
        """Change the state, where it is the one expected: of two who try at once one does."""
        with self._transactions.begin() as at:
            row = at.get(ImportRow, made, with_for_update=True)
            if row is None or row.state != state:
                return False
            row.state = becomes
            return True

    def resume(self) -> int:
        """Set back the imports whose writing or undoing ended with the process, and return how many.

        Each wrote all or nothing.
        """
        count = 0
        with self._transactions.begin() as at:
            for was, becomes in (("running", "open"), ("undoing", "done")):
                stuck = at.execute(
                    update(ImportRow).where(ImportRow.state == was).values(state=becomes).returning(ImportRow.id)
                )
                count += len(stuck.all())
        return count

    def finish(self, made: str, state: State, content: Mapping[str, Any], counts: Mapping[str, int]) -> None:
        """Keep what is needed to undo it and what it did; the table itself is gone."""
        with self._transactions.begin() as at:
            row = at.get(ImportRow, made)
            if row is not None:
                row.state, row.content, row.counts = state, self._sealed(content), json.dumps(dict(counts))
                row.expires = self._now() + (UNDO if state == "done" else UNFINISHED)

    def count(self, made: str, name: str, number: int) -> None:
        """Keep one more number of what became of an import."""
        with self._transactions.begin() as at:
            row = at.get(ImportRow, made)
            if row is not None:
                row.counts = json.dumps({**json.loads(row.counts), name: number})

    def keep_sample(self, organisation: str, account: str, content: Mapping[str, Any]) -> None:
        """Keep what is needed to take the sample of an organisation out again."""
        now = self._now()
        with self._transactions.begin() as at:
            at.add(
                ImportRow(
                    id=new_id(), organisation=organisation, account=account, at=now, expires=now + SAMPLE,
                    state="sample", content=self._sealed(content), counts="{}",
                )
            )  # fmt: skip

    def sample(self, organisation: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return the id of the sample in an organisation and what it brought; None where there is none."""
        with self._transactions() as at:
            row = at.scalar(
                select(ImportRow).where(ImportRow.organisation == organisation, ImportRow.state == "sample").limit(1)
            )
            return None if row is None else (row.id, json.loads(self._cipher.decrypt(row.content)))

    def of_organisation(self, organisation: str) -> list[Import]:
        """Return the imports of an organisation, newest first, without their content."""
        with self._transactions() as at:
            rows = at.scalars(
                select(ImportRow)
                .where(
                    ImportRow.organisation == organisation,
                    ImportRow.expires > self._now(),
                    ImportRow.state != "sample",
                )
                .order_by(ImportRow.at.desc())
            )
            return [self._read(row, whole=False) for row in rows]

    def drop_old(self) -> int:
        """Remove what is past its time and return how many."""
        with self._transactions.begin() as at:
            gone = at.execute(delete(ImportRow).where(ImportRow.expires <= self._now()).returning(ImportRow.id))
            return len(gone.all())

    def _sealed(self, content: Mapping[str, Any]) -> str:
        return self._cipher.encrypt(json.dumps(content, ensure_ascii=False))

    def _read(self, row: ImportRow, *, whole: bool = True) -> Import:
        content = json.loads(self._cipher.decrypt(row.content)) if whole else {}
        return Import(
            row.id, row.organisation, row.account, row.at, row.expires,
            row.state, content, json.loads(row.counts),  # type: ignore[arg-type]
        )  # fmt: skip
