"""A framework as one table, to be edited in a spreadsheet and read back: a row an area or competence, no RDF to know.

Reading back is exact. A cell that was not changed is never parsed: what the framework says there stays as it is, also
what no column shows. A row that is missing takes nothing away, for published competences do not vanish.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from competence_graph.exchange.tables import Table
from competence_graph.graph.change import described
from competence_graph.graph.questions import ask, look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import BASE, Iri
from competence_graph.model.text import LANGS

A: Final = node(expand("rdf:type"))
IN_SCHEME: Final = node(expand("skos:inScheme"))
NOTATION: Final = node(expand("skos:notation"))
BROADER: Final = node(expand("skos:broader"))
DEFINITION: Final = node(expand("skos:definition"))
CONCEPT: Final = node(expand("skos:Concept"))
COMPETENCE: Final = node(str(CG.Competence))
CREATED: Final = node(expand("dct:created"))
MODIFIED: Final = node(expand("dct:modified"))
_TEXTS: Final = {
    "label": "skos:prefLabel",
    "alternative": "skos:altLabel",
    "definition": "skos:definition",
    "scope_note": "skos:scopeNote",
}
LINKS: Final = {f"{each}_match": f"skos:{each}Match" for each in ("exact", "close", "broad", "narrow", "related")}
DATES: Final = {"created": CREATED, "modified": MODIFIED}
LEVEL_COLUMN: Final = re.compile(r"level_([1-9]\d?)_(lt|en)\Z")


@dataclass(slots=True)
class FrameworkNow:
    """What the store says of one framework, in the graph it lives in."""

    iri: str
    graph: str
    things: dict[str, set[ox.Quad]]
    levels: int
    members: list[str] = field(default_factory=list)
    notations: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def values(self, thing: str, predicate: ox.NamedNode) -> list[ox.NamedNode | ox.Literal]:
        found = [each.object for each in self.things.get(thing, ()) if each.predicate == predicate]
        kept = [each for each in found if isinstance(each, ox.NamedNode | ox.Literal)]
        return sorted(kept, key=lambda each: (each.value, str(each)))


def framework_columns(levels: int) -> tuple[str, ...]:
    """Return the columns of a framework whose scale has so many levels."""
    texts = [f"{name}_{lang}" for name in _TEXTS for lang in LANGS]
    descriptors = [f"level_{level}_{lang}" for level in range(1, levels + 1) for lang in LANGS]
    return ("uri", "framework", "kind", "notation", "broader", *texts, *descriptors, *LINKS, *DATES)


def framework_sheet(store: Store, framework: Iri, base: str = BASE) -> Table | None:
    """Return a framework as a table, by notation; None where there is no such framework."""
    known = framework_now(store, framework)
    if known is None:
        return None
    columns = framework_columns(known.levels)
    rows = [[shown(known, thing, column, base) for column in columns] for thing in known.members]
    return Table(columns, rows, title=framework.local)


def framework_now(store: Store, framework: Iri) -> FrameworkNow | None:
    """Return what the store says of a framework; None where it has no scale or is said in several graphs."""
    graphs = {str(row["graph"]) for row in _homes(store, framework)}
    levels = [int(str(row["level"])) for row in ask(store, "framework_levels", framework=framework)]
    if not levels or len(graphs) != 1:
        return None
    graph = graphs.pop()
    known = FrameworkNow(framework, graph, described(store, graph, None), max(levels))
    scheme = node(framework)
    for thing, quads in known.things.items():
        if any(each.predicate == IN_SCHEME and each.object == scheme for each in quads) and any(
            each.predicate == A and each.object == CONCEPT for each in quads
        ):
            known.members.append(thing)
            for notation in known.values(thing, NOTATION):
                known.notations[notation.value].append(thing)
    # BIB-2 before BIB-10.
    known.members.sort(
        key=lambda thing: (
            [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", _first(known, thing))],
            thing,
        )
    )
    return known


def _first(known: FrameworkNow, thing: str) -> str:
    return next((each.value for each in known.values(thing, NOTATION)), "~")


def _homes(store: Store, thing: Iri) -> list[Mapping[str, object]]:
    found = look_up(store, "homes", thing=thing)
    return [{"graph": graph.value} for _, _, graph in found.rows if isinstance(graph, ox.NamedNode)]


# --- showing


def shown(known: FrameworkNow, thing: str, column: str, base: str) -> str:
    """Return what a cell says, before it is made safe for a spreadsheet."""
    match column:
        case "uri":
            return _short(thing, base)
        case "framework":
            return _short(known.iri, base)
        case "kind":
            return "competence" if COMPETENCE in known.values(thing, A) else "area"
        case "broader":
            return _joined(_place(known, each.value, base) for each in known.values(thing, BROADER))
    subject, predicate, lang = place_of(thing, column)
    values = [
        each
        for each in known.values(subject, predicate)
        if lang is None or (isinstance(each, ox.Literal) and each.language == lang)
    ]
    return _joined(each.value if isinstance(each, ox.Literal) else _short(each.value, base) for each in values)


def place_of(thing: str, column: str) -> tuple[str, ox.NamedNode, str | None]:
    """Return the subject, predicate and language that a column of values stands for."""
    if level := LEVEL_COLUMN.match(column):
        return f"{thing}-{level[1]}", DEFINITION, level[2]
    if column == "notation":
        return thing, NOTATION, None
    if column in DATES:
        return thing, DATES[column], None
    if column in LINKS:
        return thing, node(expand(LINKS[column])), None
    name, _, lang = column.rpartition("_")
    return thing, node(expand(_TEXTS[name])), lang


def _short(iri: str, base: str) -> str:
    return iri.removeprefix(f"{base}id/")


def _place(known: FrameworkNow, thing: str, base: str) -> str:
    """Return the notation of a concept where it is the only one with it, else its id."""
    for notation in known.values(thing, NOTATION):
        if known.notations[notation.value] == [thing]:
            return notation.value
    return _short(thing, base)


def _joined(values: Iterable[str]) -> str:
    return " | ".join(each.replace("\\", "\\\\").replace("|", "\\|") for each in values)
