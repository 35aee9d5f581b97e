"""The registry's database: opened with what keeps it safe, brought up to this version by its migrations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from competence_graph.errors import StoreError

FIRST: Final = "0001"
"""The step that databases are at which were made before there were steps."""
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 15000",  # first: changing the journal waits for others too
    "PRAGMA secure_delete = ON",  # what is erased is overwritten in the file
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
)
_MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"


def open_engine(url: str) -> Engine:
    """Open the database and bring its tables up to this version; ``sqlite://`` lives in memory.

    A SQLite file that is behind is copied first, to ``<name>.before-<step>`` beside it.

    Raises:
        StoreError: If the database is of a newer version than this one knows.
    """
    options: dict[str, Any] = {}
    if url in {"sqlite://", "sqlite:///:memory:"}:
        # One connection, and one thread at a time: a second would see a database of its own.
        options = {
            "poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "connect_args": {"check_same_thread": False}
        }  # fmt: skip
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    try:
        _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def script() -> ScriptDirectory:
    """Return the steps that ship with this version."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return ScriptDirectory.from_config(config)


def _upgrade(engine: Engine) -> None:
    steps = script()
    head = steps.get_current_head()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Of two processes that start at once the second waits here, and finds nothing left to do.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context = MigrationContext.configure(connection)
        at = context.get_current_revision()
        if at is None and inspect(connection).has_table("accounts"):
            context.stamp(steps, FIRST)
            at = FIRST
        if at == head:
            connection.commit()
            return
        if at is not None and at not in {each.revision for each in steps.walk_revisions()}:
            message = (
                f"The registry is at step {at}, which this version does not know: "
                "start the version that wrote it, or restore a backup of this one."
            )
            raise StoreError(message)
        if at is not None:
            _copy(engine, at)
        _run(steps, connection)
        connection.commit()


def _run(steps: ScriptDirectory, connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with EnvironmentContext(config, steps, fn=lambda at, _context: steps._upgrade_revs("head", at)) as environment:  # noqa: SLF001 - what alembic's own command calls; there is no public name for it
        environment.configure(connection=connection, render_as_batch=False)
        environment.run_migrations()


def _copy(engine: Engine, step: str) -> None:
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return
    file = Path(name)
    copy = file.with_name(f"{file.name}.before-{step}")
    copy.touch(mode=0o600)
    # The writer's lock is held, and readers are not in its way.
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
