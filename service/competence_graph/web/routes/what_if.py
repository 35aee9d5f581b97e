"""What if: a person, or the people of an institution or a unit, against a role that they do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.answers.people import labels
from competence_graph.answers.planning import aim, person_plan
from competence_graph.answers.profiles import choosable_roles
from competence_graph.answers.what_if import Against, GroupWhatIf, PersonWhatIf, group_what_if, person_what_if
from competence_graph.errors import NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Gap
from competence_graph.model.iri import Iri, is_id
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import gaps_table, id_page
from competence_graph.web.given import iri_of, role_choices
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

Local = Annotated[str, Query(max_length=40)]
DONE: Final = {
    "goal": msgid("The role is the goal of the plan now."),
    "no-goal": msgid("The plan has no goal any more."),
    "saved": msgid("The question is saved."),
    "dropped": msgid("The saved question is removed."),
}


@dataclass(frozen=True, slots=True)
class RowLine:
    """A requirement of the role against a person."""

    id: str
    href: str
    competence: Text
    row: Gap
    state: str
    last: int = 0


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course that leads there."""

    href: str
    name: Text
    hours: int | None
    price: object


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role that is near; ``share`` is the part of what it asks, weighted, that is met."""

    href: str
    name: Text
    met: int
    required: int
    share: float
    held: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of the institution against the role."""

    href: str
    name: str
    met: int
    near: int
    far: int
    unknown: int
    holds: bool


@router.get("/{lang:lang}/people/{person}/what-if")
def person_question(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    person: str,
    role: Local = "",
    done: Local = "",
) -> Response:
    """How far a person is from a role, which courses lead there, and which roles are near."""
    iri = iri_of(person, "p", parts.base)
    found = person_what_if(actor, parts.store, parts.levels, iri, _role(role, parts.base))
    return respond(
        request,
        Answer(
            page="what_if_person.html",
            context=lambda: _person_context(parts, lang, actor, found, done),
            rows=gaps_table(found.against.rows, "what-if"),
            name=f"{person}-what-if",
            look=Look(actor, found.organisation, {iri}),
        ),
    )


@router.post("/{lang:lang}/people/{person}/what-if")
def choose_goal(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Make a role the goal of the person's plan, or take the goal away."""
    iri = iri_of(person, "p", parts.base)
    chosen = str(form.get("role", ""))
    keeps = form.get("act") != "none"
    role = _role(chosen, parts.base)
    found = person_what_if(actor, parts.store, parts.levels, iri, role if keeps else None)
    if keeps and role is None:
        raise NotFoundError
    aim(actor, parts.writer, iri, role if keeps else None, day=parts.today, base=parts.base)
    parts.registry.audit.record(actor, "plan", organisation=found.organisation, people={iri})
    query = f"role={role.local}&" if role is not None else ""
    return see_other(f"{id_page(lang, 'people', iri)}/what-if?{query}done={'goal' if keeps else 'no-goal'}")


@router.get("/{lang:lang}/organisations/{organisation}/what-if")
def group_question(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    role: Local = "",
    unit: Local = "",
    done: Local = "",
) -> Response:
    """How far everybody of an institution or a unit is from a role, in order of names."""
    iri = iri_of(organisation, "o", parts.base)
    if not unit and actor.kind == "unit-lead" and actor.organisation == iri and actor.units:
        own = Iri(min(actor.units)).local
        more = f"&role={role}" if is_id(role) else ""
        return RedirectResponse(f"{request.url.path}?unit={own}{more}", 303, {"Cache-Control": "no-store"})
    found = group_what_if(
        actor, parts.store, parts.registry, parts.levels, iri,
        role=_role(role, parts.base), unit=iri_of(unit, "o", parts.base) if unit else None,
    )  # fmt: skip
    return respond(
        request,
        Answer(
            page="what_if.html",
            context=lambda: _group_context(parts, lang, actor, found, done),
            rows=_people_table(found),
            name=f"{organisation}-what-if",
            look=Look(actor, iri, set(found.people)),
        ),
    )


@router.post("/{lang:lang}/organisations/{organisation}/what-if")
def save_question(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm
) -> Response:
    """Save a question, or remove a saved one; it names nobody."""
    iri = iri_of(organisation, "o", parts.base)
    unit = str(form.get("unit", ""))
    role = _role(str(form.get("role", "")), parts.base)
    whose = iri_of(unit, "o", parts.base) if unit else None
    group_what_if(actor, parts.store, parts.registry, parts.levels, iri, role=role, unit=whose)
    here = f"{id_page(lang, 'organisations', iri)}/what-if?"
    here += "&".join(f"{name}={each.local}" for name, each in (("role", role), ("unit", whose)) if each is not None)
    account = actor.account or ""
    if form.get("drop"):
        parts.registry.scenarios.drop(account, str(form.get("drop"))[:60])
        return see_other(f"{here}&done=dropped")
    if role is None:
        raise NotFoundError
    parts.registry.scenarios.save(iri, account, role, whose)
    return see_other(f"{here}&done=saved")


def _role(local: str, base: str) -> Iri | None:
    if not local:
        return None
    return iri_of(local, "r", base)


def _rows(rows: tuple[Gap, ...], named: Mapping[str, tuple[Text, ...]], lang: Lang) -> list[RowLine]:
    return [
        RowLine(
            Iri(row.competence).local,
            id_page(lang, "competences", row.competence),
            label_of(named, row.competence, lang),
            row,
            "unknown" if not row.assessed else "assessed",
        )
        for row in rows
    ]


def _person_context(parts: Services, lang: Lang, actor: Actor, found: PersonWhatIf, done: str) -> dict[str, object]:
    own = actor.person == found.person
    names = parts.registry.names(actor, found.organisation, {found.person}, {found.person: found.places})
    against = found.against
    plan = found.recommendation.plan if found.recommendation is not None else None
    here = f"{id_page(lang, 'people', found.person)}/what-if"
    standing = person_plan(actor, parts.store, found.person)
    goal = standing.plan.role if standing.plan is not None else None
    return {
        "section": "mine" if own else "organisation",
        "own": own,
        "name": names.get(found.person, found.person.local),
        "person_href": id_page(lang, "people", found.person),
        "organisation": label_of(found.labels, found.organisation, lang),
        "role": label_of(found.labels, found.role, lang) if found.role is not None else None,
        "role_local": found.role.local if found.role is not None else "",
        "roles": role_choices(parts, actor, found.organisation, lang),
        "parts": {
            name: _rows(getattr(against, name), found.labels, lang) for name in ("far", "near", "unknown", "met")
        },
        "total": len(against.rows),
        "courses": [
            CourseLine(
                id_page(lang, "courses", step.course),
                label_of(found.labels, step.course, lang),
                step.hours,
                step.price,
            )
            for step in (plan.courses.steps if plan is not None else ())
        ],
        "hours": plan.courses.hours if plan is not None else None,
        "price": plan.courses.price if plan is not None else None,
        "unreached": sum(plan.unreached.values()) if plan is not None else 0,
        "near": [
            RoleLine(
                f"{here}?role={Iri(each.role).local}",
                label_of(found.labels, each.role, lang),
                each.met,
                each.required,
                1 - each.share,
                each.role in found.held,
            )
            for each in found.near
        ],
        "goal": goal is not None and goal == found.role,
        "changes": standing.changes,
        "done": words(lang).gettext(DONE[done]) if done in DONE else "",
    }


def _group_context(parts: Services, lang: Lang, actor: Actor, found: GroupWhatIf, done: str) -> dict[str, object]:
    query = f"?role={found.role.local}" if found.role is not None else ""
    lines = [_person_line(found, person, against, query, lang) for person, against in found.people.items()]
    plan = found.plan
    href = id_page(lang, "organisations", found.organisation)
    saved = parts.registry.scenarios.of_account(found.organisation, actor.account or "")
    named = labels(actor, parts.store, {thing for each in saved for thing in (each.role, each.unit) if thing})
    roles = choosable_roles(actor, parts.store, found.organisation, lang)
    rows = [row for against in found.people.values() for row in against.rows]
    return {
        "section": "organisation",
        "organisation": label_of(found.labels, found.organisation, lang),
        "href": href,
        "unit": label_of(found.labels, found.unit, lang) if found.unit is not None else None,
        "unit_local": found.unit.local if found.unit is not None else "",
        "units": sorted(
            ((each.local, label_of(found.labels, each, lang).value) for each in found.units),
            key=lambda one: lithuanian_key(one[1]),
        ),
        "whole": actor.may_see_organisation(found.organisation),
        "role": label_of(found.labels, found.role, lang) if found.role is not None else None,
        "role_local": found.role.local if found.role is not None else "",
        "roles": role_choices(parts, actor, found.organisation, lang),
        "lines": sorted(lines, key=lambda line: lithuanian_key(line.name)),
        "requirements": len(rows),
        "met": sum(row.met for row in rows),
        "bookings": len(plan.bookings) if plan is not None else 0,
        "hours": sum((each.hours or 0) * len(each.people) for each in plan.bookings) if plan is not None else 0,
        "price": plan.spent if plan is not None else 0,
        "saved": [
            (
                each.id,
                label_of(named, each.role, lang),
                label_of(named, each.unit, lang) if each.unit else None,
                f"{href}/what-if?role={Iri(each.role).local}" + (f"&unit={Iri(each.unit).local}" if each.unit else ""),
                each.at.date(),
            )
            for each in saved
            if Iri(each.role) in roles
        ],
        "as_of": found.as_of,
        "done": words(lang).gettext(DONE[done]) if done in DONE else "",
    }


def _person_line(found: GroupWhatIf, person: Iri, against: Against, query: str, lang: Lang) -> PersonLine:
    return PersonLine(
        f"{id_page(lang, 'people', person)}/what-if{query}",
        found.names.get(person, person.local),
        len(against.met),
        len(against.near),
        len(against.far),
        len(against.unknown),
        person in found.holders,
    )


def _people_table(found: GroupWhatIf) -> Table:
    """Return the people against the role: identifiers alone, in their order."""
    return Table(
        ("person", "role", "requirements", "met", "near", "far", "not_assessed"),
        [
            (
                person,
                found.role,
                len(against.rows),
                len(against.met),
                len(against.near),
                len(against.far),
                len(against.unknown),
            )
            for person, against in found.people.items()
        ],
        title="what-if",
    )
