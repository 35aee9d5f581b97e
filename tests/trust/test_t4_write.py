"""T4: nothing that comes through the query door changes the store."""

import httpx
import pytest
from tests.sandbox.server import USERS, serving_sparql, stored, world_quads

UPDATES = [
    "INSERT DATA { <a:a> <a:b> 1 }",
    "DELETE WHERE { ?s ?p ?o }",
    "WITH <a:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "DROP ALL",
    "CLEAR DEFAULT",
    "CREATE GRAPH <a:g>",
    "COPY DEFAULT TO <a:g>",
    "MOVE DEFAULT TO <a:g>",
    "ADD DEFAULT TO <a:g>",
    "ASK {} ; DROP ALL",
    "SELECT * { ?s ?p ?o } ; INSERT DATA { <a:a> <a:b> 1 }",
    "PREFIX x: <a:> INSERT { x:a x:b ?o } WHERE { ?s ?p ?o }",
]


def attempts(update):
    """Every way of sending it."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    yield "GET", {"params": {"query": update}}
    yield "GET", {"params": {"update": update}}
    yield "GET", {"params": {"query": "ASK {}", "update": update}}
    yield "POST", {"data": {"query": update}}
    yield "POST", {"data": {"update": update}}
    yield "POST", {"params": {"update": update}, "content": "query=ASK%7B%7D", "headers": form}
    yield "POST", {"content": update, "headers": {"Content-Type": "application/sparql-update"}}
    yield "POST", {"content": update, "headers": {"Content-Type": "application/sparql-query"}}
    yield "PUT", {"content": update, "headers": {"Content-Type": "application/sparql-update"}}
    yield "PATCH", {"content": update, "headers": {"Content-Type": "application/sparql-update"}}
    yield "DELETE", {"params": {"query": update}}


@pytest.mark.parametrize("user", USERS)
def test_t4_write_through_the_query_door_changes_nothing(user):
    quads = world_quads()
    with serving_sparql(quads, user=user) as served:
        with httpx.Client(base_url=served.url) as client:
            statuses = {
                (method, client.request(method, "/sparql", **how).status_code)
                for update in UPDATES
                for method, how in attempts(update)
            }
        folder = served.folder
        served.process.stdin.close()
        served.process.wait(30)
        after = (folder / "after.nq").read_bytes()

    assert {("GET", 400), ("POST", 400), ("PUT", 405), ("PATCH", 405), ("DELETE", 405)} == statuses
    assert stored(quads).dump() == after


def test_t4_write_without_the_policy_is_still_no_query(unguarded):
    before = unguarded.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").text

    statuses = {unguarded.ask(update).status_code for update in UPDATES}

    assert {400} == statuses
    assert before == unguarded.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").text
