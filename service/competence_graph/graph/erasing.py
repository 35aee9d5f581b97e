"""What goes from the graph when a person is erased: all that is about them, and their part as an assessor of others.

Records of others stay as they are but for the assessor: the institution takes the place of the person who is gone.
"""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox

from competence_graph.graph.change import Change, described
from competence_graph.graph.history import people_graphs
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import Iri

_ABOUT = frozenset({expand("org:member"), str(CG.learner)})
_PART = expand("dct:hasPart")
_ASSESSOR = expand("prov:wasAttributedTo")


def everybody(store: Store) -> dict[str, str]:
    """Return every person of the store with the graph that describes them."""
    return {
        person.value: graph.value
        for graph, person in look_up(store, "everybody").rows
        if isinstance(graph, ox.NamedNode) and isinstance(person, ox.NamedNode)
    }


def erasure(store: Store, person: Iri) -> Change:
    """Return the change that takes a person out of the graph; an empty one where nothing is left of them."""
    holders = {each.graph: each.organisation for each in people_graphs(store)}
    own: dict[str, set[str]] = defaultdict(set)
    assessed: dict[str, set[str]] = defaultdict(set)
    loose: list[tuple[str, str, ox.Quad]] = []
    where = everybody(store).get(person)
    if where is not None:
        own[where].add(person)
    for graph, thing, path in look_up(store, "mentions", person=person).rows:
        if not (isinstance(graph, ox.NamedNode) and isinstance(thing, ox.NamedNode) and isinstance(path, ox.NamedNode)):
            continue
        if path.value in _ABOUT:
            own[graph.value].add(thing.value)
        elif path.value == _ASSESSOR and holders.get(graph.value):
            assessed[graph.value].add(thing.value)
        else:
            loose.append((graph.value, thing.value, ox.Quad(thing, path, node(person), graph)))
    for home, things in own.items():
        # A plan goes with its items, which do not name the person themselves.
        things |= {
            quad.object.value
            for quad in _said(store, home, things)
            if quad.predicate.value == _PART and isinstance(quad.object, ox.NamedNode)
        }
    gone = [quad for graph, things in own.items() for quad in _said(store, graph, things)]
    put = [
        _without(quad, person, holders[graph])
        for graph, things in assessed.items()
        for quad in _said(store, graph, things - own[graph])
    ]
    taken = {(graph, thing) for graph, things in own.items() for thing in things}
    gone += [quad for graph, thing, quad in loose if (graph, thing) not in taken]
    return Change(put=tuple(put), remove=tuple(gone), erase=True)


def _said(store: Store, graph: str, things: set[str]) -> list[ox.Quad]:
    return [quad for quads in described(store, graph, things).values() for quad in quads]


def _without(quad: ox.Quad, person: str, organisation: str) -> ox.Quad:
    if quad.predicate.value == _ASSESSOR and quad.object == node(person):
        return ox.Quad(quad.subject, quad.predicate, node(organisation), quad.graph_name)
    return quad
