"""Questions "what if" that somebody saved by choice: of an account and an institution; nobody else sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.registry.table_work import new_id
from competence_graph.registry.tables import ScenarioRow

MOST: Final = 50
"""Scenarios that an account keeps for an institution; the oldest goes when there are more."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A saved question: the role and the unit asked about; no unit means the whole institution. It names nobody."""

    id: str
    at: datetime
    role: str
    unit: str | None


class Scenarios:
    """The saved questions of all accounts."""

    def __init__(self, transactions: sessionmaker[Transaction], now: Callable[[], datetime]) -> None:
        """Take the transactions and the present moment."""
        self._transactions = transactions
        self._now = now

    def save(self, organisation: str, account: str, role: str, unit: str | None) -> str:
        """Save a question and return its id; the same one again becomes the newest."""
        made = new_id()
        mine = (ScenarioRow.organisation == organisation, ScenarioRow.account == account)
        with self._transactions.begin() as at:
            same = ScenarioRow.unit.is_(None) if unit is None else ScenarioRow.unit == unit
            at.execute(delete(ScenarioRow).where(*mine, ScenarioRow.role == role, same))
            old = list(at.scalars(select(ScenarioRow.id).where(*mine).order_by(ScenarioRow.at.desc()).offset(MOST - 1)))
            at.execute(delete(ScenarioRow).where(ScenarioRow.id.in_(old)))
            at.add(
                ScenarioRow(id=made, organisation=organisation, account=account, at=self._now(), role=role, unit=unit)
            )
        return made

    def of_account(self, organisation: str, account: str) -> list[Scenario]:
        """Return what an account saved for an institution, the newest first."""
        with self._transactions() as at:
            rows = at.scalars(
                select(ScenarioRow)
                .where(ScenarioRow.organisation == organisation, ScenarioRow.account == account)
                .order_by(ScenarioRow.at.desc())
            )
            return [Scenario(row.id, row.at, row.role, row.unit) for row in rows]

    def drop(self, account: str, made: str) -> bool:
        """Remove one of an account's questions and tell whether there was one."""
        with self._transactions.begin() as at:
            gone = at.execute(
                delete(ScenarioRow)
                .where(ScenarioRow.id == made, ScenarioRow.account == account)
                .returning(ScenarioRow.id)
            )
            return bool(gone.all())
