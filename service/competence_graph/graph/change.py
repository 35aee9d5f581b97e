"""A change: what shall be put, added or removed, and what that means for a store as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import expand
from competence_graph.model.iri import Iri

_STRING: Final = expand("xsd:string")
_WHOLE: Final = 2000
"""From this many subjects on, a graph is read whole instead of subject by subject."""


@dataclass(frozen=True, slots=True)
class Change:
    """What shall be.

    ``put`` describes subjects anew: what a graph says of them is replaced. ``whole`` names graphs whose content is
    replaced altogether by what is put. ``remove`` takes single statements away. ``erase`` allows history to go, which
    only the erasing of a person may do.
    """

    put: tuple[ox.Quad, ...] = ()
    remove: tuple[ox.Quad, ...] = ()
    whole: frozenset[str] = field(default_factory=frozenset)
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A change against a store as it is; all maps are by graph, then by subject.

    ``before`` and ``after`` hold the whole description of each touched subject, the rest only what differs.
    """

    before: Mapping[str, Mapping[str, frozenset[ox.Quad]]]
    after: Mapping[str, Mapping[str, frozenset[ox.Quad]]]
    inserts: tuple[ox.Quad, ...]
    deletes: tuple[ox.Quad, ...]

    @property
    def removed(self) -> dict[str, set[str]]:
        """Subjects that a graph describes no longer, by graph."""
        return {
            graph: {subject for subject in subjects if not self.after.get(graph, {}).get(subject)}
            for graph, subjects in self.before.items()
        }


def difference(change: Change, store: Store) -> Difference:
    """Return what a change means for the store as it is."""
    # The quads themselves are handed on, never made anew: a classification of a million statements must fit in memory.
    wanted: dict[str, dict[str, set[ox.Quad]]] = defaultdict(lambda: defaultdict(set))
    for quad in as_stored(change.put):
        wanted[_name(quad)][_subject(quad)].add(quad)
    touched: dict[str, set[str]] = defaultdict(set)
    for graph, subjects in wanted.items():
        touched[graph].update(subjects)
    for quad in change.remove:
        touched[_name(quad)].add(_subject(quad))
    for graph in change.whole:
        touched.setdefault(graph, set())
    before: dict[str, dict[str, frozenset[ox.Quad]]] = {}
    after: dict[str, dict[str, frozenset[ox.Quad]]] = {}
    inserts: list[ox.Quad] = []
    deletes: list[ox.Quad] = []
    gone = set(as_stored(change.remove))
    for graph, named in touched.items():
        had = described(store, graph, None if graph in change.whole else named)
        now = wanted.pop(graph, {})
        if graph not in change.whole:
            for subject in named - set(now):
                now[subject] = {quad for quad in had.get(subject, ()) if quad not in gone}
        changed = [subject for subject in {*had, *now} if had.get(subject) != now.get(subject)]
        before[graph], after[graph] = {}, {}
        for subject in changed:
            old, new = frozenset(had.pop(subject, ())), frozenset(now.pop(subject, ()))
            inserts += new - old
            deletes += old - new
            if old:
                before[graph][subject] = old
            if new:
                after[graph][subject] = new
    return Difference(before, after, tuple(inserts), tuple(deletes))


def as_stored(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return the quads as a store gives them back: "0.00" as "0", "PT80H" as "P3DT8H".

    Oxigraph keeps values, not spellings; without this the same file would be a change each time it is loaded.
    """
    plain: list[ox.Quad] = []
    small = ox.Store()
    valued: list[ox.Quad] = []
    for quad in quads:
        is_value = (
            isinstance(quad.object, ox.Literal) and not quad.object.language and quad.object.datatype.value != _STRING
        )
        (valued if is_value else plain).append(quad)
    small.extend(valued)
    return [*plain, *small]


def described(store: Store, graph: str, subjects: Iterable[str] | None) -> dict[str, set[ox.Quad]]:
    """Return what a graph says of these subjects, or of all where None is given."""
    found: dict[str, set[ox.Quad]] = defaultdict(set)
    name = node(graph)
    wanted = None if subjects is None else {each for each in subjects if not each.startswith("_:")}
    if wanted is None or len(wanted) >= _WHOLE:
        rows = look_up(store, "whole_graph", graph=Iri(graph)).rows
    elif wanted:
        # Asked of all graphs, for few things are spoken of in two: asked of one, the engine reads it for each thing.
        rows = [
            row[1:]
            for row in look_up(store, "elsewhere", thing=[Iri(each) for each in sorted(wanted)]).rows
            if row[0] == name
        ]
    else:
        rows = []
    for thing, predicate, value in rows:
        if (
            isinstance(thing, ox.NamedNode)
            and isinstance(predicate, ox.NamedNode)
            and value is not None
            and (wanted is None or thing.value in wanted)
        ):
            found[thing.value].add(ox.Quad(thing, predicate, value, name))
    return found


def _name(quad: ox.Quad) -> str:
    if not isinstance(quad.graph_name, ox.NamedNode):
        message = "Every statement of a change must name its graph."
        raise TypeError(message)
    return quad.graph_name.value


def _subject(quad: ox.Quad) -> str:
    return quad.subject.value if isinstance(quad.subject, ox.NamedNode) else str(quad.subject)
