"""A person's learning plan: courses with their days, what became of each, and the paper for it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers.planning import (
    ITEM_STATUSES,
    ItemChange,
    ItemStatus,
    PersonPlan,
    add_courses,
    change_plan,
    person_plan,
)
from competence_graph.errors import NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, label_of
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import day_ahead, iri_of, wrong_day
from competence_graph.web.language import msgid, words
from competence_graph.web.plan_lines import STATUSES, item_lines, totals
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

DONE: Final = {
    "added": msgid("The courses are in the plan."),
    "there": msgid("These courses are in the plan already."),
    "changed": msgid("The plan is changed."),
    "same": msgid("Nothing has changed: this is what was recorded already."),
}


@router.get("/{lang:lang}/people/{person}/plan")
def plan_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    person: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What a person is going to learn, until when."""
    return _page(request, parts, lang, actor, person_plan(actor, parts.store, iri_of(person, "p", parts.base)), done)


@router.post("/{lang:lang}/people/{person}/plan")
def add_to_plan(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Put courses into the plan."""
    iri = iri_of(person, "p", parts.base)
    answer = person_plan(actor, parts.store, iri)
    chosen = [str(each) for each in form.getlist("course")]
    if not chosen or not all(is_id(each) and each.startswith("k") for each in chosen):
        raise NotFoundError
    text = str(form.get("due", "")).strip()
    due = day_ahead(text, parts.today) if text else None
    if text and due is None:
        return _page(request, parts, lang, actor, answer, errors={"due": wrong_day(lang)})
    courses = [id_iri(each, parts.base) for each in chosen]
    count = add_courses(actor, parts.writer, iri, courses, due=due, day=parts.today, base=parts.base)
    _audited(parts, actor, answer)
    return see_other(f"{id_page(lang, 'people', iri)}/plan?done={'added' if count else 'there'}")


@router.post("/{lang:lang}/people/{person}/plan/items")
def change_items(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Set the days of the items, and what became of them."""
    iri = iri_of(person, "p", parts.base)
    answer = person_plan(actor, parts.store, iri)
    changes: list[ItemChange] = []
    errors: dict[str, str] = {}
    for each in answer.items:
        number = each.iri.rsplit("-", 1)[-1]
        if f"status-{number}" not in form:
            continue
        text = str(form.get(f"due-{number}", "")).strip()
        # A day that has gone by may stay; a new one may not.
        same = each.due is not None and text == each.due.isoformat()
        due = each.due if same else day_ahead(text, parts.today) if text else None
        if text and due is None:
            errors[f"due-{number}"] = wrong_day(lang)
        status = _status(str(form.get(f"status-{number}", "")))
        changes.append(ItemChange(each.iri, status, due))
    if errors:
        return _page(request, parts, lang, actor, answer, errors=errors)
    count = change_plan(actor, parts.writer, iri, changes, day=parts.today, base=parts.base)
    _audited(parts, actor, answer)
    return see_other(f"{id_page(lang, 'people', iri)}/plan?done={'changed' if count else 'same'}")


def _status(text: str) -> ItemStatus:
    for each in ITEM_STATUSES:
        if each == text:
            return each
    raise NotFoundError


def _audited(parts: Services, actor: Actor, answer: PersonPlan) -> None:
    parts.registry.audit.record(actor, "plan", organisation=answer.person.organisation, people={answer.person.iri})


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    answer: PersonPlan,
    done: str = "",
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    return respond(
        request,
        Answer(
            page="plan.html",
            context=lambda: _context(parts, lang, actor, answer, done, errors or {}),
            rows=_table(answer),
            name=f"{answer.person.iri.local}-plan",
            status=422 if errors else 200,
            look=Look(actor, answer.person.organisation, {answer.person.iri}),
        ),
    )


def _context(
    parts: Services, lang: Lang, actor: Actor, answer: PersonPlan, done: str, errors: dict[str, str]
) -> dict[str, object]:
    gettext = words(lang).gettext
    person = answer.person
    own = actor.person == person.iri
    names = parts.registry.names(actor, person.organisation, {person.iri}, {person.iri: person.places})
    lines = item_lines(answer, parts.today, lang)
    hours, price = totals(lines)
    plan = answer.plan
    return {
        "section": "mine" if own else "organisation",
        "own": own,
        "name": names.get(person.iri, person.iri.local),
        "person_href": id_page(lang, "people", person.iri),
        "organisation": label_of(answer.labels, person.organisation, lang),
        "lines": lines,
        "ahead": len(answer.ahead),
        "hours": hours,
        "price": price,
        "created": plan.created if plan is not None else None,
        "goal": label_of(answer.labels, plan.role, lang) if plan is not None and plan.role is not None else None,
        "goal_local": plan.role.local if plan is not None and plan.role is not None else "",
        "changes": answer.changes,
        "statuses": [(each, gettext(STATUSES[each])) for each in ITEM_STATUSES],
        "done": gettext(DONE[done]) if done in DONE else "",
        "errors": errors,
    }


def _table(answer: PersonPlan) -> Table:
    return Table(
        ("person", "plan", "item", "course", "position", "due", "status"),
        [
            (answer.person.iri, _plan_iri(answer), each.iri, each.course, each.position, each.due, each.status)
            for each in answer.items
        ],
        title="plan",
    )


def _plan_iri(answer: PersonPlan) -> Iri | None:
    return answer.plan.iri if answer.plan is not None else None
