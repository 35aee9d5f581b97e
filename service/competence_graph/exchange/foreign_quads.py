"""A foreign framework as statements: its own IRIs for its concepts, ours for what we add, levels marked as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from competence_graph.exchange.column_map import ColumnMap, Scheme
from competence_graph.exchange.foreign_tables import ForeignConcept, ForeignFramework
from competence_graph.graph.terms import node, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import BASE, Iri
from competence_graph.model.text import LANGS, Lang, Text

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DEPRECATED: Final = expand("status:Deprecated")


def _term(name: str) -> ox.NamedNode:
    return node(expand(name))


_A: Final = _term("rdf:type")
_CONCEPT: Final = _term("skos:Concept")
_COMPETENCE: Final = node(str(CG.Competence))
_IN_SCHEME: Final = _term("skos:inScheme")
_TOP_OF: Final = _term("skos:topConceptOf")
_HAS_TOP: Final = _term("skos:hasTopConcept")
_LABEL: Final = _term("skos:prefLabel")
_ALTERNATIVE: Final = _term("skos:altLabel")
_HIDDEN: Final = _term("skos:hiddenLabel")
_DEFINITION: Final = _term("skos:definition")
_NOTE: Final = _term("skos:scopeNote")
_NOTATION: Final = _term("skos:notation")
_BROADER: Final = _term("skos:broader")
_ROLE: Final = _term("org:Role")
_REQUIRES: Final = node(str(CG.requires))
_REQUIREMENT: Final = node(str(CG.Requirement))
_CODES: Final = {
    "type": _term("esco:skillType"),
    "reuse": _term("esco:skillReuseLevel"),
    "status": _term("adms:status"),
}


def framework_graph(column_map: ColumnMap, base: str = BASE) -> ox.NamedNode:
    """Return the graph of the competences."""
    return node(f"{base}graph/framework/{column_map.framework.word}")


def roles_graph(column_map: ColumnMap, base: str = BASE) -> ox.NamedNode | None:
    """Return the graph of the roles and their requirements.

    It is a graph beside the frameworks and not ``graph/roles``, which is replaced whole with our inventories.
    """
    return None if column_map.roles is None else node(f"{base}graph/framework/{column_map.roles.word}")


def requirement_iri(column_map: ColumnMap, role: str, competence: str, base: str = BASE) -> Iri:
    """Return the name of a requirement: ``{base}id/{word}-{role}-{competence}``.

    It lies under our base, because its level is ours. A role and a competence are named by the UUID that ends their
    IRI, else by sixteen hexadecimal digits of its SHA-256.
    """
    return Iri(f"{base}id/{column_map.framework.word}-{_key(role)}-{_key(competence)}")


def _key(iri: str) -> str:
    local = iri.rsplit("/", 1)[-1]
    return local if _UUID.match(local) else sha256(iri.encode()).hexdigest()[:16]


def levels_note(column_map: ColumnMap) -> dict[Lang, str]:
    """Return, in both languages, what our levels stand for; nothing where the framework has no requirements."""
    if not column_map.levels:
        return {}
    (level, weight), (low, light) = column_map.levels["essential"], column_map.levels["optional"]
    short = column_map.short
    return {
        "lt": f"Lygiai ir svoriai yra mūsų, ne {short}: {short} pasako tik tai, ar kompetencija profesijai būtina, ar "
        f"pageidautina. Čia „būtina“ reiškia {level} lygį (svoris {weight}), „pageidautina“ – {low} lygį "
        f"(svoris {light}).",
        "en": f"The levels and weights are ours, not those of {short}: {short} only says whether a competence is "
        f"essential or optional for an occupation. Here essential stands for level {level} (weight {weight}), "
        f"optional for level {low} (weight {light}).",
    }


def quads(made: ForeignFramework, base: str = BASE) -> Iterator[ox.Quad]:
    """Yield what the framework says, each statement with its graph."""
    said = made.map
    graph = framework_graph(said, base)
    yield from _scheme(said, said.framework, graph)
    yield ox.Quad(node(said.framework.iri), node(str(CG.scale)), node(said.scale), graph)
    yield from _concepts(made, said.framework, graph, roles=False)
    place = roles_graph(said, base)
    if said.roles is not None and place is not None:
        yield from _scheme(said, said.roles, place)
        yield from _concepts(made, said.roles, place, roles=True)
        yield from _requirements(made, place, base)


def _scheme(said: ColumnMap, scheme: Scheme, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    about = node(scheme.iri)
    publisher = node(said.publisher)

    def one(predicate: str, value: ox.NamedNode | Text | str) -> ox.Quad:
        term = value if isinstance(value, ox.NamedNode) else to_term(value)
        return ox.Quad(about, _term(predicate), term, graph)

    yield one("rdf:type", _term("skos:ConceptScheme"))
    yield from (one("dct:title", text) for text in scheme.title)
    yield from (one("dct:description", text) for text in scheme.description)
    yield from (one("schema:creditText", text) for text in said.notice)
    yield one("dct:license", node(said.license))
    yield one("dct:publisher", publisher)
    if said.version:
        yield one("owl:versionInfo", said.version)
    note = levels_note(said)
    yield from (one("skos:editorialNote", Text(note[lang], lang)) for lang in LANGS if lang in note)
    yield ox.Quad(publisher, _A, _term("foaf:Organization"), graph)
    yield from (ox.Quad(publisher, _LABEL, to_term(text), graph) for text in said.publisher_name)


def _concepts(made: ForeignFramework, scheme: Scheme, graph: ox.NamedNode, *, roles: bool) -> Iterator[ox.Quad]:
    within = node(scheme.iri)
    for concept in made.of("roles", "groups") if roles else made.of("competences", "areas"):
        about = node(concept.iri)
        yield ox.Quad(about, _A, _CONCEPT, graph)
        if concept.kind == "competences":
            yield ox.Quad(about, _A, _COMPETENCE, graph)
        elif concept.kind == "roles":
            yield ox.Quad(about, _A, _ROLE, graph)
        yield ox.Quad(about, _IN_SCHEME, within, graph)
        for above in concept.broader:
            yield ox.Quad(about, _BROADER, node(above), graph)
        if not concept.broader:
            yield ox.Quad(about, _TOP_OF, within, graph)
            yield ox.Quad(within, _HAS_TOP, about, graph)
        yield from _words(concept, about, graph)


def _words(concept: ForeignConcept, about: ox.NamedNode, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for lang, text in concept.labels.items():
        yield ox.Quad(about, _LABEL, ox.Literal(text, language=lang), graph)
    # SKOS wants a text to be one kind of label in a language: the preferred one goes first, then the alternative.
    for lang, texts in concept.alternatives.items():
        for text in texts:
            if text != concept.labels.get(lang):
                yield ox.Quad(about, _ALTERNATIVE, ox.Literal(text, language=lang), graph)
    for lang, texts in concept.hidden.items():
        for text in texts:
            if text != concept.labels.get(lang) and text not in concept.alternatives.get(lang, ()):
                yield ox.Quad(about, _HIDDEN, ox.Literal(text, language=lang), graph)
    for predicate, said in ((_DEFINITION, concept.definitions), (_NOTE, concept.notes)):
        for lang, text in said.items():
            yield ox.Quad(about, predicate, ox.Literal(text, language=lang), graph)
    if concept.notation:
        yield ox.Quad(about, _NOTATION, ox.Literal(concept.notation), graph)
    for key, code in concept.codes.items():
        yield ox.Quad(about, _CODES[key], node(code), graph)
    if concept.codes.get("status") == _DEPRECATED:
        yield ox.Quad(about, _term("owl:deprecated"), to_term(True), graph)
    if concept.modified is not None:
        yield ox.Quad(about, _term("dct:modified"), to_term(concept.modified), graph)


def _requirements(made: ForeignFramework, graph: ox.NamedNode, base: str) -> Iterator[ox.Quad]:
    competence_of, necessity_of = node(str(CG.competence)), node(str(CG.necessity))
    level_of, weight_of = node(str(CG.level)), node(str(CG.weight))
    terms = {
        necessity: (node(str(CG[necessity])), to_term(level), to_term(weight))
        for necessity, (level, weight) in made.map.levels.items()
    }
    for (role, competence), (necessity, _) in made.requirements.items():
        named = node(requirement_iri(made.map, role, competence, base))
        code, level, weight = terms[necessity]
        yield ox.Quad(node(role), _REQUIRES, named, graph)
        yield ox.Quad(named, _A, _REQUIREMENT, graph)
        yield ox.Quad(named, competence_of, node(competence), graph)
        yield ox.Quad(named, necessity_of, code, graph)
        yield ox.Quad(named, level_of, level, graph)
        yield ox.Quad(named, weight_of, weight, graph)
