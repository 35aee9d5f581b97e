"""Courses: what there is to learn, and what each teaches."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers import catalogue, searching
from competence_graph.errors import NotFoundError
from competence_graph.graph.public import public
from competence_graph.model.concept import Concept
from competence_graph.web import thing_data, thing_tables
from competence_graph.web.access import Public
from competence_graph.web.addresses import pages
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.respond import Answer, respond
from competence_graph.web.things import PLACES, answer_about, translated

router = APIRouter(tags=["Courses"])


@router.get("/{lang:lang}/courses", summary="Courses, all or those that teach one competence")
def courses(
    request: Request, parts: Parts, lang: PageLang, actor: Public, competence: str = "", sector: str = ""
) -> Response:
    """The courses there are; with ``competence`` those that teach it, with ``sector`` those for its institutions."""
    lines = catalogue.courses(actor, parts.store, lang)
    taught: Concept | None = None
    if competence:
        taught = searching.published(actor, parts.store, competence, parts.base).concept
        lines = [line for line in lines if any(each.competence.iri == taught.iri for each in line.lessons)]
    groups = catalogue.course_groups(actor, parts.store, lines, lang)
    if sector:
        groups = [(heading, each) for heading, each in groups if heading is not None and heading.local == sector]
        if not groups:
            raise NotFoundError(sector)
        lines = [line for _, each in groups for line in each]
    return respond(
        request,
        Answer(
            page="courses.html",
            context={
                "section": "courses",
                "groups": groups,
                "count": len(lines),
                "taught": taught,
                "sector": sector,
                "places": translated(PLACES, lang),
                "page_of": pages(lang, parts.base),
            },
            rows=thing_tables.course_table(lines, "courses"),
            data=[
                {
                    **thing_data.course_data(line.course),
                    "teaches": [thing_data.lesson_data(each) for each in line.lessons],
                }
                for line in lines
            ],
            public=True,
            modified=public(parts.store).since,
            name="courses",
        ),
    )


@router.get("/{lang:lang}/courses/{local}", summary="A course")
def course(request: Request, parts: Parts, lang: PageLang, actor: Public, local: str) -> Response:
    """What a course teaches, what comes before it and what builds on it."""
    found = searching.published(actor, parts.store, local, parts.base)
    if found.part or found.concept.kind != "course":
        raise NotFoundError(local)
    return respond(request, answer_about(actor, parts, found.concept, lang))
