"""Employment as statements: a post begins, a post ends. What was is never overwritten; only its last day is added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyoxigraph as ox

from competence_graph.graph.change import described
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Value, node, to_python, to_term
from competence_graph.graph.vocab import expand
from competence_graph.model.iri import Iri, Kind, graph_iri, id_iri, mint

_MEMBER = expand("org:member")
_START, _END = expand("schema:startDate"), expand("schema:endDate")


@dataclass(frozen=True, slots=True)
class Membership:
    """A post as it is stored: its IRI, its days, its statements."""

    iri: Iri
    start: date
    end: date | None
    quads: tuple[ox.Quad, ...]


def new_person(store: Store, organisation: Iri, base: str) -> tuple[Iri, str, tuple[ox.Quad, ...]]:
    """Return a new pseudonym, the graph of the organisation's people, and the statements that both begin with."""
    person = id_iri(_free(store, "p", base), base)
    graph = graph_iri(f"people/{organisation.local}", base)
    name = node(graph)
    return (
        person,
        graph,
        (
            ox.Quad(name, node(expand("dct:rightsHolder")), node(organisation), name),
            ox.Quad(node(person), node(expand("rdf:type")), node(expand("foaf:Person")), name),
        ),
    )


def post(store: Store, graph: str, person: Iri, place: Iri, role: Iri, start: date, base: str) -> tuple[ox.Quad, ...]:
    """Return the statements of a post that begins on a day and lasts."""
    iri = id_iri(_free(store, "m", base), base)
    facts: Mapping[str, Value] = {
        "rdf:type": Iri(expand("org:Membership")),
        "org:member": person,
        "org:organization": place,
        "org:role": role,
        "schema:startDate": start,
    }
    return tuple(ox.Quad(node(iri), node(expand(path)), to_term(value), node(graph)) for path, value in facts.items())


def memberships(store: Store, graph: str, person: Iri) -> list[Membership]:
    """Return the posts of a person in a people graph, the oldest first."""
    things = {
        thing.value
        for where, thing, path in look_up(store, "mentions", person=person).rows
        if isinstance(where, ox.NamedNode)
        and where.value == graph
        and isinstance(thing, ox.NamedNode)
        and isinstance(path, ox.NamedNode)
        and path.value == _MEMBER
    }
    found = []
    for iri, quads in described(store, graph, things).items():
        days = {quad.predicate.value: to_python(quad.object) for quad in quads}
        start, end = days.get(_START), days.get(_END)
        if isinstance(start, date):
            found.append(Membership(Iri(iri), start, end if isinstance(end, date) else None, tuple(quads)))
    return sorted(found, key=lambda each: (each.start, each.iri))


def ended(held: Membership, last: date) -> tuple[ox.Quad, ...]:
    """Return the statements of a post whose last day is known now."""
    subject, graph = held.quads[0].subject, held.quads[0].graph_name
    kept = [quad for quad in held.quads if quad.predicate.value != _END]
    return (*kept, ox.Quad(subject, node(_END), to_term(last), graph))


def _free(store: Store, kind: Kind, base: str) -> str:
    return mint(kind, taken=lambda each: bool(look_up(store, "elsewhere", thing=id_iri(each, base)).rows))
