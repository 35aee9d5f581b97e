"""RDF documents: the same triples in Turtle, RDF/XML, JSON-LD and N-Triples, always in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, Literal

import pyoxigraph as ox

from competence_graph.bundled import bundled
from competence_graph.graph.terms import to_rdflib_graph
from competence_graph.graph.vocab import PREFIXES

Form = Literal["ttl", "rdf", "jsonld", "nt"]
Triples = Iterable[ox.Triple]

_FORMS: Final = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "nt": ox.RdfFormat.N_TRIPLES}


def document(triples: Triples, form: Form) -> bytes:
    """Return the triples as a document, subjects and properties in order, without duplicates."""
    found = ordered(triples)
    if form == "jsonld":
        return _json_ld(found)
    prefixes = {} if form == "nt" else _used(found)
    return ox.serialize(found, format=_FORMS[form], prefixes=prefixes) or b""


def ordered(triples: Triples) -> list[ox.Triple]:
    """Return the triples by subject, the kind first, without duplicates."""
    return sorted(set(triples), key=_order)


def _order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    # rdf:type first, as people write it.
    predicate = triple.predicate.value
    return str(triple.subject), predicate != f"{PREFIXES['rdf']}type", predicate, str(triple.object)


def _used(triples: list[ox.Triple]) -> dict[str, str]:
    found: set[str] = set()
    for triple in triples:
        found.update(term.value for term in triple if isinstance(term, ox.NamedNode))
        found.update(term.datatype.value for term in triple if isinstance(term, ox.Literal))
    return {name: space for name, space in sorted(PREFIXES.items()) if any(iri.startswith(space) for iri in found)}


@cache
def context() -> dict[str, Any]:
    """Return the JSON-LD context; it is written into each document, since offline clients cannot fetch one."""
    path = bundled("ontology") / "context.jsonld"
    if path.is_file():
        shipped: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["@context"]
        return shipped
    return dict(PREFIXES)


def _json_ld(triples: list[ox.Triple]) -> bytes:
    graph = to_rdflib_graph(triples)
    made = json.loads(graph.serialize(format="json-ld", context=context(), auto_compact=True, encoding="utf-8"))
    return json.dumps(_in_order(made), ensure_ascii=False, indent=2).encode()


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        # The order of a list is what it says; that of everything else says nothing.
        return {key: value[key] if key in {"@context", "@list"} else _in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted((_in_order(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    return value
