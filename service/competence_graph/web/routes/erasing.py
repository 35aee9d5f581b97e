"""Where a person, or the HR of their institution for them, asks to be erased: said plainly, confirmed by a word."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers.erasing import erase, find_erasable
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang
from competence_graph.web import access
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import iri_of
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

WORD = msgid("erase")
"""What is typed to confirm, in the language of the page."""


@router.get("/{lang:lang}/people/{person}/erase")
def erase_page(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str) -> Response:
    """What erasing means, and the form that does it."""
    return _page(request, parts, lang, actor, iri_of(person, "p", parts.base))


@router.post("/{lang:lang}/people/{person}/erase")
def erase_person(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Erase the person, for good."""
    iri = iri_of(person, "p", parts.base)
    find_erasable(actor, parts.store, parts.registry, iri)
    gettext = words(lang).gettext
    if str(form.get("word", "")).strip().casefold() != gettext(WORD).casefold():
        return _page(request, parts, lang, actor, iri, error=gettext("Type the word to confirm."))
    own = actor.person == iri
    erase(actor, parts.writer, parts.registry, iri, clear=parts.clear)
    response = see_other(
        f"/{lang}/" if own or not actor.organisation else id_page(lang, "organisations", actor.organisation)
    )
    if own:
        access.close_session(request, response, parts)
    return response


def _page(request: Request, parts: Services, lang: Lang, actor: Actor, iri: Iri, *, error: str = "") -> Response:
    organisation = find_erasable(actor, parts.store, parts.registry, iri)
    names = parts.registry.names(actor, organisation, [iri])
    return respond(
        request,
        Answer(
            page="erase.html",
            context={
                "section": "mine" if actor.person == iri else "organisation",
                "own": actor.person == iri,
                "name": names.get(iri, iri.local),
                "person_href": id_page(lang, "people", iri),
                "word": words(lang).gettext(WORD),
                "error": error,
            },
            status=422 if error else 200,
            look=Look(actor, organisation, {iri}),
        ),
    )
