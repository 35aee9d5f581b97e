"""/sparql over a real server: SPARQL 1.1 Protocol, Service Description, limits, CORS, and what errors say."""

import json
import socket
import sys
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, serving_sparql, world_quads

SD = "http://www.w3.org/ns/sparql-service-description#"
LIBRARIES = f"{GRAPH}framework/libraries"
OLDER = f"{GRAPH}framework/libraries/2026.1"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served():
    """The service over the small world."""
    with serving_sparql(world_quads(), seconds=5) as found:
        yield found


@pytest.fixture(scope="module")
def client(served):
    """A program that asks it."""
    with httpx.Client(base_url=served.url, timeout=30, headers={"Accept-Language": "en"}) as made:
        yield made


def count(answer):
    assert answer.status_code == 200, answer.text
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


def test_the_three_ways_of_asking_give_the_same_answer(client):
    by_get = client.get("/sparql", params={"query": COUNT})
    by_form = client.post("/sparql", data={"query": COUNT})
    direct = client.post("/sparql", content=COUNT, headers={"Content-Type": "application/sparql-query"})

    assert 200 == by_get.status_code
    assert by_get.content == by_form.content == direct.content


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_a_dataset_may_be_chosen_in_each_way(client, way):
    dataset = {"default-graph-uri": LIBRARIES, "named-graph-uri": OLDER}
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    if way == "get":
        answer = client.get("/sparql", params={"query": query, **dataset})
    elif way == "form":
        answer = client.post("/sparql", data={"query": query, **dataset})
    else:
        headers = {"Content-Type": "application/sparql-query; charset=UTF-8"}
        answer = client.post("/sparql", params=dataset, content=query, headers=headers)

    assert 18 == count(answer)


def test_a_plain_pattern_finds_what_is_current_once_and_an_older_version_by_name(client):
    pattern = "{ ?s <http://www.w3.org/2004/02/skos/core#broader> ?o }"

    assert 6 == count(client.get("/sparql", params={"query": f"SELECT (COUNT(*) AS ?n) {pattern}"}))
    named = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{OLDER}> {pattern} }}"
    assert 6 == count(client.get("/sparql", params={"query": named}))


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("*/*", "application/sparql-results+json"),
        ("", "application/sparql-results+json"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9, */*;q=0.1", "application/sparql-results+xml"),
    ],
)
@pytest.mark.parametrize("query", [COUNT, "ASK {}"])
def test_tables_come_in_the_form_asked_for(client, accept, sent, query):
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})

    assert (200, sent) == (answer.status_code, answer.headers["content-type"])
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
@pytest.mark.parametrize(
    "query", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <https://w3id.org/competence-graph/id/c1>"]
)
def test_graphs_come_in_the_form_asked_for_and_are_the_same_graph(client, media_type, query):
    lines = client.get("/sparql", params={"query": query}, headers={"Accept": "application/n-triples"}).content
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    form = ox.RdfFormat.from_media_type(media_type)

    assert media_type == answer.headers["content-type"].partition(";")[0]
    assert set(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)) == set(ox.parse(answer.content, format=form))
    assert lines


@pytest.mark.parametrize("suffix", ["json", "xml", "csv", "tsv"])
def test_a_link_may_name_the_form_by_its_suffix(client, suffix):
    answer = client.get(f"/sparql.{suffix}", params={"query": COUNT}, headers={"Accept": "image/png"})

    assert 200 == answer.status_code
    assert suffix in answer.headers["content-type"] or suffix == "tsv"


def test_what_there_is_not_is_406_and_lists_what_there_is(client):
    for path, accept in (("/sparql", "image/png"), ("/sparql.ttl", "*/*"), ("/sparql.png", "*/*")):
        answer = client.get(path, params={"query": "ASK {}"}, headers={"Accept": accept})
        assert 406 == answer.status_code
        assert "application/sparql-results+json" in answer.text


def test_an_answer_known_already_is_not_sent_again(client):
    first = client.get("/sparql", params={"query": COUNT})
    again = client.get("/sparql", params={"query": COUNT}, headers={"If-None-Match": first.headers["etag"]})

    assert (304, b"") == (again.status_code, again.content)


def test_head_gives_the_headers_of_get(client):
    got = client.get("/sparql", params={"query": COUNT})
    head = client.head("/sparql", params={"query": COUNT})

    assert (200, b"") == (head.status_code, head.content)
    assert got.headers["etag"] == head.headers["etag"]
    assert got.headers["content-length"] == head.headers["content-length"]


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"]
)
def test_without_a_query_the_service_describes_itself(client, served, media_type):
    answer = client.get("/sparql", headers={"Accept": media_type})
    form = ox.RdfFormat.from_media_type(media_type)
    triples = [tuple(each)[:3] for each in ox.parse(answer.content, format=form)]
    names = {value.value for _, predicate, value in triples if predicate.value == f"{SD}name"}
    comments = {value.language: value.value for _, predicate, value in triples if predicate.value.endswith("#comment")}

    assert LIBRARIES in names
    assert OLDER in names
    assert not [each for each in names if "people" in each or "draft" in each]
    assert f"{served.url}/sparql" in {value.value for _, p, value in triples if p.value == f"{SD}endpoint"}
    assert {"lt", "en"} == set(comments)
    assert "10000 rows" in comments["en"]


def test_a_browser_is_shown_the_page_in_its_language(client):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "lt"}
    without = client.get("/sparql", headers=browser)
    within = client.get("/sparql", params={"query": "ASK {}"}, headers=browser)

    assert (303, "/lt/sparql") == (without.status_code, without.headers["location"])
    assert within.headers["location"].startswith("/lt/sparql?query=ASK")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_405_and_say_which_there_are(client, method):
    answer = client.request(method, "/sparql")

    assert 405 == answer.status_code
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
        {"Content-Type": FORM, "Content-Encoding": "gzip"},
        {"Content-Type": "application/sparql-query; charset=utf-16"},
    ],
)
def test_other_types_are_415_and_say_which_there_are(client, headers):
    answer = client.post("/sparql", content=b"query=ASK%7B%7D", headers=headers)

    assert 415 == answer.status_code
    assert "application/sparql-query" in answer.text


@pytest.mark.parametrize(
    "how",
    [
        {"params": [("query", "ASK {}"), ("query", "ASK {}")]},
        {"params": {"query": ""}},
        {"params": {"query": "SELECT"}},
        {"params": {"query": "SELECT WHERE { }"}},
        {"params": {"query": "SELECT ?x { ?x a }"}},
    ],
)
def test_malformed_questions_are_400_and_say_what_to_do(client, how):
    answer = client.get("/sparql", **how)

    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert len(answer.json()["detail"]) > 20


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"query=ASK+%7B%7D&query=ASK+%7B%7D", FORM),
        (b"", FORM),
        (b"query=%FF%FE", FORM),
        (b"query=\xff", FORM),
        (b"ASK { ?s ?p '\xff' }", "application/sparql-query"),
        (b"", "application/sparql-query"),
        (b"&".join(b"x=1" for _ in range(300)), FORM),
    ],
)
def test_malformed_bodies_are_400(client, content, kind):
    assert 400 == client.post("/sparql", content=content, headers={"Content-Type": kind}).status_code


def test_a_query_in_the_address_and_another_in_the_body_is_400(client):
    assert 400 == client.post("/sparql", params={"query": "ASK {}"}, data={"query": "ASK {}"}).status_code


@pytest.mark.parametrize(
    "params", [{"query": COUNT}, {"query": "SELECT"}, {}, {"query": "ASK {}", "named-graph-uri": "a:b"}]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "HEAD"])
def test_every_answer_may_be_read_by_other_sites_without_cookies(client, method, params):
    answer = client.request(method, "/sparql", params=params, headers={"Origin": "https://example.org"})

    assert "*" == answer.headers["access-control-allow-origin"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("suffix", ["csv", "json", "xml", "tsv", "ttl", "nothing"])
@pytest.mark.parametrize("params", [{"query": COUNT}, {"query": "SELECT"}, {}])
def test_answers_and_errors_under_a_suffix_may_be_read_by_other_sites(client, params, suffix):
    answer = client.get(f"/sparql.{suffix}", params=params, headers={"Origin": "https://example.org"})

    assert "*" == answer.headers["access-control-allow-origin"]


def test_an_organisation_s_endpoint_may_be_read_by_no_other_site(client):
    for path in ("/sparql/organisation", "/sparql/organisation.csv", "/sparql/organisation/x"):
        answer = client.get(path, params={"query": COUNT}, headers={"Origin": "https://example.org"})
        assert "access-control-allow-origin" not in answer.headers, path


def test_a_preflight_allows_what_clients_send(client):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answer = client.options("/sparql", headers={**asked, "Access-Control-Request-Headers": "content-type"})

    assert answer.status_code in {200, 204}
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize("params", [{"query": COUNT}, {"query": "SELECT"}, {}])
def test_the_limits_stand_in_the_headers(client, params):
    limits = client.get("/sparql", params=params).headers["sparql-limits"]

    assert "seconds=5" in limits
    assert "rows=10000" in limits
    assert "query-bytes=16384" in limits


def test_a_query_of_sixteen_kilobytes_fits_into_an_address(client):
    query = "ASK { ?s ?p '" + "ž" * 8000 + "' }"

    assert 200 == client.get("/sparql", params={"query": query}).status_code
    assert 200 == client.post("/sparql", data={"query": query}).status_code


def test_no_query_and_nothing_of_it_is_logged(client, served):
    word = "a-word-that-nobody-logs"
    for query in (f"ASK {{ ?s ?p '{word}' }}", f"ASK {{ ?s ?p '{word} }}"):
        client.get("/sparql", params={"query": query})

    assert word not in served.said()


def test_a_body_announced_and_not_sent_holds_nobody_up(client, served):
    port = int(served.url.rpartition(":")[2])
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    try:
        for each in idle:
            each.sendall(
                f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 99\r\n\r\nq".encode()
            )
        # More than there are threads: had each taken one, nobody else would be answered.
        assert 200 == client.get("/sparql", params={"query": "ASK {}"}, timeout=5).status_code
    finally:
        for each in idle:
            each.close()


def test_the_service_speaks_to_a_client_library_of_others(served):
    from SPARQLWrapper import JSON, SPARQLWrapper

    asked = SPARQLWrapper(f"{served.url}/sparql")
    asked.setQuery(COUNT)
    asked.setReturnFormat(JSON)
    found = asked.query().convert()

    assert "results" in found
    assert json.dumps(found)


def test_rdflib_reads_the_endpoint_as_a_graph(served):
    from rdflib import Graph
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = Graph(SPARQLStore(query_endpoint=f"{served.url}/sparql", method="GET"))
    rows = list(graph.query("SELECT ?s { ?s <http://www.w3.org/2004/02/skos/core#broader> ?o }"))

    assert 6 == len(rows)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_end_when_their_server_is_killed():
    import time
    from pathlib import Path

    with serving_sparql(world_quads()) as served:
        assert 200 == served.ask("ASK {}").status_code
        children = served.children()
        served.process.kill()
        served.process.wait(10)
        until = time.monotonic() + 5
        while time.monotonic() < until and any(Path(f"/proc/{each}").exists() for each in children):
            time.sleep(0.05)

    assert children
    assert [] == [each for each in children if Path(f"/proc/{each}").exists()]


def test_an_address_with_a_fragment_of_sparql_is_only_text(client):
    answer = client.get(f"/sparql?query={quote('ASK {}')}&callback=alert(1)&format=html")

    assert (200, "application/sparql-results+json") == (answer.status_code, answer.headers["content-type"])
