"""T5: a query that would run for ever is ended in time, and others hardly notice."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.trust.conftest import SECONDS

ALL = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i ."
CLIQUE = " ".join(f"<a:{one}>" for one in range(40))
BOMBS = {
    "product": f"SELECT * {{ {ALL} }}",
    "count of a product": f"SELECT (COUNT(*) AS ?n) {{ {ALL} }}",
    "order by over a product": f"SELECT * {{ {ALL} }} ORDER BY ?c ?f ?i LIMIT 1",
    "distinct over a product": f"SELECT DISTINCT ?c ?f ?i {{ {ALL} }} LIMIT 1000000",
    "group_concat over a product": f"SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?x) {{ {ALL} }}",
    "group by over a product": f"SELECT ?c ?f (COUNT(*) AS ?n) {{ {ALL} }} GROUP BY ?c ?f",
    "product of values": "SELECT (COUNT(*) AS ?n) {" + " ".join(f"VALUES ?x{n} {{ {CLIQUE} }}" for n in range(8)) + "}",
    "unions of unions": "SELECT (COUNT(*) AS ?n) {" + "{{} UNION {}}" * 60 + "}",
    "paths over a product": f"SELECT (COUNT(*) AS ?n) {{ {ALL} ?c (!<a:none>)* ?x }}",
    "minus of products": f"SELECT (COUNT(*) AS ?n) {{ {ALL} MINUS {{ ?a ?y ?z . ?k ?l ?m }} }}",
    "growing text": "SELECT ?t { ?a ?b ?c "
    + " ".join(
        f"BIND(CONCAT(?t{n}, ?t{n}, ?t{n}, ?t{n}) AS ?t{n + 1})" if n else "BIND('0123456789' AS ?t1)"
        for n in range(20)
    )
    + " BIND(STRLEN(?t20) AS ?t) }",
    "construct of a product": f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {ALL} }}",
}


def timed(hurried, query, **how):
    started = time.monotonic()
    answer = hurried.ask(query, **how)
    return answer, time.monotonic() - started


def allowed(hurried):
    """The limit and half a second, and what an empty question costs on this machine just now (others use it too)."""
    return SECONDS + 0.5 + max(timed(hurried, "ASK {}")[1] for _ in range(3))


@pytest.mark.parametrize("name", BOMBS)
def test_t5_bombs_are_ended_within_the_limit(hurried, name):
    answer, seconds = timed(hurried, BOMBS[name])

    assert answer.status_code in {503, 504, 413}
    assert seconds < allowed(hurried)
    problem = answer.json()
    assert problem["detail"]
    assert problem["advice"]


def test_t5_bombs_thrown_all_at_once_are_all_ended_within_the_limit(hurried):
    with ThreadPoolExecutor(8) as several:
        ended = list(
            several.map(lambda query: timed(hurried, f"{query} #{time.monotonic()}"), list(BOMBS.values())[:8])
        )

    assert {answer.status_code for answer, _ in ended} <= {503, 504, 413}
    assert max(seconds for _, seconds in ended) < allowed(hurried)
    assert all("retry-after" in answer.headers for answer, _ in ended if answer.status_code == 503)
    assert 200 == hurried.ask("ASK {}").status_code


@pytest.mark.parametrize("query", [
    "SELECT * {" + "".join(f"?s{n} ?p{n} ?o{n} ." for n in range(200)) + "}",
    "SELECT * { ?s <a:p>" + "/<a:p>" * 400 + " ?o }",
    "SELECT * {" + "VALUES ?x { 1 }" * 256 + "}",
])  # fmt: skip
def test_t5_bombs_for_the_planner_are_refused_before_they_are_planned(hurried, query):
    answer, seconds = timed(hurried, query)

    assert 400 == answer.status_code
    assert seconds < 0.5


def test_t5_bombs_leave_others_quick(hurried):
    small = "SELECT * { <https://w3id.org/competence-graph/id/c1> ?p ?o }"

    def p95():
        taken = []
        with httpx.Client(base_url=hurried.url, timeout=30) as client:
            for _ in range(60):
                started = time.monotonic()
                assert client.get("/sparql", params={"query": small}).status_code == 200
                taken.append(time.monotonic() - started)
        return sorted(taken)[56]

    hurried.ask(small)
    alone = p95()
    stop = threading.Event()

    def throw(number):
        while not stop.is_set():
            hurried.ask(f"{BOMBS['count of a product']} #{number} {time.monotonic()}")

    throwers = [threading.Thread(target=throw, args=(number,)) for number in range(4)]
    for each in throwers:
        each.start()
    time.sleep(0.5)
    beside = p95()
    stop.set()
    for each in throwers:
        each.join()

    # Below 50 ms the scheduler of a machine that others use speaks louder than we do.
    assert beside <= 2 * max(alone, 0.05)
