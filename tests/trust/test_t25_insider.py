"""T25: an admin who browses people is seen doing it, and nobody edits the audit."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from tests.serving import demo_app, serving
from tests.trust.access import World
from tests.web.conftest import csrf_of, local_of

from competence_graph.graph.write import VILNIUS
from competence_graph.model.actor import Actor
from competence_graph.registry import Registry
from competence_graph.registry.audit_export import export_day

PEOPLE = (
    "/en/people/{person}",
    "/en/people/{person}/levels",
    "/en/people/{person}/plan",
    "/en/people/{person}.csv",
    "/en/people/{person}/data",
)
INSTITUTION = (
    "/en/organisations/{organisation}",
    "/en/organisations/{organisation}/people.xlsx",
    "/en/organisations/{organisation}/staff",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(demo_app(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def address(world):
    with serving(world.app) as url:
        yield url


@pytest.fixture
def admin(world, address):
    with world.visitor(address, "admin") as made:
        yield made


def paths(world):
    given = {"person": world.targets["colleague"].local, "organisation": world.library.local}
    return [each.format(**given) for each in (*PEOPLE, *INSTITUTION)]


def break_glass(admin, world, reason="The institution asked why a figure on its page differs."):
    page = f"/en/organisations/{world.library.local}/glass"
    return admin.post(page, data={"csrf": csrf_of(admin.get(page)), "reason": reason})


def test_t25_insider_without_a_reason_an_admin_finds_nobody(admin, world):
    assert {404} == {admin.get(each).status_code for each in paths(world)}
    assert break_glass(admin, world, "because").status_code == 422
    assert {404} == {admin.get(each).status_code for each in paths(world)}


def test_t25_insider_behind_the_glass_every_look_is_recorded_and_shown_to_the_institution(address, world):
    registry = world.app.state.services.registry
    with world.visitor(address, "admin") as admin, world.visitor(address, "hr") as hr:
        assert break_glass(admin, world).status_code == 303
        person = world.targets["colleague"].local
        assert admin.get(f"/en/people/{person}").status_code == 200
        seen = registry.audit.lines(account="demo-admin", person=str(world.targets["colleague"]))
        shown = hr.get("/en/audit").text

        assert [each.act for each in seen] == ["view"]
        assert "The institution asked why a figure on its page differs." in shown
        assert "An administrator of the service has looked" in hr.get(f"/en/organisations/{world.library.local}").text
        # One's own data and other institutions stay closed, and nothing can be changed.
        assert admin.get(f"/en/people/{person}/data").status_code == 404
        assert admin.get(f"/en/organisations/{local_of(world.museum)}").status_code == 404
        levels = f"/en/people/{person}/levels"
        answer = admin.post(levels, data={"csrf": csrf_of(admin.get("/en/accounts")), "competence": "x", "level": "5"})
        assert answer.status_code in {403, 404}


TAMPERING = (
    "UPDATE audit SET act = 'nothing'",
    "UPDATE audit SET at = '2020-01-01'",
    "DELETE FROM audit",
    "DELETE FROM audit_people",
    "UPDATE audit_people SET pseudonym = 'erased:x' WHERE pseudonym LIKE 'erased:%'",
    "UPDATE audit_people SET pseudonym = 'urn:other'",
    "INSERT OR REPLACE INTO audit SELECT id, at, account, kind, 'none', organisation, route, reason FROM audit LIMIT 1",
    "REPLACE INTO audit_people SELECT audit, pseudonym FROM audit_people LIMIT 1",
)


@pytest.mark.parametrize("statement", TAMPERING)
def test_t25_insider_no_statement_changes_the_audit(tmp_path, statement):
    registry = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    try:
        registry.audit.record(Actor("admin", "a"), "view", people=["urn:p"])
        registry.audit.record(Actor("admin", "a"), "view", people=["erased:y"])
    finally:
        registry.close()
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        before = connection.execute("SELECT * FROM audit JOIN audit_people ON audit = id ORDER BY 1").fetchall()
        with pytest.raises((sqlite3.DatabaseError, DBAPIError)):
            connection.execute(statement)
        connection.rollback()
        after = connection.execute("SELECT * FROM audit JOIN audit_people ON audit = id ORDER BY 1").fetchall()

    assert before == after
    assert len(before) == 2


def test_t25_insider_what_the_day_held_is_in_a_file_the_next_morning(world, tmp_path):
    services = world.app.state.services
    services.registry.audit.record(world.accounts["admin"].actor, "view", people=[str(world.targets["own"])])
    day = datetime.combine(services.today, datetime.min.time(), VILNIUS)
    count = export_day(
        services.registry.audit, services.registry.journal, tmp_path, day.date(), day, day + timedelta(days=1)
    )
    lines = [json.loads(each) for each in next(tmp_path.glob("*.jsonl")).read_text().splitlines()]

    assert count == len(lines) - 1
    assert services.registry.journal.hashed(str(world.targets["own"])) in lines[-1]["people"]
