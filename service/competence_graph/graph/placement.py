"""Which named graph a statement belongs to, where a file does not say (source: design/model.md, "Named graphs").

Every kind of thing has one place. What has none (shapes, ontologies, imports, statements about other people's things)
is not taken in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import BASE, Iri

_TYPE: Final = expand("rdf:type")
_SCHEME: Final = expand("skos:inScheme")
_BY_TYPE: Final = {
    expand("org:Role"): "roles",
    str(CG.Requirement): "roles",
    expand("schema:Course"): "courses",
    expand("schema:CourseInstance"): "courses",
    expand("schema:Offer"): "courses",
    expand("elm:LearningOutcome"): "courses",
    expand("org:FormalOrganization"): "organisations",
    expand("org:OrganizationalUnit"): "organisations",
}
_PERSONAL: Final = frozenset(
    {
        expand("foaf:Person"),
        expand("org:Membership"),
        expand("elm:Evidence"),
        expand("elm:LearningActivity"),
        str(CG.Attainment),
        str(CG.LearningPlan),
        str(CG.PlanItem),
    }
)
_MATCHES: Final = frozenset(expand(f"skos:{name}Match") for name in ("exact", "close", "broad", "narrow", "related"))
_PERSON_LINKS: Final = (str(CG.learner), expand("org:member"))


class Placement:
    """Places the statements of one document, with what the store knows of the things it names."""

    def __init__(self, quads: Iterable[ox.Quad], store: Store, base: str = BASE) -> None:
        """Read what the document and the store say of the things it names."""
        self._base = base
        self._by_subject: dict[str, list[ox.Quad]] = defaultdict(list)
        self._types: dict[str, set[str]] = defaultdict(set)
        self._schemes: dict[str, str] = {}
        self._owner: dict[str, str] = {}
        self._scales: set[str] = set()
        self._frameworks: set[str] = set()
        self._people: set[str] = set()
        self._homes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode):
                self._note(quad, quad.subject.value)
        self._ask(store)

    def _note(self, quad: ox.Quad, subject: str) -> None:
        self._by_subject[subject].append(quad)
        predicate = quad.predicate.value
        value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        if predicate == _TYPE:
            self._types[subject].add(value)
        elif predicate == _SCHEME:
            self._schemes.setdefault(subject, value)
        elif predicate in (str(CG.competence), *_PERSON_LINKS):
            self._owner.setdefault(subject if predicate != str(CG.competence) else f"{subject} competence", value)
        elif predicate == str(CG.scale):
            self._frameworks.add(subject)
        elif predicate == expand("dct:rightsHolder") and value:
            self._people.add(f"{self._base}graph/people/{value.rsplit('/', 1)[-1]}")

    def _ask(self, store: Store) -> None:
        for subject, quads in self._by_subject.items():
            if (
                any(quad.predicate.value == str(CG.level) for quad in quads)
                and subject in self._schemes
                and not self._types[subject] & {str(CG.Competence)}
            ):
                self._scales.add(self._schemes[subject])
        named = set(self._by_subject) | {value for value in (*self._owner.values(), *self._schemes.values()) if value}
        asked = sorted(Iri(each) for each in named)
        for start in range(0, len(asked), 5000):
            part = asked[start : start + 5000]
            for thing, kind, graph in look_up(store, "homes", thing=part).rows:
                self._homes[_iri(thing)][_iri(kind)].add(_iri(graph))
            for concept, scheme in look_up(store, "schemes_of", concept=part).rows:
                self._schemes.setdefault(_iri(concept), _iri(scheme))

    def graph_of(self, subject: str) -> str | None:
        """Return the graph of a subject's statements; None where it has no place.

        Statements about a thing that the document does not describe go where the store describes it.
        """
        types = self._types.get(subject, set()) or set(self._homes.get(subject, {}))
        graph = self._graph
        if types & _PERSONAL:
            return self._people_graph(subject)
        for kind, place in _BY_TYPE.items():
            if kind in types:
                return graph(place)
        if str(CG.LevelDescriptor) in types:
            competence = self._owner.get(f"{subject} competence", "")
            return self._framework(self._schemes.get(competence, ""))
        predicates = {quad.predicate.value for quad in self._by_subject.get(subject, ())}
        if not self._types.get(subject) and predicates and predicates <= (_MATCHES | {str(CG.countsAs)}):
            return graph(f"mappings/{self._schemes.get(subject, '').rsplit('/', 1)[-1] or 'other'}")
        if expand("skos:ConceptScheme") in types:
            return self._scheme(subject)
        if types & {
            str(CG.Competence),
            expand("skos:Concept"),
            expand("skos:OrderedCollection"),
            expand("skos:Collection"),
        }:
            return self._scheme(self._schemes.get(subject, ""))
        if expand("dct:rightsHolder") in predicates:
            return subject
        if "-list-" in subject or "-part-" in subject:
            return self.graph_of(subject.rsplit("-list-", 1)[0].rsplit("-part-", 1)[0])
        if predicates == {str(CG.countsSelfAssessment)}:
            return graph(f"organisation/{subject.rsplit('/', 1)[-1]}")
        return None

    def _graph(self, path: str) -> str:
        return f"{self._base}graph/{path}"

    def _framework(self, scheme: str) -> str | None:
        return self._graph(f"framework/{scheme.rsplit('/', 1)[-1]}") if scheme else None

    def _scheme(self, scheme: str) -> str | None:
        if not scheme:
            return None
        if scheme in self._frameworks:
            return self._framework(scheme)
        if scheme in self._scales:
            return self._graph(f"scale/{scheme.rsplit('/', 1)[-1]}")
        known = {graph for graphs in self._homes.get(scheme, {}).values() for graph in graphs}
        if known:
            return min(known)
        local = scheme.rsplit("/", 1)[-1]
        if local == "roles":
            return self._graph("roles")
        if local in ("sectors", "municipalities"):
            return self._graph("organisations")
        return self._framework(scheme)

    def _people_graph(self, subject: str) -> str | None:
        """Return the people graph the document names, else the one where the person lives already."""
        if len(self._people) == 1:
            return next(iter(self._people))
        person = self._owner.get(subject, subject)
        known = {graph for kind, graphs in self._homes.get(person, {}).items() for graph in graphs if kind in _PERSONAL}
        return min(known) if known else None


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""
