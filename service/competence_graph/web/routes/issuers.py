"""The issuers that people may sign in with: an admin keeps them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.errors import IssuerError, IssuerFault, NotFoundError
from competence_graph.exchange.oidc import check_address
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.text import Lang
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.issuer_sign_in import redirect_of

router = APIRouter()

FIELDS: Final = ("label", "url", "client_id", "client_secret", "domains")
FAULTS: Final[dict[IssuerFault, str]] = {
    "address": msgid("Write an address that begins with https://."),
    "unreachable": msgid("The issuer does not answer there. Check the address."),
    "other-name": msgid("The issuer calls itself by another address. Write exactly the one it gives as “issuer”."),
    "incomplete": msgid("The issuer’s description lacks something that sign-in needs."),
    "no-pkce": msgid("The issuer does not offer PKCE with S256; without it sign-in is not safe."),
    "no-keys": msgid("The issuer’s keys cannot be read."),
    "refused": msgid("The issuer refused."),
}
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@router.get("/{lang:lang}/issuers")
def issuers_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, done: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The issuers, and the form that adds one."""
    actor.require(actor.kind == "admin")
    return _page(request, parts, lang, actor, done=done)


@router.post("/{lang:lang}/issuers")
def change_issuers(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, form: CheckedForm) -> Response:
    """Add an issuer once it answers, or close or open one."""
    actor.require(actor.kind == "admin")
    for act, enabled in (("close", False), ("open", True)):
        chosen = str(form.get(act, ""))
        if chosen:
            if not parts.registry.issuers.set_enabled(chosen, enabled=enabled):
                raise NotFoundError
            parts.registry.audit.record(actor, f"issuer-{act}")
            return see_other(f"/{lang}/issuers?done={act}")
    given: dict[str, Any] = {each: str(form.get(each, "")).strip()[:1000] for each in FIELDS}
    given["strong"] = bool(form.get("strong"))
    errors = _errors(parts, actor, given, lang)
    if errors:
        return _page(request, parts, lang, actor, given=given, errors=errors)
    parts.registry.issuers.put(
        given["label"],
        given["url"],
        given["client_id"],
        given["client_secret"] or None,
        domains=_domains(given["domains"]),
        strong=given["strong"],
    )
    parts.registry.audit.record(actor, "issuer", reason=given["url"])
    return see_other(f"/{lang}/issuers?done=made")


def _domains(text: str) -> list[str]:
    return [each.casefold().lstrip("@") for each in re.split(r"[\s,;]+", text) if each]


def _errors(parts: Services, actor: Actor, given: dict[str, Any], lang: Lang) -> dict[str, str]:
    gettext = words(lang).gettext
    found = {}
    if not 1 <= len(given["label"]) <= 100:
        found["label"] = gettext("Write what people call this sign-in, in at most 100 characters.")
    if not 1 <= len(given["client_id"]) <= 200:
        found["client_id"] = gettext("Write the client ID that the issuer gave this service.")
    if not all(_DOMAIN.fullmatch(each) for each in _domains(given["domains"])):
        found["domains"] = gettext("Write what stands after the @, such as example.org, with commas between.")
    try:
        check_address(given["url"])
        if not found:
            parts.relying.discover(actor, given["url"], fresh=True)
    except IssuerError as error:
        found["url"] = gettext(FAULTS[error.fault])
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
) -> Response:
    gettext = words(lang).gettext
    said = {
        "made": gettext("The issuer is recorded: it stands on the page of sign-in."),
        "close": gettext("Nobody signs in with this issuer any more."),
        "open": gettext("People sign in with this issuer again."),
    }
    lines = parts.registry.issuers.everybody()
    return respond(
        request,
        Answer(
            page="issuers.html",
            context={
                "section": "admin",
                "lines": lines,
                "given": given or {**dict.fromkeys(FIELDS, ""), "strong": False},
                "errors": {**dict.fromkeys(FIELDS, ""), **(errors or {})},
                "wrong": list((errors or {}).items()),
                "done": said.get(done, ""),
                "redirect": redirect_of(request, parts),
            },
            rows=Table(
                ("issuer", "label", "address", "domains", "open"),
                [(each.id, each.label, each.url, ", ".join(sorted(each.domains)), each.enabled) for each in lines],
                title="issuers",
            ),
            name="issuers",
            status=422 if errors else 200,
        ),
    )
