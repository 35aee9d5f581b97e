"""What the registry answers: who stands behind a pseudonym, who may sign in, whose session this is."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.model.actor import Actor, ActorKind
from competence_graph.registry.tables import AccountRow, Identity, SessionRow, open_engine

IDLE: Final = timedelta(hours=8)
"""A session nobody used for so long is over."""
LONGEST: Final = timedelta(hours=24)
"""A session is over after so long, used or not."""
_SEEN_STEP: Final = timedelta(minutes=1)
_MOST_NAMES_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in; ``label`` is what the page calls them."""

    id: str
    actor: Actor
    label: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that lasts; ``csrf`` must come back with every form."""

    account: Account
    csrf: str


class Registry:
    """The registry behind an SQLAlchemy address. Safe to use from several threads."""

    def __init__(self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open the registry.

        Args:
            url: Such as ``sqlite:///data/registry.sqlite``, or ``sqlite://`` for one in memory.
            now: The present moment, with a time zone.
        """
        self._engine = open_engine(url)
        self._transactions = sessionmaker(self._engine, expire_on_commit=False)
        self._now = now

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    # --- identities

    def identify(
        self, pseudonym: str, organisation: str, given_name: str, family_name: str, email: str | None = None
    ) -> None:
        """Record who stands behind a pseudonym; recorded again, the newer wins."""
        with self._transactions.begin() as at:
            at.merge(
                Identity(
                    pseudonym=pseudonym,
                    organisation=organisation,
                    given_name=given_name,
                    family_name=family_name,
                    email=email,
                )
            )

    def identify_all(self, people: Collection[tuple[str, str, str, str, str | None]]) -> None:
        """Record many at once: (pseudonym, organisation, given name, family name, e-mail) each."""
        with self._transactions.begin() as at:
            for pseudonym, organisation, given_name, family_name, email in people:
                at.merge(
                    Identity(
                        pseudonym=pseudonym,
                        organisation=organisation,
                        given_name=given_name,
                        family_name=family_name,
                        email=email,
                    )
                )

    def names(
        self,
        actor: Actor,
        organisation: str,
        pseudonyms: Collection[str],
        units: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, str]:
        """Return the names the actor may see, by pseudonym; who may not be seen is simply not there.

        Args:
            actor: Who asks: HR sees its organisation, everybody sees themselves, a unit's lead sees its people.
            organisation: Whose people; a pseudonym of another organisation has no name here.
            pseudonyms: Of whom.
            units: The units of each pseudonym, from the graph. Without it a unit's lead sees nobody's name.
        """
        units = units or {}
        allowed = [
            each
            for each in dict.fromkeys(pseudonyms)
            if actor.may_see_person(each, organisation, frozenset(units.get(each, ())))
        ]
        found: dict[str, str] = {}
        with self._transactions() as at:
            for start in range(0, len(allowed), _MOST_NAMES_AT_ONCE):
                asked = allowed[start : start + _MOST_NAMES_AT_ONCE]
                rows = at.scalars(
                    select(Identity).where(Identity.organisation == organisation, Identity.pseudonym.in_(asked))
                )
                found.update((row.pseudonym, f"{row.given_name} {row.family_name}".strip()) for row in rows)
        return found

    def forget(self, pseudonym: str) -> None:
        """Erase who stands behind a pseudonym, with the person's accounts and sessions."""
        with self._transactions.begin() as at:
            gone = list(at.scalars(select(AccountRow.id).where(AccountRow.person == pseudonym)))
            at.execute(delete(SessionRow).where(SessionRow.account.in_(gone)))
            at.execute(delete(AccountRow).where(AccountRow.id.in_(gone)))
            at.execute(delete(Identity).where(Identity.pseudonym == pseudonym))

    # --- accounts

    def put_account(
        self,
        account: str,
        kind: ActorKind,
        label: str,
        *,
        organisation: str | None = None,
        person: str | None = None,
        units: Collection[str] = (),
        demo: bool = False,
    ) -> None:
        """Record an account; one of that id is replaced, and its sessions end: what it may see may have changed."""
        with self._transactions.begin() as at:
            at.execute(delete(SessionRow).where(SessionRow.account == account))
            at.merge(
                AccountRow(
                    id=account,
                    kind=kind,
                    label=label,
                    organisation=organisation,
                    person=person,
                    units="\n".join(sorted(units)),
                    demo=demo,
                )
            )

    def demo_accounts(self) -> list[Account]:
        """Return the accounts that sign in with one click, by organisation, kind and label."""
        with self._transactions() as at:
            rows = at.scalars(
                select(AccountRow)
                .where(AccountRow.demo)
                .order_by(AccountRow.organisation, AccountRow.kind, AccountRow.label, AccountRow.id)
            )
            return [_account(row) for row in rows]

    # --- sessions

    def open_session(self, account: str) -> str | None:
        """Sign an account in and return the new token for its cookie; None where there is no such account."""
        token = secrets.token_urlsafe(32)
        now = self._now()
        with self._transactions.begin() as at:
            if at.get(AccountRow, account) is None:
                return None
            at.execute(delete(SessionRow).where(SessionRow.seen < now - LONGEST))
            at.add(
                SessionRow(
                    token_hash=_hashed(token), account=account, csrf=secrets.token_urlsafe(24), created=now, seen=now
                )
            )
        return token

    def find_session(self, token: str) -> Session | None:
        """Return the session of a token; None where it is unknown, over or closed."""
        now = self._now()
        with self._transactions() as at:
            row = at.get(SessionRow, _hashed(token))
            if row is None:
                return None
            if now - row.seen > IDLE or now - row.created > LONGEST:
                _end(at, row)
                return None
            account = at.get(AccountRow, row.account)
            if account is None:
                return None
            if now - row.seen > _SEEN_STEP:
                row.seen = now
                at.commit()
            return Session(_account(account), row.csrf)

    def close_session(self, token: str) -> None:
        """End the session of a token; nothing happens where there is none."""
        with self._transactions.begin() as at:
            at.execute(delete(SessionRow).where(SessionRow.token_hash == _hashed(token)))


def _end(at: Transaction, row: SessionRow) -> None:
    at.delete(row)
    at.commit()


def _hashed(token: str) -> str:
    # The token has 256 random bits: a plain hash keeps a reader of the table from signing in.
    return hashlib.sha256(token.encode()).hexdigest()


def _account(row: AccountRow) -> Account:
    actor = Actor(
        kind=cast("ActorKind", row.kind),
        account=row.id,
        person=row.person,
        organisation=row.organisation,
        units=frozenset(row.units.split("\n")) if row.units else frozenset(),
    )
    return Account(row.id, actor, row.label, row.demo)
