"""The journal of erasures: whom an erasure met is told by a keyed hash, so that the journal itself holds nobody.

It stands twice: a line in ``erasures.jsonl`` beside the registry, written and flushed before anything is erased, and a
row. A backup that is restored brings old rows back; the file in the data folder brings back what they forgot.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.registry.table_work import new_id
from competence_graph.registry.tables import ErasureRow

JOURNAL: Final = "erasures.jsonl"
Why = Literal["requested", "retention"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """One entry: ``person`` is a keyed hash; ``done``: registry and graph are clean, ``rebuilt``: the files are too."""

    id: str
    person: str
    organisation: str
    asked: datetime
    done: datetime | None
    rebuilt: datetime | None


class Journal:
    """The erasures that were asked for."""

    def __init__(
        self,
        transactions: sessionmaker[Transaction],
        now: Callable[[], datetime],
        key: bytes,
        file: Path | None,
    ) -> None:
        """Open the journal, and take in what the file knows and the rows do not.

        Args:
            transactions: Opens a transaction.
            now: The present moment, with a time zone.
            key: The registry's key; the hashes are made with one derived from it.
            file: Of the lines; None for a registry in memory.
        """
        self._transactions = transactions
        self._now = now
        self._key = hmac.new(key, b"erasures", hashlib.sha256).digest()
        self._file = file
        self._take_in()

    def hashed(self, person: str) -> str:
        """Return the keyed hash of a pseudonym."""
        return hmac.new(self._key, person.encode(), hashlib.sha256).hexdigest()

    def open(self, person: str, organisation: str, why: Why) -> Erasure:
        """Write down that a person is to be erased, durably, before anything is."""
        entry = {
            "id": new_id(),
            "person": self.hashed(person),
            "organisation": organisation,
            "asked": self._now().isoformat(),
            "why": why,
        }
        if self._file is not None:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as lines:
                # A line that a crash cut off must not swallow this one.
                torn = self._file.stat().st_size and not self._file.read_bytes().endswith(b"\n")
                lines.write(("\n" if torn else "") + json.dumps(entry) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        return self._put(entry)

    def unfinished(self) -> list[Erasure]:
        """Return the erasures that are not done, or whose files are not rebuilt yet, the oldest first."""
        with self._transactions() as at:
            asked = select(ErasureRow).where(or_(ErasureRow.done.is_(None), ErasureRow.rebuilt.is_(None)))
            return [_entry(row) for row in at.scalars(asked.order_by(ErasureRow.asked, ErasureRow.id))]

    def all(self) -> list[Erasure]:
        """Return every erasure, the oldest first."""
        with self._transactions() as at:
            return [_entry(row) for row in at.scalars(select(ErasureRow).order_by(ErasureRow.asked, ErasureRow.id))]

    def mark(self, entry: str, *, rebuilt: bool = False) -> None:
        """Say that an erasure is done, or that the files are rebuilt too."""
        with self._transactions.begin() as at:
            at.execute(
                update(ErasureRow)
                .where(ErasureRow.id == entry)
                .values(**{"rebuilt" if rebuilt else "done": self._now()})
            )

    def reopen(self) -> None:
        """Look through everything again: after a restore older data may be back."""
        with self._transactions.begin() as at:
            at.execute(update(ErasureRow).values(done=None, rebuilt=None))

    def _take_in(self) -> None:
        for entry in read_journal(self._file):
            with self._transactions() as at:
                known = at.get(ErasureRow, entry["id"]) is not None
            if not known:
                self._put(entry)

    def _put(self, entry: dict[str, Any]) -> Erasure:
        row = ErasureRow(
            id=entry["id"],
            pseudonym=entry["person"],
            organisation=entry["organisation"],
            asked=datetime.fromisoformat(entry["asked"]),
            why=entry["why"],
        )
        with self._transactions.begin() as at:
            at.add(row)
        return _entry(row)


def read_journal(file: Path | None) -> list[dict[str, Any]]:
    """Return the entries of a journal file; a last line that a crash cut off is left out."""
    if file is None or not file.exists():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"id", "person", "organisation", "asked", "why"} <= set(entry):
            found.append(entry)
    return found


def _entry(row: ErasureRow) -> Erasure:
    return Erasure(row.id, row.pseudonym, row.organisation, row.asked, row.done, row.rebuilt)
