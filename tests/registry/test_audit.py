import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from competence_graph.model.actor import Actor
from competence_graph.registry import Registry
from competence_graph.registry.audit import AUDIT_KEPT

LIBRARY, MUSEUM = "urn:o:library", "urn:o:museum"
HR = Actor("hr", account="hr-1", organisation=LIBRARY)
ADMIN = Actor("admin", account="admin-1")


@pytest.fixture
def registry(tmp_path, clock):
    opened = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}", clock)
    yield opened
    opened.close()


def change(registry, statement):
    with registry._engine.begin() as connection:
        connection.execute(text(statement))


def test_whose_data_an_account_saw_in_a_time_is_one_question(registry, clock):
    start = clock.now
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:rasa", "urn:p:jonas"], route="/people")
    clock.now += timedelta(hours=1)
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:rasa"], route="/people/{id}")
    clock.now += timedelta(hours=1)
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:ona"], route="/people/{id}")
    registry.audit.saw(ADMIN, organisation=LIBRARY, people=["urn:p:petras"], route="/people/{id}")

    assert registry.audit.seen_by("hr-1", start, start + timedelta(hours=2)) == {"urn:p:rasa": 2, "urn:p:jonas": 1}


def test_acts_and_looks_are_read_newest_first(registry):
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:rasa"], route="/people/{id}")
    registry.audit.record(HR, "export", organisation=LIBRARY, people=["urn:p:rasa"], reason="metinė ataskaita")

    found = registry.audit.lines()
    assert [(each.act, each.people, each.reason) for each in found] == [
        ("export", ("urn:p:rasa",), "metinė ataskaita"),
        ("view", ("urn:p:rasa",), ""),
    ]


@pytest.mark.parametrize(
    ("which", "acts"),
    [
        ({"account": "admin-1"}, ["issue"]),
        ({"organisation": LIBRARY}, ["export", "view"]),
        ({"person": "urn:p:ona"}, ["view"]),
        ({"act": "export"}, ["export"]),
        ({"organisation": MUSEUM}, []),
    ],
)
def test_lines_are_filtered(registry, which, acts):
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:ona"], route="/people/{id}")
    registry.audit.record(HR, "export", organisation=LIBRARY, people=["urn:p:rasa"])
    registry.audit.record(ADMIN, "issue")

    assert [each.act for each in registry.audit.lines(**which)] == acts


def test_pages_of_lines_follow_one_another(registry):
    for number in range(5):
        registry.audit.record(HR, f"act-{number}")
    first = registry.audit.lines(most=3)
    second = registry.audit.lines(most=3, before=first[-1].id)

    assert [each.act for each in first + second] == ["act-4", "act-3", "act-2", "act-1", "act-0"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET account = 'somebody-else'",
        "DELETE FROM audit_people",
        "DELETE FROM audit WHERE act = 'bare'",
        ("INSERT OR REPLACE INTO audit (id, at, account, kind, act, route, reason) "
        "SELECT id, at, 'x', kind, act, '', '' FROM audit"),
        "INSERT OR REPLACE INTO audit_people SELECT audit, pseudonym FROM audit_people",
        "UPDATE audit_people SET pseudonym = 'urn:p:somebody-else'",
        "UPDATE audit_people SET audit = 2, pseudonym = 'erased:x'",
    ],
)  # fmt: skip
def test_audit_cannot_be_edited_by_any_statement(registry, statement):
    registry.audit.record(HR, "export", organisation=LIBRARY, people=["urn:p:rasa"])
    registry.audit.record(HR, "bare")
    before = registry.audit.lines()

    with pytest.raises(DBAPIError, match="audit"):
        change(registry, statement)

    assert registry.audit.lines() == before


def test_erased_person_is_named_by_a_hash_and_the_line_stays(registry):
    registry.audit.record(HR, "export", organisation=LIBRARY, people=["urn:p:rasa"])
    change(registry, "UPDATE audit_people SET pseudonym = 'erased:0123' WHERE pseudonym = 'urn:p:rasa'")

    assert [each.people for each in registry.audit.lines()] == [("erased:0123",)]


def test_lines_are_removed_after_their_time_and_not_before(registry, clock):
    clock.now = datetime.now(UTC) - AUDIT_KEPT - timedelta(days=1)
    registry.audit.record(HR, "old", people=["urn:p:rasa"])
    clock.now = datetime.now(UTC)
    registry.audit.record(HR, "new", people=["urn:p:rasa"])

    assert registry.audit.drop_old() == 1
    assert [each.act for each in registry.audit.lines()] == ["new"]


def test_looks_are_written_when_the_registry_closes(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    first = Registry(url, clock)
    first.audit.saw(HR, organisation=LIBRARY, people=["urn:p:rasa"], route="/people/{id}")
    first.close()
    second = Registry(url, clock)

    assert [each.act for each in second.audit.lines()] == ["view"]
    second.close()


def test_look_is_in_the_file_soon_without_anybody_asking(registry, clock):
    registry.audit.saw(HR, organisation=LIBRARY, people=["urn:p:rasa"], route="/people/{id}")
    waited = threading.Event()
    for _ in range(200):
        with registry._engine.connect() as connection:
            if connection.execute(text("SELECT count(*) FROM audit")).scalar() == 1:
                break
        waited.wait(0.02)

    with registry._engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_people")).scalar() == 1


def test_looks_of_many_threads_are_all_kept(registry):
    def look(number):
        for each in range(50):
            registry.audit.saw(HR, organisation=LIBRARY, people=[f"urn:p:{number}-{each}"], route="/people/{id}")

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len({person for line in registry.audit.lines(most=1000) for person in line.people}) == 400
