"""The registry's tables: the only place in the service with a person's name in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, TypeDecorator, create_engine, event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import StaticPool


class _Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone, so it is given back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Base(DeclarativeBase):
    """All tables of the registry."""


class Identity(Base):
    """Who stands behind a pseudonym: one a person and organisation, so that two employers cannot be joined."""

    __tablename__ = "identities"

    pseudonym: Mapped[str] = mapped_column(String(200), primary_key=True)
    organisation: Mapped[str] = mapped_column(String(200), index=True)
    given_name: Mapped[str] = mapped_column(String(200))
    family_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))


class AccountRow(Base):
    """Who may sign in and as what. ``units`` are IRIs, one a line; ``demo`` accounts sign in with one click."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    organisation: Mapped[str | None] = mapped_column(String(200))
    person: Mapped[str | None] = mapped_column(String(200))
    units: Mapped[str] = mapped_column(Text, default="")
    label: Mapped[str] = mapped_column(String(200))
    demo: Mapped[bool] = mapped_column(default=False)


class SessionRow(Base):
    """A sign-in that lasts. The token itself is only in the cookie: here is its hash."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_seen", "seen"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(_Moment)
    seen: Mapped[datetime] = mapped_column(_Moment)


_PRAGMAS: Final = (
    "PRAGMA secure_delete = ON",  # what is erased is overwritten in the file
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
)


def open_engine(url: str) -> Engine:
    """Open the database and make the tables that are missing; ``sqlite://`` lives in memory."""
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    options: dict[str, Any] = {}
    if in_memory:
        # One connection for all threads, else each thread would see a database of its own.
        options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    Base.metadata.create_all(engine)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
