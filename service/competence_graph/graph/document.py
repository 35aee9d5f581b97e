"""The RDF document of a published thing: the thing, its parts, its neighbours' names, and what the document is."""

from __future__ import annotations

from datetime import date
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.public import is_public, public
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node, to_term
from competence_graph.graph.vocab import expand
from competence_graph.model.concept import Concept, Description
from competence_graph.model.iri import BASE, Iri, parse_iri

_TYPE: Final = node(expand("rdf:type"))
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


def document_iri(concept: Concept) -> Iri:
    """Return the IRI of the document about a thing: its own with /doc/ for /id/, else one that asks for it."""
    start, slash, local = concept.iri.rpartition("/id/")
    return Iri(f"{start}/doc/{local}") if slash else Iri(f"{concept.iri}#document")


def document(store: Store, description: Description) -> list[ox.Triple]:
    """Return the triples of the document about a thing."""
    concept = description.concept
    triples = public(store).describe("concept_document", thing=concept.iri)
    about = node(document_iri(concept))
    said: list[tuple[str, Iri | date | None]] = [
        ("foaf:primaryTopic", concept.iri),
        ("dct:license", parse_iri(description.licence or _LICENCE)),
        ("dct:modified", description.modified),
        ("void:inDataset", _dataset(store, concept)),
    ]
    triples.append(ox.Triple(about, _TYPE, node(expand("foaf:Document"))))
    triples += [ox.Triple(about, node(expand(name)), to_term(value)) for name, value in said if value is not None]
    return triples


def _dataset(store: Store, concept: Concept) -> Iri | None:
    """Return the IRI of the dataset that holds a thing: of the released graph where it is described."""
    graphs = {
        row[2].value for row in look_up(store, "homes", thing=concept.iri).rows if isinstance(row[2], ox.NamedNode)
    }
    home = min((graph for graph in graphs if is_public(graph)), default=None)
    if home is None:
        return None
    base, _, path = home.rpartition("/graph/")
    return Iri(f"{base or BASE.rstrip('/')}/.well-known/void#{path.replace('/', '-')}")
