"""T26 and the canary: who was erased is in no file any more, and no restored backup brings them back."""

import shutil
import sqlite3
import threading
from contextlib import closing

import pyoxigraph as ox
import pytest

from competence_graph.answers.erasing import erase, resume
from competence_graph.answers.gaps import person_rows
from competence_graph.answers.people import find_person
from competence_graph.app import create_app
from competence_graph.demo import SEED, demo_world, read_catalogue
from competence_graph.errors import NotFoundError, UnreadableFileError
from competence_graph.graph import oxigraph
from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.vocab import CG, expand
from competence_graph.keeping import back_up, clear_copies, restore
from competence_graph.life import invent, settle
from competence_graph.model.actor import ANYONE, OPERATOR, Actor
from competence_graph.model.iri import BASE, Iri
from competence_graph.registry import Registry
from competence_graph.settings import Settings

GIVEN, FAMILY, EMAIL = "Kanarėlė", "Neišnykstančioji", "kanarele.neisnykstancioji@example.org"
REASON = "Kanarėlės prieštaravimas lygiui"


class World:
    """A data folder as the service keeps it, with a person whose every trace is unmistakable."""

    def __init__(self, data):
        self.data = data
        self.registry = Registry(f"sqlite:///{data / 'registry.sqlite'}")
        self.store = OxigraphStore(data / "store")
        self.writer = guard(self.store)

    def close(self):
        self.registry.close()
        self.store.close()

    def clear(self):
        clear_copies(self.data)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The demonstration world on disk, once; each test takes a copy."""
    data = tmp_path_factory.mktemp("world") / "data"
    data.mkdir(mode=0o700)
    world = World(data)
    settle(world.writer, BASE)
    invent(world.writer, world.registry, world.writer._today(), BASE)
    people = demo_world(SEED, world.writer._today(), read_catalogue(world.store), base=BASE)
    lead = next(each for each in people.accounts if each.kind == "unit-lead").person
    known = world.registry.identities.find(lead)
    world.registry.identify(lead, known.organisation, GIVEN, FAMILY, EMAIL)
    record = world.store.select(f"SELECT ?r {{ GRAPH ?g {{ ?r <{CG.learner}> <{lead}> }} }} ORDER BY ?r LIMIT 1").rows[
        0
    ][0]
    world.registry.contests.open(lead, known.organisation, record.value, REASON)
    account = world.registry.accounts.create(
        "unit-lead", f"{GIVEN} {FAMILY}", EMAIL, organisation=known.organisation, person=lead
    )
    world.registry.open_session(account)
    world.registry.tickets.give(account, "reset")
    hr = Actor("hr", account="demo-library-hr", organisation=known.organisation)
    world.registry.audit.saw(hr, organisation=known.organisation, people=[lead], route="/people/{person}")
    world.close()
    return data, Iri(lead), Iri(known.organisation)


@pytest.fixture
def folder(first, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(first[0], data)
    return data


@pytest.fixture
def person(first):
    return first[1]


@pytest.fixture
def organisation(first):
    return first[2]


def traces(folder, person):
    """Which files hold a canary, and which: as text in UTF-8 and in UTF-16."""
    canaries = [GIVEN, FAMILY, EMAIL, REASON, person.local]
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found += [
                (path.relative_to(folder).as_posix(), each)
                for each in canaries
                if each.encode() in data or each.encode("utf-16-le") in data
            ]
    return found


def test_canaries_are_there_before(folder, person):
    """Else the test below could not fail."""
    found = traces(folder, person)

    assert {name for _, name in found} == {GIVEN, FAMILY, EMAIL, REASON, person.local}
    assert {path.split("/")[0] for path, _ in found} >= {"store", "registry.sqlite"}


def test_erased_person_is_in_no_file(folder, person):
    (folder / "registry.sqlite.before-0001").write_text(FAMILY, encoding="utf-8")
    world = World(folder)
    erase(OPERATOR, world.writer, world.registry, person, clear=world.clear)
    open_files = traces(folder, person)
    world.close()

    assert open_files == []
    assert traces(folder, person) == []


def test_others_keep_everything_but_the_name_of_their_assessor(folder, person, organisation):
    world = World(folder)
    assessed = [
        quad.subject.value for quad in world.store.quads()
        if quad.predicate.value == expand("prov:wasAttributedTo") and quad.object == ox.NamedNode(person)
    ]  # fmt: skip
    before = {
        str(quad) for quad in world.store.quads()
        if person not in str(quad)
    }  # fmt: skip
    about = {str(CG.learner), expand("org:member")}
    own = {
        quad.subject.value for quad in world.store.quads()
        if quad.object == ox.NamedNode(person) and quad.predicate.value in about
    }  # fmt: skip
    erase(OPERATOR, world.writer, world.registry, person)
    after = {str(quad) for quad in world.store.quads()}
    kept = {line for line in before if not any(f"<{each}>" in line for each in own)}
    new = after - before
    world.close()

    assert len(set(assessed) - own) > 5
    assert kept <= after
    assert {line.split("> ", 1)[1] for line in new} == {
        f"<{expand('prov:wasAttributedTo')}> <{organisation}> <{BASE}graph/people/{organisation.local}>"
    }
    assert after == kept | new


def test_service_shows_the_erased_person_nowhere(folder, person, organisation):
    app = create_app(Settings(data=folder, demo=True))
    parts = app.state.services
    hr = Actor("hr", account="demo-library-hr", organisation=organisation)
    there = person_rows(hr, parts.levels, person).rows
    erase(hr, parts.writer, parts.registry, person, clear=parts.clear)
    names = parts.registry.names(OPERATOR, organisation, [person])
    lines = parts.registry.audit.lines(act="view")
    with pytest.raises(NotFoundError):
        person_rows(hr, parts.levels, person)
    with pytest.raises(NotFoundError):
        find_person(hr, parts.store, person)
    parts.sandbox.close()
    parts.registry.close()
    parts.store.close()

    assert len(there) > 5
    assert names == {}
    assert [each.people[0].startswith("erased:") for each in lines] == [True]


def test_account_that_is_others_too_goes_on_and_the_person_s_own_does_not(folder, person):
    world = World(folder)
    account = world.registry.accounts.by_email(EMAIL)
    erase(OPERATOR, world.writer, world.registry, person)
    gone = world.registry.accounts.by_email(EMAIL)
    world.close()

    assert (account is not None, gone) == (True, None)


@pytest.mark.parametrize("kind", ["admin", "planner", "ministry", "editor", "unit-lead", "learner", "hr"])
def test_nobody_erases_another_but_the_hr_of_the_institution(folder, person, kind):
    elsewhere = f"{BASE}id/o0000012"
    actor = Actor(kind, account="x", person=f"{BASE}id/p000000g", organisation=elsewhere)
    world = World(folder)
    with pytest.raises(NotFoundError):
        erase(actor, world.writer, world.registry, person)
    with pytest.raises(NotFoundError):
        erase(ANYONE, world.writer, world.registry, person)
    still = world.registry.identities.find(person)
    journal = world.registry.journal.all()
    world.close()

    assert (still.family_name, journal) == (FAMILY, [])


def test_record_taken_along_elsewhere_no_longer_tells_where_it_came_from(folder, person):
    world = World(folder)
    record = world.registry.contests.of_person(person)[0].record
    world.registry.carries.note(record, "urn:copy", "urn:p:elsewhere")
    before = world.registry.carries.copied_to("urn:p:elsewhere", [record])
    erase(OPERATOR, world.writer, world.registry, person)
    after = world.registry.carries.copied_to("urn:p:elsewhere", [record])
    world.close()

    assert (before, after) == ({record}, set())
    assert record.rsplit("/", 1)[-1].encode() not in (folder / "registry.sqlite").read_bytes()


def test_person_erases_themselves(folder, person, organisation):
    world = World(folder)
    erase(
        Actor("unit-lead", account="x", person=person, organisation=organisation), world.writer, world.registry, person
    )
    world.close()

    assert traces(folder, person) == []


@pytest.mark.parametrize("cut", ["journal", "registry", "graph", "rebuild"])
def test_erasure_that_is_cut_off_is_finished_at_the_next_start(folder, person, monkeypatch, cut):
    class CutError(Exception):
        pass

    def stop(*given, **named):
        raise CutError

    world = World(folder)
    if cut == "journal":
        monkeypatch.setattr(world.registry, "erase", stop)
    elif cut == "registry":
        monkeypatch.setattr(world.writer, "write", stop)
    elif cut == "graph":
        monkeypatch.setattr(world.store, "rebuild", stop)
    else:
        monkeypatch.setattr(world.registry, "compact", stop)
    with pytest.raises(CutError):
        erase(OPERATOR, world.writer, world.registry, person)
    world.close()

    again = World(folder)
    looked = resume(OPERATOR, again.writer, again.registry, again.clear)
    nothing_left = resume(OPERATOR, again.writer, again.registry, again.clear)
    again.close()

    assert (looked, nothing_left) == (1, 0)
    assert traces(folder, person) == []


@pytest.mark.parametrize("cut", ["part", "whole", "moved"])
def test_swap_of_the_files_that_is_cut_off_loses_nothing(folder, monkeypatch, cut):
    store = OxigraphStore(folder / "store")
    before = store.dump()
    renames = []
    real = oxigraph.Path.rename

    def until(self, target):
        renames.append(self.name)
        if len(renames) > {"part": 0, "whole": 1, "moved": 2}[cut]:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(oxigraph.Path, "rename", until)
    with pytest.raises(KeyboardInterrupt):
        store.rebuild()
    monkeypatch.undo()
    del store
    again = OxigraphStore(folder / "store")

    assert again.dump() == before
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith("store")) == ["store"]
    again.close()


def test_readers_in_the_middle_of_a_rebuild_see_all_and_no_error(folder):
    store = OxigraphStore(folder / "store")
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    expected = store.select(count).rows
    wrong, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                if store.select(count).rows != expected:
                    wrong.append("another count")
            except Exception as error:
                wrong.append(repr(error))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for each in threads:
        each.start()
    for _ in range(3):
        store.rebuild()
    stop.set()
    for each in threads:
        each.join()
    store.close()

    assert wrong == []


def test_t26_restored_backup_does_not_bring_the_erased_back(folder, person, tmp_path):
    world = World(folder)
    back_up(world.store, folder / "registry.sqlite", tmp_path / "backup")
    erase(OPERATOR, world.writer, world.registry, person, clear=world.clear)
    world.close()
    assert traces(tmp_path / "backup", person)

    restore(tmp_path / "backup", folder)
    again = World(folder)
    again.registry.journal.reopen()
    looked = resume(OPERATOR, again.writer, again.registry, again.clear)
    again.close()

    assert looked == 1
    assert traces(folder, person) == []


def test_t26_backup_restored_into_an_empty_folder_keeps_its_own_journal(folder, person, tmp_path):
    world = World(folder)
    erase(OPERATOR, world.writer, world.registry, person)
    back_up(world.store, folder / "registry.sqlite", tmp_path / "backup")
    world.close()
    restore(tmp_path / "backup", tmp_path / "new")
    again = World(tmp_path / "new")
    entries = again.registry.journal.all()
    again.close()

    assert traces(tmp_path / "backup", person) == []
    assert [each.done is not None for each in entries] == [True]


def test_t26_backup_of_another_key_is_refused_where_erasures_would_be_lost(folder, person, tmp_path):
    world = World(folder)
    back_up(world.store, folder / "registry.sqlite", tmp_path / "backup")
    erase(OPERATOR, world.writer, world.registry, person)
    world.close()
    (tmp_path / "backup" / "registry.key").write_bytes(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")

    with pytest.raises(UnreadableFileError, match="key"):
        restore(tmp_path / "backup", folder)
    assert traces(folder, person) == []


def test_journal_names_nobody_and_is_for_its_owner_only(folder, person):
    world = World(folder)
    erase(OPERATOR, world.writer, world.registry, person)
    world.close()
    file = folder / "erasures.jsonl"

    assert person.local not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(folder / "registry.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM erasures WHERE done IS NOT NULL").fetchone() == (1,)


def test_line_of_the_journal_that_a_crash_cut_off_is_left_out(folder, person):
    world = World(folder)
    world.registry.journal.open(person, "urn:o", "requested")
    world.close()
    with (folder / "erasures.jsonl").open("a") as lines:
        lines.write('{"id": "half')
    again = World(folder)
    entries = again.registry.journal.all()
    again.close()

    assert len(entries) == 1


def test_only_an_erasure_may_take_history_away(folder, person):
    world = World(folder)
    quads = [quad for quad in world.store.quads() if quad.object == ox.NamedNode(person)]
    from competence_graph.errors import RefusedError

    with pytest.raises(RefusedError):
        world.writer.write(Change(remove=tuple(quads)), actor=OPERATOR)
    world.close()
