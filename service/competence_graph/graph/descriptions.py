"""Reads what pages say of published things from the public graphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from competence_graph.errors import NotFoundError
from competence_graph.graph.concepts import DEFINITIONS, Said, concepts, statements, texts
from competence_graph.graph.public import PublicGraphs
from competence_graph.graph.terms import Row, Value
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.competence import RELATIONS, Level, Need, Neighbour, Relation
from competence_graph.model.concept import Concept, ThingKind
from competence_graph.model.course import Course, Lesson, hours_of
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

_RELATIONS: Final[Mapping[str, Relation]] = {
    expand("skos:broader"): "broader",
    expand("skos:narrower"): "narrower",
    expand("skos:related"): "related",
    expand("skos:exactMatch"): "exact",
    expand("skos:closeMatch"): "close",
    expand("skos:broadMatch"): "broad",
    expand("skos:narrowMatch"): "narrow",
    expand("skos:relatedMatch"): "related-match",
    expand("dct:isReplacedBy"): "replaced-by",
    expand("dct:replaces"): "replaces",
}
_ESSENTIAL: Final = str(CG.essential)
_NOTES: Final = (Iri(expand("skos:scopeNote")), Iri(expand("skos:note")))
_BROADER: Final = Iri(expand("skos:broader"))


def find(graphs: PublicGraphs, thing: Iri, *kinds: ThingKind) -> Concept:
    """Return a published thing of one of these kinds, of any where none is named.

    Raises:
        NotFoundError: If there is none.
    """
    found = concepts(graphs, [thing]).get(thing)
    if found is None or (kinds and found.kind not in kinds):
        raise NotFoundError
    return found


def stated(graphs: PublicGraphs, thing: Iri) -> Said:
    """Return all that is said of a thing."""
    return statements(graphs, [thing])[thing]


def common(graphs: PublicGraphs, concept: Concept, said: Said) -> dict[str, Any]:
    """Return the fields of a `Description` but its concept."""
    scheme_said = stated(graphs, concept.scheme) if concept.scheme else said
    publisher = next(iter(iris(scheme_said, "dct:publisher")), None)
    named = concepts(graphs, [each for each in (concept.scheme, publisher) if each is not None])
    versions = [str(value) for value in scheme_said.get(Iri(expand("owl:versionInfo")), ())]
    licences = [*iris(said, "dct:license"), *iris(scheme_said, "dct:license")]
    return {
        "scheme": named.get(concept.scheme) if concept.scheme else None,
        "release": max(versions, default=""),
        "definitions": texts(said, DEFINITIONS),
        "notes": texts(said, _NOTES),
        "scheme_notes": texts(scheme_said, _NOTES),
        "changes": texts(said, [Iri(expand("skos:changeNote")), Iri(expand("skos:historyNote"))]),
        "created": _date(said, "dct:created", "dct:issued"),
        "modified": _date(said, "dct:modified", "dct:issued") or _date(scheme_said, "dct:modified", "dct:issued"),
        "licence": next(iter(licences), ""),
        "publisher": named.get(publisher) if publisher else None,
        "unverified": bool(said.get(Iri(str(CG.unverified)))),
    }


def types(graphs: PublicGraphs, competences: Mapping[Iri, Iri]) -> dict[Iri, str]:
    """Return what kind each competence is (generic, managerial, professional), under the keys given."""
    said = statements(graphs, competences.values(), [Iri(expand("dct:type"))])
    return {key: kind.local for key, each in competences.items() for kind in iris(said[each], "dct:type")[:1]}


def iris(said: Said, name: str) -> list[Iri]:
    """Return the IRIs that a property gives, in order."""
    return sorted(value for value in said.get(Iri(expand(name)), ()) if isinstance(value, Iri))


def neighbours(graphs: PublicGraphs, concept: Concept) -> tuple[Neighbour, ...]:
    """Return what a concept is linked with, by relation in the order of pages, then by code and name.

    A deprecated neighbour is left out, unless it is a predecessor or successor.
    """
    rows = graphs.ask("concept_neighbours", concept=concept.iri)
    known = concepts(graphs, {_iri(row["neighbour"]) for row in rows})
    schemes = concepts(graphs, {each.scheme for each in known.values() if each.scheme is not None})
    found: dict[tuple[Relation, Iri], Neighbour] = {}
    for row in rows:
        relation, other = _RELATIONS[str(row["relation"])], _iri(row["neighbour"])
        there = known.get(other)
        if there is not None and there.deprecated and relation not in ("replaces", "replaced-by"):
            continue
        framework = schemes.get(there.scheme) if there is not None and there.scheme else None
        shown = framework if there is not None and there.scheme != concept.scheme else None
        found[relation, other] = Neighbour(relation, there or Concept(other), shown, there is not None)
    return tuple(
        sorted(
            found.values(),
            key=lambda each: (
                RELATIONS.index(each.relation),
                not each.known,
                each.concept.notation,
                each.concept.label("lt").value,
                each.concept.iri,
            ),
        )
    )


def sectors(graphs: PublicGraphs, concept: Concept) -> tuple[Concept, ...]:
    """Return the kinds of institution that a thing is for; none means any."""
    named = concepts(graphs, concept.sectors)
    return tuple(named[each] for each in concept.sectors if each in named)


def path(graphs: PublicGraphs, concept: Concept) -> tuple[Concept, ...]:
    """Return what stands above a concept in its framework, from the top down; of several ways up the first by IRI."""
    found: list[Iri] = []
    at = concept.iri
    while True:
        above = sorted(_iri(row["value"]) for row in graphs.ask("concept_statements", thing=at, property=_BROADER))
        # A circle, which a stored framework cannot have but a foreign one might, ends the way.
        above = [each for each in above if each not in found and each != concept.iri]
        if not above:
            break
        at = above[0]
        found.append(at)
    named = concepts(graphs, found)
    return tuple(named[each] for each in reversed(found) if each in named)


def levels(graphs: PublicGraphs, concept: Concept) -> tuple[Level, ...]:
    """Return the levels of the scale of a competence's framework, with what the competence says of each."""
    descriptors: dict[int, list[Text]] = defaultdict(list)
    for row in graphs.ask("competence_levels", competence=concept.iri):
        definition = row["definition"]
        descriptors[_int(row["level"])].append(definition if isinstance(definition, Text) else Text(str(definition)))
    rows = graphs.ask("framework_levels", framework=concept.scheme) if concept.scheme else []
    steps = {_int(row["level"]): _iri(row["concept"]) for row in rows}
    named = concepts(graphs, steps.values())
    said = statements(graphs, steps.values(), DEFINITIONS) if steps else {}
    return tuple(
        Level(
            number,
            named.get(steps[number]) if number in steps else None,
            texts(said.get(steps[number], {}), DEFINITIONS) if number in steps else (),
            tuple(descriptors.get(number, ())),
        )
        for number in sorted(steps.keys() | descriptors.keys())
    )


def needs(graphs: PublicGraphs, rows: Iterable[Row]) -> tuple[Need, ...]:
    """Return what rows of role, competence, level, necessity and weight say, in their order."""
    rows = list(rows)
    named = concepts(graphs, {_iri(row[name]) for row in rows for name in ("role", "competence")})
    return tuple(
        Need(
            named.get(_iri(row["role"]), Concept(_iri(row["role"]), "role")),
            named.get(_iri(row["competence"]), Concept(_iri(row["competence"]), "competence")),
            _int(row["level"]),
            str(row["necessity"]) == _ESSENTIAL,
            _int(row["weight"]),
        )
        for row in rows
    )


def lessons(graphs: PublicGraphs, rows: Iterable[Row]) -> tuple[Lesson, ...]:
    """Return what rows of course, competence, from and to say, in their order."""
    rows = list(rows)
    taught = concepts(graphs, {_iri(row["competence"]) for row in rows})
    given = courses(graphs, {_iri(row["course"]) for row in rows})
    return tuple(
        Lesson(
            given[_iri(row["course"])],
            taught.get(_iri(row["competence"]), Concept(_iri(row["competence"]), "competence")),
            _int(row["from"]),
            _int(row["to"]),
        )
        for row in rows
        if _iri(row["course"]) in given
    )


def courses(graphs: PublicGraphs, wanted: Collection[Iri] | None) -> dict[Iri, Course]:
    """Return those of these courses that are published; all where None. Of several offers the cheapest is shown."""
    if wanted is not None and not wanted:
        return {}
    rows = graphs.ask("course_facts", course=None if wanted is None else sorted(wanted))
    first: dict[Iri, Row] = {}
    for row in rows:
        first.setdefault(_iri(row["course"]), row)
    providers = {_iri(row["provider"]) for row in first.values() if row["provider"] is not None}
    named = concepts(graphs, [*first, *providers])
    said = statements(graphs, first.keys(), DEFINITIONS) if first else {}
    return {
        iri: Course(
            named[iri],
            code=str(row["code"] or ""),
            hours=hours_of(str(row["duration"])) if row["duration"] is not None else None,
            price=Decimal(str(row["price"])) if isinstance(row["price"], int | Decimal) else None,
            currency=str(row["currency"] or ""),
            provider=named.get(_iri(row["provider"])) if row["provider"] is not None else None,
            descriptions=texts(said.get(iri, {}), DEFINITIONS),
        )
        for iri, row in first.items()
        if iri in named
    }


def _date(said: Said, *names: str) -> date | None:
    values = [value for name in names for value in said.get(Iri(expand(name)), ())]
    return next((value for value in values if isinstance(value, date)), None)


def _iri(value: Value) -> Iri:
    return value if isinstance(value, Iri) else Iri(str(value))


def _int(value: Value) -> int:
    return value if isinstance(value, int) else int(str(value))
