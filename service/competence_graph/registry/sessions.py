"""Sign-ins that last: a cookie's token is known by its hash, and acts under one grant of an account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from competence_graph.registry.accounts import Account, account_of, held_grants
from competence_graph.registry.table_work import Part, hashed, new_token
from competence_graph.registry.tables import AccountRow, GrantRow, SessionRow

IDLE: Final = timedelta(hours=8)
"""A session nobody used for so long is over."""
LONGEST: Final = timedelta(hours=24)
"""A session is over after so long, used or not."""
_SEEN_STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lasts; ``csrf`` must come back with every form, ``strong`` tells of a second factor."""

    account: Account
    csrf: str
    strong: bool = False

    @property
    def waits(self) -> bool:
        """Whether a second factor is still to be shown: until then nothing but that may be done."""
        return self.account.two_factors and not self.strong


class Sessions(Part):
    """The open sessions."""

    def open(self, account: str, *, grant: str | None = None, strong: bool = False) -> str | None:
        """Sign an account in and return the new token for its cookie.

        Args:
            account: Which.
            grant: Under which of its grants; its oldest where left out.
            strong: Whether a second factor was shown. Demonstration accounts need none.

        Returns:
            None where there is no such account, it is disabled, or it holds no such grant now.
        """
        token = new_token()
        now = self.now()
        with self.transactions.begin() as at:
            row = at.get(AccountRow, account)
            if row is None or row.state != "active":
                return None
            held = [each for each in held_grants(at, account, now) if grant is None or each.id == grant]
            if not held:
                return None
            at.execute(delete(SessionRow).where(SessionRow.seen < now - LONGEST))
            row.seen = now
            at.add(
                SessionRow(
                    token_hash=hashed(token),
                    account=account,
                    grant=held[0].id,
                    csrf=secrets.token_urlsafe(24),
                    created=now,
                    seen=now,
                    strong=strong or row.demo,
                )
            )
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token; None where it is unknown, over or closed, or its grant has ended."""
        now = self.now()
        with self.transactions() as at:
            found = at.execute(
                select(SessionRow, AccountRow, GrantRow)
                .join(AccountRow, AccountRow.id == SessionRow.account)
                .join(GrantRow, GrantRow.id == SessionRow.grant)
                .where(SessionRow.token_hash == hashed(token))
            ).one_or_none()
            if found is None:
                return None
            row, account, grant = found
            if now - row.seen > IDLE or now - row.created > LONGEST:
                at.delete(row)
                at.commit()
                return None
            if account.state != "active" or is_over(grant, now):
                return None
            if now - row.seen > _SEEN_STEP:
                row.seen = now
                at.commit()
            return Session(account_of(account, grant), row.csrf, row.strong)

    def close(self, token: str) -> None:
        """End the session of a token; nothing happens where there is none."""
        with self.transactions.begin() as at:
            at.execute(delete(SessionRow).where(SessionRow.token_hash == hashed(token)))

    def drop_old(self) -> int:
        """Remove the sessions that are over and return how many."""
        now = self.now()
        with self.transactions.begin() as at:
            over = or_(SessionRow.seen < now - IDLE, SessionRow.created < now - LONGEST)
            gone = at.execute(delete(SessionRow).where(over).returning(SessionRow.token_hash))
            return len(list(gone))

    def of_account(self, account: str) -> list[tuple[datetime, datetime]]:
        """Return when each open session of an account began and was used last, the one used last first."""
        now = self.now()
        with self.transactions() as at:
            asked = (
                select(SessionRow.created, SessionRow.seen)
                .where(
                    SessionRow.account == account, SessionRow.seen >= now - IDLE, SessionRow.created >= now - LONGEST
                )
                .order_by(SessionRow.seen.desc())
            )
            return [(row.created, row.seen) for row in at.execute(asked)]

    def close_others(self, account: str, token: str) -> int:
        """End all sessions of an account but the one of this token, and return how many."""
        with self.transactions.begin() as at:
            others = (SessionRow.account == account, SessionRow.token_hash != hashed(token))
            return len(list(at.execute(delete(SessionRow).where(*others).returning(SessionRow.token_hash))))

    def close_all(self, account: str) -> None:
        """End all sessions of an account: after a reset, and when it is disabled."""
        with self.transactions.begin() as at:
            at.execute(delete(SessionRow).where(SessionRow.account == account))


def is_over(grant: GrantRow, now: datetime) -> bool:
    """Whether a grant does not hold at a moment."""
    return grant.since > now or (grant.until is not None and grant.until <= now)
