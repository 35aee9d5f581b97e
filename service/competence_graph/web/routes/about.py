"""What the service is, its licences, what it is made of."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.web.access import Public
from competence_graph.web.assets import third_party
from competence_graph.web.deps import PageLang
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)


@router.get("/{lang:lang}/about")
def about(request: Request, lang: PageLang, actor: Public) -> Response:
    """About the service."""
    return respond(request, Answer(page="about.html", context={"parts": third_party()}, public=True))
