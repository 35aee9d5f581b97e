"""What the things in an answer are called: asked of the same snapshot, where no label of a private thing is."""

from __future__ import annotations

import json
from collections.abc import Iterable

from competence_graph.errors import InvalidIriError, QueryError
from competence_graph.model.iri import Iri, parse_iri
from competence_graph.model.text import Text
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.policy import FreeQuery

_QUERY = """
PREFIX dct:    <http://purl.org/dc/terms/>
PREFIX foaf:   <http://xmlns.com/foaf/0.1/>
PREFIX rdfs:   <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos:   <http://www.w3.org/2004/02/skos/core#>

SELECT DISTINCT ?thing ?label
WHERE {
  VALUES ?thing { %s }
  VALUES ?property { skos:prefLabel dct:title schema:name foaf:name rdfs:label }
  ?thing  ?property  ?label .
}
"""


def labels_of(sparql: FreeSparql, things: Iterable[str]) -> dict[str, list[Text]]:
    """Return, for each thing that has a public label, its labels.

    An answer is shown without them when they cannot be had: they are a help, not the answer.
    """
    iris = [iri for thing in things if (iri := _iri(thing))]
    if not iris:
        return {}
    text = _QUERY % " ".join(f"<{iri}>" for iri in iris)
    try:
        content = sparql.answer(FreeQuery(text, "SELECT", limited=True), "json").content
    except QueryError:
        return {}
    found: dict[str, list[Text]] = {}
    for row in json.loads(content)["results"]["bindings"]:
        label = row["label"]
        found.setdefault(row["thing"]["value"], []).append(Text(label["value"], label.get("xml:lang", "")))
    return found


def _iri(text: str) -> Iri | None:
    try:
        return parse_iri(text)
    except InvalidIriError:
        return None
