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
from competence_graph.web.things import answer_about

router = APIRouter(tags=["Courses"])


@router.get("/{lang:lang}/courses", summary="Courses, all or those that teach one competence")
def courses(
    request: Request, parts: Parts, lang: PageLang, actor: Public, competence: str = "", sector: str = ""
) -> Response:
    """The courses there are; with ``competence`` those that teach it, with ``sector`` those for its institutions."""
    lines = catalogue.courses(actor, parts.store, lang)
    sectors = catalogue.sectors_of(actor, parts.store, [each.course.concept for each in lines], lang)
    taught: Concept | None = None
    if competence:
        taught = searching.published(actor, parts.store, competence, parts.base).concept
        lines = [line for line in lines if any(each.competence.iri == taught.iri for each in line.lessons)]
    if sector:
        chosen = next((each for each in sectors if each.local == sector), None)
        if chosen is None:
            raise NotFoundError(sector)
        # A course that names no kind of institution is for all of them.
        lines = [line for line in lines if chosen.iri in line.course.concept.sectors or not line.course.concept.sectors]
    return respond(
        request,
        Answer(
            page="courses.html",
            context={
                "section": "courses",
                "lines": lines,
                "taught": taught,
                "sectors": sectors,
                "sector": sector,
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
