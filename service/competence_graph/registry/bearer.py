"""Bearer tokens of programs: each acts under one grant of an account, reads only, within its scopes and for a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update

from competence_graph.registry.accounts import Account, account_of
from competence_graph.registry.sessions import is_over
from competence_graph.registry.table_work import Part, hashed, new_id, new_token
from competence_graph.registry.tables import AccountRow, GrantRow, TokenRow

SCOPES: Final = ("read", "sparql")
"""``read``: what its holder may read on pages, as data. ``sparql``: to ask the organisation's data freely."""
LONGEST: Final = timedelta(days=366)
PREFIX: Final = "cg_"
"""What every token begins with, so that one left lying in a file is found by those who search for such."""
MOST: Final = 20
"""Tokens that one account may have at once."""
_USED_STEP: Final = timedelta(minutes=1)
_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class BearerToken:
    """A token as its holder sees it; the token itself was shown once."""

    id: str
    account: Account
    label: str
    scopes: frozenset[str]
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked is None and self.expires > now


class BearerTokens(Part):
    """The bearer tokens."""

    def issue(self, account: str, grant: str, label: str, scopes: Collection[str], lasting: timedelta) -> str | None:
        """Make a token and return it; it is known to nobody afterwards.

        Args:
            account: Whose.
            grant: Under which of its grants it acts.
            label: What it is for, in words.
            scopes: Some of `SCOPES`.
            lasting: How long; at most `LONGEST`.

        Returns:
            None where the account has `MOST` already, or does not hold the grant.
        """
        now = self.now()
        token = PREFIX + new_token()
        with self.transactions.begin() as at:
            held = at.get(GrantRow, grant)
            if held is None or held.account != account or is_over(held, now):
                return None
            open_ones = at.scalars(
                select(TokenRow.id).where(
                    TokenRow.account == account, TokenRow.revoked.is_(None), TokenRow.expires > now
                )
            )
            if len(list(open_ones)) >= MOST:
                return None
            at.add(
                TokenRow(
                    id=new_id(),
                    token_hash=hashed(token),
                    account=account,
                    grant=grant,
                    label=label,
                    scopes=" ".join(each for each in SCOPES if each in scopes),
                    created=now,
                    expires=now + min(lasting, LONGEST),
                )
            )
        return token

    def find(self, token: str) -> BearerToken | None:
        """Return what a token stands for; None where it is unknown, over or revoked, or its holder's task has ended."""
        if not token.startswith(PREFIX):
            return None
        now = self.now()
        with self.transactions() as at:
            found = at.execute(_JOINED.where(TokenRow.token_hash == hashed(token))).one_or_none()
            if found is None:
                return None
            row, account, grant = found
            made = _token(row, account, grant)
            if not made.holds(now) or account.state != "active" or is_over(grant, now):
                return None
            if row.used is None or now - row.used > _USED_STEP:
                row.used = now
                at.commit()
            return made

    def of_account(self, account: str) -> list[BearerToken]:
        """Return the tokens of an account, the newest first."""
        return self._list(account)

    def everybody(self) -> list[BearerToken]:
        """Return all tokens, the newest first: for an admin."""
        return self._list(None)

    def revoke(self, token: str, *, account: str | None = None) -> BearerToken | None:
        """End a token, of this account where one is given, and return it; None where there is none to end."""
        now = self.now()
        with self.transactions.begin() as at:
            which = _JOINED.where(TokenRow.id == token, TokenRow.revoked.is_(None))
            found = at.execute(which if account is None else which.where(TokenRow.account == account)).one_or_none()
            if found is None:
                return None
            row, holder, grant = found
            row.revoked = now
            return _token(row, holder, grant)

    def revoke_all(self, account: str) -> None:
        """End all tokens of an account: when it is closed, and after its password was reset."""
        with self.transactions.begin() as at:
            at.execute(
                update(TokenRow)
                .where(TokenRow.account == account, TokenRow.revoked.is_(None))
                .values(revoked=self.now())
            )

    def drop_old(self) -> int:
        """Remove those that ended three months ago and return how many."""
        oldest = self.now() - _KEPT
        with self.transactions.begin() as at:
            gone = at.execute(
                delete(TokenRow).where((TokenRow.expires < oldest) | (TokenRow.revoked < oldest)).returning(TokenRow.id)
            )
            return len(list(gone))

    def _list(self, account: str | None) -> list[BearerToken]:
        which = _JOINED.order_by(TokenRow.created.desc(), TokenRow.id)
        with self.transactions() as at:
            rows = at.execute(which if account is None else which.where(TokenRow.account == account))
            return [_token(row, holder, grant) for row, holder, grant in rows]


_JOINED: Final = (
    select(TokenRow, AccountRow, GrantRow)
    .join(AccountRow, AccountRow.id == TokenRow.account)
    .join(GrantRow, GrantRow.id == TokenRow.grant)
)


def _token(row: TokenRow, account: AccountRow, grant: GrantRow) -> BearerToken:
    return BearerToken(
        row.id,
        account_of(account, grant),
        row.label,
        frozenset(row.scopes.split()),
        row.created,
        row.expires,
        row.used,
        row.revoked,
    )
