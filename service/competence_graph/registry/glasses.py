"""An admin's look at an organisation's people: with a reason, for half an hour, shown to that organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update

from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import GlassRow

OPEN_FOR: Final = timedelta(minutes=30)
"""A broken glass mends itself after so long."""


@dataclass(frozen=True, slots=True)
class Glass:
    """One look: who (an account), at whose people, why, from when until when."""

    id: str
    account: str
    organisation: str
    reason: str
    opened: datetime
    until: datetime
    closed: datetime | None


class Glasses(Part):
    """The looks of admins."""

    def open(self, account: str, organisation: str, reason: str) -> str:
        """Let an admin see an organisation's people from now on, for `OPEN_FOR`; return the id of the look."""
        now = self.now()
        made = new_id()
        with self.transactions.begin() as at:
            at.add(
                GlassRow(
                    id=made, account=account, organisation=organisation, reason=reason, opened=now,
                    until=now + OPEN_FOR,
                )
            )  # fmt: skip
        return made

    def close(self, account: str, organisation: str) -> None:
        """End an admin's looks at an organisation now."""
        with self.transactions.begin() as at:
            at.execute(
                update(GlassRow)
                .where(GlassRow.account == account, GlassRow.organisation == organisation, *_open(self.now()))
                .values(closed=self.now())
            )

    def of_account(self, account: str) -> frozenset[str]:
        """Return the organisations whose people an account may see now."""
        with self.transactions() as at:
            asked = select(GlassRow.organisation).where(GlassRow.account == account, *_open(self.now()))
            return frozenset(at.scalars(asked))

    def of_organisation(self, organisation: str) -> list[Glass]:
        """Return all looks at an organisation's people, newest first."""
        with self.transactions() as at:
            asked = select(GlassRow).where(GlassRow.organisation == organisation)
            return [
                Glass(row.id, row.account, row.organisation, row.reason, row.opened, row.until, row.closed)
                for row in at.scalars(asked.order_by(GlassRow.opened.desc(), GlassRow.id))
            ]


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (GlassRow.closed.is_(None), GlassRow.opened <= now, GlassRow.until > now)
