"""Seats of products that institutions hold for a time, such as accounts of a learning environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import AccountRow, GrantRow, LicenceRow


@dataclass(frozen=True, slots=True)
class Licence:
    """Seats of a product; ``used`` counts the institution's accounts, a seat each."""

    id: str
    organisation: str
    product: str
    seats: int
    since: datetime
    until: datetime | None
    used: int

    @property
    def free(self) -> int:
        """Seats that nobody has; below zero where more accounts are than seats."""
        return self.seats - self.used


class Licences(Part):
    """The licences."""

    def put(
        self, organisation: str, product: str, seats: int, *, since: datetime, until: datetime | None = None
    ) -> str:
        """Record a licence and return its id."""
        made = new_id()
        with self.transactions.begin() as at:
            at.add(
                LicenceRow(id=made, organisation=organisation, product=product, seats=seats, since=since, until=until)
            )
        return made

    def end(self, licence: str) -> None:
        """End a licence now; nothing happens where it has ended or is not there."""
        now = self.now()
        with self.transactions.begin() as at:
            row = at.get(LicenceRow, licence)
            if row is not None and (row.until is None or row.until > now):
                row.until = now

    def held(self) -> list[Licence]:
        """Return the licences that are held now or will be, by the day they end; those without an end come last."""
        now = self.now()
        # Before the transaction: a registry in memory has one connection.
        used = self.accounts_by_organisation()
        with self.transactions() as at:
            rows = at.scalars(
                select(LicenceRow)
                .where(or_(LicenceRow.until.is_(None), LicenceRow.until > now))
                .order_by(LicenceRow.until.is_(None), LicenceRow.until, LicenceRow.organisation, LicenceRow.id)
            )
            return [
                Licence(
                    row.id,
                    row.organisation,
                    row.product,
                    row.seats,
                    row.since,
                    row.until,
                    used.get(row.organisation, 0),
                )
                for row in rows
            ]

    def accounts_by_organisation(self) -> dict[str, int]:
        """Return how many active accounts each institution has."""
        now = self.now()
        with self.transactions() as at:
            rows = at.execute(
                select(GrantRow.organisation, func.count(func.distinct(AccountRow.id)))
                .join(AccountRow, AccountRow.id == GrantRow.account)
                .where(
                    GrantRow.organisation.is_not(None),
                    GrantRow.since <= now,
                    or_(GrantRow.until.is_(None), GrantRow.until > now),
                    AccountRow.state == "active",
                )
                .group_by(GrantRow.organisation)
            )
            return {str(row[0]): row[1] for row in rows}
