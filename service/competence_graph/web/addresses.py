"""Where the page of a published thing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from competence_graph.model.concept import Concept
from competence_graph.model.iri import BASE

_PAGES: Final = {"competence": "competences", "area": "competences", "role": "roles", "course": "courses"}


def local_id(concept: Concept, base: str) -> str:
    """Return the id of a thing of ours; nothing where it was minted elsewhere."""
    for start in (f"{BASE}id/", f"{base}id/"):
        if concept.iri.startswith(start):
            return concept.iri.removeprefix(start)
    return ""


def page_of(concept: Concept, lang: str, base: str) -> str:
    """Return the address of the page of a thing in a language.

    A thing of another publisher that is loaded here has a page here; one that is not leads to its own address.
    """
    local = local_id(concept, base)
    if concept.kind == "framework":
        return f"/{lang}/competences?framework={quote(local or concept.iri, safe='')}"
    if not local and not concept.labels:
        return concept.iri if concept.iri.startswith(("http://", "https://")) else ""
    if not local:
        return f"/doc/foreign?uri={quote(concept.iri, safe='')}&lang={lang}"
    if concept.kind in _PAGES:
        return f"/{lang}/{_PAGES[concept.kind]}/{local}"
    return f"/doc/{local}?lang={lang}"


def document_of(concept: Concept, base: str) -> str:
    """Return the address of the document about a thing, which speaks every language and format."""
    local = local_id(concept, base)
    return f"/doc/{local}" if local else f"/doc/foreign?uri={quote(concept.iri, safe='')}"


def pages(lang: str, base: str) -> Callable[[Concept], str]:
    """Return what gives templates the address of a thing."""
    return lambda concept: page_of(concept, lang, base)
