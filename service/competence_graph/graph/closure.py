"""What shapes and checks must know of the things around a write: read from the store, kept small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.change import Difference
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store, Term
from competence_graph.graph.terms import Value, node, quad_of, to_python
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import Iri

_CHUNK: Final = 3000
_MANY: Final = 20_000
"""From this many things on, all owners are read once: cheaper than to ask for each."""
_TYPE: Final = expand("rdf:type")
_BROADER: Final = expand("skos:broader")
_NOTATION: Final = expand("skos:notation")
_COMPETENCE: Final = str(CG.Competence)
_PREREQUISITE: Final = expand("schema:coursePrerequisites")
_PERSON: Final = expand("foaf:Person")


def state_after(difference: Difference, store: Store) -> list[ox.Quad]:
    """Return the state after a change, as far as it matters for judging it.

    The whole description of every touched subject; types, schemes, scales and broader chains of what they refer to;
    what owns them (``cg:requires``, ``elm:learningOutcome``, ``org:hasUnit``); the levels of all scales; concepts that
    share a notation; where learners live. Statements that the change replaces are left out.
    """
    touched = {
        subject for subjects in (*difference.after.values(), *difference.before.values()) for subject in subjects
    }
    quads = [quad for subjects in difference.after.values() for said in subjects.values() for quad in said]
    gone = set(difference.deletes)
    around: set[ox.Quad] = set()
    names = _names(quads, touched)
    # A mapping speaks of a thing described elsewhere; a framework's competence may be spoken of in a mapping.
    spoken = [
        quad_of(thing, predicate, said, graph)
        for graph, thing, predicate, said in _asked(store, "elsewhere", "thing", (touched - names.typed) | names.apart)
        if _iri(thing) not in difference.after.get(_iri(graph), {})
    ]
    if spoken:
        around.update(spoken)
        names = _names([*quads, *(set(spoken) - gone)], touched)
    levels: list[ox.Quad] = []
    for graph, level, scale, number in look_up(store, "scales").rows:
        levels += [
            _quad(level, "skos:inScheme", scale, graph),
            _quad(level, "cg:level", number, graph),
            _quad(level, "rdf:type", node(expand("skos:Concept")), graph),
        ]
    around.update(levels)
    reached: set[str] = set()
    waiting = names.referred
    # A requirement leads to a competence, the competence to its framework, the framework to its scale: three steps.
    for _ in range(3):
        found = _context(store, waiting - reached - touched)
        around.update(found)
        reached |= waiting
        waiting = {value for quad in found if (value := _iri(quad.object)) and quad.predicate.value in _FOLLOWED}
    owners = look_up(store, "inverse").rows if len(touched) > _MANY else _asked(store, "inverse", "thing", touched)
    for graph, owner, predicate, thing in owners:
        if _iri(thing) in touched and _iri(owner) not in touched:
            around.add(quad_of(owner, predicate, thing, graph))
    for graph, descriptor, competence, level in _asked(store, "descriptors", "competence", names.competences):
        if _iri(descriptor) not in touched:
            around.add(_quad(descriptor, "cg:competence", competence, graph))
            around.add(_quad(descriptor, "cg:level", level, graph))
            around.add(_quad(descriptor, "rdf:type", node(str(CG.LevelDescriptor)), graph))
    for graph, later, earlier in _asked(store, "prerequisite_chain", "course", names.courses):
        if _iri(later) not in touched:
            around.add(_quad(later, "schema:coursePrerequisites", earlier, graph))
    for graph, narrower, broader in _asked(store, "broader_chain", "concept", names.linked):
        if _iri(narrower) not in touched:
            around.add(_quad(narrower, "skos:broader", broader, graph))
    values: list[Value] = [to_python(each) for each in names.notations]
    for start in range(0, len(values), _CHUNK):
        for graph, concept, scheme, notation in look_up(
            store, "same_notation", notation=values[start : start + _CHUNK]
        ).rows:
            if _iri(concept) not in touched:
                around.add(_quad(concept, "skos:notation", notation, graph))
                around.add(_quad(concept, "skos:inScheme", scheme, graph))
    return [*quads, *(around - gone)]


@dataclass(slots=True)
class _Names:
    """What the statements name: things outside, competences, both ends of links, notations.

    ``typed`` say what they are; ``apart`` may be spoken of in other graphs too: competences and people.
    """

    referred: set[str] = field(default_factory=set)
    competences: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    courses: set[str] = field(default_factory=set)
    notations: set[Term] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)


def _names(quads: Iterable[ox.Quad], touched: set[str]) -> _Names:
    names = _Names()
    # One pass, all predicates at hand: a classification brings a million statements.
    for quad in quads:
        named, pointed = quad.predicate.value, quad.object
        if isinstance(pointed, ox.NamedNode):
            iri = pointed.value
            if iri not in touched:
                names.referred.add(iri)
            if named == _TYPE:
                names.typed.add(_subject(quad))
                if iri == _COMPETENCE:
                    names.competences.add(_subject(quad))
                if iri in (_COMPETENCE, _PERSON):
                    names.apart.add(_subject(quad))
            elif named == _PREREQUISITE:
                names.courses |= {_subject(quad), iri}
            elif named == _BROADER:
                names.linked |= {_subject(quad), iri}
        elif named == _NOTATION:
            names.notations.add(pointed)
    return names


_FOLLOWED: Final = frozenset(
    expand(name) for name in ("skos:inScheme", "cg:scale", "cg:competence", "cg:learner", "skos:broader")
)


def _context(store: Store, things: Iterable[str]) -> set[ox.Quad]:
    return {
        quad_of(thing, predicate, value, graph)
        for graph, thing, predicate, value in _asked(store, "context", "thing", things)
    }


def _asked(store: Store, name: str, parameter: str, things: Iterable[str]) -> Iterable[tuple[Term, ...]]:
    asked = [Iri(each) for each in sorted(things) if ":" in each and not each.startswith("_:")]
    for start in range(0, len(asked), _CHUNK):
        parameters: Mapping[str, list[Value]] = {parameter: list(asked[start : start + _CHUNK])}
        yield from look_up(store, name, **parameters).rows  # type: ignore[misc]


def _quad(subject: Term | None, predicate: str, value: Term | None, graph: Term | None) -> ox.Quad:
    return quad_of(subject, node(expand(predicate)), value, graph)


def _iri(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def _subject(quad: ox.Quad) -> str:
    return _iri(quad.subject)
