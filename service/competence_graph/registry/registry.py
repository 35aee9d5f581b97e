"""The registry: everything that knows people by name, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import sessionmaker

from competence_graph.model.actor import Actor, ActorKind
from competence_graph.registry.accounts import Account, Accounts
from competence_graph.registry.audit import ERASED, Audit
from competence_graph.registry.bearer import BearerTokens
from competence_graph.registry.carries import Carries
from competence_graph.registry.cipher import KEY_FILE, Cipher
from competence_graph.registry.contests import Contests
from competence_graph.registry.credentials import Credentials
from competence_graph.registry.engine import open_engine
from competence_graph.registry.glasses import Glasses
from competence_graph.registry.identities import Identities
from competence_graph.registry.imports import Imports
from competence_graph.registry.issuers import Issuers
from competence_graph.registry.jobs import Jobs
from competence_graph.registry.journal import JOURNAL, Journal
from competence_graph.registry.licences import Licences
from competence_graph.registry.profiles import Profiles
from competence_graph.registry.scenarios import Scenarios
from competence_graph.registry.sessions import Session, Sessions
from competence_graph.registry.tables import (
    AccountRow,
    AuditPersonRow,
    CarryRow,
    ConsentRow,
    ContestRow,
    GrantRow,
    Identity,
    ImportRow,
    ScenarioRow,
)
from competence_graph.registry.tickets import Tickets


class Registry:
    """The registry behind an SQLAlchemy address. Safe to use from several threads.

    Each part is a class of its own: ``identities``, ``accounts``, ``sessions``, ``audit``; what is asked on every page
    is offered here as well.
    """

    def __init__(
        self, url: str, now: Callable[[], datetime] = lambda: datetime.now(UTC), key: Path | None = None
    ) -> None:
        """Open the registry, brought up to this version.

        Args:
            url: Such as ``sqlite:///data/registry.sqlite``, or ``sqlite://`` for one in memory.
            now: The present moment, with a time zone.
            key: The file of the key for secrets at rest; beside a SQLite file where left out.

        Raises:
            StoreError: If the database is of a newer version, or the key file holds no key.
        """
        self._engine = open_engine(url)
        transactions = sessionmaker(self._engine, expire_on_commit=False)
        file = make_url(url).database
        beside = file and file != ":memory:" and self._engine.dialect.name == "sqlite"
        self.cipher = Cipher.of_file(key or (Path(file).with_name(KEY_FILE) if file and beside else None))
        self.identities = Identities(transactions, now)
        self.accounts = Accounts(transactions, now)
        self.sessions = Sessions(transactions, now)
        self.audit = Audit(transactions, now)
        self.contests = Contests(transactions, now)
        self.carries = Carries(transactions, now)
        self.glasses = Glasses(transactions, now)
        self.licences = Licences(transactions, now)
        self.journal = Journal(
            transactions, now, self.cipher.key, Path(file).with_name(JOURNAL) if file and beside else None
        )
        self.credentials = Credentials(transactions, now, self.cipher)
        self.tickets = Tickets(transactions, now)
        self.bearer = BearerTokens(transactions, now)
        self.issuers = Issuers(transactions, self.cipher)
        self.jobs = Jobs(transactions, now)
        self.imports = Imports(transactions, now, self.cipher)
        self.profiles = Profiles(transactions, now)
        self.scenarios = Scenarios(transactions, now)
        self._transactions = transactions

    def close(self) -> None:
        """Write what waits and let the database go."""
        self.audit.close()
        self._engine.dispose()

    # --- identities

    def identify(
        self, pseudonym: str, organisation: str, given_name: str, family_name: str, email: str | None = None
    ) -> None:
        """Record who stands behind a pseudonym; recorded again, the newer wins."""
        self.identities.put(pseudonym, organisation, given_name, family_name, email)

    def identify_all(self, people: Collection[tuple[str, str, str, str, str | None]]) -> None:
        """Record many at once: (pseudonym, organisation, given name, family name, e-mail) each."""
        self.identities.put_all(people)

    def names(
        self,
        actor: Actor,
        organisation: str,
        pseudonyms: Collection[str],
        units: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, str]:
        """Return the names the actor may see, by pseudonym (see `Identities.names`)."""
        return self.identities.names(actor, organisation, pseudonyms, units)

    def forget(self, pseudonym: str) -> None:
        """Erase who stands behind a pseudonym, with its grants and the accounts that have none left."""
        with self._transactions.begin() as at:
            touched = list(at.scalars(select(GrantRow.account).where(GrantRow.person == pseudonym)))
            at.execute(delete(GrantRow).where(GrantRow.person == pseudonym))
            still = select(GrantRow.account)
            lost = (AccountRow.id.in_(touched), AccountRow.id.not_in(still))
            at.execute(delete(ScenarioRow).where(ScenarioRow.account.in_(select(AccountRow.id).where(*lost))))
            at.execute(delete(AccountRow).where(*lost))
            at.execute(delete(Identity).where(Identity.pseudonym == pseudonym))

    def erase(self, pseudonym: str, hashed: str, records: Collection[str] = ()) -> None:
        """Take everything about a person out of the tables; in the audit a keyed hash stands for them from now on.

        Args:
            pseudonym: Whom.
            hashed: The keyed hash of the pseudonym, as the journal has it.
            records: The IRIs of their records; another employer may have taken copies of them along.
        """
        self.audit.flush()
        with self._transactions.begin() as at:
            human = at.scalar(select(Identity.human).where(Identity.pseudonym == pseudonym))
            # A table that was handed in may name them anywhere.
            whose = select(Identity.organisation).where(Identity.pseudonym == pseudonym)
            at.execute(delete(ImportRow).where(ImportRow.organisation.in_(whose), ImportRow.state != "sample"))
            at.execute(delete(ContestRow).where(ContestRow.pseudonym == pseudonym))
            at.execute(delete(CarryRow).where(or_(CarryRow.pseudonym == pseudonym, CarryRow.source.in_(list(records)))))
            others = select(Identity.pseudonym).where(Identity.human == human, Identity.pseudonym != pseudonym)
            if human is not None and at.scalar(others.limit(1)) is None:
                at.execute(delete(ConsentRow).where(ConsentRow.human == human))
            at.execute(
                update(AuditPersonRow)
                .where(AuditPersonRow.pseudonym == pseudonym)
                .values(pseudonym=f"{ERASED}{hashed}")
            )
        self.forget(pseudonym)

    def compact(self) -> None:
        """Write the database file anew, so that nothing erased is left in it or in its journal."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

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
        """Record an account with one grant; one of that id is replaced, and its sessions end: its sight may differ."""
        self.accounts.put(account, kind, label, organisation=organisation, person=person, units=units, demo=demo)

    def demo_accounts(self) -> list[Account]:
        """Return the accounts that sign in with one click, by organisation, kind and label."""
        return self.accounts.demo()

    # --- sessions

    def open_session(self, account: str, *, grant: str | None = None, strong: bool = False) -> str | None:
        """Sign an account in and return the new token for its cookie; None where there is no such account."""
        return self.sessions.open(account, grant=grant, strong=strong)

    def find_session(self, token: str) -> Session | None:
        """Return the session of a token; None where it is unknown, over or closed."""
        found = self.sessions.find(token)
        if found is None or found.account.actor.kind != "admin":
            return found
        # Only an admin has a glass to break; nobody else pays for the look.
        seen = self.glasses.of_account(found.account.id)
        if not seen:
            return found
        return replace(found, account=replace(found.account, actor=replace(found.account.actor, glass=seen)))

    def close_session(self, token: str) -> None:
        """End the session of a token; nothing happens where there is none."""
        self.sessions.close(token)
