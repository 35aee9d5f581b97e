"""One's own sign-in: a new password, the sessions that are open, and the end of all others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.errors import LockedError, NotFoundError, WeakPasswordError
from competence_graph.model.actor import Actor
from competence_graph.web.access import CheckedForm, SignedIn, session_cookie
from competence_graph.web.budgets import address_of
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.language import words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.local_sign_in import FAULTS, wait_words

router = APIRouter(include_in_schema=False)


@router.get("/{lang:lang}/account")
def account_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, done: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The open sessions of one's account, and the forms that end them and change the password."""
    return _page(request, parts, lang, actor, done=done)


@router.post("/{lang:lang}/account")
def change_account(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, form: CheckedForm) -> Response:
    """Change the password, or sign out everywhere else; both ask for the password that holds now."""
    parts.budgets.attempt(address_of(request))
    act = str(form.get("act", ""))
    if act not in {"password", "sessions"}:
        raise NotFoundError
    gettext = words(lang).gettext
    known = parts.registry.credentials.has_password(actor.account)
    if act == "password" and not known:
        raise NotFoundError
    if known:
        field = "current" if act == "password" else "confirm"
        try:
            right = parts.registry.credentials.confirm(actor.account, str(form.get("current", "")))
        except LockedError as error:
            return _page(request, parts, lang, actor, errors={field: wait_words(parts, error, lang)}, status=429)
        if not right:
            return _page(request, parts, lang, actor, errors={field: gettext("This is not your password.")})
    if act == "password":
        given = str(form.get("password", ""))
        if given != str(form.get("again", "")):
            wrong = gettext("The two passwords differ. Type them again.")
            return _page(request, parts, lang, actor, errors={"password": wrong})
        try:
            parts.registry.credentials.set_password(actor.account, given)
        except WeakPasswordError as error:
            return _page(request, parts, lang, actor, errors={"password": gettext(FAULTS[error.fault])})
    parts.registry.sessions.close_others(actor.account, request.cookies.get(session_cookie(parts), ""))
    parts.registry.audit.record(
        actor, "set-password" if act == "password" else "sign-out-elsewhere", organisation=actor.organisation
    )
    return see_other(f"/{lang}/account?done={act}")


def _page(
    request: Request,
    parts: Services,
    lang: PageLang,
    actor: Actor,
    *,
    errors: dict[str, str] | None = None,
    done: str = "",
    status: int = 422,
) -> Response:
    gettext = words(lang).gettext
    said = {
        "password": gettext("The new password holds from now on, and you are signed out everywhere else."),
        "sessions": gettext("You are signed out everywhere else."),
    }
    return respond(
        request,
        Answer(
            page="account.html",
            context={
                "section": "sign-in",
                "has_password": parts.registry.credentials.has_password(actor.account),
                "sessions": [
                    (began.astimezone(VILNIUS), used.astimezone(VILNIUS))
                    for began, used in parts.registry.sessions.of_account(actor.account)
                ],
                "errors": {"current": "", "confirm": "", "password": "", **(errors or {})},
                "wrong": list((errors or {}).items()),
                "done": said.get(done, ""),
            },
            status=status if errors else 200,
        ),
    )
