"""Published URIs: /id/x leads to /doc/x, and /doc/x speaks every format and language."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.answers import searching
from competence_graph.web.access import Machine, Public
from competence_graph.web.addresses import document_of
from competence_graph.web.deps import AskedLang, Parts
from competence_graph.web.respond import respond
from competence_graph.web.things import answer_about

router = APIRouter(tags=["Published URIs"])

# The thing may get another document one day, its URI never another thing.
_REDIRECT = {"Cache-Control": "public, max-age=3600"}


@router.get("/id/{local}", status_code=303, summary="Where the document about a published URI is")
def identify(parts: Parts, actor: Machine, local: str) -> Response:
    """The way from a thing to its document, on the host that was asked; a part leads to its owner's document."""
    found = searching.published(actor, parts.store, local, parts.base)
    return RedirectResponse(document_of(found.concept, parts.base), 303, _REDIRECT)


@router.get("/doc/foreign", summary="The document about a thing of another publisher that is loaded here")
def foreign_document(request: Request, parts: Parts, lang: AskedLang, actor: Public, uri: str) -> Response:
    """The document about a thing by its whole URI."""
    concept = searching.foreign(actor, parts.store, uri)
    return respond(request, answer_about(actor, parts, concept, lang))


@router.get("/doc/{local}", summary="The document about a published thing")
def document(request: Request, parts: Parts, lang: AskedLang, actor: Public, local: str) -> Response:
    """What is said of a thing: HTML in the reader's language, Turtle, RDF/XML, JSON-LD, N-Triples, JSON, CSV."""
    found = searching.published(actor, parts.store, local, parts.base)
    if found.part:
        return RedirectResponse(document_of(found.concept, parts.base), 303, _REDIRECT)
    return respond(request, answer_about(actor, parts, found.concept, lang))


@router.get("/resolve", status_code=303, summary="Where the document about any known name of a thing is")
def resolve(parts: Parts, actor: Machine, uri: str) -> Response:
    """The way from an alias to the document: the URI with http, an id, a code, an address matched exactly."""
    concept = searching.resolve(actor, parts.store, uri)
    return RedirectResponse(document_of(concept, parts.base), 303, {"Cache-Control": "public, no-cache"})
