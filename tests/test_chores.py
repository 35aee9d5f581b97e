"""The daily jobs: leavers are erased when their time is up, the audit is exported, what is over is removed."""

import hashlib
import json
import threading
from datetime import datetime, timedelta

import pyoxigraph as ox
import pytest

from competence_graph.answers.people import find_person, staff
from competence_graph.answers.staffing import hire, leave, move
from competence_graph.chores import AT, Chores
from competence_graph.errors import NotFoundError, StoreError
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.terms import delete_data
from competence_graph.graph.write import VILNIUS, vilnius_today
from competence_graph.life import invent, settle
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.model.iri import BASE, Iri
from competence_graph.model.retention import months_later
from competence_graph.registry import Registry
from competence_graph.registry.audit_export import FOLDER, broken_links, export_day

TODAY = vilnius_today()
ROLE = Iri(f"{BASE}id/r52xn9zv")


class Moment:
    """A clock that a test sets."""

    def __init__(self):
        self.at = datetime.combine(TODAY, AT, VILNIUS) + timedelta(hours=6)

    def __call__(self):
        return self.at


@pytest.fixture
def moment():
    return Moment()


@pytest.fixture(scope="module")
def stored():
    writer = guard(OxigraphStore())
    settle(writer, BASE)
    return writer


@pytest.fixture
def world(moment, stored):
    registry = Registry("sqlite://", moment)
    invent(stored, registry, TODAY, BASE)
    yield stored, registry
    registry.close()


@pytest.fixture
def hr(world):
    return next(each.actor for each in world[1].demo_accounts() if each.id == "demo-library-hr")


@pytest.fixture
def chores(world, tmp_path, moment):
    return Chores(*world, tmp_path, retention_months=24, clock=moment)


@pytest.fixture
def leaver(world, hr):
    writer, registry = world
    library = Iri(hr.organisation)
    unit = staff(OPERATOR, writer.store, library).units[0]
    person = hire(
        hr, writer, registry, library, "Išeinanti", "Bandytoja", None,
        place=unit, role=ROLE, start=TODAY - timedelta(days=900), today=TODAY, base=BASE,
    )  # fmt: skip
    leave(hr, writer, registry, person, TODAY - timedelta(days=1), today=TODAY)
    return person


def is_there(world, person):
    try:
        find_person(OPERATOR, world[0].store, person)
    except NotFoundError:
        return False
    return True


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-11-27", 24, "2028-11-27"), ("2026-01-31", 1, "2026-02-28"), ("2024-02-29", 12, "2025-02-28"),
        ("2026-03-31", -1, "2026-02-28"), ("2026-12-31", 2, "2027-02-28"), ("2026-01-15", -13, "2024-12-15"),
        ("2026-05-05", 0, "2026-05-05"),
    ],
)  # fmt: skip
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert months_later(datetime.fromisoformat(day).date(), months).isoformat() == expected


def test_leaver_is_erased_on_the_day_and_not_before(world, chores, leaver, moment):
    moment.at = datetime.combine(months_later(TODAY, 24) - timedelta(days=1), AT, VILNIUS)
    assert chores.erase_leavers() == 0
    assert is_there(world, leaver)
    moment.at += timedelta(days=1)

    assert chores.erase_leavers() == 1
    assert not is_there(world, leaver)
    assert world[1].identities.find(leaver) is None
    assert world[1].journal.all()[-1].rebuilt is not None


def test_whoever_came_back_is_kept_even_if_the_registry_forgot(world, chores, leaver, moment, hr):
    writer, registry = world
    left = registry.identities.find(leaver).left
    move(
        hr, writer, registry, leaver, place=Iri(hr.organisation), role=ROLE, start=TODAY, beside=False,
        today=TODAY, base=BASE,
    )  # fmt: skip
    registry.identities.leave(leaver, left)
    moment.at = datetime.combine(months_later(TODAY, 30), AT, VILNIUS)

    assert chores.erase_leavers() == 0
    assert is_there(world, leaver)


def test_nobody_is_erased_where_retention_is_switched_off(world, tmp_path, leaver, moment):
    moment.at = datetime.combine(months_later(TODAY, 500), AT, VILNIUS)

    assert Chores(*world, tmp_path, retention_months=0, clock=moment).erase_leavers() == 0
    assert is_there(world, leaver)


def test_what_is_due_runs_once_a_day(world, chores, moment):
    for name in chores.jobs:
        world[1].jobs.plan(name, moment.at)
    first, second = chores.run_due(), chores.run_due()
    moment.at += timedelta(days=1)

    assert first == list(chores.jobs)
    assert second == []
    assert chores.run_due() == list(chores.jobs)
    assert {each.due for each in world[1].jobs.all()} == {
        datetime.combine(moment.at.date() + timedelta(days=1), AT, VILNIUS)
    }


def test_job_that_fails_is_told_and_keeps_no_other_from_running(world, chores, moment):
    def fail():
        raise StoreError("the disk is full")

    chores.jobs = {"retention": fail, "tidy": chores.tidy}
    for name in chores.jobs:
        world[1].jobs.plan(name, moment.at)
    chores.run_due()

    assert {each.name: (each.state, each.message) for each in world[1].jobs.all()} == {
        "retention": ("failed", "StoreError"), "tidy": ("done", "0"),
    }  # fmt: skip


def test_thread_runs_what_is_due_and_stops(world, tmp_path, moment):
    ran = threading.Event()
    chores = Chores(*world, tmp_path, retention_months=24, clock=moment)
    chores.jobs = {"tidy": lambda: ran.set() or 0}
    chores.start()
    assert ran.wait(10)
    chores.stop()

    assert not chores._thread.is_alive()
    assert world[1].jobs.find("tidy").state == "done"


def test_tidying_removes_sessions_links_and_tokens_that_are_over(world, chores, moment):
    registry = world[1]
    registry.open_session("demo-planner")
    account = registry.accounts.create("planner", "Planuotoja", "p@example.org")
    registry.tickets.give(account, "invite")
    grant = registry.accounts.of_account(account)[0].grant
    registry.bearer.issue(account, grant, "x", ["read"], timedelta(days=1))
    assert chores.tidy() == 0
    moment.at += timedelta(days=100)

    assert chores.tidy() == 3


def test_graph_without_a_name_passes_the_scan(chores):
    assert chores.scan_for_names() == 0


@pytest.mark.parametrize("where", ["people", "organisation"])
def test_name_that_came_past_the_shapes_is_found_by_the_scan(world, chores, hr, moment, where):
    writer, registry = world
    person = min(staff(OPERATOR, writer.store, Iri(hr.organisation)).people)
    name = registry.identities.find(person).name
    graph = ox.NamedNode(hr.organisation.replace("/id/", f"/graph/{where}/"))
    quad = ox.Quad(
        ox.NamedNode(person), ox.NamedNode("http://xmlns.com/foaf/0.1/name"), ox.Literal(name.upper()), graph
    )
    writer.store.load([quad])
    try:
        with pytest.raises(StoreError) as caught:
            chores.scan_for_names()
    finally:
        writer.store.update(delete_data([quad]))

    # What was found is told nowhere.
    assert name.casefold() not in str(caught.value).casefold()


class TestAuditExport:
    """Yesterday's audit in a file: whole, without a name, and no day can be changed unseen."""

    @pytest.fixture
    def recorded(self, world, hr, moment):
        registry = world[1]
        library = hr.organisation
        people = sorted(staff(OPERATOR, world[0].store, Iri(library)).people)[:3]
        for day in range(3):
            moment.at = datetime.combine(TODAY - timedelta(days=3 - day), AT, VILNIUS)
            registry.audit.record(hr, "export", organisation=library, people=people, route="/people", reason="csv")
            registry.audit.record(Actor("admin", "a"), "glass-broken", reason="Jonas Jonaitis paprašė peržiūrėti")
        moment.at = datetime.combine(TODAY, AT, VILNIUS)
        return people

    def export(self, world, folder):
        for day in range(3):
            start = datetime.combine(TODAY - timedelta(days=3 - day), AT, VILNIUS).replace(hour=0)
            export_day(world[1].audit, world[1].journal, folder, start.date(), start, start + timedelta(days=1))
        return sorted(folder.glob("*.jsonl"))

    def test_job_writes_yesterday(self, world, chores, tmp_path, recorded):
        count = chores.export_audit()
        file = tmp_path / FOLDER / f"{(TODAY - timedelta(days=1)).isoformat()}.jsonl"
        head, *acts = [json.loads(line) for line in file.read_text().splitlines()]

        assert count == len(acts) == 2
        assert [each["act"] for each in acts] == ["export", "glass-broken"]
        assert acts[0]["people"] == sorted(world[1].journal.hashed(each) for each in recorded)
        assert head["day"] == file.stem
        assert file.stat().st_mode & 0o077 == 0

    def test_no_pseudonym_and_no_reason_in_words_is_in_it(self, world, tmp_path, recorded):
        text = "".join(each.read_text() for each in self.export(world, tmp_path))

        assert [] == [each for each in (*recorded, "Jonaitis", "csv") if each in text]

    def test_erased_person_stays_under_the_same_hash(self, world, tmp_path, recorded):
        registry = world[1]
        hashed = registry.journal.hashed(recorded[0])
        registry.erase(recorded[0], hashed)
        text = self.export(world, tmp_path)[0].read_text()

        assert hashed in text

    def test_each_file_holds_the_hash_of_the_one_before(self, world, tmp_path, recorded):
        files = self.export(world, tmp_path)
        heads = [json.loads(each.read_text().splitlines()[0]) for each in files]

        assert heads[1]["previous_sha256"] == hashlib.sha256(files[0].read_bytes()).hexdigest()
        assert broken_links(tmp_path) == []

    @pytest.mark.parametrize("how", ["changed", "removed", "cut"])
    def test_what_was_changed_afterwards_is_seen(self, world, tmp_path, recorded, how):
        files = self.export(world, tmp_path)
        if how == "changed":
            files[1].write_text(files[1].read_text().replace("glass-broken", "view"))
        elif how == "removed":
            files[1].unlink()
        else:
            files[1].write_text("\n".join(files[1].read_text().splitlines()[:-1]) + "\n")

        assert broken_links(tmp_path) == [files[2].name]

    def test_file_that_is_there_is_not_written_again(self, world, chores, tmp_path, recorded):
        chores.export_audit()
        file = next((tmp_path / FOLDER).glob("*.jsonl"))
        before = file.read_bytes()

        assert chores.export_audit() == 0
        assert file.read_bytes() == before
