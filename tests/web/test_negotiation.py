import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence_graph.web import negotiation
from competence_graph.web.negotiation import (
    CSV,
    HTML,
    JSON,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    TABLE,
    TURTLE,
    XLSX,
    MalformedAcceptError,
    NotAcceptableError,
    negotiate,
)

DOCUMENT = (HTML, TURTLE, RDF_XML, JSON_LD, N_TRIPLES)


def chosen(accept, available=TABLE):
    return negotiate(accept, None, available)[0]


@pytest.mark.parametrize(
    ("client", "accept", "expected"),
    [
        ("Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("Chromium", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", HTML),
        ("curl", "*/*", HTML),
        ("none", None, HTML),
        ("empty", "", HTML),
        ("rdflib", "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1", RDF_XML),
        ("rdflib 7", "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.9, */*;q=0.1", TURTLE),
        ("rdflib nt", "text/plain", N_TRIPLES),
        ("OWL API", "application/rdf+xml, application/xml; q=0.7, text/plain; q=0.1, */*; q=0.09", RDF_XML),
        ("Jena", "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,*/*;q=0.3", TURTLE),
        ("axios", "application/json, text/plain, */*", JSON),
        ("Java", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML),
        ("Excel", XLSX.media_type, XLSX),
        ("JSON-LD processor", 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSON_LD),
        ("both", "text/html, text/turtle", TURTLE),
        ("capitals", "Text/TURTLE", TURTLE),
        ("text", "text/*", HTML),
    ],
)  # fmt: skip
def test_each_client_gets_the_face_it_means(client, accept, expected):
    assert chosen(accept) == expected


def test_higher_q_wins_over_order():
    assert chosen("text/html;q=0.3, text/csv;q=0.7") == CSV


def test_exact_range_speaks_for_a_type_before_a_wildcard_does():
    assert chosen("text/*;q=0.9, text/html;q=0.1, text/csv;q=0") == TURTLE


def test_q_of_0_refuses():
    with pytest.raises(NotAcceptableError):
        chosen("text/html;q=0, */*;q=0")


def test_suffix_goes_before_accept():
    assert negotiate("text/html", "ttl", DOCUMENT)[0] == TURTLE


def test_suffix_without_such_a_face_is_not_acceptable():
    with pytest.raises(NotAcceptableError) as raised:
        negotiate("*/*", "xlsx", DOCUMENT)

    assert DOCUMENT == raised.value.available


def test_refusal_lists_what_there_is():
    with pytest.raises(NotAcceptableError) as raised:
        chosen("image/png", DOCUMENT)

    assert all(each.media_type in str(raised.value) for each in DOCUMENT)


def test_text_plain_is_answered_as_it_was_asked():
    assert negotiate("text/plain", None, DOCUMENT) == (N_TRIPLES, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "accept",
    [
        "text",
        "text/",
        "/turtle",
        "text/turtle;q=2",
        "text/turtle;q=-1",
        "text/turtle;q=0.12345",
        "text/turtle;q=x",
        "*/turtle",
        "text/turtle text/html",
        "text/turtle;=",
        "text/türtle",
        "a/b," * 2000,
        "text/html, " * 101,
    ],
)
def test_malformed_accept_is_refused(accept):
    with pytest.raises(MalformedAcceptError):
        chosen(accept)


@given(st.text(string.printable, max_size=200))
def test_any_header_is_answered_or_refused_and_never_breaks(accept):
    try:
        face, content_type = negotiate(accept, None, TABLE)
    except (MalformedAcceptError, NotAcceptableError):
        return

    assert face in TABLE
    assert content_type.split(";")[0] in (face.media_type, *face.also)


@given(st.permutations(["text/turtle;q=0.5", "text/html;q=0.4", "*/*;q=0.1", "application/json;q=0.45"]))
def test_order_of_the_ranges_says_nothing(ranges):
    assert chosen(", ".join(ranges)) == TURTLE


def test_every_face_has_its_own_suffix_and_type():
    assert len(TABLE) == len({each.suffix for each in TABLE}) == len({each.media_type for each in TABLE})
    assert set(negotiation.SUFFIXES.values()) == set(TABLE)
