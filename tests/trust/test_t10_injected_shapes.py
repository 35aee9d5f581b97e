"""T10: a file that is loaded brings data about its own things, never rules, imports or words about other people's."""

import pyoxigraph as ox
import pytest
from tests.sandbox.server import Canary

from competence_graph.bundled import bundled
from competence_graph.demo import SEED, demo_world, read_catalogue
from competence_graph.errors import RefusedError
from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.reading import read
from competence_graph.graph.vocab import CG
from competence_graph.graph.write import vilnius_today
from competence_graph.life import settle
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import BASE

HEAD = """
@prefix cg: <https://w3id.org/competence-graph/ns#> .
@prefix id: <https://w3id.org/competence-graph/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/competence-graph/shapes#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
INJECTED = {
    "import": "<https://example.org/o> a owl:Ontology ; owl:imports <{canary}> .",
    "shape with SPARQL": (
        "shape:Evil a sh:NodeShape ; sh:targetClass cg:Competence ; "
        'sh:sparql [ sh:select "SELECT * {{ SERVICE <{canary}> {{ ?s ?p ?o }} }}" ] .'
    ),
    "shape with script": (
        "<https://example.org/s> a sh:NodeShape ; sh:js [ sh:jsFunctionName 'f' ] ; sh:targetNode id:c57vh4eb ."
    ),
    "our shape made lax": "shape:Competence-label-lt sh:deactivated true .",
    "our shape's message": 'shape:Competence sh:message "everything is fine"@en .',
    "our class made another": "cg:Competence rdfs:subClassOf cg:Attainment .",
    "our property made personal": "skos:prefLabel rdfs:subPropertyOf cg:learner .",
    "a rule": (
        "<https://example.org/r> a sh:NodeShape ; "
        "sh:rule [ a sh:SPARQLRule ; sh:construct 'CONSTRUCT WHERE {{ ?s ?p ?o }}' ] ."
    ),
    "a graph of its own": "<https://example.org/g> {{ id:c57vh4eb skos:prefLabel 'x'@en }}",
    "words about a competence": 'id:c57vh4eb skos:prefLabel "taken over"@en .',
    "words about a person": "<{person}> a <http://xmlns.com/foaf/0.1/Person> ; rdfs:label 'Jonas' .",
    "a level of a person": "id:a0000000 a cg:Attainment ; cg:learner <{person}> ; cg:level 5 .",
}


@pytest.fixture(scope="module")
def world():
    writer = guard(OxigraphStore())
    settle(writer, BASE)
    people = demo_world(SEED, vilnius_today(), read_catalogue(writer.store), base=BASE)
    writer.write(Change(put=people.quads), actor=OPERATOR)
    return writer, min(each.pseudonym for each in people.identities)


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


@pytest.mark.parametrize("what", INJECTED)
def test_t10_injected_shapes_are_refused_and_nothing_is_fetched_or_written(world, canary, what):
    writer, person = world
    form = "trig" if what == "a graph of its own" else "ttl"
    text = HEAD + INJECTED[what].format(canary=canary.url, person=person)
    document = read(text.encode(), form)
    assert document.quads, [each.said["en"] for each in document.findings]
    before = writer.store.dump()
    found = read_file(text.encode(), form, writer.store)
    findings = list(found.findings)
    if not findings:
        with pytest.raises(RefusedError) as caught:
            writer.write(found.change, actor=OPERATOR)
        findings = list(caught.value.findings)

    assert any(each.refuses for each in findings)
    assert writer.store.dump() == before
    assert canary.heard == []


def test_t10_injected_shapes_the_rules_that_judge_come_from_the_service_alone(world):
    writer, _ = world
    stored = {quad.subject.value for quad in ox.parse(writer.store.dump(), format=ox.RdfFormat.N_QUADS)}
    shapes = {
        quad.subject.value
        for file in bundled("shapes").glob("*.ttl")
        for quad in ox.parse(path=str(file))
        if isinstance(quad.subject, ox.NamedNode)
    }

    assert shapes
    assert set() == stored & shapes
    assert str(CG.Competence) not in stored
