"""What the public snapshot holds, and when it is made anew."""

import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, PRIVATE, SECRET, node, stored, world_quads

from competence_graph.graph import snapshot as module
from competence_graph.graph.snapshot import PublicSnapshot, build_public_snapshot, public_kind

CURRENT = ("courses", "framework/libraries", "mappings/all", "organisations", "roles", "scale/five")
VERSION = "framework/libraries/2026.1"


@pytest.fixture(scope="module")
def store():
    return stored(world_quads())


def test_the_default_graph_is_a_copy_of_what_is_current(store, tmp_path):
    held = ox.Store.read_only(str(build_public_snapshot(store, tmp_path).path))
    expected = {tuple(quad)[:3] for path in CURRENT for quad in store.quads(GRAPH + path)}

    assert expected == {tuple(quad)[:3] for quad in held.quads_for_pattern(None, None, None, ox.DefaultGraph())}


def test_older_versions_are_there_by_name_only(store, tmp_path):
    snapshot = build_public_snapshot(store, tmp_path)
    held = ox.Store.read_only(str(snapshot.path))

    assert sorted(GRAPH + path for path in (*CURRENT, VERSION)) == list(snapshot.graphs)
    assert list(snapshot.graphs) == sorted(graph.value for graph in held.named_graphs())


def test_nothing_private_is_in_any_file_of_it(store, tmp_path):
    snapshot = build_public_snapshot(store, tmp_path)

    assert SECRET.encode() in store.dump()
    assert [] == [file.name for file in snapshot.path.rglob("*") if SECRET.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    "path",
    [*PRIVATE, "people", "framework", "framework/Libraries", "framework/libraries/2026.1/x", "draft/roles", "roles/",
     "roles\n", "scale/", "levels", "", "../people/o1", "framework/libraries/../../people"],
)  # fmt: skip
def test_a_graph_that_is_not_listed_is_not_public(path):
    assert public_kind(GRAPH + path) is None


def test_another_base_is_not_ours():
    assert public_kind("https://example.org/graph/roles") is None
    assert public_kind("https://example.org/graph/roles", base="https://example.org/") == "current"


def test_a_write_about_people_makes_no_new_snapshot_and_a_release_does(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LOOKS_EVERY", 0.0)
    store = stored(world_quads())
    snapshots = PublicSnapshot(store, tmp_path)
    first = snapshots.current()

    store.load([ox.Quad(node("p9"), node("a:b"), ox.Literal("x"), ox.NamedNode(GRAPH + PRIVATE[0]))])
    second = snapshots.current()
    store.load([ox.Quad(node("c9"), node("a:b"), ox.Literal("x"), ox.NamedNode(GRAPH + "roles"))])
    third = snapshots.current()

    assert first == second
    assert first.revision != third.revision
    assert [third.path] == list(tmp_path.iterdir())


def test_a_snapshot_cut_short_is_not_taken_for_one(store, tmp_path, monkeypatch):
    def quads(graphs, base):
        yield ox.Quad(node("c1"), node("a:b"), node("c2"))
        raise OSError("No space left on device")

    monkeypatch.setattr(module, "_quads", quads)
    with pytest.raises(OSError, match="No space"):
        build_public_snapshot(store, tmp_path)

    assert [] == list(tmp_path.iterdir())
