"""/sparql/organisation: HR asks public data and its own institution's in one; names are joined on the page alone.

Each question is answered by children that hold this institution's snapshot and nobody else's (wall 1 of
design/trust.md), and stands in the audit with those whom its answer names.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from competence_graph.answers.people import staff
from competence_graph.errors import BudgetError, QueryError, SandboxUnavailableError
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.sandbox.organisations import OrganisationSparql
from competence_graph.sandbox.policy import BYTES
from competence_graph.sandbox.told import Told
from competence_graph.web.access import Asker, SignedIn
from competence_graph.web.budgets import asker_of
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.language import language_of, msgid
from competence_graph.web.respond import Answer, respond
from competence_graph.web.routes.sparql import Asked, Door, SparqlRoute, answer, read_query
from competence_graph.web.routes.sparql_page import (
    NOTHING,
    QUESTIONS,
    curl,
    python,
    ready_questions,
    refused,
    run,
    shown,
)

router = APIRouter(include_in_schema=False)

PATH: Final = "/sparql/organisation"
# The shipped questions about one organisation; in its snapshot "any organisation" is itself.
OWN_QUESTIONS: Final = (
    (
        msgid("People"),
        (
            ("gaps_of_organisation", msgid("Who lacks what, and how much?")),
            ("people_of_organisation", msgid("Who works where, in which role?")),
            ("organisation_expiring", msgid("Which levels lapse, and when?")),
        ),
    ),
    (
        msgid("Institution"),
        (
            ("single_points_of_failure", msgid("What can only one person of a unit do, or nobody?")),
            ("organisation_units", msgid("Which units are there?")),
        ),
    ),
)
_LOCAL: Final = re.compile(rb"(?<![0-9a-z])p[0-9a-z]{6,12}(?![0-9a-z])")


class _OwnRoute(SparqlRoute):
    """The same door without CORS: no other site's page reads what is here."""

    open = False


protocol = APIRouter(route_class=_OwnRoute)
Chosen = Annotated[str, Query(max_length=20)]


@protocol.api_route(PATH, methods=["GET", "POST"])
def query(
    request: Request,
    parts: Parts,
    actor: Asker,
    asked: Annotated[Asked, Depends(read_query)],
    organisation: Chosen = "",
) -> Response:
    """Answer a query over the public data and one's own institution's."""
    return _answer(request, parts, actor, asked, organisation, None)


@protocol.get(PATH + ".{suffix}")
def query_as(
    request: Request,
    parts: Parts,
    actor: Asker,
    asked: Annotated[Asked, Depends(read_query)],
    suffix: str,
    organisation: Chosen = "",
) -> Response:
    """Answer a query in the form that the suffix names."""
    return _answer(request, parts, actor, asked, organisation, suffix)


def _answer(
    request: Request, parts: Services, actor: Actor, asked: Asked, organisation: str, suffix: str | None
) -> Response:
    whose = _organisation(actor, organisation, parts.base)
    door = Door(
        page=f"/{language_of(request)}{PATH}",
        asker=asker_of(request, actor),
        budgets=parts.budgets,
        private=True,
        note=lambda content: _record(request, parts, actor, whose, content),
    )
    with _sparql(parts).of(whose) as sparql:
        return answer(request, sparql, asked, suffix, door)


@router.get("/{lang:lang}/sparql/organisation")
def own_sparql_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    query: Annotated[str, Query()] = "",
    organisation: Chosen = "",
) -> Response:
    """Questions about one's own institution, and a box for one's own."""
    whose = _organisation(actor, organisation, parts.base)
    asked = query.replace("\r\n", "\n")
    groups = ready_questions(lang, (*OWN_QUESTIONS, *QUESTIONS))
    chosen = next((each for _, members in groups for each in members if each.query == asked), None)
    context: dict[str, Any] = {
        "groups": groups,
        "chosen": chosen,
        "query": asked,
        "limits": None if parts.organisations is None else parts.organisations.limits,
        "kilobytes": BYTES // 1024,
        "own": id_page(lang, "organisations", whose),
        **NOTHING,
    }
    status = 200
    if asked:
        endpoint = str(request.url.replace(path=PATH, query="", fragment=""))
        context["snippets"] = (
            ("curl", curl(endpoint, asked, token=True)),
            ("Python", python(endpoint, asked, token=True)),
        )
        try:
            with _sparql(parts).of(whose) as sparql:
                found = run(sparql, asked, parts.budgets, asker_of(request, actor))
                _record(request, parts, actor, whose, found.content)
                names = parts.registry.names(actor, whose, _named(parts, actor, whose, found.content))
                context |= shown(sparql, found, asked, lang, parts.base, PATH, names)
        except (QueryError, BudgetError) as error:
            status, context["refusal"] = refused(error, lang)
    return respond(request, Answer(page="sparql.html", context=context, status=status))


def _sparql(parts: Services) -> OrganisationSparql:
    if parts.organisations is None:
        raise SandboxUnavailableError(Told(msgid("Queries are switched off on this server.")))
    return parts.organisations


def _organisation(actor: Actor, asked: str, base: str) -> Iri:
    """Return whose data are asked: one's own, or of an admin the one behind the glass.

    Raises:
        NotFoundError: If there is none, or none that the actor may ask.
    """
    if asked:
        actor.require(is_id(asked))
        whose = str(id_iri(asked, base))
    else:
        whose = next(iter(sorted(actor.glass)), "") if actor.kind == "admin" else actor.organisation or ""
    actor.require(bool(whose) and actor.may_see_organisation(whose))
    return Iri(whose)


def _record(request: Request, parts: Services, actor: Actor, organisation: Iri, content: bytes) -> None:
    """Write a question into the audit before its answer goes out, with whom the answer names."""
    people = _named(parts, actor, organisation, content)
    route = getattr(request.scope.get("route"), "path_format", "")
    parts.registry.audit.record(actor, "query", organisation=organisation, people=people, route=route)


def _named(parts: Services, actor: Actor, organisation: Iri, content: bytes) -> list[str]:
    """Return the people of the institution who stand in an answer."""
    found = {match.decode() for match in _LOCAL.findall(content)}
    known = {iri.rsplit("/", 1)[-1]: iri for iri in staff(actor, parts.store, organisation).people} if found else {}
    return sorted(known[local] for local in found if local in known)


router.include_router(protocol)
