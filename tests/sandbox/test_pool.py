"""The children and their pool: what a child may, what becomes of it, and who gets a place."""

import os
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, node, stored, world_quads

from competence_graph.errors import (
    QueryCrashedError,
    QueryRefusedError,
    QueryTimeoutError,
    QueryTooLargeError,
    SandboxUnavailableError,
)
from competence_graph.graph.snapshot import build_public_snapshot
from competence_graph.sandbox.answer import count_rows
from competence_graph.sandbox.places import BusyError, Place, Places
from competence_graph.sandbox.policy import FreeQuery, check_query
from competence_graph.sandbox.pool import Limits, Pool
from competence_graph.sandbox.process import COMMAND, Child

ALL = "SELECT * { ?s ?p ?o }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"


def open_door_command():
    """A child that is prevented from closing its door, as on a machine where that cannot be done."""
    start = COMMAND[-1].replace(
        "from competence_graph.sandbox.child import main",
        "from competence_graph.sandbox import child; child._close_door = lambda: ''; main = child.main",
    )
    assert start != COMMAND[-1]
    return (*COMMAND[:-1], start)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    return build_public_snapshot(stored(world_quads(bulk=3000)), tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="module")
def pool(snapshot):
    with closing(Pool(snapshot.path, Limits(rows=1000))) as made:
        assert made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def hurried(snapshot):
    with closing(Pool(snapshot.path, Limits(seconds=2, memory=256 << 20))) as made:
        assert made.wait_until_ready()
        yield made


@pytest.fixture(scope="module")
def triples(snapshot):
    """How many triples the default graph holds, counted one by one."""
    held = ox.Store.read_only(str(snapshot.path))
    return sum(1 for _ in held.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def unchecked(text, form="SELECT"):
    """A query as it would reach a child if there were no policy."""
    return FreeQuery(text, form, limited=False)


def answered(pool, text, form="csv"):
    return pool.run(check_query(text, graphs=()), form).content


def test_a_query_is_answered_whole(pool):
    content = answered(
        pool, "SELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#broader> ?o } ORDER BY ?s ?o", "tsv"
    )

    # Each of the six concepts once: the older version is not in the default graph.
    assert 1 + 6 == content.count(b"\n")


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_more_rows_than_the_limit_are_refused_with_their_count(pool, triples, form):
    with pytest.raises(QueryTooLargeError) as raised:
        answered(pool, ALL, form)

    assert (1000, triples) == (raised.value.limit, raised.value.counted)
    assert str(triples) in str(raised.value)


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_more_triples_than_the_limit_are_refused_with_their_count(pool, triples, form):
    with pytest.raises(QueryTooLargeError) as raised:
        answered(pool, "CONSTRUCT WHERE { ?s ?p ?o }", form)

    assert triples == raised.value.counted


def test_a_limit_that_the_query_names_itself_goes_beyond_ours(pool):
    assert 1 + 2000 == answered(pool, f"{ALL} LIMIT 2000", "tsv").count(b"\n")


def test_an_answer_of_too_many_bytes_is_refused_and_not_cut(snapshot):
    with closing(Pool(snapshot.path, Limits(seconds=5, bytes=10_000))) as pool, pytest.raises(QueryTooLargeError):
        answered(pool, f"{ALL} LIMIT 2000")


def test_a_graph_answer_holds_each_triple_once(pool):
    text = "CONSTRUCT { <a:a> <a:b> 1 } WHERE { ?s ?p ?o }"

    assert b'<a:a> <a:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' == answered(pool, text, "nt")


def test_text_that_is_no_sparql_is_refused_with_the_parsers_words(pool):
    with pytest.raises(QueryRefusedError, match="cannot be read: error at 1:"):
        answered(pool, "SELECT WHERE ?x { }")


def test_a_query_that_takes_too_long_is_ended_in_time(hurried):
    started = time.monotonic()
    with pytest.raises(QueryTimeoutError):
        answered(hurried, PRODUCT)
    ended = time.monotonic()
    # What an empty question costs on this machine just now: others use it too.
    assert answered(hurried, "ASK {}")
    grain = time.monotonic() - ended

    assert 2.0 <= ended - started < 2.5 + grain


def test_a_query_that_takes_too_much_memory_is_ended(snapshot):
    with closing(Pool(snapshot.path, Limits(seconds=30, memory=128 << 20))) as pool:
        with pytest.raises(QueryCrashedError):
            answered(pool, HUNGRY)

        assert answered(pool, "ASK {}")


def test_a_query_that_crashes_its_child_harms_nobody_else(pool):
    # Deeper than any stack; the policy would refuse it.
    with pytest.raises(QueryCrashedError, match=r"died \(-"):
        pool.run(unchecked("SELECT * { BIND(" + "!" * 200_000 + "1 AS ?x) }"), "csv")

    assert answered(pool, "ASK {}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_knows_nothing_of_its_server(snapshot, monkeypatch, tmp_path):
    monkeypatch.setenv("COMPETENCE_GRAPH_SECRET", "hush")
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        child = Child(snapshot.path, memory=64 << 20)
        try:
            proc = Path(f"/proc/{child.pid}")
            opened = [str(each.readlink()) for each in (proc / "fd").iterdir()]
            # Names of the environment that the interpreter itself sets are no one's secrets.
            assert b"hush" not in (proc / "environ").read_bytes()
            assert [] == [each for each in opened if not each.startswith(("pipe:", "/dev/null", str(snapshot.path)))]
        finally:
            child.bury()


@pytest.mark.skipif(sys.platform != "linux", reason="the door is Linux's; elsewhere there are no file handles left")
def test_a_child_whose_door_stays_open_answers_nobody(snapshot):
    with closing(Pool(snapshot.path, command=open_door_command())) as pool:
        with pytest.raises(SandboxUnavailableError, match="could open a socket") as raised:
            answered(pool, "ASK {}")

        assert "EGRESS=blocked" in str(raised.value)


def test_an_operator_may_vouch_for_an_open_door(snapshot):
    with closing(Pool(snapshot.path, command=open_door_command(), egress="blocked")) as pool:
        assert b"true" == answered(pool, "ASK {}")


def test_a_child_that_does_not_start_is_a_reason_and_no_hang(tmp_path):
    with closing(Pool(tmp_path / "nowhere")) as pool, pytest.raises(SandboxUnavailableError, match="did not start"):
        answered(pool, "ASK {}")


def test_the_next_query_is_answered_from_the_new_snapshot(snapshot, triples, tmp_path):
    quads = [ox.Quad(node("c1"), node("a:b"), ox.Literal("new"), ox.NamedNode(GRAPH + "roles"))]
    newer = build_public_snapshot(stored(quads), tmp_path)
    with closing(Pool(snapshot.path)) as pool:
        before = answered(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        pool.use(newer.path)
        after = answered(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")

    assert (f"n\r\n{triples}\r\n".encode(), b"n\r\n1\r\n") == (before, after)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_closing_leaves_no_process_behind(tmp_path):
    snapshot = build_public_snapshot(stored(world_quads()), tmp_path)
    pool = Pool(snapshot.path)
    assert pool.wait_until_ready()
    answered(pool, "ASK {}")
    pool.close()

    ours = [
        each
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if each.parent.exists() and str(snapshot.path).encode() in each.read_bytes()
    ]
    assert [] == ours


def test_small_queries_stay_quick_while_others_are_long(snapshot):
    limits = Limits(seconds=3, children=2, long=1)
    with closing(Pool(snapshot.path, limits)) as pool:
        pool.wait_until_ready()

        def quick():
            started = time.monotonic()
            answered(pool, "SELECT * { <https://w3id.org/competence-graph/id/c1> ?p ?o }")
            return time.monotonic() - started

        def p95():
            return sorted(quick() for _ in range(60))[56]

        alone = p95()
        stop = threading.Event()

        def bomb(number):
            while not stop.is_set():
                try:
                    answered(pool, f"{PRODUCT} #{number} {time.monotonic()}")
                except (QueryTimeoutError, SandboxUnavailableError):
                    continue

        bombers = [threading.Thread(target=bomb, args=(each,)) for each in range(4)]
        for each in bombers:
            each.start()
        time.sleep(0.6)
        beside = p95()
        stop.set()
        for each in bombers:
            each.join()

    # The floor keeps the scheduler's grain out on a machine that others use too.
    assert beside <= 2 * max(alone, 0.05)


@pytest.mark.parametrize(
    ("content", "form", "rows"),
    [
        (b'a,b\r\n"x\r\ny","say ""hi"""\r\n1,2\r\n', "csv", 2),
        (b"?a\t?b\n1\t2\n\t\n", "tsv", 2),
        (b"<sparql><results><result><b/></result><result></result></results></sparql>", "xml", 2),
        (b'{"head":{"vars":[]},"results":{"bindings":[{},{"a":{"type":"literal","value":"{},{}"}}]}}', "json", 2),
    ],
)
def test_rows_are_counted_in_what_is_sent(content, form, rows):
    assert rows == count_rows(content, form, beyond=0)


def waiting(places, client, query, results):
    def enter():
        try:
            results.append((client, places.enter(client, query, until=time.monotonic() + 5)))
        except BusyError:
            results.append((client, None))

    thread = threading.Thread(target=enter)
    thread.start()
    time.sleep(0.05)
    return thread


def test_who_has_used_least_goes_first():
    places = Places(quick=1, kept=0, long=0, waiting=4)
    greedy = places.enter("greedy", "q", until=time.monotonic() + 1)
    greedy.worked = 0.6
    places.leave(greedy)
    held = places.enter("third", "r", until=time.monotonic() + 1)
    results = []
    threads = [waiting(places, "greedy", "s", results), waiting(places, "modest", "t", results)]
    places.leave(held)
    time.sleep(0.05)
    first = results[0]
    places.leave(first[1])
    for each in threads:
        each.join()

    assert ["modest", "greedy"] == [client for client, _ in results]


def test_a_full_queue_refuses_at_once():
    places = Places(quick=1, kept=0, long=0, waiting=1)
    held = places.enter("a", "q", until=time.monotonic() + 1)
    results = []
    thread = waiting(places, "b", "r", results)
    started = time.monotonic()
    with pytest.raises(BusyError):
        places.enter("c", "s", until=time.monotonic() + 5)

    assert time.monotonic() - started < 0.5
    places.leave(held)
    thread.join()
    assert results[0][1] is not None


def test_a_query_known_to_be_long_takes_no_place_of_the_quick():
    places = Places(quick=1, kept=0, long=1, waiting=4)
    ticket = places.enter("a", "long one", until=time.monotonic() + 1)
    ticket.worked = 0.25
    places.leave(ticket)

    assert places.enter("a", "long one", until=time.monotonic() + 1).place is Place.LONG


def test_what_a_heavy_user_asks_anew_waits_among_the_long_and_what_is_known_as_quick_does_not():
    places = Places(quick=1, kept=0, long=1, waiting=4)
    small = places.enter("a", "small one", until=time.monotonic() + 1)
    places.leave(small)
    bomb = places.enter("a", "bomb", until=time.monotonic() + 1)
    bomb.worked = 5.0
    places.leave(bomb)

    assert places.enter("a", "another", until=time.monotonic() + 1).place is Place.LONG
    assert places.enter("a", "small one", until=time.monotonic() + 1).place is Place.QUICK


def test_a_query_that_became_long_makes_room():
    places = Places(quick=1, kept=0, long=1, waiting=4)
    first = places.enter("a", "q", until=time.monotonic() + 1)

    assert places.make_long(first)
    second = places.enter("b", "r", until=time.monotonic() + 1)
    assert not places.make_long(second)
    assert (Place.LONG, Place.QUICK) == (first.place, second.place)
