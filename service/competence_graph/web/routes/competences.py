"""Competences: the frameworks and what they hold, and each competence or area."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers import catalogue, searching
from competence_graph.errors import NotFoundError
from competence_graph.graph.public import public
from competence_graph.web import thing_data, thing_tables
from competence_graph.web.access import Public
from competence_graph.web.addresses import pages
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.respond import Answer, respond
from competence_graph.web.things import answer_about, framework_answer

router = APIRouter(tags=["Competences"])


@router.get("/{lang:lang}/competences", summary="Frameworks, or the competences of one")
def competences(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: Public,
    framework: str = "",
    view: str = "",
    letter: str = "",
) -> Response:
    """The frameworks and how many competences each has; with ``framework`` its areas and competences."""
    if framework:
        concept = searching.resolve(actor, parts.store, framework)
        if concept.kind != "framework":
            raise NotFoundError(framework)
        return respond(request, framework_answer(actor, parts, concept, lang, view, letter))
    frameworks = catalogue.overview(actor, parts.store, lang)
    return respond(
        request,
        Answer(
            page="competences.html",
            context={
                "section": "competences",
                "frameworks": frameworks,
                "count": sum(count for _, count, _ in frameworks),
                "page_of": pages(lang, parts.base),
            },
            rows=thing_tables.concept_table([each for each, _, _ in frameworks], "frameworks"),
            data=[{**thing_data.concept_data(each), "competences": count} for each, count, _ in frameworks],
            public=True,
            modified=public(parts.store).since,
            name="frameworks",
        ),
    )


@router.get("/{lang:lang}/competences/{local}", summary="A competence or an area")
def competence(request: Request, parts: Parts, lang: PageLang, actor: Public, local: str) -> Response:
    """A competence with its levels, the roles that need it, the courses that teach it and its neighbours."""
    found = searching.published(actor, parts.store, local, parts.base)
    if found.part or found.concept.kind not in ("competence", "area"):
        raise NotFoundError(local)
    return respond(request, answer_about(actor, parts, found.concept, lang))
