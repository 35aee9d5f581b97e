import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from competence_graph.model.actor import ANYONE, OPERATOR, Actor
from competence_graph.registry import Registry
from competence_graph.registry.sessions import IDLE, LONGEST
from competence_graph.registry.tables import Base

LIBRARY = "https://w3id.org/competence-graph/id/osh1z2bk"
MUSEUM = "https://w3id.org/competence-graph/id/ovte458j"
LOCAL, READERS = f"{LIBRARY}-local", f"{LIBRARY}-readers"
RASA, JONAS, ONA = "urn:p:rasa", "urn:p:jonas", "urn:p:ona"
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def registry(clock):
    opened = Registry("sqlite://", clock)
    opened.identify(RASA, LIBRARY, "Rasa", "Giedrytė", "rasa@example.org")
    opened.identify(JONAS, LIBRARY, "Jonas", "Ąžuolas")
    opened.identify(ONA, MUSEUM, "Ona", "Žemaitė")
    opened.put_account("hr", "hr", "Personalo specialistė", organisation=LIBRARY, demo=True)
    opened.put_account("rasa", "learner", "Rasa Giedrytė", organisation=LIBRARY, person=RASA)
    yield opened
    opened.close()


EVERYBODY = [RASA, JONAS, ONA]
UNITS = {RASA: {LOCAL}, JONAS: {READERS}}


def test_hr_sees_the_names_of_its_organisation_only(registry):
    hr = Actor("hr", organisation=LIBRARY)

    assert registry.names(hr, LIBRARY, EVERYBODY) == {RASA: "Rasa Giedrytė", JONAS: "Jonas Ąžuolas"}
    assert registry.names(hr, MUSEUM, EVERYBODY) == {}


def test_lead_of_a_unit_sees_the_names_of_that_unit_only(registry):
    lead = Actor("unit-lead", organisation=LIBRARY, units=frozenset({LOCAL}))

    assert registry.names(lead, LIBRARY, EVERYBODY, UNITS) == {RASA: "Rasa Giedrytė"}


def test_lead_of_a_unit_sees_nobody_where_units_are_not_told(registry):
    lead = Actor("unit-lead", organisation=LIBRARY, units=frozenset({LOCAL}))

    assert registry.names(lead, LIBRARY, EVERYBODY) == {}


def test_learner_sees_their_own_name_only(registry):
    learner = Actor("learner", organisation=LIBRARY, person=RASA)

    assert registry.names(learner, LIBRARY, EVERYBODY, UNITS) == {RASA: "Rasa Giedrytė"}


@pytest.mark.parametrize("kind", ["planner", "editor", "ministry", "admin"])
def test_others_see_no_name(registry, kind):
    assert registry.names(Actor(kind, organisation=LIBRARY), LIBRARY, EVERYBODY, UNITS) == {}
    assert registry.names(ANYONE, LIBRARY, EVERYBODY, UNITS) == {}


def test_operator_sees_names_of_the_organisation_asked_for(registry):
    assert registry.names(OPERATOR, MUSEUM, EVERYBODY) == {ONA: "Ona Žemaitė"}


def test_many_names_are_found_at_once(registry):
    people = [(f"urn:p:{number}", LIBRARY, "Vardas", str(number), None) for number in range(1300)]
    registry.identify_all(people)

    found = registry.names(OPERATOR, LIBRARY, [each[0] for each in people])

    assert len(found) == 1300


def test_session_is_found_by_its_token_and_carries_the_actor(registry):
    token = registry.open_session("rasa")

    session = registry.find_session(token)

    assert session.account.actor == Actor("learner", account="rasa", organisation=LIBRARY, person=RASA)
    assert len(session.csrf) >= 32


def test_every_sign_in_gives_a_new_token_and_a_new_form_token(registry):
    one, two = registry.open_session("hr"), registry.open_session("hr")

    assert one != two
    assert registry.find_session(one).csrf != registry.find_session(two).csrf


def test_token_itself_is_stored_nowhere(registry):
    token = registry.open_session("hr")

    with registry._engine.connect() as connection:
        stored = [str(row) for table in Base.metadata.sorted_tables for row in connection.execute(table.select())]

    assert not any(token in row for row in stored)


def test_unknown_account_gets_no_session(registry):
    assert registry.open_session("nobody") is None


def test_closed_session_is_over(registry):
    token = registry.open_session("hr")
    registry.close_session(token)

    assert registry.find_session(token) is None


def test_session_is_over_after_a_time_unused(registry, clock):
    token = registry.open_session("hr")
    clock.now += IDLE + timedelta(seconds=1)

    assert registry.find_session(token) is None


def test_session_in_use_lasts_to_its_longest_and_no_longer(registry, clock):
    token = registry.open_session("hr")
    while clock.now - START < LONGEST - IDLE / 2:
        clock.now += IDLE / 2
        assert registry.find_session(token) is not None
    clock.now = START + LONGEST + timedelta(seconds=1)

    assert registry.find_session(token) is None


def test_account_that_changes_loses_its_sessions(registry):
    token = registry.open_session("hr")
    registry.put_account("hr", "planner", "Planuotojas")

    assert registry.find_session(token) is None


def test_forgetting_a_person_erases_name_account_and_session(registry):
    token = registry.open_session("rasa")
    registry.forget(RASA)

    assert registry.find_session(token) is None
    assert registry.open_session("rasa") is None
    assert registry.names(OPERATOR, LIBRARY, EVERYBODY) == {JONAS: "Jonas Ąžuolas"}


def test_forgotten_name_is_not_in_the_file_any_more(tmp_path, clock):
    path = tmp_path / "registry.sqlite"
    opened = Registry(f"sqlite:///{path}", clock)
    opened.identify(RASA, LIBRARY, "Rasa", "Giedrytė-Labaiilgapavardė")
    opened.forget(RASA)
    opened.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    assert "Labaiilgapavardė".encode() not in path.read_bytes()


def test_sqlite_overwrites_what_it_deletes_and_writes_ahead(tmp_path, clock):
    opened = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}", clock)
    with opened._engine.connect() as connection:
        modes = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("secure_delete", "journal_mode")]
    opened.close()

    assert modes == [1, "wal"]


def test_demo_accounts_are_listed_and_no_others(registry):
    assert [each.id for each in registry.demo_accounts()] == ["hr"]


def test_registry_opened_again_remembers(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    first = Registry(url, clock)
    first.put_account("hr", "hr", "HR", organisation=LIBRARY, units=["b", "a"])
    token = first.open_session("hr")
    first.close()
    second = Registry(url, clock)

    assert second.find_session(token).account.actor.units == frozenset({"a", "b"})
    second.close()


def test_every_table_could_be_one_of_postgresql():
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
