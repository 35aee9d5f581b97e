import sqlite3
import stat
import threading
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from competence_graph.errors import StoreError
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.registry import Registry
from competence_graph.registry.engine import open_engine, script
from competence_graph.registry.tables import Base

LIBRARY = "https://w3id.org/competence-graph/id/osh1z2bk"
# What the first version made with create_all, before there were steps.
FIRST_VERSION = """
CREATE TABLE accounts (id VARCHAR(40) NOT NULL, kind VARCHAR(20) NOT NULL, organisation VARCHAR(200),
  person VARCHAR(200), units TEXT NOT NULL, label VARCHAR(200) NOT NULL, demo BOOLEAN NOT NULL, PRIMARY KEY (id));
CREATE TABLE identities (pseudonym VARCHAR(200) NOT NULL, organisation VARCHAR(200) NOT NULL,
  given_name VARCHAR(200) NOT NULL, family_name VARCHAR(200) NOT NULL, email VARCHAR(320), PRIMARY KEY (pseudonym));
CREATE INDEX ix_identities_organisation ON identities (organisation);
CREATE TABLE sessions (token_hash VARCHAR(64) NOT NULL, account VARCHAR(40) NOT NULL, csrf VARCHAR(64) NOT NULL,
  created DATETIME NOT NULL, seen DATETIME NOT NULL, PRIMARY KEY (token_hash),
  FOREIGN KEY(account) REFERENCES accounts (id) ON DELETE CASCADE);
CREATE INDEX sessions_seen ON sessions (seen);
INSERT INTO identities VALUES ('urn:p:rasa', 'https://w3id.org/competence-graph/id/osh1z2bk', 'Rasa', 'Giedrytė', NULL);
INSERT INTO accounts VALUES ('rasa', 'learner', 'https://w3id.org/competence-graph/id/osh1z2bk', 'urn:p:rasa', '',
  'Rasa Giedrytė', 1);
INSERT INTO accounts VALUES ('lead', 'unit-lead', 'https://w3id.org/competence-graph/id/osh1z2bk', NULL, 'b
a', 'Skyriaus vadovė', 0);
INSERT INTO sessions VALUES ('hash', 'rasa', 'csrf', '2026-11-24 09:00:00.000000', '2026-11-24 09:00:00.000000');
"""


@pytest.fixture
def old(tmp_path):
    file = tmp_path / "registry.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(FIRST_VERSION)
    return file


def test_steps_make_exactly_the_tables_that_the_code_uses():
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []


def test_registry_of_the_first_version_keeps_its_people_and_accounts(old):
    registry = Registry(f"sqlite:///{old}")

    assert registry.names(OPERATOR, LIBRARY, ["urn:p:rasa"]) == {"urn:p:rasa": "Rasa Giedrytė"}
    assert [each.actor for each in registry.demo_accounts()] == [
        Actor("learner", account="rasa", organisation=LIBRARY, person="urn:p:rasa")
    ]
    lead = registry.find_session(registry.open_session("lead")).account.actor
    assert lead == Actor("unit-lead", account="lead", organisation=LIBRARY, units=frozenset({"a", "b"}))
    registry.close()


def test_sessions_of_the_first_version_are_over(old):
    Registry(f"sqlite:///{old}").close()
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_file_that_is_behind_is_copied_before_it_is_changed(old):
    Registry(f"sqlite:///{old}").close()
    copy = old.with_name("registry.sqlite.before-0001")

    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_registry_that_is_up_to_date_is_not_copied(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    Registry(url).close()
    Registry(url).close()

    assert list(tmp_path.glob("*.before-*")) == []


def test_two_that_start_at_once_both_find_the_tables(old):
    found = []

    def start():
        registry = Registry(f"sqlite:///{old}")
        found.append(len(registry.demo_accounts()))
        registry.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == [1, 1, 1, 1]


def test_step_that_fails_leaves_the_registry_as_it_was(old):
    with closing(sqlite3.connect(old)) as connection:
        # A table in the way: the second step cannot be finished.
        connection.execute("CREATE TABLE licences (id TEXT)")
        connection.commit()
        before = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    with pytest.raises(Exception, match="licences"):
        Registry(f"sqlite:///{old}")

    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall() == before
        assert connection.execute("SELECT count(*) FROM accounts").fetchone() == (2,)


def test_registry_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "registry.sqlite"
    Registry(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(StoreError, match="9999"):
        Registry(f"sqlite:///{file}")


def test_steps_follow_one_another_without_a_fork():
    assert len(script().get_heads()) == 1


def test_steps_could_run_on_postgresql():
    from io import StringIO

    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    steps, told = script(), StringIO()
    with EnvironmentContext(Config(), steps, fn=lambda at, _: steps._upgrade_revs("0001", at)) as environment:
        environment.configure(dialect_name="postgresql", as_sql=True, output_buffer=told)
        environment.run_migrations()

    assert "TIMESTAMP WITH TIME ZONE" in told.getvalue()


def test_database_in_memory_is_one_for_all_threads():
    registry = Registry("sqlite://")
    registry.identify("urn:p:1", LIBRARY, "Ona", "Žemaitė")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(registry.names(OPERATOR, LIBRARY, ["urn:p:1"]))) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    registry.close()

    assert found == [{"urn:p:1": "Ona Žemaitė"}] * 8


def test_foreign_keys_hold_in_every_connection(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with engine.connect() as one, engine.connect() as two:
        modes = [each.exec_driver_sql("PRAGMA foreign_keys").scalar() for each in (one, two)]
    engine.dispose()

    assert modes == [1, 1]
