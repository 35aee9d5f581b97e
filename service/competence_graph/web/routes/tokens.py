"""Tokens for programs: each reads with the rights of one task of its maker, for a time; shown once, known by its hash.

Everybody signed in makes and ends their own; an admin makes none, since a program must not run the service, but sees
and ends all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from competence_graph.errors import NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.text import Lang
from competence_graph.registry import BearerToken
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.sign_in import KINDS

router = APIRouter()

LONGEST_LABEL: Final = 120
DAYS: Final = ((30, msgid("30 days")), (90, msgid("90 days")), (365, msgid("a year")))
RIGHTS: Final = {
    "read": msgid("read the pages that I see, as data (CSV, JSON, XLSX)"),
    "sparql": msgid("ask questions of my institution’s data in SPARQL"),
}
_STATES: Final = {"open": msgid("works"), "over": msgid("has ended"), "revoked": msgid("withdrawn by hand")}


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in words; the token itself is not known any more."""

    id: str
    label: str
    holder: str
    task: str
    rights: tuple[str, ...]
    created: datetime
    expires: datetime
    used: datetime | None
    state: str
    open: bool


@router.get("/{lang:lang}/tokens")
def tokens_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, done: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The tokens one has, or all of them, and the form that makes one."""
    return _page(request, parts, lang, actor, done=done)


@router.post("/{lang:lang}/tokens")
def change_tokens(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, form: CheckedForm) -> Response:
    """Make a token, or end one."""
    ended = str(form.get("end", ""))
    if ended:
        token = parts.registry.bearer.revoke(ended, account=None if actor.kind == "admin" else actor.account)
        if token is None:
            raise NotFoundError
        parts.registry.audit.record(
            actor, "token-end", organisation=token.account.actor.organisation, reason=token.label
        )
        return see_other(f"/{lang}/tokens?done=ended")
    if actor.kind == "admin":
        raise NotFoundError
    given: dict[str, Any] = {
        "label": str(form.get("label", "")).strip(),
        "days": str(form.get("days", "")),
        "rights": _rights(form),
    }
    errors = _errors(actor, given, lang)
    made = None
    if not errors:
        session = request.state.session
        made = parts.registry.bearer.issue(
            actor.account, session.account.grant, given["label"], given["rights"], timedelta(days=int(given["days"]))
        )
        if made is None:
            errors["label"] = words(lang).gettext("You have as many tokens as one may have: end one first.")
    if made is None:
        return _page(request, parts, lang, actor, given=given, errors=errors)
    parts.registry.audit.record(actor, "token", organisation=actor.organisation, reason=given["label"])
    return _page(request, parts, lang, actor, made=made)


def _rights(form: FormData) -> list[str]:
    return [each for each in form.getlist("rights") if isinstance(each, str)]


def _offered(actor: Actor) -> tuple[str, ...]:
    return ("read", "sparql") if actor.kind == "hr" else ("read",)


def _errors(actor: Actor, given: dict[str, Any], lang: Lang) -> dict[str, str]:
    gettext = words(lang).gettext
    found = {}
    if not 1 <= len(given["label"]) <= LONGEST_LABEL:
        found["label"] = gettext("Write what the token is for, in at most 120 characters.")
    if not given["rights"] or not set(given["rights"]) <= set(_offered(actor)):
        found["rights"] = gettext("Choose what the token may do.")
    if given["days"] not in {str(days) for days, _ in DAYS}:
        found["days"] = gettext("Choose how long it holds.")
    return found


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    *,
    given: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
    made: str = "",
) -> Response:
    gettext = words(lang).gettext
    admin = actor.kind == "admin"
    held = parts.registry.bearer.everybody() if admin else parts.registry.bearer.of_account(actor.account)
    now = parts.clock()
    lines = [_line(each, now, lang) for each in held]
    return respond(
        request,
        Answer(
            page="tokens.html",
            context={
                "section": "admin" if admin else "tokens",
                "admin": admin,
                "lines": lines,
                "rights": [(each, gettext(RIGHTS[each])) for each in _offered(actor)],
                "days": [(str(days), gettext(says)) for days, says in DAYS],
                "given": given or {"label": "", "rights": ["read"], "days": "90"},
                "errors": {"label": "", "rights": "", "days": "", **(errors or {})},
                "wrong": list((errors or {}).items()),
                "done": gettext("The token is withdrawn: it opens nothing any more.") if done == "ended" else "",
                "made": made,
                "address": parts.address or f"{request.url.scheme}://{request.url.netloc}",
            },
            rows=Table(
                ("token", "label", "task", "rights", "created", "expires", "state"),
                [
                    (each.id, each.label, each.task, ", ".join(each.rights), each.created, each.expires, each.state)
                    for each in lines
                ],
                title="tokens",
            ),
            name="tokens",
            status=422 if errors else 200,
        ),
    )


def _line(token: BearerToken, now: datetime, lang: Lang) -> TokenLine:
    gettext = words(lang).gettext
    state = "revoked" if token.revoked is not None else "open" if token.holds(now) else "over"
    return TokenLine(
        token.id,
        token.label,
        token.account.label,
        gettext(KINDS[token.account.actor.kind]),
        tuple(gettext(RIGHTS[each]) for each in RIGHTS if each in token.scopes),
        token.created.astimezone(VILNIUS),
        token.expires.astimezone(VILNIUS),
        None if token.used is None else token.used.astimezone(VILNIUS),
        gettext(_STATES[state]),
        state == "open",
    )
