"""Conversions between pyoxigraph, rdflib and the model: the only ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import pyoxigraph as ox
import rdflib

from competence_graph.errors import InvalidIriError
from competence_graph.graph.store import Rows, Term
from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.iri import Iri, parse_iri
from competence_graph.model.text import Text

Value = Iri | int | bool | str | Decimal | date | Text | None
Row = Mapping[str, Value]

_XSD: Final = PREFIXES["xsd"]
_INTEGERS: Final = frozenset(
    f"{_XSD}{name}" for name in ("integer", "int", "long", "short", "positiveInteger", "nonNegativeInteger")
)
_FLOATS: Final = frozenset(f"{_XSD}{name}" for name in ("decimal", "double", "float"))


def node(iri: str) -> ox.NamedNode:
    """Return the term of an IRI.

    Raises:
        InvalidIriError: If it is none.
    """
    try:
        return ox.NamedNode(iri if isinstance(iri, Iri) else parse_iri(iri))
    except ValueError as error:
        # RFC 3987 forbids more than our own look finds: code points for private use, brackets in a path.
        raise InvalidIriError(iri) from error


def quad_of(subject: Term | None, predicate: Term | None, value: Term | None, graph: Term | None) -> ox.Quad:
    """Return the quad of four terms that a query found.

    Raises:
        TypeError: If one of them cannot stand in its place.
    """
    return ox.Quad(subject, predicate, value, graph)  # type: ignore[arg-type]


def to_python(term: Term | None) -> Value:
    """Return the Python value of a term: Iri, int, bool, Decimal, date, Text or str."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.language:
        return Text(term.value, term.language)
    kind = term.datatype.value
    try:
        if kind in _INTEGERS:
            return int(term.value)
        if kind in _FLOATS:
            return Decimal(term.value)
        if kind == f"{_XSD}date":
            return date.fromisoformat(term.value[:10])
    except (ValueError, ArithmeticError):
        return term.value
    if kind == f"{_XSD}boolean":
        return term.value in ("true", "1")
    return term.value


def to_term(value: Value) -> Term:
    """Return the term of a Python value; an `Iri` becomes a named node, a plain str a literal.

    Raises:
        InvalidIriError: If an Iri is none.
        TypeError: If the value has no term.
    """
    match value:
        case Iri():
            return node(value)
        case bool():
            return ox.Literal("true" if value else "false", datatype=ox.NamedNode(f"{_XSD}boolean"))
        case int():
            return ox.Literal(str(value), datatype=ox.NamedNode(f"{_XSD}integer"))
        case Decimal():
            return ox.Literal(str(value), datatype=ox.NamedNode(f"{_XSD}decimal"))
        case date():
            return ox.Literal(value.isoformat(), datatype=ox.NamedNode(f"{_XSD}date"))
        case Text():
            return ox.Literal(value.value, language=value.lang) if value.lang else ox.Literal(value.value)
        case str():
            return ox.Literal(value)
        case _:
            message = f"{type(value).__name__} has no term: give an Iri, str, Text, int, bool, Decimal or date."
            raise TypeError(message)


def to_rows(answer: Rows) -> list[Row]:
    """Return the rows of an answer as dictionaries of Python values."""
    return [{name: to_python(term) for name, term in zip(answer.variables, row, strict=True)} for row in answer.rows]


def to_rdflib(term: Term) -> rdflib.term.Node:
    """Return the same term in rdflib; a bad lexical form stays as it was written."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        if term.datatype.value == f"{_XSD}string":
            return rdflib.Literal(term.value)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    message = "Statements about statements are not stored."
    raise TypeError(message)


def to_rdflib_graph(triples: Iterable[ox.Triple | ox.Quad]) -> rdflib.Graph:
    """Return a small in-memory rdflib graph of the triples; graph names are dropped."""
    graph = rdflib.Graph()
    for each in triples:
        graph.add((to_rdflib(each.subject), to_rdflib(each.predicate), to_rdflib(each.object)))
    return graph


def from_rdflib(term: rdflib.term.Node) -> Term:
    """Return the same term in pyoxigraph."""
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        if term.datatype is None:
            return ox.Literal(str(term))
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))
    message = f"{type(term).__name__} has no term here."
    raise TypeError(message)


def insert_data(quads: Iterable[ox.Quad]) -> str:
    """Return the update that adds these quads."""
    return _data("INSERT DATA", quads)


def delete_data(quads: Iterable[ox.Quad]) -> str:
    """Return the update that takes these quads away."""
    return _data("DELETE DATA", quads)


def _data(keyword: str, quads: Iterable[ox.Quad]) -> str:
    """Return one clause of an update; the terms are written by pyoxigraph."""
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode()
    by_graph: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        statement, graph = line.removesuffix(" .").rsplit(" ", 1)
        by_graph[graph].append(f"{statement} .")
    body = "\n".join(f"GRAPH {graph} {{\n" + "\n".join(lines) + "\n}" for graph, lines in sorted(by_graph.items()))
    return keyword + " {\n" + body + "\n}"
