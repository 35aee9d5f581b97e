"""T9: text stays text, whatever stands in it: in the data, in parameters, in every form of an answer."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.sandbox.server import GRAPH, node, serving_sparql, stored, world_quads

from competence_graph.graph.questions import ask

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
HOSTILE = [
    "'; DROP ALL; --",
    '" } DROP ALL #',
    '""" . ?s ?p ?o } INSERT DATA { <a:a> <a:b> 1 } #',
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
    "\\u0022 } SERVICE <http://127.0.0.1/> {",
    "line\r\nSet-Cookie: a=b",
    '\t=1+1,"quoted"',
    "]]></literal><literal>",
    "\\",
    "ąčęėįšųūž „x“ \U0001f3db \u202e",
]
SELECT = f"SELECT ?s ?o {{ ?s <{LABEL}> ?o }}"


@pytest.fixture(scope="module")
def hostile():
    """A server whose labels are the hostile texts."""
    graph = ox.NamedNode(GRAPH + "roles")
    quads = [ox.Quad(node(f"r{at}"), ox.NamedNode(LABEL), ox.Literal(text), graph) for at, text in enumerate(HOSTILE)]
    with serving_sparql(quads) as found:
        yield found


def from_json(text):
    return [row["o"]["value"] for row in json.loads(text)["results"]["bindings"]]


def from_xml(text):
    space = "{http://www.w3.org/2005/sparql-results#}"
    # Our own answer, and no DOCTYPE in it.
    return [each.text for each in ET.fromstring(text).iter(f"{space}literal")]


def from_csv(text):
    return [row[1] for row in list(csv.reader(io.StringIO(text, newline="")))[1:]]


def from_tsv(text):
    lines = text.split("\n")[1:-1]
    terms = [ox.parse(f"<a:s> <a:p> {line.split(chr(9))[1]} .", format=ox.RdfFormat.N_TRIPLES) for line in lines]
    return [next(term).object.value for term in terms]


@pytest.mark.parametrize(
    ("accept", "read"),
    [
        ("application/sparql-results+json", from_json),
        ("application/sparql-results+xml", from_xml),
        ("text/csv", from_csv),
        ("text/tab-separated-values", from_tsv),
    ],
)
def test_t9_injection_labels_come_back_as_they_were_in_every_form(hostile, accept, read):
    answer = hostile.ask(SELECT, accept=accept)
    text = answer.content.decode()
    # XML has one kind of line break only.
    normal = (lambda value: value.replace("\r\n", "\n")) if accept.endswith("xml") else (lambda value: value)

    assert sorted(normal(each) for each in HOSTILE) == sorted(normal(each) for each in read(text))
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_t9_injection_graphs_hold_the_labels_as_they_were(hostile, accept):
    answer = hostile.ask("CONSTRUCT WHERE { ?s ?p ?o }", accept=accept)
    found = {quad.object.value for quad in ox.parse(answer.content, format=ox.RdfFormat.from_media_type(accept))}

    assert set(HOSTILE) == found


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri", "query", "lang", "unknown"])
@pytest.mark.parametrize("text", HOSTILE)
def test_t9_injection_through_a_parameter_changes_nothing(hostile, name, text):
    parameters = {"query": "ASK {}", name: text}
    answer = httpx.get(f"{hostile.url}/sparql", params=parameters)

    assert (400 if name in {"default-graph-uri", "named-graph-uri", "query"} else 200) == answer.status_code
    assert "set-cookie" not in answer.headers
    assert len(HOSTILE) == len(from_json(hostile.ask(SELECT).text))


@given(st.text(max_size=60))
@example("'; DROP ALL; --")
@example('" } } DROP ALL #')
@example("\\")
@example("\n} INSERT DATA { <a:a> <a:b> 1 }")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_t9_injection_any_words_asked_for_are_words(store_of_labels, text):
    store, before = store_of_labels
    try:
        found = {str(row["thing"]) for row in ask(store, "label_search", words=text)}
    except ValueError:
        # A NUL or half a character is in no label.
        assert re.search("[\0\ud800-\udfff]", text)
        return

    assert {node(f"r{at}").value for at, label in enumerate(HOSTILE) if text.lower() in label.lower()} == found
    assert before == store.dump()


@pytest.fixture(scope="module")
def store_of_labels():
    """A store with the hostile texts as labels, and what it held before."""
    graph = ox.NamedNode(GRAPH + "roles")
    store = stored(
        [ox.Quad(node(f"r{at}"), ox.NamedNode(LABEL), ox.Literal(text), graph) for at, text in enumerate(HOSTILE)]
    )
    return store, store.dump()


def test_t9_injection_a_hostile_language_tag_or_iri_is_no_term():
    for made in (
        lambda: ox.Literal("x", language='en" } DROP ALL #'),
        lambda: ox.NamedNode("https://example.org/> } DROP ALL #"),
        lambda: ask(stored(world_quads()), "label_search", wordz="x"),
    ):
        with pytest.raises(Exception, match=r"no such parameter|subtag|IRI"):
            made()
