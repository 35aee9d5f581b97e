"""Who may sign in, and as what: an account holds grants, and acts under one of them at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from competence_graph.errors import AccountExistsError
from competence_graph.model.actor import Actor, ActorKind
from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import AccountRow, GrantRow, Identity, SessionRow

SECOND_FACTOR: Final[frozenset[ActorKind]] = frozenset({"hr", "admin"})
"""Kinds that see people or run the service: they show a second factor (source: design/trust.md, "Sign-in")."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, under one grant; ``label`` is what the page calls them.

    ``two_factors`` tells that this account, or this grant of it, needs a second factor.
    """

    id: str
    actor: Actor
    label: str
    demo: bool = False
    grant: str = ""
    email: str | None = None
    state: str = "active"
    two_factors: bool = False
    enrolled: bool = False
    seen: datetime | None = None
    locked_until: datetime | None = None


def folded(email: str) -> str:
    """Return an e-mail address as it is stored and compared: without edges, in small letters."""
    return email.strip().casefold()


class Accounts(Part):
    """The accounts and their grants."""

    def put(
        self,
        account: str,
        kind: ActorKind,
        label: str,
        *,
        organisation: str | None = None,
        person: str | None = None,
        units: Collection[str] = (),
        demo: bool = False,
        email: str | None = None,
    ) -> None:
        """Record an account with one grant; one of that id is replaced, and its sessions end: its sight may differ."""
        now = self.now()
        with self.transactions.begin() as at:
            at.execute(delete(SessionRow).where(SessionRow.account == account))
            row = at.get(AccountRow, account)
            if row is None:
                row = AccountRow(id=account, created=now, totp_step=0, failures=0, state="active")
                at.add(row)
            row.label, row.demo = label, demo
            row.email = folded(email) if email else row.email
            row.human = _human(at, person)
            at.flush()
            at.execute(delete(GrantRow).where(GrantRow.account == account))
            at.add(_grant(account, account, kind, organisation, person, units, now, None))

    def create(
        self,
        kind: ActorKind,
        label: str,
        email: str,
        *,
        organisation: str | None = None,
        person: str | None = None,
        units: Collection[str] = (),
        given_by: str | None = None,
    ) -> str:
        """Make a new account that nobody can sign in to yet, and return its id.

        Raises:
            AccountExistsError: If an account has that e-mail address already.
        """
        now = self.now()
        account = new_id()
        try:
            with self.transactions.begin() as at:
                at.add(
                    AccountRow(
                        id=account, label=label, email=folded(email), created=now, totp_step=0, failures=0,
                        state="active", demo=False, human=_human(at, person),
                    )
                )  # fmt: skip
                at.flush()
                at.add(_grant(new_id(), account, kind, organisation, person, units, now, given_by))
        except IntegrityError as error:
            raise AccountExistsError from error
        return account

    def grant(
        self,
        account: str,
        kind: ActorKind,
        *,
        organisation: str | None = None,
        person: str | None = None,
        units: Collection[str] = (),
        given_by: str | None = None,
        until: datetime | None = None,
    ) -> str:
        """Give an account one more grant and return its id."""
        made = new_id()
        with self.transactions.begin() as at:
            row = _grant(made, account, kind, organisation, person, units, self.now(), given_by)
            row.until = until
            at.add(row)
        return made

    def withdraw(self, grant: str) -> None:
        """End a grant now; the sessions and tokens that acted under it are over."""
        with self.transactions.begin() as at:
            row = at.get(GrantRow, grant)
            if row is not None:
                row.until = self.now()
                at.execute(delete(SessionRow).where(SessionRow.grant == grant))

    def end_tasks(self, person: str, moment: datetime) -> None:
        """Let the tasks end at a moment in which a person looked after others; their own page stays theirs."""
        with self.transactions.begin() as at:
            at.execute(
                update(GrantRow)
                .where(GrantRow.person == person, GrantRow.kind != "learner", _lasting(moment))
                .values(until=moment)
            )

    def set_state(self, account: str, state: str) -> None:
        """Make an account ``active`` or ``disabled``; a disabled one loses its sessions at once."""
        with self.transactions.begin() as at:
            row = at.get(AccountRow, account)
            if row is not None:
                row.state = state
                if state != "active":
                    at.execute(delete(SessionRow).where(SessionRow.account == account))

    def demo(self) -> list[Account]:
        """Return the accounts that sign in with one click, by organisation, kind and label."""
        return self._listed(AccountRow.demo.is_(True))

    def everybody(self) -> list[Account]:
        """Return all accounts, a line for each grant: for admins."""
        return self._listed()

    def of_organisation(self, organisation: str) -> list[Account]:
        """Return the accounts of an organisation, a line for each grant: for its HR."""
        return self._listed(GrantRow.organisation == organisation)

    def of_account(self, account: str) -> list[Account]:
        """Return one account under each of its grants."""
        return self._listed(AccountRow.id == account)

    def by_email(self, email: str) -> str | None:
        """Return the id of the account with an e-mail address."""
        with self.transactions() as at:
            return at.scalar(select(AccountRow.id).where(AccountRow.email == folded(email)))

    def any_admin(self) -> bool:
        """Whether somebody may administer the service: until then it is closed."""
        with self.transactions() as at:
            found = select(AccountRow.id).join(GrantRow, GrantRow.account == AccountRow.id)
            return at.scalar(found.where(GrantRow.kind == "admin", *_held(self.now())).limit(1)) is not None

    def _listed(self, *which: ColumnElement[bool]) -> list[Account]:
        with self.transactions() as at:
            rows = at.execute(
                select(AccountRow, GrantRow)
                .join(GrantRow, GrantRow.account == AccountRow.id)
                .where(*which, *_held(self.now()))
                .order_by(GrantRow.organisation, GrantRow.kind, AccountRow.label, AccountRow.id)
            )
            return [account_of(row, grant) for row, grant in rows]


def _lasting(moment: datetime) -> ColumnElement[bool]:
    return or_(GrantRow.until.is_(None), GrantRow.until > moment)


def _held(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (GrantRow.since <= now, or_(GrantRow.until.is_(None), GrantRow.until > now))


def held_grants(at: Transaction, account: str, now: datetime) -> list[GrantRow]:
    """Return the grants that an account holds now, the oldest first."""
    asked = select(GrantRow).where(GrantRow.account == account, *_held(now)).order_by(GrantRow.since, GrantRow.id)
    return list(at.scalars(asked))


def account_of(row: AccountRow, grant: GrantRow) -> Account:
    """Return an account as it acts under a grant."""
    kind = cast("ActorKind", grant.kind)
    actor = Actor(
        kind=kind,
        account=row.id,
        person=grant.person,
        organisation=grant.organisation,
        units=frozenset(grant.units.split("\n")) if grant.units else frozenset(),
    )
    return Account(
        row.id,
        actor,
        row.label,
        row.demo,
        grant=grant.id,
        email=row.email,
        state=row.state,
        two_factors=not row.demo and (kind in SECOND_FACTOR or row.totp is not None),
        enrolled=row.totp is not None,
        seen=row.seen,
        locked_until=row.locked_until,
    )


def _grant(
    made: str,
    account: str,
    kind: ActorKind,
    organisation: str | None,
    person: str | None,
    units: Collection[str],
    since: datetime,
    given_by: str | None,
) -> GrantRow:
    return GrantRow(
        id=made, account=account, kind=kind, organisation=organisation, person=person,
        units="\n".join(sorted(units)), since=since, given_by=given_by,
    )  # fmt: skip


def _human(at: Transaction, person: str | None) -> str | None:
    return None if person is None else at.scalar(select(Identity.human).where(Identity.pseudonym == person))
