"""The sheet on which a person is assessed against the level descriptors: by the person, and by the lead beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from competence_graph.answers.assessing import (
    Asked,
    AssessmentSheet,
    Choice,
    assess_sheet,
    assessment_sheet,
    confirmations,
)
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import capital, id_page, method_words
from competence_graph.web.given import iri_of
from competence_graph.web.language import words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

LONGEST_ADDRESS: Final = 1000
"""Characters of the address of a proof."""


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """A level to choose: what is seen at it, and whether it is required, the person's own word, what counts today."""

    number: int
    says: Text | None
    required: bool
    own: bool
    counts: bool
    checked: bool


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A competence on the sheet in words, with what was typed where the form comes back."""

    id: str
    competence: Text
    href: str
    essential: bool
    required: int
    top: int
    levels: tuple[LevelChoice, ...]
    own: int | None
    own_day: date | None
    own_evidence: str
    waits: bool
    counting: int | None
    counting_why: str
    counting_day: date | None
    evidence: str
    expires: str
    opened: bool


@router.get("/{lang:lang}/people/{person}/assessment")
def assessment_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, done: str = ""
) -> Response:
    """What is seen at each level of every competence that the roles held ask for, to choose from."""
    sheet = assessment_sheet(actor, parts.store, parts.levels, iri_of(person, "p", parts.base))
    return _page(request, parts, lang, actor, sheet, done=done)


@router.post("/{lang:lang}/people/{person}/assessment")
def assess(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm) -> Response:
    """Record what was chosen, all of it or nothing."""
    sheet = assessment_sheet(actor, parts.store, parts.levels, iri_of(person, "p", parts.base))
    choices, errors = _choices(sheet, form, lang, parts.today)
    if form.get("decision") == "confirm" and actor.person != sheet.history.person.iri:
        chosen = {each.competence for each in choices}
        choices += [each for each in confirmations(sheet) if each.competence not in chosen]
    if not choices and not errors and sheet.asked:
        first = Iri(sheet.asked[0].row.competence).local
        errors[f"level-{first}"] = words(lang).gettext("Choose a level of at least one competence.")
    if errors:
        return _page(request, parts, lang, actor, sheet, form=form, errors=errors)
    count = assess_sheet(actor, parts.writer, sheet, choices, day=parts.today, base=parts.base)
    person_ = sheet.history.person
    parts.registry.audit.record(actor, "assess", organisation=person_.organisation, people={person_.iri})
    return see_other(f"{id_page(lang, 'people', person_.iri)}/assessment?done={count}")


def _choices(sheet: AssessmentSheet, form: FormData, lang: Lang, today: date) -> tuple[list[Choice], dict[str, str]]:
    """Return what was chosen, and by the field what is wrong with it."""
    gettext = words(lang).gettext
    choices: list[Choice] = []
    errors: dict[str, str] = {}
    for each in sheet.asked:
        competence = Iri(each.row.competence)
        level, evidence, expires = (
            str(form.get(f"{name}-{competence.local}", "")).strip() for name in ("level", "evidence", "expires")
        )
        link = _link(evidence) if evidence else None
        last = _day(expires) if expires else None
        if evidence and link is None:
            errors[f"evidence-{competence.local}"] = gettext(
                "Paste the whole address of the evidence, beginning with https://."
            )
        if expires and (last is None or last < today):
            errors[f"expires-{competence.local}"] = gettext(
                "Write the last day as 2027-11-30, today or later; leave it empty where the level does not expire."
            )
        if level:
            if not (level.isascii() and level.isdigit() and int(level[:4]) <= each.row.top):
                errors[f"level-{competence.local}"] = gettext("Choose a level from the list.")
            else:
                choices.append(Choice(competence, int(level), link, last))
        elif evidence or expires:
            errors[f"level-{competence.local}"] = gettext("Choose the level too: evidence alone says nothing.")
    return choices, errors


def _link(text: str) -> Iri | None:
    try:
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            return None
        return Iri(text) if len(text) <= LONGEST_ADDRESS else None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    sheet: AssessmentSheet,
    *,
    form: FormData | None = None,
    done: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    person = sheet.history.person
    return respond(
        request,
        Answer(
            page="assessment.html",
            context=lambda: _context(parts, lang, actor, sheet, form, done, errors or {}),
            status=422 if errors else 200,
            look=Look(actor, person.organisation, {person.iri}),
        ),
    )


def _context(
    parts: Services,
    lang: Lang,
    actor: Actor,
    sheet: AssessmentSheet,
    form: FormData | None,
    done: str,
    errors: dict[str, str],
) -> dict[str, object]:
    person = sheet.history.person
    own = actor.person == person.iri
    names = parts.registry.names(actor, person.organisation, {person.iri}, {person.iri: person.places})
    count = int(done[:6]) if done.isascii() and done.isdigit() else None
    return {
        "section": "mine" if own else "organisation",
        "own": own,
        "name": names.get(person.iri, person.iri.local),
        "person_href": id_page(lang, "people", person.iri),
        "organisation": label_of(sheet.history.labels, person.organisation, lang),
        "roles": [label_of(sheet.labels, role, lang) for role in sorted(person.roles)],
        "lines": [_line(sheet, each, lang, form, errors, own=own) for each in sheet.asked],
        "waiting": len(sheet.waiting),
        "done": count,
        "errors": errors,
    }


def _line(
    sheet: AssessmentSheet, asked: Asked, lang: Lang, form: FormData | None, errors: dict[str, str], *, own: bool
) -> AskedLine:
    competence = Iri(asked.row.competence)
    word, counting = asked.own, asked.counting
    if form is not None:
        typed = {name: str(form.get(f"{name}-{competence.local}", "")) for name in ("level", "evidence", "expires")}
    elif own and word is not None and asked.waits:
        typed = {
            "level": str(word.level),
            "evidence": next(iter(word.evidence), ""),
            "expires": word.expires.isoformat() if word.expires else "",
        }
    else:
        typed = {"level": "", "evidence": "", "expires": ""}
    return AskedLine(
        id=competence.local,
        competence=label_of(sheet.labels, competence, lang),
        href=id_page(lang, "competences", competence),
        essential=asked.row.necessity == "essential",
        required=asked.row.required,
        top=asked.row.top,
        levels=tuple(
            LevelChoice(
                number,
                label_of({competence: asked.levels[number]}, competence, lang) if number in asked.levels else None,
                number == asked.row.required,
                word is not None and word.level == number,
                counting is not None and counting.level == number,
                typed["level"] == str(number),
            )
            for number in range(asked.row.top + 1)
        ),
        own=None if word is None else word.level,
        own_day=None if word is None else word.issued,
        own_evidence=next((each for each in word.evidence if each.startswith("http")), "") if word else "",
        waits=asked.waits,
        counting=None if counting is None else counting.level,
        counting_why="" if counting is None else capital(method_words(counting.method, lang)),
        counting_day=None if counting is None else counting.issued,
        evidence=typed["evidence"],
        expires=typed["expires"],
        opened=bool(typed["evidence"] or typed["expires"])
        or any(f"{name}-{competence.local}" in errors for name in ("evidence", "expires")),
    )
