"""T2: no query makes the service speak to anybody."""

import threading

import pyoxigraph as ox
import pytest

CALLS = [
    "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?u {{ <{0}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE#comment\n<{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?a ?b ?c FILTER EXISTS {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ OPTIONAL {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ ?s ?p trueSERVICE <{0}> {{ ?s ?p ?o }} }}",
    "PREFIX c: <{0}> SELECT * {{ ?a ?b ?c SERVICEc:x {{ ?s ?p ?o }} }}",
    "PREFIX sERVICEc: <a:> PREFIX c: <{0}> SELECT * {{ ?a ?b ?c sERVICEc:x {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{0}>",
    "LOAD SILENT <{0}> INTO GRAPH <a:g>",
]


@pytest.mark.parametrize("call", CALLS)
def test_t2_network_calls_are_refused_and_nobody_hears_of_them(served, canary, call):
    answer = served.ask(call.format(canary.url))

    assert 400 == answer.status_code
    assert "problem+json" in answer.headers["content-type"]
    assert [] == canary.heard


@pytest.mark.parametrize("call", CALLS)
def test_t2_network_without_the_policy_nobody_hears_either(unguarded, canary, call):
    answer = unguarded.ask(call.format(canary.url))

    # A silenced call may be answered, with nothing in it.
    assert answer.status_code in {200, 400, 413, 503}
    assert [] == canary.heard


def test_t2_network_the_canary_hears_what_an_open_process_sends(canary):
    def call():
        query = CALLS[1].format(canary.url)
        list(ox.Store().query(query))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(30)

    assert canary.heard


def test_t2_network_graphs_chosen_by_the_protocol_are_not_fetched(served, canary):
    for name in ("default-graph-uri", "named-graph-uri"):
        assert 400 == served.ask("SELECT * { ?s ?p ?o }", **{name: canary.url}).status_code

    assert [] == canary.heard
