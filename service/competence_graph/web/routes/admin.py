"""What keeps the service going: institutions with their accounts and licences. No person's data is here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers.institutions import Institution, institutions
from competence_graph.answers.people import labels
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, Text, lithuanian_key, pick
from competence_graph.registry.jobs import OLD_BACKUP
from competence_graph.registry.licences import Licence
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.language import words
from competence_graph.web.respond import Answer, respond, see_other
from competence_graph.web.routes.jobs import last_backup

router = APIRouter()

SOON: Final = timedelta(days=60)
"""A licence that ends within so long is named among the tasks."""
LONGEST_PRODUCT: Final = 120
MOST_SEATS: Final = 100_000
FIELDS: Final = ("organisation", "product", "seats", "since", "until")


@dataclass(frozen=True, slots=True)
class InstitutionLine:
    """An institution in the list of admins: how many accounts it has, not what they do."""

    name: Text
    sector: Text
    local: str
    accounts: int
    seats: int


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """A licence in words."""

    id: str
    organisation: Text
    product: str
    seats: int
    used: int
    free: int
    since: date
    until: date | None
    soon: bool


@router.get("/{lang:lang}/admin")
def admin_page(request: Request, parts: Parts, lang: PageLang, actor: SignedIn) -> Response:
    """Tasks first; then the institutions."""
    actor.require(actor.kind == "admin")
    found = institutions(actor, parts.store)
    licences = _licences(parts, found, lang)
    accounts = parts.registry.licences.accounts_by_organisation()
    seats: dict[str, int] = {}
    for each in parts.registry.licences.held():
        seats[each.organisation] = seats.get(each.organisation, 0) + each.seats
    kinds = labels(actor, parts.store, {each.sector for each in found})
    lines = [
        InstitutionLine(
            pick(each.names, lang) or Text(each.iri.local),
            pick(kinds.get(each.sector, ()), lang) or Text(each.sector.local),
            each.iri.local,
            accounts.get(each.iri, 0),
            seats.get(each.iri, 0),
        )
        for each in found
    ]
    lines.sort(key=lambda line: lithuanian_key(line.name.value))
    return respond(
        request,
        Answer(
            page="admin.html",
            context={
                "section": "admin",
                "institutions": lines,
                "ending": [each for each in licences if each.soon],
                "over": [each for each in licences if each.free < 0],
                "failed": sum(each.state == "failed" for each in parts.registry.jobs.all()),
                # A demonstration is never backed up.
                "backup_old": not parts.demo
                and ((last := last_backup(parts)) is None or parts.clock() - last > OLD_BACKUP),
                "without": sum(not line.accounts for line in lines),
            },
            rows=Table(
                ("organisation", "name", "kind", "accounts", "seats"),
                [(line.local, line.name, line.sector, line.accounts, line.seats) for line in lines],
                title="institutions",
            ),
            name="institutions",
        ),
    )


@router.get("/{lang:lang}/licences")
def licences_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    done: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The seats that institutions hold: an admin keeps them, the ministry reads them."""
    actor.require(actor.kind in {"admin", "ministry"})
    return _page(request, parts, lang, actor, done=done)


@router.post("/{lang:lang}/licences")
def change_licences(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, form: CheckedForm) -> Response:
    """Record a licence, or end one."""
    actor.require(actor.kind == "admin")
    ended = str(form.get("end", ""))
    if ended:
        parts.registry.licences.end(ended)
        parts.registry.audit.record(actor, "end-licence")
        return see_other(f"/{lang}/licences?done=ended")
    given = {each: str(form.get(each, "")).strip() for each in FIELDS}
    errors = _errors(parts, given, lang)
    if errors:
        return _page(request, parts, lang, actor, given=given, errors=errors)
    organisation = id_iri(given["organisation"], parts.base)
    parts.registry.licences.put(
        organisation,
        given["product"],
        int(given["seats"]),
        since=_day(given["since"]) or parts.clock(),
        until=_day(given["until"], days=1),
    )
    parts.registry.audit.record(actor, "licence", organisation=organisation)
    return see_other(f"/{lang}/licences?done=made")


def _errors(parts: Services, given: dict[str, str], lang: Lang) -> dict[str, str]:
    gettext = words(lang).gettext
    found = {}
    known = {each.iri.local for each in institutions(ANYONE, parts.store)}
    if given["organisation"] not in known or not is_id(given["organisation"]):
        found["organisation"] = gettext("Choose an institution from the list.")
    if not 0 < len(given["product"]) <= LONGEST_PRODUCT:
        found["product"] = gettext("Write what the seats are for, in at most 120 characters.")
    seats = given["seats"]
    if not (seats.isascii() and seats.isdigit() and len(seats) < 7 and 0 < int(seats) <= MOST_SEATS):
        found["seats"] = gettext("Write how many seats there are, from 1 to 100000.")
    for each in ("since", "until"):
        if given[each] and _day(given[each]) is None:
            found[each] = gettext("Write the day like this: 2026-01-31.")
    since, until = _day(given["since"]) or parts.clock(), _day(given["until"], days=1)
    if not found and until is not None and until <= since:
        found["until"] = gettext("The last day must not be before the first.")
    return found


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    *,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    found = institutions(actor, parts.store)
    lines = _licences(parts, found, lang)
    gettext = words(lang).gettext
    said = {"made": gettext("The licence is recorded."), "ended": gettext("The licence has ended.")}
    return respond(
        request,
        Answer(
            page="licences.html",
            context={
                "section": "admin" if actor.kind == "admin" else "licences",
                "lines": lines,
                "writes": actor.kind == "admin",
                "institutions": sorted(
                    ((each.iri.local, (pick(each.names, lang) or Text(each.iri.local)).value) for each in found),
                    key=lambda pair: lithuanian_key(pair[1]),
                ),
                "given": given or dict.fromkeys(FIELDS, ""),
                "errors": {**dict.fromkeys(FIELDS, ""), **(errors or {})},
                "wrong": list((errors or {}).items()),
                "done": said.get(done, ""),
            },
            rows=Table(
                ("organisation", "product", "seats", "used", "since", "until"),
                [(each.organisation, each.product, each.seats, each.used, each.since, each.until) for each in lines],
                title="licences",
            ),
            name="licences",
            status=422 if errors else 200,
        ),
    )


def _licences(parts: Services, found: list[Institution], lang: Lang) -> list[LicenceLine]:
    named = {each.iri: each.names for each in found}
    now = parts.clock()
    return [_line(each, named, now, lang) for each in parts.registry.licences.held()]


def _line(licence: Licence, named: dict[Iri, tuple[Text, ...]], now: datetime, lang: Lang) -> LicenceLine:
    organisation = Iri(licence.organisation)
    until = None if licence.until is None else (licence.until - timedelta(seconds=1)).astimezone(VILNIUS).date()
    return LicenceLine(
        licence.id,
        pick(named.get(organisation, ()), lang) or Text(organisation.local),
        licence.product,
        licence.seats,
        licence.used,
        licence.free,
        licence.since.astimezone(VILNIUS).date(),
        until,
        licence.until is not None and licence.until - now <= SOON,
    )


def _day(text: str, *, days: int = 0) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days), time.min, VILNIUS)
    except (ValueError, OverflowError):
        return None
