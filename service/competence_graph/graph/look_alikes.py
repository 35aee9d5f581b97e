"""Names that a write makes and that another concept of the same scheme has already, to the eye if not to the letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.change import Difference
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import expand
from competence_graph.model.iri import Iri
from competence_graph.model.look_alikes import skeleton

_SCHEME: Final = node(expand("skos:inScheme"))
_LABEL: Final = node(expand("skos:prefLabel"))
_MANY: Final = 2000
"""Whoever writes so many things at once takes over a whole framework: its names are its owner's."""


def look_alikes(state: Iterable[ox.Quad], prepared: Difference, store: Store) -> list[tuple[str, str]]:
    """Return the things of a change, each with its name, that look like another of their scheme.

    Args:
        state: The state after the change, as far as it matters.
        prepared: The change.
        store: The store, still without it.
    """
    fresh = {subject for subjects in prepared.after.values() for subject in subjects}
    if len(fresh) >= _MANY:
        return []
    labels: set[tuple[str, str, str]] = set()
    schemes: dict[str, set[str]] = defaultdict(set)
    for quad in state:
        subject = _iri(quad.subject)
        if subject not in fresh:
            continue
        if quad.predicate == _SCHEME:
            schemes[subject].add(_iri(quad.object))
        elif quad.predicate == _LABEL and isinstance(quad.object, ox.Literal):
            labels.add((subject, quad.object.value, quad.object.language or ""))
    asked = sorted({Iri(each) for their in schemes.values() for each in their})
    if not asked or not labels:
        return []
    for scheme_term, other, name in look_up(store, "labels_of_schemes", scheme=asked).rows:
        if _iri(other) not in fresh and isinstance(name, ox.Literal):
            labels.add((_iri(other), name.value, name.language or ""))
            schemes[_iri(other)].add(_iri(scheme_term))
    called: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for thing, label, lang in labels:
        for scheme in schemes.get(thing, ()):
            called[scheme, skeleton(label), lang].add(thing)
    found = {
        thing: label
        for thing, label, lang in sorted(labels)
        if thing in fresh and any(called[each, skeleton(label), lang] - {thing} for each in schemes.get(thing, ()))
    }
    return sorted(found.items())


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
