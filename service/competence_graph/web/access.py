"""Who asks: the session's cookie, or a program's bearer token -> Actor. Forms are believed only from our own pages."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import AsyncGenerator
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from competence_graph.errors import (
    BadTokenError,
    ForbiddenError,
    NotSignedInError,
    SecondFactorError,
    TokenScopeError,
    UploadError,
)
from competence_graph.exchange.spreadsheets import MOST_PACKED
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.registry import Session
from competence_graph.web.deps import Parts, Services, services

CSRF_FIELD: Final = "csrf"
MOST_UPLOADED: Final = MOST_PACKED + (1 << 20)
"""Bytes of a form with a file in it."""


class CrossSiteError(ForbiddenError):
    """A form that did not come from a page of ours, or from one that is out of date."""


def session_cookie(parts: Services) -> str:
    """Return the name of the session's cookie; the prefix makes browsers bind it to this host, over https only."""
    return "__Host-session" if parts.https else "session"


def visit_cookie(parts: Services) -> str:
    """Return the name of the cookie that binds the sign-in form to the browser that asked for it."""
    return "__Host-visit" if parts.https else "visit"


async def public(request: Request) -> Actor:
    """Nobody in particular: the page is the same for all, so the session is not looked at."""
    return ANYONE


def reader(request: Request, parts: Parts) -> Actor:
    """Anybody; who is signed in, or sends a token that may read, is known.

    Raises:
        BadTokenError: If a token is sent that is not valid.
        TokenScopeError: If the token may not read, or a form is sent with it.
    """
    token = bearer(request)
    if token is not None:
        return token_holder(request, parts, token, "read")
    session = find_session(request, parts)
    # Between password and second factor one is nobody yet.
    return ANYONE if session is None or session.waits else session.account.actor


def signed_in(request: Request, parts: Parts) -> Actor:
    """Somebody signed in.

    Raises:
        NotSignedInError: If nobody is.
        SecondFactorError: If the second factor is still to be shown.
        BadTokenError: If a token is sent that is not valid.
        TokenScopeError: If the token may not read, or a form is sent with it.
    """
    token = bearer(request)
    if token is not None:
        return token_holder(request, parts, token, "read")
    session = find_session(request, parts)
    if session is None:
        raise NotSignedInError
    if session.waits:
        raise SecondFactorError
    return session.account.actor


def asker(request: Request, parts: Parts) -> Actor:
    """A program with a token that may ask freely, or somebody signed in whose own page asks; else nobody.

    Raises:
        BadTokenError: If a token is sent that is not valid.
        TokenScopeError: If the token is not for questions.
        CrossSiteError: If another site asks in somebody's name.
    """
    token = bearer(request)
    if token is not None:
        return token_holder(request, parts, token, "sparql")
    found = reader(request, parts)
    if found.signed_in and request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise CrossSiteError
    return found


async def machine(request: Request) -> Actor:
    """A program that asks without a session."""
    return ANYONE


SCOPES: Final = frozenset({public, reader, signed_in, asker, machine})

Public = Annotated[Actor, Depends(public)]
Reader = Annotated[Actor, Depends(reader)]
SignedIn = Annotated[Actor, Depends(signed_in)]
Asker = Annotated[Actor, Depends(asker)]
Machine = Annotated[Actor, Depends(machine)]


def without_scope(router: APIRouter) -> list[str]:
    """Return the paths of routes that do not say who may ask; there must be none (deny by default)."""
    found = []
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            found += without_scope(inner)
        elif not isinstance(route, APIRoute) or not any(each.call in SCOPES for each in route.dependant.dependencies):
            found.append(getattr(route, "path", repr(route)))
    return found


def is_loopback(client: str) -> bool:
    """Whether a client's address is this machine."""
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False


def find_session(request: Request, parts: Services) -> Session | None:
    """Return the session of a request and keep it for the page's head."""
    token = request.cookies.get(session_cookie(parts), "")
    session = parts.registry.find_session(token) if token else None
    request.state.session = session
    return session


def bearer(request: Request) -> str | None:
    """Return the bearer token of a request (RFC 6750, in the header alone); None where it comes without."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def token_holder(request: Request, parts: Services, text: str, scope: str) -> Actor:
    """Return who a token stands for.

    Raises:
        BadTokenError: If it is unknown, over or revoked, or its holder's task has ended.
        TokenScopeError: If it was not made for this, or something other than a question is sent with it.
    """
    # The cookie of the same request counts for nothing, so that a form's token cannot go with another's rights.
    request.state.session = None
    found = parts.registry.bearer.find(text)
    if found is None:
        raise BadTokenError
    if scope not in found.scopes or (scope == "read" and request.method != "GET"):
        raise TokenScopeError
    return found.account.actor


def open_session(response: Response, parts: Services, token: str) -> None:
    """Give the browser a session; the token is always new, so that one fixed beforehand is worth nothing."""
    _set_cookie(response, parts, session_cookie(parts), token)
    response.delete_cookie(visit_cookie(parts), path="/", secure=parts.https, httponly=True, samesite="lax")


def end_session(request: Request, parts: Services) -> None:
    """End the session that the request came with, where there is one."""
    token = request.cookies.get(session_cookie(parts), "")
    if token:
        parts.registry.close_session(token)


def close_session(request: Request, response: Response, parts: Services) -> None:
    """End the session here and in the browser, with whatever it kept of our pages."""
    end_session(request, parts)
    response.delete_cookie(session_cookie(parts), path="/", secure=parts.https, httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _set_cookie(response: Response, parts: Services, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=parts.https, httponly=True, samesite="lax")


def form_token(request: Request, parts: Services) -> str:
    """Return the token that the forms of this page carry: the session's, else one bound to the visit's cookie."""
    session = getattr(request.state, "session", None)
    if session is not None:
        return str(session.csrf)
    visit = request.cookies.get(visit_cookie(parts)) or getattr(request.state, "visit", None)
    if visit is None:
        visit = secrets.token_urlsafe(24)
        # respond() sets the cookie.
        request.state.visit = visit
    return _signed(parts, visit)


def keep_visit(request: Request, response: Response, parts: Services) -> None:
    """Give the browser the cookie that belongs to the form token of this page, where one was made."""
    visit = getattr(request.state, "visit", None)
    if visit is not None:
        _set_cookie(response, parts, visit_cookie(parts), visit)


def _signed(parts: Services, visit: str) -> str:
    return hmac.new(parts.secret, visit.encode(), hashlib.sha256).hexdigest()


async def checked_form(request: Request, parts: Annotated[Services, Depends(services)]) -> FormData:
    """Return the form that a page of ours sent.

    Raises:
        CrossSiteError: If another site sent it, or its token is not that of this session.
    """
    _check_origin(request)
    form = await request.form(max_files=0, max_fields=200)
    await _check_token(request, parts, form)
    return form


async def checked_upload(
    request: Request, parts: Annotated[Services, Depends(services)]
) -> AsyncGenerator[FormData, None]:
    """Give the form that a page of ours sent, with one file at most and with as many fields as a table's page has.

    Raises:
        CrossSiteError: If another site sent it, or its token is not that of this session.
        UploadError: If it is larger than is taken, or does not say how large it is.
    """
    _check_origin(request)
    # Before anything of it is read: the form is parsed to memory and to a temporary file.
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > MOST_UPLOADED:
        raise UploadError(MOST_UPLOADED)
    form = await request.form(max_files=1, max_fields=2000)
    try:
        await _check_token(request, parts, form)
        yield form
    finally:
        await form.close()


def _check_origin(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSiteError
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise CrossSiteError


async def _check_token(request: Request, parts: Services, form: FormData) -> None:
    given = str(form.get(CSRF_FIELD, ""))
    session_token = request.cookies.get(session_cookie(parts), "")
    # On a thread: the registry is a database.
    session = await run_in_threadpool(parts.registry.find_session, session_token) if session_token else None
    visit = request.cookies.get(visit_cookie(parts), "")
    expected = session.csrf if session is not None else _signed(parts, visit) if visit else ""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise CrossSiteError


CheckedForm = Annotated[FormData, Depends(checked_form)]
CheckedUpload = Annotated[FormData, Depends(checked_upload)]
