"""Who may sign in: an admin keeps all accounts, the HR of an institution those of its own people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, cast

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers.institutions import institutions
from competence_graph.answers.people import labels, staff
from competence_graph.errors import AccountExistsError, NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import ANYONE, Actor, ActorKind
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key, pick
from competence_graph.registry import Account
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.local_sign_in import NO_REFERRER, post_link
from competence_graph.web.routes.sign_in import KINDS

router = APIRouter()

BY_HR: Final[tuple[ActorKind, ...]] = ("learner", "unit-lead", "hr")
BY_ADMIN: Final[tuple[ActorKind, ...]] = ("hr", "planner", "editor", "ministry", "admin")
OF_INSTITUTION: Final = frozenset({"hr", "unit-lead", "learner"})
FIELDS: Final = ("email", "label", "kind", "organisation", "unit", "person")
DONE: Final = {
    "disabled": msgid("The account is closed; it is signed out everywhere."),
    "enabled": msgid("The account is open again."),
    "codes": msgid("The app was taken off the account; it is set up anew at the next sign-in."),
    "withdrawn": msgid("The task was taken off the account."),
}
_EMAIL: Final = re.compile(r"[^\s@<>\"',;:\\]+@[^\s@<>\"',;:\\]+\.[^\s@<>\"',;:\\]+")


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account under one of its tasks, in words."""

    id: str
    grant: str
    label: str
    email: str
    kind: str
    organisation: Text | str
    state: str
    enrolled: bool
    seen: datetime | None
    locked: bool
    mine: bool


@router.get("/{lang:lang}/accounts")
def accounts_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The accounts one looks after, and the form that invites."""
    _may(actor)
    return _page(request, parts, lang, actor, done=done)


@router.post("/{lang:lang}/accounts")
def invite(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, form: CheckedForm) -> Response:
    """Invite somebody: a new account, or one more task for an account that is there."""
    _may(actor)
    given = {each: str(form.get(each, "")).strip() for each in FIELDS}
    if actor.kind == "hr":
        given["organisation"] = Iri(actor.organisation or "").local
    errors = _errors(parts, actor, given, lang)
    if errors:
        return _page(request, parts, lang, actor, given=given, errors=errors)
    kind = cast("ActorKind", given["kind"])
    organisation = id_iri(given["organisation"], parts.base) if kind in OF_INSTITUTION else None
    person = id_iri(given["person"], parts.base) if given["person"] and kind in OF_INSTITUTION else None
    units = [id_iri(given["unit"], parts.base)] if kind == "unit-lead" else []
    known = parts.registry.accounts.by_email(given["email"])
    if known is None:
        try:
            account = parts.registry.accounts.create(
                kind, given["label"], given["email"],
                organisation=organisation, person=person, units=units, given_by=actor.account,
            )  # fmt: skip
        except AccountExistsError:
            wrong = words(lang).gettext("Somebody else invited this address just now. Look in the list.")
            return _page(request, parts, lang, actor, given=given, errors={"email": wrong})
    else:
        account = known
        parts.registry.accounts.grant(
            account, kind, organisation=organisation, person=person, units=units, given_by=actor.account
        )
    parts.registry.audit.record(
        actor, "invite", organisation=organisation, people={person} if person else (), reason=kind
    )
    mine = [each for each in parts.registry.accounts.of_account(account) if each.actor.kind == kind]
    cared_for = {each.grant for each in _looked_after(parts, actor)}
    others = [each for each in parts.registry.accounts.of_account(account) if each.grant not in cared_for]
    if others or (known is not None and parts.registry.credentials.has_password(account)):
        # Who has a password goes on with it, and a link would let whoever invites into an account of others.
        return _page(request, parts, lang, actor, invited=given["email"], link="")
    link = post_link(parts, lang, mine[0], "invite", actor.account)
    return _page(request, parts, lang, actor, invited=given["email"], link=_shown(request, parts, link))


@router.post("/{lang:lang}/accounts/{account}")
def change(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, account: str, form: CheckedForm
) -> Response:
    """Close or open an account, give a new link, take the app or a task off it."""
    _may(actor)
    mine = [each for each in _looked_after(parts, actor) if each.id == account]
    act = str(form.get("act", ""))
    if not mine or (actor.account == account and act in {"disable", "withdraw"}):
        raise NotFoundError
    # What opens or closes the whole account is only for whoever looks after all of it.
    whole = parts.registry.accounts.of_account(account)
    if actor.kind == "hr" and act != "withdraw" and any(each not in mine for each in whole):
        raise NotFoundError
    organisation = mine[0].actor.organisation
    if act in {"disable", "enable"}:
        parts.registry.accounts.set_state(account, "disabled" if act == "disable" else "active")
    elif act == "codes":
        parts.registry.credentials.drop_codes(account)
        parts.registry.sessions.close_all(account)
    elif act == "link":
        parts.registry.audit.record(actor, "reset", organisation=organisation)
        link = post_link(parts, lang, mine[0], "reset", actor.account)
        return _page(request, parts, lang, actor, invited=mine[0].email or "", link=_shown(request, parts, link))
    elif act == "withdraw":
        grant = str(form.get("grant", ""))
        if grant not in {each.grant for each in mine}:
            raise NotFoundError
        parts.registry.accounts.withdraw(grant)
    else:
        raise NotFoundError
    parts.registry.audit.record(actor, f"account-{act}", organisation=organisation)
    done = {"disable": "disabled", "enable": "enabled", "codes": "codes", "withdraw": "withdrawn"}[act]
    return see_other(f"/{lang}/accounts?done={done}")


def _may(actor: Actor) -> None:
    actor.require(actor.kind == "admin" or (actor.kind == "hr" and actor.organisation is not None))


def _looked_after(parts: Services, actor: Actor) -> list[Account]:
    if actor.kind == "admin":
        return parts.registry.accounts.everybody()
    return parts.registry.accounts.of_organisation(actor.organisation or "")


def _errors(parts: Services, actor: Actor, given: dict[str, str], lang: Lang) -> dict[str, str]:
    gettext = words(lang).gettext
    found = {}
    if not _EMAIL.fullmatch(given["email"]) or len(given["email"]) > 320:
        found["email"] = gettext("Write an e-mail address, such as vardas@example.org.")
    if not 1 <= len(given["label"]) <= 200:
        found["label"] = gettext("Write the given and family name.")
    if given["kind"] not in (BY_ADMIN if actor.kind == "admin" else BY_HR):
        found["kind"] = gettext("Choose a task from the list.")
    elif given["kind"] in OF_INSTITUTION:
        local = given["organisation"]
        if not is_id(local) or local not in {each.iri.local for each in institutions(ANYONE, parts.store)}:
            found["organisation"] = gettext("Choose an institution from the list.")
        else:
            found |= _inside(parts, actor, given, lang)
    return found


def _inside(parts: Services, actor: Actor, given: dict[str, str], lang: Lang) -> dict[str, str]:
    """Look whether unit and person are of the institution: only its HR sees who they are."""
    gettext = words(lang).gettext
    found = {}
    organisation = id_iri(given["organisation"], parts.base)
    people: set[str] = set()
    units: set[str] = set()
    if actor.kind == "hr":
        everybody = _staff(parts, actor, organisation)
        people = {Iri(each).local for each in everybody[0]}
        units = {unit.local for unit in everybody[1]}
    if given["kind"] == "unit-lead" and given["unit"] not in units:
        found["unit"] = (
            gettext("Choose the unit that this person leads.")
            if actor.kind == "hr"
            else gettext("Let the personnel specialist of the institution invite heads of units and employees.")
        )
    if given["person"] and given["person"] not in people:
        found["person"] = gettext("Choose a person of your institution.")
    if given["kind"] == "learner" and not given["person"]:
        found["person"] = (
            gettext("Choose whose own page it is.")
            if actor.kind == "hr"
            else gettext("Let the personnel specialist of the institution invite heads of units and employees.")
        )
    return found


def _staff(parts: Services, actor: Actor, organisation: Iri) -> tuple[list[str], tuple[Iri, ...]]:
    try:
        found = staff(actor, parts.store, organisation)
    except NotFoundError:
        return [], ()
    return list(found.people), found.units


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    *,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
    invited: str = "",
    link: str = "",
) -> Response:
    accounts = _looked_after(parts, actor)
    lines = _lines(parts, actor, accounts, lang)
    gettext = words(lang).gettext
    people: list[tuple[str, str]] = []
    units: list[tuple[str, str]] = []
    found = institutions(actor, parts.store)
    if actor.kind == "hr":
        organisation = Iri(actor.organisation or "")
        everybody, own_units = _staff(parts, actor, organisation)
        names = parts.registry.names(actor, organisation, everybody)
        named = labels(actor, parts.store, own_units)
        people = sorted(
            ((Iri(each).local, name) for each, name in names.items()), key=lambda one: lithuanian_key(one[1])
        )
        units = sorted(((each.local, label_of(named, each, lang).value) for each in own_units), key=lambda one: one[1])
    return respond(
        request,
        Answer(
            page="accounts.html",
            context={
                "section": "admin" if actor.kind == "admin" else "accounts",
                "admin": actor.kind == "admin",
                "lines": lines,
                "kinds": [(each, gettext(KINDS[each])) for each in (BY_ADMIN if actor.kind == "admin" else BY_HR)],
                "institutions": sorted(
                    ((each.iri.local, (pick(each.names, lang) or Text(each.iri.local)).value) for each in found),
                    key=lambda pair: lithuanian_key(pair[1]),
                ),
                "people": people,
                "units": units,
                "given": given or dict.fromkeys(FIELDS, ""),
                "errors": {**dict.fromkeys(FIELDS, ""), **(errors or {})},
                "wrong": list((errors or {}).items()),
                "done": gettext(DONE[done]) if done in DONE else "",
                "invited": invited,
                "link": link,
                "mail": parts.mailer is not None,
            },
            rows=Table(
                ("account", "email", "task", "organisation", "state", "second_factor"),
                [(each.id, each.email, each.kind, each.organisation, each.state, each.enrolled) for each in lines],
                title="accounts",
            ),
            name="accounts",
            status=422 if errors else 200,
            headers=NO_REFERRER if link else {},
        ),
    )


def _lines(parts: Services, actor: Actor, accounts: list[Account], lang: Lang) -> list[AccountLine]:
    gettext = words(lang).gettext
    named = labels(actor, parts.store, {each.actor.organisation for each in accounts if each.actor.organisation})
    now = parts.clock()
    return [
        AccountLine(
            each.id,
            each.grant,
            each.label,
            each.email or "",
            gettext(KINDS[each.actor.kind]),
            label_of(named, each.actor.organisation, lang) if each.actor.organisation else "",
            each.state,
            each.enrolled,
            None if each.seen is None else each.seen.astimezone(VILNIUS),
            each.locked_until is not None and each.locked_until > now,
            each.id == actor.account,
        )
        for each in accounts
    ]


def _shown(request: Request, parts: Services, link: str) -> str:
    """Return the whole link to hand over; nothing where a letter takes it: then nobody else needs to see it."""
    if parts.mailer is not None:
        return ""
    return link if parts.address else f"{request.url.scheme}://{request.url.netloc}{link}"
