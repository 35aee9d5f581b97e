"""What the SPARQL endpoint says of itself: SPARQL 1.1 Service Description, with the limits in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from competence_graph.sandbox.policy import BYTES
from competence_graph.sandbox.pool import Limits
from competence_graph.sandbox.shape import PATTERNS, STEPS

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_COMMENT: Final = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment")
_RESULTS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def limits_in_words(limits: Limits) -> dict[str, str]:
    """Return the limits as one sentence a language."""
    seconds = f"{limits.seconds:g}"
    return {
        "lt": (
            f"Ribos: {seconds} s, {limits.rows} eilučių be LIMIT, {BYTES} baitų užklausa, {PATTERNS} trejetų šablonai, "
            f"{STEPS} kelio žingsniai; SERVICE ir rašymas išjungti."
        ),
        "en": (
            f"Limits: {seconds} s, {limits.rows} rows without LIMIT, a query of {BYTES} bytes, {PATTERNS} triple "
            f"patterns, {STEPS} path steps; SERVICE and writing are switched off."
        ),
    }


def describe_service(endpoint: str, graphs: Iterable[str], limits: Limits) -> list[ox.Triple]:
    """Return the description of the endpoint at this address.

    Args:
        endpoint: Its absolute address, as the client knows it.
        graphs: The IRIs of the named graphs.
        limits: What a query may use.
    """
    service, dataset, default = ox.NamedNode(f"{endpoint}#service"), ox.BlankNode("dataset"), ox.BlankNode("default")
    triples = [
        ox.Triple(service, _TYPE, _sd("Service")),
        ox.Triple(service, _sd("endpoint"), ox.NamedNode(endpoint)),
        ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        ox.Triple(dataset, _TYPE, _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, _TYPE, _sd("Graph")),
    ]
    triples += [
        ox.Triple(service, _COMMENT, ox.Literal(text, language=lang)) for lang, text in limits_in_words(limits).items()
    ]
    triples += [ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name)) for name in _RESULTS]
    for number, graph in enumerate(graphs):
        named = ox.BlankNode(f"graph{number}")
        triples += [
            ox.Triple(dataset, _sd("namedGraph"), named),
            ox.Triple(named, _TYPE, _sd("NamedGraph")),
            ox.Triple(named, _sd("name"), ox.NamedNode(graph)),
        ]
    return triples
