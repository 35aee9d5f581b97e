"""Published things as lists and links show them, read from the public graphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from competence_graph.graph.public import PublicGraphs
from competence_graph.graph.terms import Value
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.concept import Concept, Standing, ThingKind
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

Said = Mapping[Iri, Sequence[Value]]
"""property -> values, of one thing."""

Statements = dict[Iri, dict[Iri, list[Value]]]
"""thing -> property -> values."""

_TYPE: Final = Iri(expand("rdf:type"))
_SCHEME: Final = Iri(expand("skos:inScheme"))
_LEVEL: Final = Iri(str(CG.level))
_SCALE: Final = Iri(str(CG.scale))
_SUBJECT: Final = Iri(expand("dct:subject"))
_STATUS: Final = Iri(expand("adms:status"))
_DEPRECATED: Final = Iri(expand("owl:deprecated"))
LABELS: Final = tuple(Iri(expand(name)) for name in ("skos:prefLabel", "dct:title", "schema:name"))
ALTERNATIVES: Final = tuple(Iri(expand(name)) for name in ("skos:altLabel", "skos:hiddenLabel"))
NOTATIONS: Final = tuple(Iri(expand(name)) for name in ("skos:notation", "schema:courseCode"))
DEFINITIONS: Final = tuple(Iri(expand(name)) for name in ("skos:definition", "dct:description", "schema:description"))
# What says which kind a thing is; the first that fits.
_KINDS: Final[tuple[tuple[str, ThingKind], ...]] = (
    (str(CG.Competence), "competence"),
    (expand("org:Role"), "role"),
    (expand("schema:Course"), "course"),
    (expand("org:FormalOrganization"), "organisation"),
    (expand("org:OrganizationalUnit"), "organisation"),
    (expand("org:Organization"), "organisation"),
)
_PARTS: Final = frozenset(
    {str(CG.LevelDescriptor), str(CG.Requirement), expand("elm:LearningOutcome"), expand("schema:Offer")}
)
_STANDINGS: Final[dict[str, Standing]] = {
    expand("status:UnderDevelopment"): "draft",
    expand("status:Completed"): "current",
    expand("status:Deprecated"): "deprecated",
    expand("status:Withdrawn"): "withdrawn",
}
_ABOUT: Final = (_TYPE, _SCHEME, _LEVEL, _SCALE, _SUBJECT, _STATUS, _DEPRECATED)
_AT_ONCE: Final = 500


def statements(graphs: PublicGraphs, things: Iterable[Iri] | None, properties: Sequence[Iri] = ()) -> Statements:
    """Return what is said of these things; of every thing where None."""
    found: Statements = defaultdict(lambda: defaultdict(list))
    if things is None:
        for row in graphs.ask("label_index", property=properties or None):
            found[_iri(row["thing"])][_iri(row["property"])].append(row["value"])
        return found
    wanted = sorted(set(things))
    for start in range(0, len(wanted), _AT_ONCE):
        # Without the properties: with both lists bound the engine scans whole properties (ESCO: 0.8 s, not 6 ms).
        for row in graphs.ask("concept_statements", thing=wanted[start : start + _AT_ONCE]):
            if not properties or row["property"] in properties:
                found[_iri(row["thing"])][_iri(row["property"])].append(row["value"])
    return found


def kind_of(said: Said, frameworks: frozenset[Iri], scales: frozenset[Iri]) -> ThingKind | None:
    """Return the kind of a thing from what is said of it; None for a part of another thing and for what is no thing.

    Args:
        said: Property -> values.
        frameworks: Schemes that have a scale.
        scales: Schemes that frameworks use as scales.
    """
    classes = {str(each) for each in said.get(_TYPE, ())}
    if classes & _PARTS:
        return None
    for name, kind in _KINDS:
        if name in classes:
            return kind
    schemes = set(said.get(_SCHEME, ()))
    if expand("skos:ConceptScheme") in classes:
        return "framework" if _SCALE in said else "scheme"
    if expand("skos:Concept") in classes:
        if _LEVEL in said and (schemes & scales or not schemes & frameworks):
            return "level"
        return "area" if schemes & frameworks else "term"
    return None


def concepts(graphs: PublicGraphs, things: Iterable[Iri] | None = None) -> dict[Iri, Concept]:
    """Return those of these things that are published; all of them where None. Parts of things are left out."""
    described = statements(graphs, things, (*_ABOUT, *LABELS, *ALTERNATIVES, *NOTATIONS))
    frameworks, scales = schemes(graphs)
    found: dict[Iri, Concept] = {}
    for thing, said in described.items():
        kind = kind_of(said, frameworks, scales)
        if kind == "scheme" and thing in scales:
            kind = "scale"
        if kind is not None:
            found[thing] = _concept(thing, kind, said)
    return found


def schemes(graphs: PublicGraphs) -> tuple[frozenset[Iri], frozenset[Iri]]:
    """Return the frameworks and the scales they use."""
    rows = graphs.ask("concept_statements", property=_SCALE)
    return frozenset(_iri(row["thing"]) for row in rows), frozenset(_iri(row["value"]) for row in rows)


def standing_of(said: Said) -> Standing:
    """Return whether a thing is a draft, current, deprecated or withdrawn."""
    if True in said.get(_DEPRECATED, ()):
        return "deprecated"
    return next((_STANDINGS[str(each)] for each in said.get(_STATUS, ()) if str(each) in _STANDINGS), "current")


def texts(said: Said, properties: Sequence[Iri]) -> tuple[Text, ...]:
    """Return the texts that these properties give, in order of language."""
    values = [value for name in properties for value in said.get(name, ())]
    return tuple(sorted({each if isinstance(each, Text) else Text(str(each)) for each in values}, key=_by_language))


def _by_language(text: Text) -> tuple[str, str]:
    return text.lang, text.value


def _concept(thing: Iri, kind: ThingKind, said: Said) -> Concept:
    notations = [str(value) for name in NOTATIONS for value in said.get(name, ())]
    known = [value for value in said.get(_SCHEME, ()) if isinstance(value, Iri)]
    return Concept(
        iri=thing,
        kind=kind,
        labels=texts(said, LABELS),
        alternatives=texts(said, ALTERNATIVES),
        notation=min(notations, default=""),
        standing=standing_of(said),
        scheme=min(known, default=None),
        sectors=tuple(sorted(value for value in said.get(_SUBJECT, ()) if isinstance(value, Iri))),
    )


def _iri(value: Value) -> Iri:
    return value if isinstance(value, Iri) else Iri(str(value))
