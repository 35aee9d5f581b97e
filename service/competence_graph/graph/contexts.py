"""JSON-LD contexts of files that come in: the known ones are put in their place, no other address is ever asked for.

Source: design/trust.md, T12. Whoever could name a context that we fetch could make this service call any address.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from competence_graph.bundled import bundled
from competence_graph.model.iri import BASE

OURS: Final = f"{BASE}context.jsonld"
"""The address of our own context, which ships with the service."""


@cache
def _known() -> dict[str, Any]:
    own = json.loads((bundled("ontology") / "context.jsonld").read_text(encoding="utf-8"))
    return {OURS: own["@context"]}


def resolved(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the document with known contexts in the place of their addresses, and the addresses that are not known.

    A text that is no JSON comes back as it is: the parser says what is wrong with it.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text, ()
    unknown: list[str] = []
    changed = False
    waiting: list[Any] = [document]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            if "@context" in at:
                at["@context"], inlined = _inlined(at["@context"], unknown)
                changed |= inlined
            if isinstance(at.get("@import"), str):
                unknown.append(at["@import"])
            waiting += at.values()
        elif isinstance(at, list):
            waiting += at
    if unknown or not changed:
        return text, tuple(dict.fromkeys(unknown))
    return json.dumps(document, ensure_ascii=False), ()


def _inlined(context: Any, unknown: list[str]) -> tuple[Any, bool]:
    """Return a context without known addresses; others are noted."""
    if isinstance(context, str):
        found = _known().get(context)
        if found is None:
            unknown.append(context)
            return context, False
        return found, True
    if isinstance(context, list):
        parts = [_inlined(each, unknown) for each in context]
        return [part for part, _ in parts], any(inlined for _, inlined in parts)
    return context, False
