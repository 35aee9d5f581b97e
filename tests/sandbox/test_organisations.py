"""Children of organisations: each holds its own snapshot, few are kept, and what was cleared is gone."""

import threading

import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, OWN, SECRET, node, stored, world_quads

from competence_graph.errors import SandboxUnavailableError
from competence_graph.graph.change import Difference
from competence_graph.graph.organisation_snapshot import OrganisationSnapshots
from competence_graph.graph.snapshot import PublicSnapshot
from competence_graph.model.iri import BASE, Iri
from competence_graph.sandbox.organisations import OrganisationSparql
from competence_graph.sandbox.pool import Limits

FIRST, SECOND, THIRD = (Iri(f"{BASE}id/o000000{number}") for number in (1, 2, 3))
ALL = "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"


class World:
    def __init__(self, folder):
        self.folder = folder
        self.store = stored(world_quads())
        self.public = PublicSnapshot(self.store, folder / "public")
        self.snapshots = OrganisationSnapshots(self.store, self.public, folder / "own")
        self.sparql = OrganisationSparql(self.snapshots.current, Limits(), most=2)

    def add(self, path, word):
        quad = ox.Quad(node("c1"), node("a:b"), ox.Literal(word), ox.NamedNode(GRAPH + path))
        self.store.load([quad])
        self.public.note(Difference({}, {}, (quad,), ()))

    def ask(self, organisation):
        with self.sparql.of(organisation) as sparql:
            return sparql.answer(sparql.check(ALL), "csv").content.decode()

    def files_with(self, word):
        return [each.name for each in (self.folder / "own").rglob("*") if each.is_file() and word in each.read_bytes()]


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.sparql.close()


def test_no_file_of_a_snapshot_holds_another_organisations_word(world):
    snapshot = world.snapshots.current(FIRST)
    held = b"".join(each.read_bytes() for each in snapshot.path.rglob("*") if each.is_file())

    assert f"{SECRET} {OWN[0]} ".encode() in held
    assert [] == [word for word in ("o0000002", "draft") if f"{SECRET} people/{word}".encode() in held]
    assert f"{SECRET} draft".encode() not in held


def test_own_graphs_are_in_the_default_graph_and_by_name(world):
    held = ox.Store.read_only(str(world.snapshots.current(FIRST).path))
    own = {tuple(quad)[:3] for path in OWN for quad in world.store.quads(GRAPH + path)}

    assert own <= {tuple(quad)[:3] for quad in held.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert {GRAPH + path for path in OWN} <= {graph.value for graph in held.named_graphs()}
    assert {GRAPH + path for path in OWN} <= set(world.snapshots.current(FIRST).graphs)


def test_writes_of_others_make_no_new_snapshot_and_own_and_public_ones_do(world):
    seen = [world.snapshots.current(FIRST)]
    for path in ("people/o0000002", OWN[0], "roles"):
        world.add(path, f"word in {path}")
        seen.append(world.snapshots.current(FIRST))

    assert seen[0] == seen[1]
    assert len({each.revision for each in seen}) == 3
    assert [seen[-1].path] == list((world.folder / "own" / "o0000001").iterdir())


def test_every_word_is_there_once_its_write_returned(world):
    for number in range(5):
        for path in (OWN[0], "roles"):
            world.add(path, f"word {number} in {path}")
            assert f"word {number} in {path}" in world.ask(FIRST)


def test_whoever_writes_meanwhile_loses_nothing(world):
    wrong = []

    def write():
        for number in range(30):
            world.add("roles", f"release {number}")

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(15):
        world.add(OWN[0], f"mark {number} ")
        if f"mark {number} " not in world.ask(FIRST):
            wrong.append(number)
    writer.join()

    assert [] == wrong
    assert "release 29" in world.ask(FIRST)


def test_the_one_asked_longest_ago_makes_room(world):
    for each in (FIRST, SECOND, FIRST, THIRD):
        world.ask(each)

    assert [FIRST, THIRD] == list(world.sparql._kept)


def test_those_at_work_are_not_sent_away(world):
    with (
        world.sparql.of(FIRST),
        world.sparql.of(SECOND),
        pytest.raises(SandboxUnavailableError, match="More organisations"),
        world.sparql.of(THIRD),
    ):
        pass

    assert SECRET in world.ask(SECOND)


def test_what_was_cleared_is_in_no_file_and_the_next_question_is_answered(world):
    world.ask(FIRST)
    before = world.files_with(SECRET.encode())
    with world.sparql.of(FIRST) as at_work:
        world.sparql.clear()
        world.snapshots.clear()
        after = world.files_with(SECRET.encode())
        answer = at_work.answer(at_work.check(ALL), "csv").content.decode()

    assert before
    assert [] == after
    # Who was at work asks anew of what there is now, and their children end with them.
    assert SECRET in answer
    assert at_work._pool is None


def test_what_an_earlier_process_left_is_removed(world, tmp_path):
    left = tmp_path / "own" / "o0000009" / "old"
    left.mkdir(parents=True)
    OrganisationSnapshots(world.store, world.public, tmp_path / "own")

    assert not left.exists()


def test_closed_is_closed(world):
    world.sparql.close()

    with pytest.raises(SandboxUnavailableError, match="stopping"):
        world.ask(FIRST)
