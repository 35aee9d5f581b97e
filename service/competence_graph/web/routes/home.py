"""The first page: one box, three doors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.answers.catalogue import contents
from competence_graph.model.framework import Contents, Group
from competence_graph.model.text import Lang, Text
from competence_graph.web.access import Public, Reader
from competence_graph.web.addresses import page_of
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.language import language_of, msgid, words
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)

_DOORS = {
    "competences": (msgid("Competences"), msgid("What a person is able to do, and how it shows.")),
    "roles": (msgid("Roles"), msgid("Which competences a job needs, and at which level.")),
    "courses": (msgid("Courses"), msgid("What teaches what.")),
}
_PLACES = {
    "sector-library": msgid("In libraries"),
    "sector-archive": msgid("In archives"),
    "sector-museum": msgid("In museums"),
    "sector-cultural-centre": msgid("In cultural centres"),
    "sector-theatre": msgid("In theatres"),
    "sector-concert-venue": msgid("In concert venues"),
    "": msgid("In any institution"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of contents: where it leads, what it is called, how many it holds."""

    href: str
    label: Text | str
    count: int


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: its word in addresses, title, one sentence, how many things lie behind it, its contents."""

    name: str
    title: str
    says: str
    count: int
    contents: tuple[Line, ...]


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
    found = contents(actor, parts.store, lang)
    return respond(
        request,
        Answer(page="home.html", context={"doors": _doors(found, lang, parts.base)}, public=not actor.signed_in),
    )


def _doors(found: Contents, lang: Lang, base: str) -> list[Door]:
    frameworks = tuple(Line(page_of(each, lang, base), each.label(lang), count) for each, count in found.frameworks)
    behind = {
        "competences": (found.competences, frameworks),
        "roles": (found.roles, _by_sector(found.role_groups, "roles", lang)),
        "courses": (found.courses, _by_sector(found.course_groups, "courses", lang)),
    }
    gettext = words(lang).gettext
    return [Door(name, gettext(title), gettext(says), *behind[name]) for name, (title, says) in _DOORS.items()]


def _by_sector(groups: Iterable[Group], door: str, lang: Lang) -> tuple[Line, ...]:
    """Return a line for each kind of institution; its part of the list has the id of the kind as anchor."""
    lines = []
    for group in groups:
        local = group.heading.local if group.heading is not None else ""
        # A kind of institution that came after this list is called by its own name.
        named = group.heading.label(lang) if group.heading is not None else ""
        label = words(lang).gettext(_PLACES[local]) if local in _PLACES else named
        lines.append(Line(f"/{lang}/{door}#{local or 'any'}", label, group.count))
    return tuple(lines)
