"""The year's plan of an institution: which courses to book, for whom, at what price, and into everybody's plan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from competence_graph.answers.people import labels
from competence_graph.answers.yearly import Pays, YearPlan, put_into_plans, year_answer, year_question
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.plan import Measure
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import day_ahead, iri_of, wrong_day
from competence_graph.web.language import words
from competence_graph.web.organisation_lines import Who
from competence_graph.web.plan_jobs import PLANS
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

Local = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class YearChoice:
    """What the address asks for: a unit, empty for all; what to spend least of; who a price is for."""

    unit: str
    least: Measure
    pays: Pays

    @property
    def query(self) -> str:
        """The query of the address; what goes without saying is left out."""
        parts = {"unit": self.unit}
        if self.least != "price":
            parts["least"] = self.least
        if self.pays != "group":
            parts["pays"] = self.pays
        kept = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A course to book in words: for whom, what it takes, and in how many plans it stands already."""

    href: str
    name: Text
    people: tuple[Who, ...]
    hours: int | None
    price: Decimal | None
    planned: int


def _choice(unit: str, least: str, pays: str) -> YearChoice:
    return YearChoice(unit, "hours" if least == "hours" else "price", "person" if pays == "person" else "group")


def _asked(parts: Services, actor: Actor, organisation: Iri, choice: YearChoice) -> YearPlan | None:
    """Return the plan; None while it is being reckoned."""
    asked = year_question(
        actor, parts.store, organisation,
        unit=iri_of(choice.unit, "o", parts.base) if choice.unit else None,
        least=choice.least, pays=choice.pays, levels=parts.levels,
    )  # fmt: skip
    plan = PLANS.ask((id(parts.store), parts.store.revision, organisation, choice, asked.group.as_of), asked)
    return None if plan is None else year_answer(actor, parts.store, parts.registry, asked, plan)


def _waiting(request: Request, parts: Services, lang: Lang, actor: Actor, organisation: Iri) -> Response:
    named = labels(actor, parts.store, {organisation})
    return respond(
        request,
        Answer(
            page="yearly_waiting.html",
            context={
                "section": "organisation",
                "organisation": label_of(named, organisation, lang),
                "href": id_page(lang, "organisations", organisation),
            },
            # The page looks again by itself.
            headers={"Refresh": "5"},
        ),
    )


@router.get("/{lang:lang}/organisations/{organisation}/plan")
def year_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    unit: Local = "",
    least: Local = "",
    pays: Local = "",
    done: Local = "",
) -> Response:
    """Which courses bring everybody as far as courses can, at the least price."""
    iri = iri_of(organisation, "o", parts.base)
    if not unit and actor.kind == "unit-lead" and actor.organisation == iri and actor.units:
        own = YearChoice(Iri(min(actor.units)).local, "price", "group")
        return RedirectResponse(f"{request.url.path}{own.query}", 303, {"Cache-Control": "no-store"})
    choice = _choice(unit, least, pays)
    answer = _asked(parts, actor, iri, choice)
    if answer is None:
        return _waiting(request, parts, lang, actor, iri)
    return _page(request, parts, lang, actor, answer, choice, done=done)


@router.post("/{lang:lang}/organisations/{organisation}/plan")
def book(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm
) -> Response:
    """Put the courses into the plans of the people who are to take them."""
    iri = iri_of(organisation, "o", parts.base)
    choice = _choice(*(str(form.get(each, ""))[:40] for each in ("unit", "least", "pays")))
    answer = _asked(parts, actor, iri, choice)
    if answer is None:
        return see_other(f"{id_page(lang, 'organisations', iri)}/plan{choice.query}")
    text = str(form.get("due", "")).strip()
    due = day_ahead(text, parts.today) if text else None
    if text and due is None:
        return _page(request, parts, lang, actor, answer, choice, errors={"due": wrong_day(lang)})
    count = put_into_plans(actor, parts.writer, answer, due=due, day=parts.today, base=parts.base)
    parts.registry.audit.record(actor, "plan", organisation=iri, people=set(answer.plan.plans))
    joint = "&" if choice.query else "?"
    return see_other(f"{id_page(lang, 'organisations', iri)}/plan{choice.query}{joint}done={count}")


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    answer: YearPlan,
    choice: YearChoice,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    return respond(
        request,
        Answer(
            page="yearly.html",
            context=lambda: _context(answer, choice, lang, done, errors or {}),
            rows=_people_table(answer),
            sheets=lambda: (_courses_table(answer, lang),),
            name=f"{answer.group.organisation.local}-plan",
            status=422 if errors else 200,
            look=Look(actor, answer.group.organisation, {person.iri for person in answer.group.people}),
        ),
    )


def _context(answer: YearPlan, choice: YearChoice, lang: Lang, done: str, errors: dict[str, str]) -> dict[str, object]:
    plan, group = answer.plan, answer.group
    lines = [
        BookingLine(
            id_page(lang, "courses", each.course),
            label_of(answer.labels, each.course, lang),
            tuple(
                sorted(
                    (
                        Who(answer.names.get(person, Iri(person).local), id_page(lang, "people", person))
                        for person in each.people
                    ),
                    key=lambda who: lithuanian_key(who.name),
                )
            ),
            each.hours,
            each.price,
            answer.planned.get(each.course, 0),
        )
        for each in plan.bookings
    ]
    seats = sum(len(line.people) for line in lines)
    priced = [(line.price, len(line.people)) for line in lines if line.price is not None]
    return {
        "section": "organisation",
        "organisation": label_of(answer.labels, group.organisation, lang),
        "unit": label_of(answer.labels, group.unit, lang) if group.unit is not None else None,
        "href": id_page(lang, "organisations", group.organisation),
        "units": sorted(
            ((Iri(each).local, label_of(answer.labels, each, lang).value) for each in group.staff.units),
            key=lambda each: lithuanian_key(each[1]),
        ),
        "choice": choice,
        "lines": lines,
        "learners": answer.learners,
        "seats": seats,
        "hours": sum((line.hours or 0) * len(line.people) for line in lines),
        "price": sum((price * (1 if choice.pays == "group" else people) for price, people in priced), Decimal(0)),
        "unpriced": len(lines) - len(priced),
        "proven": plan.proven,
        "gap": plan.gap,
        "unreached": sorted(
            (
                (label_of(answer.labels, each, lang), id_page(lang, "competences", each), levels)
                for each, levels in answer.unreached.items()
            ),
            key=lambda each: (-each[2], lithuanian_key(each[0].value)),
        ),
        "as_of": group.as_of,
        "done": int(done[:6]) if done.isascii() and done.isdigit() else None,
        "errors": errors,
    }


def _people_table(answer: YearPlan) -> Table:
    """Return who takes what, in which order: no name."""
    return Table(
        ("person", "position", "course"),
        [
            (person, at, step.course)
            for person, plan in answer.plan.plans.items()
            for at, step in enumerate(plan.courses.steps, start=1)
        ],
        title="people",
    )


def _courses_table(answer: YearPlan, lang: Lang) -> Table:
    gettext = words(lang).gettext
    return Table(
        ("course", "people", "hours", "price", "planned"),
        [
            (
                label_of(answer.labels, each.course, lang),
                len(each.people),
                each.hours,
                each.price,
                answer.planned.get(each.course, 0),
            )
            for each in answer.plan.bookings
        ],
        title=gettext("Summary"),
        headings=(
            gettext("Course"),
            gettext("People"),
            gettext("Hours"),
            gettext("Price, EUR"),
            gettext("In plans already"),
        ),
    )
