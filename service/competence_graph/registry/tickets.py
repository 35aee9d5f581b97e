"""Invitations and resets: a link that opens once, for a time. Of the link only a hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import delete, update

from competence_graph.registry.table_work import Part, hashed, new_token
from competence_graph.registry.tables import AccountRow, TicketRow

Purpose = Literal["invite", "reset"]
LASTS: Final[dict[Purpose, timedelta]] = {"invite": timedelta(days=7), "reset": timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link is for: whose account, until when."""

    purpose: Purpose
    account: str
    label: str
    expires: datetime


class Tickets(Part):
    """The links that are out."""

    def give(self, account: str, purpose: Purpose, by: str | None = None) -> str:
        """Return the token of a new link; earlier links of the account work no longer."""
        token = new_token()
        now = self.now()
        with self.transactions.begin() as at:
            at.execute(delete(TicketRow).where(TicketRow.account == account, TicketRow.used.is_(None)))
            at.add(
                TicketRow(
                    token_hash=hashed(token), purpose=purpose, account=account, created=now,
                    expires=now + LASTS[purpose], given_by=by,
                )
            )  # fmt: skip
        return token

    def find(self, token: str) -> Ticket | None:
        """Return what a link is for; None where it is unknown, used, over, or its account is disabled."""
        with self.transactions() as at:
            row = at.get(TicketRow, hashed(token))
            if row is None or row.used is not None or row.expires <= self.now():
                return None
            account = at.get(AccountRow, row.account)
            if account is None or account.state != "active":
                return None
            return Ticket(cast("Purpose", row.purpose), row.account, account.label, row.expires)

    def use(self, token: str) -> str | None:
        """Use a link up and return its account; of two that come at once one gets it."""
        with self.transactions.begin() as at:
            return at.scalar(
                update(TicketRow)
                .where(TicketRow.token_hash == hashed(token), TicketRow.used.is_(None), TicketRow.expires > self.now())
                .values(used=self.now())
                .returning(TicketRow.account)
            )

    def drop_old(self) -> int:
        """Remove the links that are over and return how many."""
        with self.transactions.begin() as at:
            gone = at.execute(delete(TicketRow).where(TicketRow.expires <= self.now()).returning(TicketRow.token_hash))
            return len(list(gone))
