"""T21: names and hosts that look like others: marked where shown, flagged where written, in one form inside."""

import unicodedata

import pyoxigraph as ox
import pytest

from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.reading import read
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import expand
from competence_graph.life import settle
from competence_graph.model.iri import BASE
from competence_graph.model.look_alikes import is_odd, skeleton
from competence_graph.model.text import Text
from competence_graph.web.query_table import shortened
from competence_graph.web.templates import label

ODD = [
    "C\u043ellaboration",  # a Cyrillic o
    "pаypаl",  # Cyrillic a twice
    "Ρroject",  # a Greek capital rho
    "abc\u202edef",
    "\u2066abc\u2069",
    "zero\u200bwidth",
    "\ufeffmark",
    "soft\u00adhyphen",
]
HONEST = [
    "Bendradarbiavimas", "Žąsų ėdesys", "naïve café", "Ελληνικά γράμματα", "Русская речь", "Ελληνικά ir lietuvių",
    "日本語", "100 µm", "C++ ir C#", "Ω valandų", "x", "", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_t21_look_alike_is_shown_with_a_mark_and_turns_nothing_around_it(text):
    for shown in (label(text, "lt"), label(Text(text, "en"), "lt"), label(Text(text, "lt"), "lt")):
        assert 'class="odd"' in shown
        assert "<bdi>" in shown
        assert "Kai kurie ženklai" in shown


@pytest.mark.parametrize("text", HONEST)
def test_t21_look_alike_what_is_honest_has_no_mark(text):
    assert not is_odd(text)
    assert "odd" not in label(text, "lt")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Collaboration", "C\u043ellaboration"), ("Collaboration", "COLLABORATION"), ("a  b", "a b"), ("file", "ﬁle"),
        ("ė", "e\u0307"), ("a\u200bb", "ab"), ("Α", "A"), ("１", "1"),
    ],
)  # fmt: skip
def test_t21_look_alike_two_that_the_eye_cannot_tell_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("ė", "e"), ("š", "s"), ("ą", "a"), ("knyga", "knygą"), ("i", "į")])
def test_t21_look_alike_lithuanian_letters_are_told_apart(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld", "rdf"])
def test_t21_look_alike_equal_letters_are_equal_characters_once_read(form):
    decomposed = unicodedata.normalize("NFD", "Žąsinė")
    written = {
        "ttl": f'<urn:a:x> <urn:a:p> "{decomposed}" .',
        "nt": f'<urn:a:x> <urn:a:p> "{decomposed}" .',
        "jsonld": f'{{"@id": "urn:a:x", "urn:a:p": "{decomposed}"}}',
        "rdf": (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a:">'
            f'<rdf:Description rdf:about="urn:a:x"><a:p>{decomposed}</a:p></rdf:Description></rdf:RDF>'
        ),
    }[form]

    assert [quad.object.value for quad in read(written.encode(), form).quads] == ["Žąsinė"]


@pytest.fixture(scope="module")
def writer():
    made = guard(OxigraphStore())
    settle(made, BASE)
    return made


@pytest.mark.parametrize("twin", [lambda name: name.replace("a", "\u0430"), lambda name: name + "\u200b", str.upper])
def test_t21_look_alike_of_another_competence_is_flagged(writer, twin):
    graph, thing = f"{BASE}graph/framework/libraries", node(f"{BASE}id/c57vh4eb")
    said = list(writer.store.quads(graph))
    labels = [
        quad for quad in said if quad.predicate == node(expand("skos:prefLabel")) and quad.object.language == "lt"
    ]
    other = next(quad.object.value for quad in labels if quad.subject != thing)
    own = [
        ox.Quad(quad.subject, quad.predicate, ox.Literal(twin(other), language="lt"), quad.graph_name)
        if quad in labels
        else quad
        for quad in said
        if quad.subject == thing
    ]
    found = writer.check(Change(put=tuple(own)))

    assert "check-look-alike-label" in {each.rule for each in found}


def test_t21_look_alike_the_shipped_names_are_all_told_apart(writer):
    things = {}
    for graph in writer.store.graphs():
        if "/graph/framework/" in graph:
            for quad in writer.store.quads(graph):
                if quad.predicate == node(expand("skos:prefLabel")):
                    key = (graph, quad.object.language, skeleton(quad.object.value))
                    things.setdefault(key, set()).add(quad.subject.value)

    assert things
    assert {} == {key: found for key, found in things.items() if len(found) > 1}


@pytest.mark.parametrize("address", ["https://exаmple.org/id/x", "https://example.org\u202e/x", "https://ехample.org/"])
def test_t21_look_alike_host_is_marked_in_an_answer(address):
    assert 'class="odd"' in label(shortened(address), "lt")
