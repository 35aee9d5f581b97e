"""Signing in with an issuer of OpenID Connect: there, back again, and into the account that its subject opens.

It begins with a link, since the policy of our pages lets no form lead to another host. What must be kept until the
browser comes back lies sealed in a cookie of that browser: an answer that another browser brings is worth nothing.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.errors import IssuerError, IssuerRefusedError, NotFoundError
from competence_graph.exchange.oidc import LONGEST, Attempt, Client
from competence_graph.model.actor import ANYONE
from competence_graph.model.text import LANGS, Lang
from competence_graph.registry import Issuer
from competence_graph.web.access import Public
from competence_graph.web.budgets import address_of
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.language import language_of
from competence_graph.web.respond import see_other
from competence_graph.web.routes.local_sign_in import Token, let_in
from competence_graph.web.routes.sign_in import Problem, own_path

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

CALLBACK: Final = "/sign-in/callback"
"""Where issuers send browsers back; it is written into their settings, so it never changes."""
_TEXT: Final = 2000
Text = Annotated[str, Query(max_length=_TEXT)]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the cookie holds."""

    issuer: str
    attempt: Attempt
    lang: Lang
    wanted: str
    ticket: str


@router.get("/{lang:lang}/sign-in/with/{issuer}")
def begin(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: Public,
    issuer: str,
    wanted: Annotated[str, Query(alias="next", max_length=300)] = "",
) -> Response:
    """Go to the issuer to sign in."""
    return _away(request, parts, lang, issuer, own_path(wanted), "")


@router.get("/{lang:lang}/invitation/{token}/with/{issuer}")
def accept_invitation(
    request: Request, parts: Parts, lang: PageLang, actor: Public, token: Token, issuer: str
) -> Response:
    """Go to the issuer to sign in, and let that sign-in open the account that one is invited to."""
    found = parts.registry.tickets.find(token)
    if found is None or found.purpose != "invite":
        raise NotFoundError
    return _away(request, parts, lang, issuer, "", token)


@router.get(CALLBACK)
def come_back(
    request: Request,
    parts: Parts,
    actor: Public,
    state: Text = "",
    code: Text = "",
    iss: Annotated[str | None, Query(max_length=_TEXT)] = None,
    error: Text = "",
) -> Response:
    """Come back from the issuer and be signed in, or told that the issuer's word opens nothing here."""
    lang = language_of(request)
    try:
        kept = _kept(request, parts)
        lang = kept.lang
        issuer = parts.registry.issuers.find(kept.issuer)
        if issuer is None:
            raise IssuerRefusedError("the issuer was closed meanwhile")
        answer = {"state": state, "code": "" if error else code} | ({} if iss is None else {"iss": iss})
        signed = parts.relying.finish(ANYONE, _client(request, parts, issuer), kept.attempt, answer)
    except IssuerError as refused:
        log.warning("sign-in with an issuer refused", extra={"said": str(refused)[:300]})
        return _not_let_in(parts, lang, "refused")
    account = (
        _invited(parts, issuer, signed.subject, kept.ticket)
        if kept.ticket
        else parts.registry.issuers.account_of(issuer, signed.subject, signed.email)
    )
    token = None if account is None else parts.registry.sessions.open(account, strong=issuer.strong)
    if token is None:
        return _not_let_in(parts, lang, "unknown")
    response = let_in(request, parts, lang, token, kept.wanted, by_issuer=True)
    _drop_cookie(response, parts)
    return response


def _not_let_in(parts: Services, lang: Lang, problem: Problem) -> Response:
    """Return the way to the page of sign-in: the code of the answer stays in no address and no link."""
    response = see_other(f"/{lang}/sign-in?problem={problem}")
    _drop_cookie(response, parts)
    return response


def _drop_cookie(response: Response, parts: Services) -> None:
    response.delete_cookie(_cookie(parts), path="/", secure=parts.https, httponly=True, samesite="lax")


def _invited(parts: Services, issuer: Issuer, subject: str, ticket: str) -> str | None:
    """Let a subject sign in to the account of an invitation; the invitation is used up."""
    found = parts.registry.tickets.find(ticket)
    if found is None or not parts.registry.issuers.link(issuer, subject, found.account):
        return None
    return parts.registry.tickets.use(ticket)


def _away(request: Request, parts: Services, lang: Lang, chosen: str, wanted: str, ticket: str) -> Response:
    parts.budgets.attempt(address_of(request))
    issuer = parts.registry.issuers.find(chosen)
    if issuer is None:
        raise NotFoundError
    address, attempt = parts.relying.begin(ANYONE, _client(request, parts, issuer))
    kept = {"issuer": issuer.id, "attempt": asdict(attempt), "lang": lang, "wanted": wanted, "ticket": ticket}
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    response.set_cookie(
        _cookie(parts),
        parts.registry.cipher.encrypt(json.dumps(kept)),
        max_age=LONGEST,
        path="/",
        secure=parts.https,
        httponly=True,
        # The way back comes from another site, as a page that is opened.
        samesite="lax",
    )
    return response


def _kept(request: Request, parts: Services) -> _Kept:
    """Return what the browser kept.

    Raises:
        IssuerRefusedError: If it kept nothing of ours: the sign-in was begun elsewhere, or too long ago.
    """
    text = parts.registry.cipher.opened(request.cookies.get(_cookie(parts), ""))
    try:
        given = json.loads(text)
        attempt = Attempt(**given["attempt"])
        lang: Lang = next(each for each in LANGS if each == given["lang"])
        return _Kept(given["issuer"], attempt, lang, given["wanted"], given["ticket"])
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise IssuerRefusedError("the browser did not begin this sign-in, or too long ago") from error


def redirect_of(request: Request, parts: Services) -> str:
    """Return the address to which an issuer sends browsers back."""
    return (parts.address or f"{request.url.scheme}://{request.url.netloc}") + CALLBACK


def _client(request: Request, parts: Services, issuer: Issuer) -> Client:
    return Client(issuer.url, issuer.client_id, issuer.client_secret, redirect_of(request, parts))


def _cookie(parts: Services) -> str:
    return "__Host-issuer" if parts.https else "issuer"
