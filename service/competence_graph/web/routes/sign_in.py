"""Signing in and out: the page with the ways in. In demo mode one click is enough."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.graph.questions import ask
from competence_graph.model.actor import ActorKind
from competence_graph.model.iri import parse_iri
from competence_graph.model.text import Lang, Text, pick
from competence_graph.registry import Account
from competence_graph.web import access
from competence_graph.web.access import CheckedForm, Public, Reader
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond, see_other

router = APIRouter(include_in_schema=False)

KINDS: Final[dict[ActorKind, str]] = {
    "hr": msgid("looks after staff: sees the whole institution"),
    "unit-lead": msgid("leads a unit: sees its people"),
    "learner": msgid("works here: sees only themselves"),
    "planner": msgid("plans training"),
    "editor": msgid("edits the descriptions"),
    "ministry": msgid("sees national figures"),
    "admin": msgid("looks after the service: sees nobody’s data"),
}
"""What an account is for, in the order in which accounts are offered."""
Problem = Literal["refused", "unknown"]
PROBLEMS: Final[Mapping[str, str]] = {
    "refused": msgid("Signing in with the other account did not succeed. Begin anew."),
    "unknown": msgid(
        "You were recognised, but no account here is yours yet. Open the link of your invitation, "
        "or ask the personnel specialist of your institution for one."
    ),
}
"""Why a sign-in with an issuer led nowhere."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An account that one click signs in."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """The accounts of one institution."""

    title: Text | str
    accounts: tuple[Offer, ...]


@router.get("/{lang:lang}/sign-in")
def sign_in_page(
    request: Request, parts: Parts, lang: PageLang, actor: Reader, problem: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Ways to sign in; ``problem`` tells why one with an issuer led nowhere."""
    is_open = _is_open(request, parts)
    groups = _groups(parts, parts.registry.demo_accounts(), lang) if is_open else []
    wanted = own_path(request.query_params.get("next", ""))
    return respond(
        request,
        Answer(
            page="sign_in.html",
            context=sign_in_context(
                parts,
                wanted,
                is_open=is_open,
                groups=groups,
                wrong=words(lang).gettext(PROBLEMS[problem]) if problem in PROBLEMS else "",
            ),
        ),
    )


def sign_in_context(
    parts: Services,
    wanted: str,
    *,
    is_open: bool = False,
    groups: Sequence[Group] = (),
    wrong: str = "",
    email: str = "",
) -> dict[str, Any]:
    """Return what the page of sign-in shows: the ways in that there are, and what went wrong with one."""
    local = parts.registry.credentials.any_password()
    issuers = parts.registry.issuers.offered()
    return {
        "open": is_open or local or bool(issuers),
        "demo": is_open,
        "groups": groups,
        "wanted": wanted,
        "local": local,
        "issuers": issuers,
        "wrong": wrong,
        "email": email,
    }


@router.post("/{lang:lang}/sign-in")
def sign_in(request: Request, parts: Parts, lang: PageLang, actor: Public, form: CheckedForm) -> Response:
    """Sign in as a demonstration account."""
    if not _is_open(request, parts):
        raise NotFoundError
    wanted = str(form.get("account", ""))
    known = {each.id: each for each in parts.registry.demo_accounts()}
    account = known.get(wanted)
    token = parts.registry.open_session(account.id) if account is not None else None
    if account is None or token is None:
        raise ForbiddenError
    access.end_session(request, parts)
    response = see_other(own_path(str(form.get("next", ""))) or landing(account, lang))
    access.open_session(response, parts, token)
    return response


@router.post("/{lang:lang}/sign-out")
def sign_out(request: Request, parts: Parts, lang: PageLang, actor: Public, form: CheckedForm) -> Response:
    """Sign out."""
    response = see_other(f"/{lang}/")
    access.close_session(request, response, parts)
    return response


def _is_open(request: Request, parts: Services) -> bool:
    client = request.client.host if request.client is not None else ""
    # Behind a proxy everybody comes from loopback: forwarded requests are no longer local.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    # A name that somebody else's server gives this machine would make that site's script one of ours.
    asked = request.url.hostname or ""
    at_home = asked == "localhost" or access.is_loopback(asked)
    return parts.demo and access.is_loopback(client) and at_home and not forwarded


def own_path(asked: str) -> str:
    """Return the path asked for, where it is a page of this host and nothing else; "//elsewhere" is none."""
    return asked if re.fullmatch(r"/(?:lt|en)/[\w./-]*", asked, re.ASCII) and ".." not in asked else ""


def landing(account: Account, lang: Lang) -> str:
    """Return the page on which an account begins."""
    actor = account.actor
    if actor.kind in {"hr", "unit-lead"} and actor.organisation:
        return f"/{lang}/organisations/{actor.organisation.rsplit('/', 1)[-1]}"
    if actor.person:
        return f"/{lang}/people/{actor.person.rsplit('/', 1)[-1]}"
    return f"/{lang}/"


def _groups(parts: Services, accounts: list[Account], lang: Lang) -> list[Group]:
    gettext = words(lang).gettext
    named = sorted({each.actor.organisation for each in accounts if each.actor.organisation})
    titles: dict[str, list[Text]] = {}
    if named:
        for row in ask(parts.store, "gaps_labels", thing=[parse_iri(each) for each in named]):
            if isinstance(row["label"], Text):
                titles.setdefault(str(row["thing"]), []).append(row["label"])
    order = list(KINDS)
    members: dict[str, list[Account]] = defaultdict(list)
    for each in sorted(accounts, key=lambda account: (order.index(account.actor.kind), account.label)):
        members[each.actor.organisation or ""].append(each)
    # The institution with most to show first; accounts of none come last.
    groups = []
    for organisation in sorted(members, key=lambda each: (not each, -len(members[each]), each)):
        title: Text | str = gettext(msgid("Across institutions"))
        if organisation:
            title = pick(titles.get(organisation, ()), lang) or organisation.rsplit("/", 1)[-1]
        offers = tuple(Offer(each.id, each.label, gettext(KINDS[each.actor.kind])) for each in members[organisation])
        groups.append(Group(title, offers))
    return groups
