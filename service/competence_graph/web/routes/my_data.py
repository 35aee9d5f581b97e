"""My data: everything that is held about the person who asks, who looked at it, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.answers.people import labels
from competence_graph.answers.rights import OwnData, Self, carry_over, own_data, portable
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.registry.audit import Line
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.gap_lines import capital, id_page, method_words
from competence_graph.web.given import iri_of
from competence_graph.web.language import msgid, words
from competence_graph.web.record_lines import COUNTS, STATUSES, records_table
from competence_graph.web.respond import Answer, respond, see_other

router = APIRouter()

LOOKERS: Final = {
    "hr": msgid("a personnel specialist"),
    "unit-lead": msgid("the head of the unit"),
    "learner": msgid("the person"),
    "admin": msgid("an administrator of the service"),
    "operator": msgid("the operator of the service"),
    "planner": msgid("a training planner"),
    "editor": msgid("an editor"),
    "ministry": msgid("the ministry"),
}
"""Who looked, by the kind of the account: what they are, not who."""
ACTS: Final = {
    "view": msgid("looked at the data"),
    "export": msgid("saved the data as a file"),
    "assess": msgid("recorded a level"),
    "review": msgid("reviewed a self-assessment"),
    "answer-contest": msgid("answered an objection"),
    "contest": msgid("objected to a level"),
    "query": msgid("asked a question of the data"),
    "hire": msgid("added the person"),
    "move": msgid("recorded a new post"),
    "leave": msgid("recorded the last day"),
    "erase": msgid("erased the data"),
    "identify": msgid("recorded the name"),
    "sign-in": msgid("signed in"),
    "sign-in-failed": msgid("failed to sign in"),
    "second-factor": msgid("signed in with a code"),
    "enrol": msgid("set an app up"),
    "set-password": msgid("chose a password"),
    "sign-out-elsewhere": msgid("signed out everywhere else"),
    "invite": msgid("invited somebody"),
    "reset": msgid("gave a new link for the password"),
    "account-disable": msgid("closed an account"),
    "account-enable": msgid("opened an account again"),
    "account-codes": msgid("took an app off an account"),
    "account-withdraw": msgid("took a task off an account"),
    "licence": msgid("recorded a licence"),
    "end-licence": msgid("ended a licence"),
    "issuer": msgid("recorded an issuer of sign-ins"),
    "issuer-close": msgid("closed an issuer of sign-ins"),
    "issuer-open": msgid("opened an issuer of sign-ins again"),
    "token": msgid("made a token for a program"),
    "token-end": msgid("withdrew a token"),
    "carry-over": msgid("took levels along"),
    "plan": msgid("changed a learning plan"),
    "copy-role": msgid("made a role profile"),
    "change-role": msgid("changed a role profile"),
    "remove-role": msgid("removed a role profile"),
    "sample-remove": msgid("removed invented people"),
    "import": msgid("imported a table"),
    "import-undo": msgid("undid an import"),
    "glass-broken": msgid("opened the institution’s data for a reason"),
    "glass-mended": msgid("closed the institution’s data again"),
}
"""What was done, by the word in the audit."""


def act_words(act: str, lang: Lang) -> str:
    """Return what an act is called; the word of the audit where the page knows no better."""
    known = ACTS.get(act)
    return words(lang).gettext(known) if known is not None else act.replace("-", " ")


def looker_words(kind: str, lang: Lang) -> str:
    """Return what a kind of account is called among those who looked."""
    known = LOOKERS.get(kind)
    return words(lang).gettext(known) if known is not None else kind


@router.get("/{lang:lang}/people/{person}/data")
def my_data(request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, done: str = "") -> Response:
    """Everything that is held about the person who asks: to read, as XLSX, as JSON-LD."""
    iri = iri_of(person, "p", parts.base)
    answer = own_data(actor, parts.store, parts.registry, iri)
    histories = [each.history for each in answer.selves]
    named = _named(parts, answer, actor)
    return respond(
        request,
        Answer(
            page="my_data.html",
            context=lambda: _context(parts, lang, actor, answer, named, done),
            rows=records_table(histories, "records"),
            sheets=lambda: _sheets(answer, named, lang),
            data=_data(answer),
            graph=answer.statements,
            name=f"{iri.local}-data",
        ),
    )


@router.post("/{lang:lang}/people/{person}/data")
def take_along(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, person: str, form: CheckedForm
) -> Response:
    """Take levels along from earlier employers: copies that wait for review at the present one."""
    iri = iri_of(person, "p", parts.base)
    records = [str(each) for each in form.getlist("record")]
    done = carry_over(actor, parts.writer, parts.registry, iri, records, day=parts.today, base=parts.base)
    parts.registry.audit.record(actor, "carry-over", organisation=actor.organisation, people={iri})
    return see_other(f"{id_page(lang, 'people', iri)}/data?done={done}#along")


def _context(
    parts: Services, lang: Lang, actor: Actor, answer: OwnData, named: Mapping[str, tuple[Text, ...]], done: str
) -> dict[str, object]:
    person = answer.present.history.person
    return {
        "section": "mine",
        "person_href": id_page(lang, "people", person.iri),
        "selves": [_self(each, named, lang) for each in answer.selves],
        "accounts": [
            (account.label, account.email or "", looker_words(account.actor.kind, lang)) for account in answer.accounts
        ],
        "looks": [_look(line, named, lang) for line in answer.looks[:200]],
        "hidden": max(0, len(answer.looks) - 200),
        "offered": [
            (
                label_of(named, each.known.organisation, lang),
                [
                    (
                        record.iri,
                        label_of(each.history.labels, record.competence, lang),
                        record.level,
                        capital(method_words(record.method, lang)),
                        record.issued,
                        record.expires,
                    )
                    for record in left
                ],
            )
            for each, left in portable(actor, answer, parts.registry)
        ],
        "carried": int(done) if done.isascii() and done.isdigit() and len(done) < 4 else None,
    }


def _named(parts: Services, answer: OwnData, actor: Actor) -> dict[str, tuple[Text, ...]]:
    things = {str(line.organisation) for line in answer.looks if line.organisation}
    things |= {each.known.organisation for each in answer.selves}
    return labels(actor, parts.store, things)


def _self(each: Self, named: Mapping[str, tuple[Text, ...]], lang: Lang) -> dict[str, object]:
    history = each.history
    gettext = words(lang).gettext
    return {
        "organisation": label_of(named, each.known.organisation, lang),
        "name": each.known.name,
        "email": each.known.email or "",
        "number": each.known.number or "",
        "pseudonym": each.known.pseudonym,
        "since": each.known.since,
        "left": each.known.left,
        "posts": [
            (
                label_of(history.labels, post.role, lang),
                label_of(history.labels, post.place, lang),
                post.start,
                post.end,
            )
            for post in history.person.posts
        ],
        "records": [
            (
                label_of(history.labels, record.competence, lang),
                record.level,
                capital(method_words(record.method, lang)),
                record.issued,
                gettext(STATUSES.get(record.status, record.status)),
                gettext(COUNTS[record.counts]) if record.counts else "",
            )
            for record in history.records
        ],
        "contests": each.contests,
    }


def _look(line: Line, named: Mapping[str, tuple[Text, ...]], lang: Lang) -> tuple[object, ...]:
    where = label_of(named, line.organisation, lang) if line.organisation else ""
    return line.at, capital(looker_words(line.kind, lang)), act_words(line.act, lang), where, line.reason


def _sheets(answer: OwnData, named: Mapping[str, tuple[Text, ...]], lang: Lang) -> tuple[Table, ...]:
    gettext = words(lang).gettext
    who = [
        (
            each.known.pseudonym, each.known.given_name, each.known.family_name, each.known.email, each.known.number,
            label_of(named, each.known.organisation, lang),
        )
        for each in answer.selves
    ]  # fmt: skip
    posts = [
        (
            label_of(named, each.known.organisation, lang), label_of(each.history.labels, post.place, lang),
            label_of(each.history.labels, post.role, lang), post.start, post.end,
        )
        for each in answer.selves
        for post in each.history.person.posts
    ]  # fmt: skip
    contests = [
        (each.record, each.reason, each.at.date(), each.state, each.answer)
        for one in answer.selves
        for each in one.contests
    ]
    looks = [
        (line.at.astimezone(VILNIUS).strftime("%Y-%m-%d %H:%M"), looker_words(line.kind, lang),
         act_words(line.act, lang), label_of(named, line.organisation, lang) if line.organisation else "", line.reason)
        for line in answer.looks
    ]  # fmt: skip
    return (
        Table(
            ("identifier", "given_name", "family_name", "email", "number", "institution"), who, gettext("Who I am"),
            (gettext("Identifier"), gettext("Given name"), gettext("Family name"), gettext("E-mail"),
             gettext("Employee number"), gettext("Institution")),
        ),
        Table(
            ("institution", "unit", "role", "from", "until"), posts, gettext("Posts"),
            (gettext("Institution"), gettext("Unit"), gettext("Role"), gettext("From"), gettext("Until")),
        ),
        Table(
            ("record", "reason", "day", "state", "answer"), contests, gettext("Objections"),
            (gettext("Record"), gettext("Reason"), gettext("Day"), gettext("State"), gettext("Answer")),
        ),
        Table(
            ("at", "who", "act", "institution", "reason"), looks, gettext("Who looked"),
            (gettext("When"), gettext("Who"), gettext("What was done"), gettext("Institution"), gettext("Reason")),
        ),
    )  # fmt: skip


def _data(answer: OwnData) -> dict[str, object]:
    return {
        "people": [
            {
                "identifier": each.known.pseudonym,
                "organisation": each.known.organisation,
                "given_name": each.known.given_name,
                "family_name": each.known.family_name,
                "email": each.known.email,
                "number": each.known.number,
                "since": each.known.since,
                "left": each.known.left,
                "posts": [
                    {"place": post.place, "role": post.role, "from": post.start, "until": post.end}
                    for post in each.history.person.posts
                ],
                "contests": [
                    {
                        "record": one.record, "reason": one.reason, "at": one.at, "state": one.state,
                        "answer": one.answer,
                    }
                    for one in each.contests
                ],
            }
            for each in answer.selves
        ],
        "records": [dict(row) for row in records_table([each.history for each in answer.selves], "").records()],
        "accounts": [
            {"label": account.label, "email": account.email, "kind": account.actor.kind,
             "organisation": account.actor.organisation}
            for account in answer.accounts
        ],
        "looks": [
            {"at": line.at, "kind": line.kind, "act": line.act, "organisation": line.organisation,
             "reason": line.reason}
            for line in answer.looks
        ],
    }  # fmt: skip
