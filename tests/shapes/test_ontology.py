"""The context says the same in JSON-LD as Turtle does; the alignments add statements, never terms."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from competence_graph.bundled import bundled
from competence_graph.exchange.rdf import document
from competence_graph.graph.vocab import CG, PREFIXES

WORLD = Path(__file__).with_name("base.trig")
DATA = [
    WORLD,
    *sorted(bundled("ontology").glob("*.ttl")),
    *sorted(bundled("inventories").glob("*.ttl")),
    *sorted(bundled("inventories").glob("courses/*.ttl")),
]


def same(quads):
    """The triples with their blank nodes named alike in equal graphs."""
    found = ox.Dataset(ox.Quad(each.subject, each.predicate, each.object) for each in quads)
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(each) for each in found}


def by_oxigraph(text):
    return list(ox.parse(text, format=ox.RdfFormat.JSON_LD))


def by_rdflib(text):
    # rdflib would write a duration of 24 hours as one day.
    normalises, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        plain = rdflib.Graph().parse(data=text, format="json-ld").serialize(format="nt", encoding="utf-8")
    finally:
        rdflib.NORMALIZE_LITERALS = normalises
    return list(ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))


@pytest.mark.parametrize("reader", [by_oxigraph, by_rdflib])
@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_a_document_in_json_ld_says_what_the_data_say(path, reader):
    quads = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TRIG))

    text = document({quad.triple for quad in quads}, "jsonld")

    assert same(quads) == same(reader(text))


def test_the_context_knows_every_prefix_that_data_use_and_no_address_to_fetch():
    shipped = json.loads((bundled("ontology") / "context.jsonld").read_text(encoding="utf-8"))["@context"]

    assert PREFIXES.keys() - {"sh", "shape"} <= shipped.keys()
    assert isinstance(shipped, dict)
    assert {} == {name: shipped[name] for name in PREFIXES.keys() & shipped.keys() if shipped[name] != PREFIXES[name]}
    assert [] == [name for name in shipped if name.startswith("@") and name != "@version"]


def test_alignments_speak_of_our_terms_only_and_define_none():
    found = list(ox.parse((bundled("ontology") / "alignments.ttl").read_bytes(), format=ox.RdfFormat.TURTLE))
    named = {quad.predicate.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1] for quad in found}

    assert found
    assert [] == [quad for quad in found if not quad.subject.value.startswith(str(CG._NS))]
    assert [] == [quad for quad in found if quad.object.value.startswith(str(CG._NS))]
    assert named <= {"closeMatch", "relatedMatch", "subClassOf", "subPropertyOf"}
