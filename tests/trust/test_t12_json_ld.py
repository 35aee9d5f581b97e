"""T12: JSON-LD brings its context along or names ours; no other is fetched, and no nesting hangs the reader."""

import json
import time

import pytest
from tests.sandbox.server import Canary

from competence_graph.graph.contexts import OURS
from competence_graph.graph.reading import read

NOTE = "http://www.w3.org/2004/02/skos/core#note"


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


def document(context, **more):
    return json.dumps(
        {"@context": context, "@id": "https://example.org/a", NOTE: "x", **more}, ensure_ascii=False, indent=1
    )


REMOTE = {
    "alone": document,
    "in a list": lambda url: document([{"@vocab": "https://example.org/"}, url]),
    "after ours": lambda url: document([OURS, url]),
    "imported": lambda url: document({"@version": 1.1, "@import": url}),
    "of a term": lambda url: document(
        {"a": {"@id": "https://example.org/p", "@context": url}}, a={"@id": "https://example.org/b"}
    ),
    "of a type": lambda url: document({"T": {"@id": "https://example.org/T", "@context": url}}),
    "of a part": lambda url: document({}, **{NOTE: {"@context": url, "@id": "https://example.org/b"}}),
    "in a graph": lambda url: json.dumps({"@graph": [{"@context": url, "@id": "https://example.org/b", NOTE: "x"}]}),
}


@pytest.mark.parametrize("where", REMOTE)
@pytest.mark.parametrize(
    "address", ["{canary}", "file:///etc/passwd", "https://schema.org/", "//example.org/c", "ftp://x/y"]
)
def test_t12_json_ld_an_unknown_context_is_named_and_not_fetched(canary, where, address):
    url = address.format(canary=canary.url)
    found = read(REMOTE[where](url).encode(), "jsonld")

    assert found.quads == []
    assert [each.rule for each in found.findings] == ["remote-context"]
    assert url in found.findings[0].said["en"]
    assert OURS in found.findings[0].mend["en"]
    assert canary.heard == []


def test_t12_json_ld_the_line_of_the_context_is_told(canary):
    found = read(document({"a": "https://example.org/p", "b": {"@import": canary.url}}).encode(), "jsonld")

    assert found.findings[0].line == 5


@pytest.mark.parametrize("context", [OURS, [OURS], [OURS, {"x": "https://example.org/x"}]])
def test_t12_json_ld_our_own_context_is_known(context):
    text = json.dumps({"@context": context, "@id": "id:c57vh4eb", "skos:note": {"@value": "žodis", "@language": "lt"}})
    found = read(text.encode(), "jsonld")

    assert [(quad.subject.value, quad.object.value) for quad in found.quads] == [
        ("https://w3id.org/competence-graph/id/c57vh4eb", "žodis")
    ]


DEEP = 100_000
BOMBS = {
    "nested graphs": '{"@graph":[' * DEEP + "]}" * DEEP,
    "nested lists": '{"@context":{"a":{"@id":"urn:a:a","@container":"@list"}},"a":' + "[" * DEEP + "]" * DEEP + "}",
    "nested parts": '{"urn:a:a":' * DEEP + "1" + "}" * DEEP,
    "a loop of terms": '{"@context":{"a":"b:x","b":"a:x"},"@id":"urn:a:x","a":"v"}',
    "a term of itself": '{"@context":{"a":{"@id":"a:b"}},"a:c":"v","@id":"urn:a:x"}',
    "10^5 contexts": '{"@context":[' + ",".join(["{}"] * DEEP) + '],"@id":"urn:a:x"}',
    "a long number": '{"@id":"urn:a:x","urn:a:p":' + "9" * 100_000 + "}",
    "a key twice": '{"@id":"urn:a:x","@id":"urn:a:y","urn:a:p":"v"}',
    "half a character": '{"@id":"urn:a:x","urn:a:p":"\\ud800"}',
    "cut": '{"@id":"urn:a:x","urn:a:p":"',
    "no JSON": "@context",
    "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("what", BOMBS)
def test_t12_json_ld_no_nesting_or_loop_hangs_or_kills_the_reader(what):
    started = time.perf_counter()
    found = read(BOMBS[what].encode(), "jsonld")

    assert time.perf_counter() - started < 5
    assert found.quads == [] or found.findings == []
