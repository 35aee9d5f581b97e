"""Joiners, movers and leavers: the pages on which HR adds people, gives them posts and records their last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers import staffing
from competence_graph.answers.people import Person, labels, staff
from competence_graph.errors import NotFoundError, StaffingError, StaffingFault
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.look_alikes import composed
from competence_graph.model.retention import months_later
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import role_choices, staffed
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

JOINING: Final = ("given_name", "family_name", "email", "place", "role", "start")
MOVING: Final = ("place", "role", "start", "beside", "last")
LONGEST_NAME: Final = 200
FAULTS: Final[Mapping[StaffingFault, tuple[str, str]]] = {
    "day": ("start", msgid("Choose a day between 1940 and two years from now.")),
    "email": ("email", msgid("Somebody of your institution has this address already. Look among all people.")),
    "same-post": ("role", msgid("The person holds this post already.")),
    "before-post": (
        "start",
        msgid("A post that begins on this day or later would have to end first: choose a later day."),
    ),
    "no-post": ("last", msgid("No post lasts beyond this day. Choose an earlier one.")),
}


@dataclass(frozen=True, slots=True)
class LeaverLine:
    """Somebody who left, or will: the last day, and from when on their data are gone."""

    href: str
    name: str
    last: date
    erased: date | None


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A post of a person in words."""

    role: Text
    place: Text
    start: date
    end: date | None
    held: bool


@router.get("/{lang:lang}/organisations/{organisation}/staff")
def staff_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The form that adds a person, and those who left."""
    return _staff_page(request, parts, lang, actor, staffed(parts, actor, organisation), done=done)


@router.post("/{lang:lang}/organisations/{organisation}/staff")
def add_person(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm
) -> Response:
    """Add a person with their first post."""
    whose = staffed(parts, actor, organisation)
    given = {each: composed(str(form.get(each, ""))).strip() for each in JOINING}
    gettext = words(lang).gettext
    errors = _post_errors(parts, actor, whose, given, lang)
    for each in ("given_name", "family_name"):
        if not 1 <= len(given[each]) <= LONGEST_NAME or not given[each].isprintable():
            errors[each] = gettext("Write the name.")
    if given["email"] and ("@" not in given["email"] or len(given["email"]) > 320 or " " in given["email"]):
        errors["email"] = gettext("Write an e-mail address, such as vardas@example.org.")
    if errors:
        return _staff_page(request, parts, lang, actor, whose, given=given, errors=errors)
    try:
        person = staffing.hire(
            actor, parts.writer, parts.registry, whose,
            given["given_name"], given["family_name"], given["email"] or None,
            place=id_iri(given["place"], parts.base), role=id_iri(given["role"], parts.base),
            start=date.fromisoformat(given["start"]), today=parts.today, base=parts.base,
        )  # fmt: skip
    except StaffingError as error:
        return _staff_page(request, parts, lang, actor, whose, given=given, errors=_told(error, lang))
    return see_other(id_page(lang, "people", person) + "/post?done=joined")


@router.get("/{lang:lang}/people/{person}/post")
def post_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    person: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The posts of a person, and the forms for a new one and for the last day."""
    return _post_page(request, parts, lang, actor, _person(parts, actor, person), done=done)


@router.post("/{lang:lang}/people/{person}/post")
def change_post(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Give a person a new post, or record the last day."""
    found = _person(parts, actor, person)
    given = {each: str(form.get(each, "")).strip() for each in MOVING}
    leaves = str(form.get("act", "")) == "leave"
    if leaves:
        last = _day(given["last"])
        errors = {} if last is not None else {"last": words(lang).gettext("Write the day like this: 2026-01-31.")}
    else:
        errors = _post_errors(parts, actor, found.organisation, given, lang)
    if not errors:
        try:
            if leaves:
                staffing.leave(
                    actor, parts.writer, parts.registry, found.iri, date.fromisoformat(given["last"]), today=parts.today
                )
            else:
                staffing.move(
                    actor, parts.writer, parts.registry, found.iri,
                    place=id_iri(given["place"], parts.base), role=id_iri(given["role"], parts.base),
                    start=date.fromisoformat(given["start"]), beside=bool(given["beside"]),
                    today=parts.today, base=parts.base,
                )  # fmt: skip
        except StaffingError as error:
            errors = _told(error, lang)
            if leaves and "start" in errors:
                errors = {"last": errors["start"]}
    if errors:
        return _post_page(request, parts, lang, actor, found, given=given, errors=errors)
    return see_other(id_page(lang, "people", found.iri) + f"/post?done={'left' if leaves else 'moved'}")


def _person(parts: Services, actor: Actor, local: str) -> Person:
    if not is_id(local) or not local.startswith("p"):
        raise NotFoundError
    return staffing.find_staffed(actor, parts.writer, id_iri(local, parts.base))


def _told(error: StaffingError, lang: Lang) -> dict[str, str]:
    field, says = FAULTS[error.fault]
    return {field: words(lang).gettext(says)}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _post_errors(
    parts: Services, actor: Actor, organisation: Iri, given: Mapping[str, str], lang: Lang
) -> dict[str, str]:
    gettext = words(lang).gettext
    found = {}
    if given["place"] not in {local for local, _ in _places(parts, actor, organisation, lang)}:
        found["place"] = gettext("Choose a unit from the list.")
    if given["role"] not in {local for local, _ in role_choices(parts, actor, organisation, lang)}:
        found["role"] = gettext("Choose a role from the list.")
    if _day(given["start"]) is None:
        found["start"] = gettext("Write the day like this: 2026-01-31.")
    return found


def _places(parts: Services, actor: Actor, organisation: Iri, lang: Lang) -> list[tuple[str, str]]:
    try:
        units = staff(actor, parts.store, organisation).units
    except NotFoundError:
        # Nobody works there yet, and it has no units.
        units = ()
    named = labels(actor, parts.store, {organisation, *units})
    inside = sorted(
        ((each.local, label_of(named, each, lang).value) for each in units), key=lambda one: lithuanian_key(one[1])
    )
    return [*inside, (organisation.local, label_of(named, organisation, lang).value)]


def _staff_page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    organisation: Iri,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    gettext = words(lang).gettext
    leavers = parts.registry.identities.leavers(organisation)
    lines = []
    for each in leavers:
        assert each.left is not None
        last = (each.left - timedelta(seconds=1)).astimezone(VILNIUS).date()
        months = parts.retention_months
        lines.append(
            LeaverLine(
                id_page(lang, "people", each.pseudonym) + "/post",
                each.name,
                last,
                months_later(each.left.astimezone(VILNIUS).date(), months) if months else None,
            )
        )
    context: dict[str, Any] = {
        "section": "organisation",
        "organisation": label_of(labels(actor, parts.store, {organisation}), organisation, lang),
        "organisation_href": id_page(lang, "organisations", organisation),
        "places": _places(parts, actor, organisation, lang),
        "roles": role_choices(parts, actor, organisation, lang),
        "lines": lines,
        "given": {**dict.fromkeys(JOINING, ""), "start": parts.today.isoformat(), **(given or {})},
        "errors": {**dict.fromkeys(JOINING, ""), **(errors or {})},
        "wrong": list((errors or {}).items()),
        "done": gettext("The person’s data are erased.") if done == "erased" else "",
    }
    return respond(
        request,
        Answer(
            page="staff.html",
            context=context,
            status=422 if errors else 200,
            look=Look(actor, organisation, {each.pseudonym for each in leavers}),
        ),
    )


def _post_page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    person: Person,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    gettext = words(lang).gettext
    said = {
        "joined": gettext("The person is added. Their first levels can be assessed now."),
        "moved": gettext("The new post is recorded."),
        "left": gettext("The last day is recorded."),
    }
    named = labels(actor, parts.store, {thing for each in person.posts for thing in (each.place, each.role)})
    known = parts.registry.identities.find(person.iri)
    left = None if known is None or known.left is None else known.left.astimezone(VILNIUS).date()
    months = parts.retention_months
    context: dict[str, Any] = {
        "section": "organisation",
        "name": parts.registry.names(actor, person.organisation, [person.iri]).get(person.iri, person.iri.local),
        "person_href": id_page(lang, "people", person.iri),
        "staff_href": id_page(lang, "organisations", person.organisation) + "/staff",
        "posts": [
            HeldLine(
                label_of(named, each.role, lang), label_of(named, each.place, lang), each.start, each.end, each.held
            )
            for each in sorted(person.posts, key=lambda each: each.start, reverse=True)
        ],
        "places": _places(parts, actor, person.organisation, lang),
        "roles": role_choices(parts, actor, person.organisation, lang),
        "last_day": None if left is None else left - timedelta(days=1),
        "erased": months_later(left, months) if left is not None and months else None,
        "given": {**dict.fromkeys(MOVING, ""), "start": parts.today.isoformat(), **(given or {})},
        "errors": {**dict.fromkeys(MOVING, ""), **(errors or {})},
        "wrong": list((errors or {}).items()),
        "done": said.get(done, ""),
    }
    return respond(
        request,
        Answer(
            page="post.html",
            context=context,
            status=422 if errors else 200,
            look=Look(actor, person.organisation, {person.iri}),
        ),
    )
