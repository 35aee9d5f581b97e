"""What the things in an answer are called: asked of the same snapshot, where no label of a private thing is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from competence_graph.errors import InvalidIriError, QueryError
from competence_graph.model.iri import Iri, parse_iri
from competence_graph.model.text import Text
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.policy import FreeQuery

_QUERY: Final = (files("competence_graph.sandbox") / "labels.rq").read_text(encoding="utf-8")


def labels_of(sparql: FreeSparql, things: Iterable[str]) -> dict[str, list[Text]]:
    """Return, for each thing that has a public label, its labels.

    An answer is shown without them when they cannot be had: they are a help, not the answer.
    """
    iris = [iri for thing in things if (iri := _iri(thing))]
    if not iris:
        return {}
    # An Iri holds no character that could end it here.
    text = _QUERY.replace("UNDEF", " ".join(f"<{iri}>" for iri in iris), 1)
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
