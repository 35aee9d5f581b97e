"""A person's competences: what is missing, what would close it, what is not known, strengths."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from competence_graph.answers import catalogue
from competence_graph.answers.gaps import PersonGaps, person_gaps, person_rows
from competence_graph.answers.people import Post
from competence_graph.answers.planning import person_plan
from competence_graph.answers.recommendations import Wish
from competence_graph.answers.recording import may_record
from competence_graph.answers.staffing import may_staff
from competence_graph.errors import NotFoundError
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.web.access import SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import (
    figures_data,
    gap_line,
    gaps_table,
    id_page,
    mid_sentence,
    plan_lines,
    rows_data,
)
from competence_graph.web.language import words
from competence_graph.web.plan_lines import item_lines
from competence_graph.web.respond import Answer, Look, respond

router = APIRouter()


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post in words: the role in its forms, where, from when and until when."""

    role: Text
    forms: tuple[Text, ...]
    role_href: str
    place: Text
    start: date
    end: date | None


@router.get("/{lang:lang}/people/{person}")
def person_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    person: str,
    least: Annotated[str, Query(max_length=10)] = "",
    budget: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """What a person lacks for the roles held, why each level counts, and the courses that close each gap."""
    if not is_id(person) or not person.startswith("p"):
        raise NotFoundError
    iri = id_iri(person, parts.base)
    # Programs want the rows; the rest of the page is made only for those who read it.
    bare = person_rows(actor, parts.levels, iri)
    wish = _wish(least, budget)

    def whole() -> PersonGaps:
        return person_gaps(actor, parts.store, parts.registry, iri, wish)

    rows = gaps_table(bare.rows, "gaps")
    return respond(
        request,
        Answer(
            page="gaps.html",
            context=lambda: _context(parts, actor, whole(), wish, lang),
            rows=rows,
            data={
                "person": bare.person,
                "organisation": bare.organisation,
                "as_of": bare.as_of,
                "figures": figures_data(bare.figures),
                "rows": rows_data(rows),
            },
            sheets=lambda: (_summary(whole(), lang),),
            name=person,
            look=Look(actor, bare.organisation, {bare.person}),
        ),
    )


def _wish(least: str, budget: str) -> Wish:
    """Return what the plan is to spend least of; what cannot be read is left out."""
    most = int(budget) if budget.isascii() and budget.isdigit() else None
    return Wish("hours", most) if least == "hours" else Wish("price", most)


def _context(parts: Services, actor: Actor, answer: PersonGaps, wish: Wish, lang: Lang) -> dict[str, object]:
    planned = person_plan(actor, parts.store, answer.person.iri)
    published = catalogue.known(ANYONE, parts.store)
    own = actor.person == answer.person.iri
    leads = actor.may_see_organisation(answer.person.organisation) or actor.kind == "unit-lead"
    missing = [gap_line(answer, row, lang) for row in answer.missing]
    return {
        "section": "mine" if own else "organisation" if leads else "",
        "own": own,
        "assesses": bool(answer.rows) and (own or may_record(actor, answer.person)),
        "staffed": may_staff(actor, answer.person.organisation),
        "name": answer.name or answer.person.iri.local,
        "as_of": answer.as_of,
        "figures": answer.figures,
        "organisation": label_of(answer.labels, answer.person.organisation, lang),
        "organisation_href": id_page(lang, "organisations", answer.person.organisation) if leads else "",
        "places": [
            (label_of(answer.labels, place, lang), _unit_page(answer.person.organisation, place, lang) if leads else "")
            for place in sorted(answer.person.places)
            if place != answer.person.organisation
        ],
        "posts": [_post(answer, post, published, lang) for post in answer.person.held],
        "planned": [_post(answer, post, published, lang) for post in answer.person.planned],
        "missing": missing,
        "unknown": [gap_line(answer, row, lang) for row in answer.unknown],
        "strengths": [gap_line(answer, row, lang) for row in answer.strengths],
        "largest": mid_sentence(missing[0].competence) if missing else None,
        "suggested": answer.recommendation.plan.courses,
        "plan": plan_lines(answer, lang),
        "wish": wish,
        "plans": planned.changes,
        "in_plan": {each.course.local for each in planned.ahead},
        "ahead": [each for each in item_lines(planned, parts.today, lang) if not each.over],
        "unreached": [
            (
                label_of(answer.labels, each.competence, lang),
                id_page(lang, "competences", each.competence),
                each.unreached,
            )
            for each in answer.recommendation.unreached
        ],
        "provisional": any(row.why == "unreviewed" for row in answer.rows),
    }


def _unit_page(organisation: Iri, place: str, lang: Lang) -> str:
    return f"{id_page(lang, 'organisations', organisation)}?unit={Iri(place).local}"


def _post(answer: PersonGaps, post: Post, published: Container[Iri], lang: Lang) -> PostLine:
    return PostLine(
        label_of(answer.labels, post.role, lang),
        answer.forms.get(post.role, ()) if lang == "lt" else (),
        # A profile of the institution's own has no page for everybody.
        id_page(lang, "roles", post.role) if post.role in published else "",
        label_of(answer.labels, post.place, lang),
        post.start,
        post.end,
    )


def _courses(answer: PersonGaps, competence: str, lang: Lang) -> list[Text]:
    closing = answer.recommendation.closings.get(competence)
    steps = [step for chain in closing.chains for step in chain.steps] if closing is not None else []
    return [label_of(answer.labels, step.course, lang) for step in steps]


def _summary(answer: PersonGaps, lang: Lang) -> Table:
    """Return the sheet that reads without the others: labels instead of addresses; no name in a file."""
    gettext = words(lang).gettext
    return Table(
        ("competence", "required", "attained", "gap", "necessity", "courses"),
        [
            (
                label_of(answer.labels, row.competence, lang),
                row.required,
                row.attained if row.assessed else gettext("not assessed"),
                row.gap if row.assessed else None,
                gettext("essential") if row.necessity == "essential" else gettext("desirable"),
                "; ".join(course.value for course in _courses(answer, row.competence, lang)),
            )
            for row in (*answer.missing, *answer.unknown, *answer.strengths)
        ],
        title=gettext("Summary"),
        headings=(
            gettext("Competence"),
            gettext("Required level"),
            gettext("Current level"),
            gettext("Gap"),
            gettext("Necessity"),
            gettext("Courses"),
        ),
    )
