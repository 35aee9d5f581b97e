"""How much there is: texts by framework and language, links by framework and relation, roles and courses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import LANGS, Lang

TEXTS: Final[Mapping[str, str]] = {
    expand("skos:prefLabel"): "labels",
    expand("skos:altLabel"): "alternative labels",
    expand("skos:definition"): "definitions",
    str(CG.LevelDescriptor): "level descriptors",
}
"""What is counted, by the property that says it."""
RELATIONS: Final = ("broader", "related", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")


@dataclass(frozen=True, slots=True)
class FrameworkCounts:
    """One framework.

    ``texts`` are numbers by kind (a value of `TEXTS`) and language; ``links`` by relation and by whether the other
    competence is held here (``inside``) or is a foreign one of which only the URI is known.
    """

    framework: Iri
    competences: int
    texts: Mapping[tuple[str, Lang], int]
    inside: Mapping[str, int]
    outside: Mapping[str, int]


def framework_counts(actor: Actor, store: Store) -> list[FrameworkCounts]:
    """Return a line for each framework, by IRI; deprecated competences are left out."""
    del actor  # frameworks are everybody's
    texts: dict[str, dict[tuple[str, Lang], int]] = {}
    for row in ask(store, "framework_texts"):
        lang = str(row["language"])
        if lang in LANGS:
            texts.setdefault(str(row["framework"]), {})[TEXTS[str(row["property"])], lang] = _number(row["texts"])
    inside: dict[str, Counter[str]] = {}
    outside: dict[str, Counter[str]] = {}
    for row in ask(store, "framework_relations"):
        where = outside if row["other"] is None else inside
        relation = str(row["relation"]).rsplit("#", 1)[-1]
        where.setdefault(str(row["framework"]), Counter())[relation] += _number(row["links"])
    return [
        FrameworkCounts(
            framework=Iri(str(row["framework"])),
            competences=_number(row["competences"]),
            texts=texts.get(str(row["framework"]), {}),
            inside=inside.get(str(row["framework"]), {}),
            outside=outside.get(str(row["framework"]), {}),
        )
        for row in ask(store, "framework_counts")
    ]


def role_counts(actor: Actor, store: Store) -> dict[Iri, int]:
    """Return how many roles each kind of institution has; a role of several kinds counts in each."""
    del actor
    found = {(str(row["role"]), str(row["sector"])) for row in ask(store, "role_sectors") if row["sector"] is not None}
    counted = Counter(sector for _, sector in found)
    return {Iri(sector): counted[sector] for sector in sorted(counted)}


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
