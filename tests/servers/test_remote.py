"""The remote adapter against a real `oxigraph serve`: it answers as the embedded store does, or is not used."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.bundled import bundled
from competence_graph.demo import SEED, demo_world, read_catalogue
from competence_graph.errors import RefusedError, StoreError, StoreStaleError, StoreUnfitError
from competence_graph.graph.change import Change
from competence_graph.graph.fitness import assert_fit
from competence_graph.graph.inventory import guard, load_inventories, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import names, question
from competence_graph.graph.remote import RemoteStore
from competence_graph.graph.store import Store, open_store
from competence_graph.graph.terms import Value, to_python
from competence_graph.graph.vocab import PREFIXES, expand
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

pytestmark = pytest.mark.server

SAMPLE = Path(__file__).parents[1] / "sample"
ID = PREFIXES["id"]
DAY = date(2026, 11, 1)
KINDS = {
    "competence": "cg:Competence",
    "role": "org:Role",
    "course": "schema:Course",
    "organisation": "org:FormalOrganization",
    "unit": "org:OrganizationalUnit",
    "person": "foaf:Person",
    "framework": "skos:ConceptScheme",
}
# What a question about people costs without its scope: left to the small world.
MOST_QUADS_UNBOUND = 5000


@contextmanager
def oxigraph(*options: str) -> Iterator[str]:
    """Start an Oxigraph server in memory and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    beside = Path(sys.executable).with_name("oxigraph")
    program = str(beside) if beside.exists() else shutil.which("oxigraph")
    assert program is not None
    process = subprocess.Popen(
        [program, "serve", *options, "--bind", place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://{place}/", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server did not answer in 30 s"
                time.sleep(0.05)
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One server whose default graph is the union of the named ones."""
    with oxigraph("--union-default-graph") as address:
        yield address


def emptied(address: str) -> RemoteStore:
    """Return the store of a server with nothing in it."""
    store = RemoteStore(f"{address}/query")
    store.update("DROP ALL")
    return store


def sample_world() -> OxigraphStore:
    """Return the sample of the design, as the guarded write stores it."""
    store = OxigraphStore()
    quads = set(ox.parse(path=str(SAMPLE / "example.trig")))
    for name in ("exemplars.ttl", "scale.ttl"):
        quads |= set(read_file((SAMPLE / name).read_bytes(), "ttl", store).change.put)
    guard(store, today=lambda: DAY).write(Change(put=tuple(quads)), actor=OPERATOR)
    return store


def demo_region() -> OxigraphStore:
    """Return the inventories and the demonstration, as `serve --demo` stores them."""
    store = OxigraphStore()
    writer = guard(store, today=lambda: DAY)
    load_inventories(writer, bundled("inventories"))
    writer.write(Change(put=demo_world(SEED, DAY, read_catalogue(store)).quads), actor=OPERATOR)
    return store


@pytest.fixture(scope="session", params=[sample_world, demo_region], ids=["sample", "demo"])
def pair(request: pytest.FixtureRequest, server: str) -> tuple[OxigraphStore, RemoteStore]:
    """The same world in the embedded store and on the server."""
    embedded = request.param()
    remote = emptied(server)
    remote.load(ox.parse(embedded.dump(), format=ox.RdfFormat.N_QUADS))
    return embedded, remote


def things(store: OxigraphStore, wanted: str) -> list[Iri]:
    """Return the IRIs of a class, in order."""
    of_kind = ox.NamedNode(expand(KINDS[wanted]))
    found = {quad.subject.value for quad in store.quads() if quad.object == of_kind}
    if wanted == "framework":
        found &= {quad.subject.value for quad in store.quads() if quad.predicate.value == expand("cg:scale")}
    return [Iri(each) for each in sorted(found)]


def real_values(store: OxigraphStore, description: str) -> list[Value]:
    """Return what a parameter may be given, found in the data by the words of its description."""
    asked = re.match(r"IRIs? of (?:an? )?(\w+?)s?\b", description)
    kind = asked[1] if asked else ""
    if kind in KINDS:
        return list(things(store, kind))
    if kind == "sector":
        return [
            Iri(each)
            for each in sorted({quad.object.value for quad in store.quads() if "sector-" in str(quad.object)})
            if each.startswith(f"{ID}sector-")
        ]
    if kind == "thing":
        return [each for name in ("competence", "role", "course", "unit") for each in things(store, name)[:3]]
    if kind == "property":
        return [Iri(expand("skos:prefLabel")), Iri(expand("cg:level"))]
    if description.startswith("a code"):
        notations = {quad.object.value for quad in store.quads() if quad.predicate.value == expand("skos:notation")}
        matched = {quad.object.value for quad in store.quads() if quad.predicate.value == expand("skos:exactMatch")}
        return [*sorted(notations)[:2], *(Iri(each) for each in sorted(matched)[:2])]
    if description.startswith("text"):
        return ["bibl", "ŠĄ", 'a"b\\c']
    message = f"no value is known for a parameter described so: {description}"
    raise AssertionError(message)


def cases(store: OxigraphStore, name: str) -> list[dict[str, Value | list[Value]]]:
    """Return the parameters to ask a question with: one value, several, and none where that is cheap."""
    inputs = {each: real_values(store, words) for each, words in question(name).inputs.items()}
    found: list[dict[str, Value | list[Value]]] = [
        {each: values[place % len(values)] for each, values in inputs.items() if values}
        for place in (0, len(max(inputs.values(), key=len, default=[])) // 2, -1)
    ]
    found.append({each: values[:4] for each, values in inputs.items() if values})
    if len(store.dump().splitlines()) <= MOST_QUADS_UNBOUND:
        found += [{}, *({each: values[0]} for each, values in inputs.items() if values and len(inputs) > 1)]
    return found


@pytest.mark.parametrize("name", names())
def test_question_gives_the_rows_of_the_embedded_store(pair: tuple[OxigraphStore, RemoteStore], name: str) -> None:
    embedded, remote = pair
    total = 0
    for parameters in cases(embedded, name):
        text = question(name).bind(**parameters)
        if re.search(r"^CONSTRUCT", text, re.MULTILINE):
            found = set(embedded.construct(text))
            total += len(found)
            assert found == set(remote.construct(text))
            continue
        ours, theirs = embedded.select(text), remote.select(text)
        total += len(ours.rows)
        assert ours.variables == theirs.variables
        if question(name).order.startswith("none"):
            assert sorted(map(str, ours.rows)) == sorted(map(str, theirs.rows)), parameters
        else:
            assert ours.rows == theirs.rows, parameters

    assert total, "no parameter found any row, so nothing was compared"


def test_dump_graphs_ask_and_construct_are_those_of_the_embedded_store(
    pair: tuple[OxigraphStore, RemoteStore],
) -> None:
    embedded, remote = pair
    graph = next(each for each in embedded.graphs() if "/people/" in each)
    triples = "CONSTRUCT { ?s <urn:said> ?o } WHERE { ?s <http://www.w3.org/2004/02/skos/core#prefLabel> ?o }"

    assert embedded.graphs() == remote.graphs()
    assert embedded.dump() == remote.dump()
    assert embedded.dump(graph) == remote.dump(graph) != b""
    assert set(embedded.construct(triples)) == set(remote.construct(triples)) != set()
    assert remote.ask("ASK { ?s ?p ?o }")
    assert not remote.ask("ASK { ?s <urn:nobody-says-this> ?o }")


# From here on each test empties the server, so that these run after those that share what is on it.


@pytest.fixture
def remote(server: str) -> RemoteStore:
    """The server with the sample on it."""
    store = emptied(server)
    store.load(ox.parse(sample_world().dump(), format=ox.RdfFormat.N_QUADS))
    return store


def requirement(level: int) -> tuple[ox.Quad, ...]:
    """Return a role's requirement of the sample put anew with another level."""
    world = sample_world()
    subject = ox.NamedNode(f"{ID}r52xn9zv-c57vh4eb")
    stated = [quad for quad in world.quads() if quad.subject == subject]
    assert stated
    number = ox.Literal(str(level), datatype=ox.NamedNode(expand("xsd:integer")))
    return tuple(
        ox.Quad(each.subject, each.predicate, number, each.graph_name)
        if each.predicate.value == expand("cg:level")
        else each
        for each in stated
    )


def test_refused_write_leaves_the_server_as_it_was(remote: RemoteStore) -> None:
    before, revision = remote.dump(), remote.revision

    with pytest.raises(RefusedError) as refused:
        guard(remote, today=lambda: DAY).write(Change(put=requirement(9)), actor=OPERATOR)

    assert "9" in {each.value for each in refused.value.findings}
    assert before == remote.dump()
    assert revision == remote.revision


def test_accepted_write_does_on_the_server_what_it_does_embedded(remote: RemoteStore) -> None:
    embedded = sample_world()
    # Another day, so that pointers are derived and replaced as well.
    for store in (embedded, remote):
        writer = guard(store, today=lambda: date(2026, 12, 24))
        receipt = writer.write(Change(put=requirement(5)), actor=OPERATOR)
        assert (receipt.added, receipt.removed) == (1, 1)
        assert writer.turn() == 2

    assert embedded.dump() == remote.dump()
    assert requirement(5)[0] in set(ox.parse(remote.dump(), format=ox.RdfFormat.N_QUADS))


def test_inventories_load_alike_on_a_server_and_embedded_and_a_second_time_change_nothing(server: str) -> None:
    stores = (emptied(server), OxigraphStore())
    folder = bundled("inventories")

    first, second = ([load_inventories(guard(store, today=lambda: DAY), folder) for store in stores] for _ in range(2))

    assert first[0] == first[1]
    assert first[0].added > 1000
    assert [False, False] == [each.changed for each in second]
    assert stores[0].dump() == stores[1].dump()


def test_update_that_fails_half_way_leaves_nothing(remote: RemoteStore) -> None:
    before = remote.dump()

    with pytest.raises(StoreError):
        remote.update("INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> 1 } } ; LOAD <http://127.0.0.1:1/nowhere>")

    assert before == remote.dump()


def test_text_with_quotes_and_breaks_comes_back_as_it_went(remote: RemoteStore) -> None:
    text = 'say "no" \\ } ; DROP ALL #\n\r\t\u00a0ž\U0001f600'
    said = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text), ox.NamedNode("urn:g"))

    remote.load([said])

    ((found,),) = remote.select("SELECT ?o WHERE { GRAPH <urn:g> { ?s ?p ?o } }").rows
    assert to_python(found) == text
    assert b"DROP ALL" in remote.dump("urn:g")


def reached(act: str, store: Store) -> None:
    """Do one of the things that need the server."""
    match act:
        case "select":
            store.select("SELECT ?s WHERE { ?s ?p ?o }")
        case "construct":
            store.construct("CONSTRUCT WHERE { ?s ?p ?o }")
        case "ask":
            store.ask("ASK {}")
        case "dump":
            store.dump()
        case "update":
            store.update("DROP ALL")


@pytest.mark.parametrize("act", ["select", "construct", "ask", "dump", "update"])
def test_dead_server_is_said_to_be_so_without_its_address(act: str) -> None:
    with oxigraph() as address:
        store = open_store(f"{address}/query")
        reached(act, store)
    revision = store.revision

    with pytest.raises(StoreStaleError) as stale:
        reached(act, store)

    told = f"{stale.value} {stale.value.__cause__}"
    assert address.removeprefix("http://") not in told
    assert address.rsplit(":", 1)[-1] not in told
    assert revision == store.revision


def test_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        store = RemoteStore(f"http://127.0.0.1:{port}/query", seconds=1)
        begun = time.monotonic()

        with pytest.raises(StoreStaleError) as stale:
            store.ask("ASK {}")

    assert time.monotonic() - begun < 10
    assert str(port) not in str(stale.value)


def test_server_backs_itself_up(remote: RemoteStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its own tools"):
        remote.backup(tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


# --- Fitness ---


def test_fit_server_passes_and_keeps_its_content(remote: RemoteStore) -> None:
    before = remote.dump()

    assert_fit(remote, "Oxigraph")

    assert before == remote.dump()


def test_server_whose_default_graph_is_empty_is_refused_by_name() -> None:
    with oxigraph() as address:
        store = RemoteStore(f"{address}/query")

        with pytest.raises(StoreUnfitError, match="Oxigraph/0 answers gaps_of_person wrongly") as unfit:
            assert_fit(store, "Oxigraph/0")

        assert address.removeprefix("http://") not in str(unfit.value)
        assert store.dump() == b""


def test_what_a_check_left_behind_is_taken_away_by_the_next(remote: RemoteStore) -> None:
    before = remote.dump()
    world = Path(sys.modules[assert_fit.__module__].__file__ or "").with_suffix(".trig")
    remote.load(ox.parse(path=str(world)))

    assert_fit(remote, "Oxigraph")

    assert before == remote.dump()


def test_world_of_the_check_is_the_sample_with_other_names() -> None:
    place = Path(sys.modules[assert_fit.__module__].__file__ or "")
    renamed = {"/competence-graph/id/": "/competence-graph/fitness/id/"}
    expected = (SAMPLE / "expected.csv").read_text(encoding="utf-8")
    for old, new in renamed.items():
        expected = expected.replace(old, new)

    assert expected == place.with_suffix(".csv").read_text(encoding="utf-8")
