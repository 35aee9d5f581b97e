"""The inventories keep the integrity conditions of SKOS and what Skosify and qSKOS look for besides.

Sources: SKOS Reference (W3C, 2009), conditions S8, S13, S14, S27, S46; checks of Skosify and qSKOS, written anew.
"""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, SKOS

from competence_graph.graph.inventory import inventory_files

ROOT = Path(__file__).resolve().parent.parent.parent / "inventories"
LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)


def read(paths):
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


@pytest.fixture(scope="module")
def graph():
    return read(inventory_files(ROOT))


def of(term):
    return str(term).rsplit("/", 1)[-1]


def above(graph, concept):
    """Everything broader than a concept, by however many steps."""
    found, open_ = set(), [concept]
    while open_:
        for each in graph.objects(open_.pop(), SKOS.broader):
            if each not in found:
                found.add(each)
                open_.append(each)
    return found


def concepts(graph):
    return [each for each in set(graph.subjects(RDF.type, SKOS.Concept)) if not graph.value(each, OWL.deprecated)]


def cycles(graph):
    """Concepts that are broader than themselves."""
    return {of(each) for each in concepts(graph) if each in above(graph, each)}


def related_and_broader(graph):
    """S27: related concepts of which one is above the other."""
    return {
        (of(one), of(other))
        for relation in (SKOS.related, SKOS.relatedMatch)
        for one, other in graph.subject_objects(relation)
        if other in above(graph, one) or one in above(graph, other)
    }


def labels_twice_of_one(graph):
    """S13 and S14: a text that is two kinds of label of a concept; two preferred labels in a language."""
    found = set()
    for each in concepts(graph):
        for one, other in combinations(LABELS, 2):
            found |= {(of(each), str(text)) for text in set(graph.objects(each, one)) & set(graph.objects(each, other))}
        langs = [text.language for text in graph.objects(each, SKOS.prefLabel)]
        found |= {(of(each), lang) for lang in langs if langs.count(lang) > 1}
    return found


def labels_of_two(graph):
    """Overlap of labels: a text that names two concepts of a scheme, whatever its case."""
    named = defaultdict(set)
    for each in concepts(graph):
        scheme = graph.value(each, SKOS.inScheme)
        for label in LABELS[:2]:
            for text in graph.objects(each, label):
                named[scheme, text.language, str(text).casefold()].add(each)
    return {(key[2], *sorted(map(of, these))) for key, these in named.items() if len(these) > 1}


def mapped_twice(graph):
    """S46 and its kin: one concept matched with another in two ways."""
    ways = defaultdict(set)
    turned = {SKOS.broadMatch: SKOS.narrowMatch, SKOS.narrowMatch: SKOS.broadMatch}
    for way in MATCHES:
        for one, other in graph.subject_objects(way):
            ways[one, other].add(way)
            ways[other, one].add(turned.get(way, way))
    return {(of(one), of(other)) for (one, other), how in ways.items() if len(how) > 1}


def mapped_within(graph):
    """Matches are for concepts of other schemes; within one there are broader and related."""
    return {
        (of(one), of(other))
        for way in MATCHES
        for one, other in graph.subject_objects(way)
        if (scheme := graph.value(other, SKOS.inScheme)) is not None and scheme == graph.value(one, SKOS.inScheme)
    }


def orphans(graph):
    """Concepts of a scheme with areas that hang on nothing and nothing hangs on."""
    with_tops = set(graph.subjects(SKOS.hasTopConcept))
    return {
        of(each)
        for each in concepts(graph)
        if graph.value(each, SKOS.inScheme) in with_tops
        and not graph.value(each, SKOS.broader)
        and not graph.value(each, SKOS.topConceptOf)
    }


def tops_of_one_side(graph):
    """S8: top concepts that only the scheme or only the concept calls so, and tops with something above them."""
    said = {(scheme, top) for scheme, top in graph.subject_objects(SKOS.hasTopConcept)}
    other = {(scheme, top) for top, scheme in graph.subject_objects(SKOS.topConceptOf)}
    return {of(top) for _, top in said ^ other} | {of(top) for _, top in said if graph.value(top, SKOS.broader)}


def broader_by_two_ways(graph):
    """Hierarchical redundancy: a broader concept that is above another broader one as well."""
    return {
        (of(each), of(far))
        for each in concepts(graph)
        for near in graph.objects(each, SKOS.broader)
        for far in graph.objects(each, SKOS.broader)
        if far in above(graph, near)
    }


def loose_ends(graph):
    """Links to concepts of ours that are not there, or that are out of use."""
    ours = "https://w3id.org/competence-graph/id/"
    known = set(graph.subjects(RDF.type, SKOS.Concept))
    return {
        (of(one), of(other))
        for way in (*MATCHES, SKOS.broader, SKOS.related)
        for one, other in graph.subject_objects(way)
        if str(other).startswith(ours) and (other not in known or graph.value(other, OWL.deprecated))
        if not graph.value(one, OWL.deprecated)
    }


CHECKS = (cycles, related_and_broader, labels_twice_of_one, labels_of_two, mapped_twice, mapped_within, orphans,
          tops_of_one_side, broader_by_two_ways, loose_ends)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_the_inventories_have_no_fault_that_vocabulary_checkers_know(graph, check):
    assert check(graph) == set()


FAULTY = """
@prefix : <https://w3id.org/competence-graph/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:s skos:hasTopConcept :top .
:top a skos:Concept ; skos:inScheme :s ; skos:prefLabel "top"@en .
:a a skos:Concept ; skos:inScheme :s ; skos:broader :b , :c ; skos:related :c ; skos:prefLabel "a"@en .
:a skos:altLabel "a"@en .
:b a skos:Concept ; skos:inScheme :s ; skos:broader :c ; skos:prefLabel "Same"@en .
:c a skos:Concept ; skos:inScheme :s ; skos:broader :a ; skos:prefLabel "same"@en ; skos:exactMatch :b .
:d a skos:Concept ; skos:inScheme :s ; skos:prefLabel "d"@en ; skos:broadMatch :x ; skos:closeMatch :x .
"""


@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_each_check_finds_the_fault_it_is_for(check):
    assert check(rdflib.Graph().parse(data=FAULTY, format="turtle")) != set()
