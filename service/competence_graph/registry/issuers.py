"""The issuers that people may sign in with, and whose account each of their subjects opens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.registry.accounts import folded
from competence_graph.registry.cipher import Cipher
from competence_graph.registry.table_work import new_id
from competence_graph.registry.tables import AccountRow, IssuerRow, LoginRow


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of OpenID Connect.

    ``domains``: whoever has a verified address there is known by it at the first sign-in; everybody else comes by
    invitation, so that one institution's issuer lets nobody into another's accounts. ``strong``: its sign-ins show a
    second factor, so that ours is not asked for.
    """

    id: str
    label: str
    url: str
    client_id: str
    client_secret: str | None
    enabled: bool
    domains: frozenset[str]
    strong: bool


class Issuers:
    """The issuers of the registry. Safe to use from several threads."""

    def __init__(self, transactions: sessionmaker[Transaction], cipher: Cipher) -> None:
        """Prepare."""
        self._transactions = transactions
        self._cipher = cipher

    def put(
        self,
        label: str,
        url: str,
        client_id: str,
        client_secret: str | None,
        *,
        domains: Collection[str] = (),
        strong: bool = False,
    ) -> str:
        """Record an issuer and return its id; one with the same address is replaced."""
        with self._transactions.begin() as at:
            row = at.scalar(select(IssuerRow).where(IssuerRow.url == url))
            if row is None:
                row = IssuerRow(id=new_id(), url=url)
                at.add(row)
            row.label, row.client_id, row.enabled, row.strong = label, client_id, True, strong
            row.client_secret = self._cipher.encrypt(client_secret) if client_secret else None
            row.domains = "\n".join(sorted({each.casefold() for each in domains}))
            return row.id

    def find(self, issuer: str) -> Issuer | None:
        """Return an issuer that is open, by its id."""
        with self._transactions() as at:
            row = at.get(IssuerRow, issuer)
            return self._issuer(row) if row is not None and row.enabled else None

    def everybody(self) -> list[Issuer]:
        """Return all issuers, closed ones too, by label."""
        with self._transactions() as at:
            return [self._issuer(row) for row in at.scalars(select(IssuerRow).order_by(IssuerRow.label, IssuerRow.id))]

    def offered(self) -> list[tuple[str, str]]:
        """Return the ids and labels of those that are open, by label."""
        with self._transactions() as at:
            asked = select(IssuerRow.id, IssuerRow.label).where(IssuerRow.enabled).order_by(IssuerRow.label)
            return [(row.id, row.label) for row in at.execute(asked)]

    def set_enabled(self, issuer: str, *, enabled: bool) -> bool:
        """Open or close an issuer; say whether there is one."""
        with self._transactions.begin() as at:
            row = at.get(IssuerRow, issuer)
            if row is not None:
                row.enabled = enabled
            return row is not None

    def account_of(self, issuer: Issuer, subject: str, email: str | None) -> str | None:
        """Return the account that a subject signs in to.

        Args:
            issuer: Which.
            subject: The subject, as the issuer calls it for good.
            email: Its address, if the issuer verified it; known by it is only who has none of its subjects yet.

        Returns:
            None where the subject is not known here, or the account is closed.
        """
        with self._transactions.begin() as at:
            known = at.get(LoginRow, (issuer.url, subject))
            if known is not None:
                return known.account
            address = folded(email or "")
            if not address or address.rpartition("@")[2] not in issuer.domains:
                return None
            account = at.scalar(select(AccountRow.id).where(AccountRow.email == address))
            taken = select(LoginRow).where(LoginRow.issuer == issuer.url, LoginRow.account == account)
            if account is None or at.scalar(taken) is not None:
                return None
            at.add(LoginRow(issuer=issuer.url, subject=subject, account=account))
            return account

    def link(self, issuer: Issuer, subject: str, account: str) -> bool:
        """Let a subject sign in to an account, by invitation; False where it signs in to another one already."""
        with self._transactions.begin() as at:
            known = at.get(LoginRow, (issuer.url, subject))
            if known is None:
                at.add(LoginRow(issuer=issuer.url, subject=subject, account=account))
            return known is None or known.account == account

    def _issuer(self, row: IssuerRow) -> Issuer:
        return Issuer(
            row.id,
            row.label,
            row.url,
            row.client_id,
            None if row.client_secret is None else self._cipher.decrypt(row.client_secret),
            row.enabled,
            frozenset(row.domains.split("\n")) if row.domains else frozenset(),
            row.strong,
        )
