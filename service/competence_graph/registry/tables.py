"""The registry's tables: the only place in the service with a person's name in it.

The tables are made by the migrations beside this module and by nothing else; a test holds the two to the same schema.
Every column is one that PostgreSQL could hold.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_IRI = String(200)
_ID = String(40)
_HASH = String(64)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store it in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back with its zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Base(DeclarativeBase):
    """All tables of the registry."""


class Identity(Base):
    """Who stands behind a pseudonym: one a person and organisation, so that two employers cannot be joined.

    ``human`` is a random id that is the same for all pseudonyms of one human being; it is known here only.
    """

    __tablename__ = "identities"

    pseudonym: Mapped[str] = mapped_column(_IRI, primary_key=True)
    human: Mapped[str] = mapped_column(_ID, index=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    given_name: Mapped[str] = mapped_column(String(200))
    family_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    number: Mapped[str | None] = mapped_column(String(100))
    since: Mapped[datetime | None] = mapped_column(Moment)
    left: Mapped[datetime | None] = mapped_column(Moment)


class AccountRow(Base):
    """Who may sign in. ``demo`` accounts sign in with one click; ``email`` is folded and the name of a local sign-in.

    ``password`` is an argon2id hash, ``totp`` an encrypted secret, ``totp_step`` the last time step that was used.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    human: Mapped[str | None] = mapped_column(_ID, index=True)
    label: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    password: Mapped[str | None] = mapped_column(String(400))
    password_changed: Mapped[datetime | None] = mapped_column(Moment)
    totp: Mapped[str | None] = mapped_column(String(400))
    totp_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(20), default="active")
    demo: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(Moment)
    seen: Mapped[datetime | None] = mapped_column(Moment)


class GrantRow(Base):
    """What an account may be: a kind of actor, in an organisation, of units (IRIs, one a line), for a time."""

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    organisation: Mapped[str | None] = mapped_column(_IRI, index=True)
    units: Mapped[str] = mapped_column(Text, default="")
    person: Mapped[str | None] = mapped_column(_IRI, index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)
    given_by: Mapped[str | None] = mapped_column(_ID)


class IssuerRow(Base):
    """An OpenID Connect issuer that people may sign in with; ``client_secret`` is encrypted.

    ``domains``, one a line: of the e-mail addresses by which it may make somebody known here. ``strong``: its sign-ins
    show a second factor.
    """

    __tablename__ = "issuers"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500), unique=True)
    client_id: Mapped[str] = mapped_column(String(200))
    client_secret: Mapped[str | None] = mapped_column(String(600))
    enabled: Mapped[bool] = mapped_column(default=True)
    domains: Mapped[str] = mapped_column(Text, default="")
    strong: Mapped[bool] = mapped_column(default=False)


class LoginRow(Base):
    """The account that an issuer's subject signs in to."""

    __tablename__ = "logins"

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)


class SessionRow(Base):
    """A sign-in that lasts, under one grant. The token itself is only in the cookie: here is its hash.

    ``strong`` tells that a second factor was shown.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_seen", "seen"),)

    token_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    grant: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(Moment)
    seen: Mapped[datetime] = mapped_column(Moment)
    strong: Mapped[bool] = mapped_column(default=False)


class TokenRow(Base):
    """A bearer token of a program: acts under one grant, within its scopes (words, separated by spaces)."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    token_hash: Mapped[str] = mapped_column(_HASH, unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    grant: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[str] = mapped_column(String(400))
    created: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    used: Mapped[datetime | None] = mapped_column(Moment)
    revoked: Mapped[datetime | None] = mapped_column(Moment)


class TicketRow(Base):
    """An invitation or a reset: a link that works once, for a time."""

    __tablename__ = "tickets"

    token_hash: Mapped[str] = mapped_column(_HASH, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    used: Mapped[datetime | None] = mapped_column(Moment)
    given_by: Mapped[str | None] = mapped_column(_ID)


class ConsentRow(Base):
    """What a human being agreed to, and when that was taken back."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    human: Mapped[str] = mapped_column(_ID, index=True)
    purpose: Mapped[str] = mapped_column(String(60))
    given: Mapped[datetime] = mapped_column(Moment)
    withdrawn: Mapped[datetime | None] = mapped_column(Moment)


class AuditRow(Base):
    """One act of an account. Triggers refuse every change, and removal before `AUDIT_KEPT` has passed."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_at", "at"),
        Index("audit_account", "account", "at"),
        Index("audit_organisation", "organisation", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment)
    account: Mapped[str] = mapped_column(_ID)
    kind: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(60))
    organisation: Mapped[str | None] = mapped_column(_IRI)
    route: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class AuditPersonRow(Base):
    """A person whose data an act touched."""

    __tablename__ = "audit_people"
    __table_args__ = (Index("audit_people_pseudonym", "pseudonym"),)

    audit: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(_IRI, primary_key=True)


class GlassRow(Base):
    """An admin's look at an organisation's people: reasoned, short, and shown to that organisation."""

    __tablename__ = "glasses"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    account: Mapped[str] = mapped_column(_ID, index=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    reason: Mapped[str] = mapped_column(Text)
    opened: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    closed: Mapped[datetime | None] = mapped_column(Moment)


class ContestRow(Base):
    """A person's objection to a level that somebody recorded."""

    __tablename__ = "contests"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(_IRI, index=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    attainment: Mapped[str] = mapped_column(_IRI)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(20), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered: Mapped[datetime | None] = mapped_column(Moment)
    answered_by: Mapped[str | None] = mapped_column(_ID)


class CarryRow(Base):
    """An attainment that a person took along to another employer; the two are joined here and nowhere else."""

    __tablename__ = "carries"
    __table_args__ = (UniqueConstraint("source", "pseudonym", name="carries_once"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    source: Mapped[str] = mapped_column(_IRI)
    copy: Mapped[str] = mapped_column(_IRI)
    pseudonym: Mapped[str] = mapped_column(_IRI, index=True)
    at: Mapped[datetime] = mapped_column(Moment)


class ErasureRow(Base):
    """The journal of erasures. ``pseudonym`` is a keyed hash: the journal tells whom it met, and nobody whom it holds.

    ``done`` when registry and quads are clean, ``rebuilt`` when the store's files are too.
    """

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(_HASH, index=True)
    organisation: Mapped[str] = mapped_column(_IRI)
    asked: Mapped[datetime] = mapped_column(Moment)
    why: Mapped[str] = mapped_column(String(20))
    done: Mapped[datetime | None] = mapped_column(Moment)
    rebuilt: Mapped[datetime | None] = mapped_column(Moment)


class JobRow(Base):
    """A job with a day: what is due when, who runs it, how it ended."""

    __tablename__ = "jobs"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    due: Mapped[datetime] = mapped_column(Moment)
    started: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    message: Mapped[str] = mapped_column(Text, default="")
    holder: Mapped[str | None] = mapped_column(_ID)


class LicenceRow(Base):
    """Seats of a product that an organisation holds for a time."""

    __tablename__ = "licences"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    product: Mapped[str] = mapped_column(String(120))
    seats: Mapped[int]
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)


class ImportRow(Base):
    """A table that an institution imports; ``content`` is encrypted, for it holds people's names and levels."""

    __tablename__ = "imports"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    account: Mapped[str] = mapped_column(_ID)
    at: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)


class ProfileRow(Base):
    """What a published role required when an institution copied it; nothing of a person."""

    __tablename__ = "profiles"

    role: Mapped[str] = mapped_column(_IRI, primary_key=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    source: Mapped[str] = mapped_column(_IRI)
    at: Mapped[datetime] = mapped_column(Moment)
    base: Mapped[str] = mapped_column(Text)


class ScenarioRow(Base):
    """A question "what if" that somebody saved: a role, for an institution or a unit of it; it names nobody."""

    __tablename__ = "scenarios"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(_IRI, index=True)
    account: Mapped[str] = mapped_column(_ID)
    at: Mapped[datetime] = mapped_column(Moment)
    role: Mapped[str] = mapped_column(_IRI)
    unit: Mapped[str | None] = mapped_column(_IRI)
