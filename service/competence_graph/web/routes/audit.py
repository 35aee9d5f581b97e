"""The audit: who saw and did what. HR reads its own institution's lines, an admin all; levels stand in none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers.people import labels
from competence_graph.errors import NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, label_of
from competence_graph.registry import Account
from competence_graph.registry.audit import Line
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.gap_lines import capital, id_page
from competence_graph.web.language import words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.my_data import ACTS, act_words, looker_words

router = APIRouter()

MOST: Final = 200
SHORTEST_REASON: Final = 20
LONGEST_REASON: Final = 1000
Asked = Annotated[str, Query(max_length=60)]


@router.get("/{lang:lang}/audit")
def audit_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    account: Asked = "",
    organisation: Asked = "",
    person: Asked = "",
    act: Asked = "",
    start: Annotated[str, Query(alias="from", max_length=10)] = "",
    end: Annotated[str, Query(alias="to", max_length=10)] = "",
    before: Annotated[int | None, Query(ge=1, lt=1 << 62)] = None,
) -> Response:
    """Lines of the audit, filtered; "which people's data did this account see" is its second table."""
    actor.require(actor.kind == "admin" or (actor.kind == "hr" and actor.organisation is not None))
    whose = actor.organisation if actor.kind == "hr" else _iri(organisation, "o", parts.base)
    lines = parts.registry.audit.lines(
        account=account or None,
        organisation=whose,
        person=_iri(person, "p", parts.base),
        act=act or None,
        start=_moment(start),
        end=_moment(end, days=1),
        before=before,
        most=MOST,
    )
    first = _moment(start) or datetime(2000, 1, 1, tzinfo=VILNIUS)
    last = _moment(end, days=1) or parts.clock() + timedelta(days=1)
    seen = parts.registry.audit.seen_by(account, first, last, organisation=whose) if account else {}
    return respond(
        request,
        Answer(
            page="audit.html",
            context=lambda: _context(
                parts,
                lang,
                actor,
                lines,
                seen,
                {
                    "account": account,
                    "organisation": organisation,
                    "person": person,
                    "act": act,
                    "from": start,
                    "to": end,
                },
            ),
            rows=Table(
                ("at", "account", "kind", "act", "organisation", "route", "reason", "people"),
                [
                    (
                        line.at.astimezone(VILNIUS).isoformat(timespec="seconds"),
                        line.account,
                        line.kind,
                        line.act,
                        line.organisation,
                        line.route,
                        line.reason,
                        " ".join(line.people),
                    )
                    for line in lines
                ],
                title="audit",
            ),
            name="audit",
        ),
    )


@router.get("/{lang:lang}/organisations/{organisation}/glass")
def glass_page(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str) -> Response:
    """Where an admin asks to see an institution's people, and says why."""
    iri = _glazed(actor, organisation, parts.base)
    return _glass(request, parts, lang, actor, iri)


@router.post("/{lang:lang}/organisations/{organisation}/glass")
def break_glass(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm
) -> Response:
    """Let the admin see the institution's people for half an hour, or end that."""
    iri = _glazed(actor, organisation, parts.base)
    if form.get("end"):
        parts.registry.glasses.close(actor.account, iri)
        parts.registry.audit.record(actor, "glass-mended", organisation=iri)
        return see_other(f"{id_page(lang, 'organisations', iri)}/glass")
    reason = str(form.get("reason", "")).strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        wrong = words(lang).gettext("Write why you must see these people’s data; the institution will read it.")
        return _glass(request, parts, lang, actor, iri, error=wrong)
    parts.registry.audit.record(actor, "glass-broken", organisation=iri, reason=reason)
    parts.registry.glasses.open(actor.account, iri, reason)
    return see_other(id_page(lang, "organisations", iri))


def _glazed(actor: Actor, organisation: str, base: str) -> Iri:
    if actor.kind != "admin" or not is_id(organisation) or not organisation.startswith("o"):
        raise NotFoundError
    return id_iri(organisation, base)


def _glass(request: Request, parts: Services, lang: Lang, actor: Actor, organisation: Iri, error: str = "") -> Response:
    named = labels(actor, parts.store, {organisation})
    if not named:
        raise NotFoundError
    return respond(
        request,
        Answer(
            page="glass.html",
            context={
                "organisation": label_of(named, organisation, lang),
                "href": id_page(lang, "organisations", organisation),
                "open": organisation in actor.glass,
                "error": error,
                "section": "",
            },
            status=422 if error else 200,
        ),
    )


def _context(
    parts: Services, lang: Lang, actor: Actor, lines: list[Line], seen: dict[str, int], asked: dict[str, str]
) -> dict[str, object]:
    accounts = {each.id: each.label for each in _accounts(parts, actor)}
    organisations = {line.organisation for line in lines if line.organisation}
    named = labels(actor, parts.store, organisations)
    people = {person for line in lines for person in line.people} | set(seen)
    names = parts.registry.names(actor, actor.organisation or "", people)

    def called(person: str) -> str:
        return names.get(person) or Iri(person).local

    glasses = parts.registry.glasses.of_organisation(actor.organisation) if actor.organisation else []
    return {
        "section": "",
        "asked": asked,
        "wrong": {each: bool(asked[each]) and _moment(asked[each]) is None for each in ("from", "to")},
        "acts": sorted(((each, act_words(each, lang)) for each in ACTS), key=lambda pair: pair[1]),
        "accounts": sorted(accounts.items(), key=lambda pair: pair[1]),
        "lines": [
            (
                line.at.astimezone(VILNIUS),
                accounts.get(line.account, "") or capital(looker_words(line.kind, lang)),
                capital(looker_words(line.kind, lang)),
                act_words(line.act, lang),
                label_of(named, line.organisation, lang) if line.organisation else "",
                line.reason,
                [called(each) for each in line.people[:5]],
                max(0, len(line.people) - 5),
            )
            for line in lines
        ],
        "older": lines[-1].id if len(lines) == MOST else None,
        "seen": sorted(((called(person), times) for person, times in seen.items()), key=lambda pair: pair[0]),
        "glasses": [
            (glass.opened.astimezone(VILNIUS), (glass.closed or glass.until).astimezone(VILNIUS), glass.reason)
            for glass in glasses
        ],
        "everything": actor.kind == "admin",
    }


def _accounts(parts: Services, actor: Actor) -> list[Account]:
    if actor.kind == "admin":
        return parts.registry.accounts.everybody()
    return parts.registry.accounts.of_organisation(actor.organisation or "")


def _iri(text: str, kind: str, base: str) -> Iri | None:
    if not text:
        return None
    local = text.rsplit("/", 1)[-1]
    if not is_id(local) or not local.startswith(kind):
        raise NotFoundError
    return id_iri(local, base)


def _moment(text: str, *, days: int = 0) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time.min, VILNIUS)
