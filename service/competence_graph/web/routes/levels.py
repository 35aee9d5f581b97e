"""How a person's levels came about, and the forms that change them: assess, review, object, answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers.gaps import person_rows
from competence_graph.answers.people import labels
from competence_graph.answers.recording import History, assess, correct, may_record, person_history, review
from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang, label_of
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import iri_of
from competence_graph.web.language import msgid, words
from competence_graph.web.record_lines import Who, competence_lines, records_table
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 2000
DONE: Final = {
    "assessed": msgid("The level is recorded."),
    "sent": msgid("Your self-assessment is sent for review."),
    "reviewed": msgid("The review is recorded."),
    "contested": msgid("Your objection is sent. The head of your unit or a personnel specialist will answer it here."),
    "answered": msgid("The objection is answered."),
}
"""What a form did, by the word that its address carries afterwards."""


@router.get("/{lang:lang}/people/{person}/levels")
def levels_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, done: str = ""
) -> Response:
    """Each competence of a person with all its records, and what the reader may do about them."""
    return _page(request, parts, lang, actor, iri_of(person, "p", parts.base), done=done)


@router.post("/{lang:lang}/people/{person}/levels")
def assess_level(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Record a level: of oneself, or of one's people."""
    iri = iri_of(person, "p", parts.base)
    competence = _competence(form.get("competence"))
    level = str(form.get("level", ""))
    if not level.isascii() or not level.isdigit():
        wrong = words(lang).gettext("Choose a level from the list.")
        return _page(request, parts, lang, actor, iri, errors={f"level-{competence.local}": wrong})
    assess(actor, parts.writer, iri, competence, int(level[:4]), day=parts.today, base=parts.base)
    _audited(parts, actor, iri, "assess")
    return _back(lang, iri, "sent" if actor.person == iri else "assessed", competence)


@router.post("/{lang:lang}/people/{person}/levels/review")
def review_level(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Confirm what a person handed in, or not."""
    iri = iri_of(person, "p", parts.base)
    record = _record(parts, actor, iri, form.get("record"))
    decision = form.get("decision")
    if decision == "validated":
        review(actor, parts.writer, iri, record, "validated", day=parts.today, base=parts.base)
    elif decision == "rejected":
        review(actor, parts.writer, iri, record, "rejected", day=parts.today, base=parts.base)
    else:
        raise NotFoundError
    _audited(parts, actor, iri, "review")
    return _back(lang, iri, "reviewed")


@router.post("/{lang:lang}/people/{person}/levels/contest")
def contest_level(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Object to a level that somebody else recorded: by the person alone."""
    iri = iri_of(person, "p", parts.base)
    history = person_history(actor, parts.store, iri)
    if actor.person != iri:
        raise ForbiddenError
    record = history.record(str(form.get("record", "")))
    if record.replaced or record.assessor == iri:
        raise ForbiddenError
    reason = str(form.get("reason", "")).strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        wrong = words(lang).gettext("Write in a sentence or two why the level is not right.")
        return _page(request, parts, lang, actor, iri, errors={f"reason-{record.iri.local}": wrong})
    parts.registry.contests.open(iri, history.person.organisation, record.iri, reason)
    _audited(parts, actor, iri, "contest")
    return _back(lang, iri, "contested", record.competence)


@router.post("/{lang:lang}/people/{person}/levels/answer")
def answer_contest(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Answer an objection: keep the level and say why, or put another one in its place."""
    iri = iri_of(person, "p", parts.base)
    history = person_history(actor, parts.store, iri)
    if not may_record(actor, history.person):
        raise ForbiddenError
    contest = parts.registry.contests.find(str(form.get("contest", "")))
    if contest is None or contest.person != iri:
        raise NotFoundError
    text = str(form.get("answer", "")).strip()
    level = str(form.get("level", ""))
    keeps = level == "keep"
    if (not keeps and not (level.isascii() and level.isdigit())) or not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
        wrong = words(lang).gettext("Choose what becomes of the level, and write the reason in a sentence or two.")
        return _page(request, parts, lang, actor, iri, errors={f"answer-{contest.id}": wrong})
    if contest.state != "open":
        raise ForbiddenError
    if not keeps:
        correct(actor, parts.writer, iri, Iri(contest.record), int(level[:4]), day=parts.today, base=parts.base)
    parts.registry.contests.answer(contest.id, actor.account, "declined" if keeps else "accepted", text)
    _audited(parts, actor, iri, "answer-contest")
    return _back(lang, iri, "answered")


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    iri: Iri,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    history = person_history(actor, parts.store, iri)
    organisation = history.person.organisation
    return respond(
        request,
        Answer(
            page="levels.html",
            context=lambda: _context(parts, lang, actor, history, done, errors or {}),
            rows=records_table([history], "levels"),
            name=f"{iri.local}-levels",
            status=422 if errors else 200,
            look=Look(actor, organisation, {iri}),
        ),
    )


def _context(
    parts: Services, lang: Lang, actor: Actor, history: History, done: str, errors: dict[str, str]
) -> dict[str, object]:
    person = history.person
    gaps = {row.competence: row for row in person_rows(actor, parts.levels, person.iri).rows}
    unnamed = set(gaps) - set(history.labels)
    if unnamed:
        history = replace(history, labels={**history.labels, **labels(actor, parts.store, unnamed)})
    colleagues = {each.assessor for each in history.records if each.assessor.local.startswith("p")}
    shown = {person.iri, *colleagues}
    names = parts.registry.names(actor, person.organisation, shown, {person.iri: person.places})
    own = actor.person == person.iri
    contests = tuple(parts.registry.contests.of_person(person.iri))
    return {
        "section": "mine" if own else "organisation",
        "own": own,
        "may_record": may_record(actor, person),
        "may_erase": actor.kind == "hr" and not own,
        "name": names.get(person.iri, person.iri.local),
        "person_href": id_page(lang, "people", person.iri),
        "organisation": label_of(history.labels, person.organisation, lang),
        "lines": competence_lines(history, gaps, contests, Who(actor.person, names), lang),
        "done": words(lang).gettext(DONE[done]) if done in DONE else "",
        "errors": errors,
    }


def _competence(given: object) -> Iri:
    text = str(given or "")
    if not text.startswith(("http://", "https://")):
        raise NotFoundError
    return Iri(text)


def _record(parts: Services, actor: Actor, person: Iri, given: object) -> Iri:
    return person_history(actor, parts.store, person).record(str(given or "")).iri


def _audited(parts: Services, actor: Actor, person: Iri, act: str) -> None:
    parts.registry.audit.record(actor, act, organisation=actor.organisation, people={person})


def _back(lang: Lang, person: Iri, done: str, competence: Iri | None = None) -> Response:
    anchor = f"#c-{competence.local}" if competence is not None else ""
    return see_other(f"{id_page(lang, 'people', person)}/levels?done={done}{anchor}")
