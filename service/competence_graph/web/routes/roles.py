"""Roles: what each requires, and how two differ."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers import catalogue, descriptions, searching
from competence_graph.errors import NotFoundError
from competence_graph.graph.public import public
from competence_graph.model.concept import Concept
from competence_graph.model.framework import Group, by_initial
from competence_graph.web import thing_data, thing_tables
from competence_graph.web.access import Public
from competence_graph.web.addresses import pages
from competence_graph.web.deps import PageLang, Parts
from competence_graph.web.respond import Answer, respond
from competence_graph.web.things import PLACES, answer_about, translated

router = APIRouter(tags=["Roles"])


@router.get("/{lang:lang}/roles", summary="Roles by kind of institution")
def roles(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: Public,
    sector: str = "",
    framework: str = "",
    letter: str = "",
) -> Response:
    """The roles there are, by kind of institution; with ``framework`` those of a loaded foreign framework."""
    groups: Sequence[Group] = catalogue.roles(actor, parts.store, lang)
    foreign = catalogue.foreign_roles(actor, parts.store, lang)
    scheme: Concept | None = None
    initials: list[str] = []
    if sector:
        groups = [group for group in groups if group.heading is not None and group.heading.local == sector]
    elif framework:
        scheme = next((each for each, _ in foreign if framework in (each.iri, each.local)), None)
        by_letter = by_initial(catalogue.roles_of(actor, parts.store, scheme.iri, lang), lang) if scheme else {}
        initials = list(by_letter)
        letter = letter if letter in by_letter else next(iter(by_letter), "")
        groups = [Group(None, tuple(by_letter.get(letter, ())))] if scheme else []
    if not groups and (sector or framework):
        raise NotFoundError(sector or framework)
    listed = list({each.iri: each for group in groups for each in group.members}.values())
    return respond(
        request,
        Answer(
            page="roles.html",
            context={
                "section": "roles",
                "groups": groups,
                "counts": catalogue.requirement_counts(actor, parts.store, [each.iri for each in listed]),
                "count": len(listed),
                "sector": sector,
                "scheme": scheme,
                "foreign": foreign,
                "initials": initials,
                "places": translated(PLACES, lang),
                "letter": letter,
                "page_of": pages(lang, parts.base),
            },
            rows=thing_tables.concept_table(listed, "roles"),
            data=[thing_data.concept_data(each) for each in listed],
            public=True,
            modified=public(parts.store).since,
            name="roles",
        ),
    )


@router.get("/{lang:lang}/roles/{local}", summary="A role, or two compared")
def role(request: Request, parts: Parts, lang: PageLang, actor: Public, local: str, compare: str = "") -> Response:
    """What a role requires; with ``compare`` how another role differs from it."""
    concept = _role(parts, actor, local)
    if not compare:
        return respond(request, answer_about(actor, parts, concept, lang))
    other = _role(parts, actor, compare)
    first, second, rows = descriptions.roles_compared(actor, parts.store, concept.iri, other.iri, lang)
    return respond(
        request,
        Answer(
            page="roles_compared.html",
            context={
                "section": "roles",
                "first": first,
                "second": second,
                "rows": rows,
                "tops": catalogue.tops(actor, parts.store),
                "differing": sum(row.difference != "same" for row in rows),
                "page_of": pages(lang, parts.base),
            },
            rows=thing_tables.compared_table(first, second, rows),
            public=True,
            modified=public(parts.store).since,
            name=f"{local}-{compare}",
        ),
    )


def _role(parts: Parts, actor: Public, local: str) -> Concept:
    found = searching.published(actor, parts.store, local, parts.base)
    if found.part or found.concept.kind != "role":
        raise NotFoundError(local)
    return found.concept
