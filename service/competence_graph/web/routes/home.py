"""The first page: one box, three doors."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.graph.questions import ask
from competence_graph.model.text import Text
from competence_graph.web.access import Public, Reader
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.language import language_of, msgid, words
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)

_DOORS = (
    ("competences", msgid("Competences"), msgid("What a person is able to do, and how it shows.")),
    ("roles", msgid("Roles"), msgid("Which competences a job needs, and at which level.")),
    ("courses", msgid("Courses"), msgid("What teaches what.")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of contents: where it leads, what it is called, how many it holds."""

    href: str
    label: Text | str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: its word in addresses, title, one sentence, how many things lie behind it, its contents."""

    name: str
    title: str
    says: str
    count: int
    contents: tuple[Line, ...] = field(default=())


@router.get("/")
async def to_language(request: Request, actor: Public) -> Response:
    """The way to the first page in the reader's language."""
    return RedirectResponse(f"/{language_of(request)}/", 302, {"Vary": "Accept-Language"})


@router.get("/{lang:lang}")
async def to_home(lang: PageLang, actor: Public) -> Response:
    """The same address with its slash."""
    return RedirectResponse(f"/{lang}/", 308)


@router.get("/{lang:lang}/")
def home(request: Request, parts: Parts, lang: PageLang, actor: Reader) -> Response:
    """The first page."""
    gettext = words(lang).gettext
    counts = {str(row["kind"]): int(str(row["count"])) for row in ask(parts.store, "published_counts")}
    doors = [Door(name, gettext(title), gettext(says), counts.get(name, 0)) for name, title, says in _DOORS]
    return respond(request, Answer(page="home.html", context={"doors": doors}, public=not actor.signed_in))
