"""Import: a table of people, posts and levels, from the upload to the undoing, each step a page that can be left."""

from __future__ import annotations

import base64
import logging
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import Response

from competence_graph.answers import importing
from competence_graph.answers.import_reading import Choices, Surroundings, read, surroundings
from competence_graph.answers.people import labels
from competence_graph.errors import ImportUndoError, NotFoundError
from competence_graph.exchange.staff_template import marked, template
from competence_graph.model.actor import Actor
from competence_graph.model.import_plan import Plan
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang, label_of
from competence_graph.registry.imports import Import
from competence_graph.web.access import CheckedUpload, SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import staffed
from competence_graph.web.import_choices import DELIMITERS, choose, matching, take
from competence_graph.web.import_lines import (
    FIELD_NAMES,
    choices_of_cells,
    effect_lines,
    fault_rows,
    said,
    template_words,
)
from competence_graph.web.language import words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()
log = logging.getLogger(__name__)

SHOWN: Final = 50
"""Faulty rows on one page: when they are mended, the next are shown."""
LONG: Final = 1000
"""Rows above which a table is written, and taken back, after its request was answered."""
MANY: Final = 5000
"""Levels above which it is."""
LISTED: Final = 500
"""People whom the preview names."""
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/{lang:lang}/organisations/{organisation}/import")
def import_page(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Choose a table; and what was imported before."""
    return _start(request, parts, lang, actor, staffed(parts, actor, organisation), done=done)


@router.post("/{lang:lang}/organisations/{organisation}/import")
def upload(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedUpload
) -> Response:
    """Take a table in: nothing is written to anybody's data."""
    whose = staffed(parts, actor, organisation)
    file = form.get("file")
    gettext = words(lang).gettext
    if not isinstance(file, UploadFile) or not file.filename:
        return _start(request, parts, lang, actor, whose, error=gettext("Choose a file."))
    data = file.file.read()
    name = "".join(each for each in file.filename.rsplit("/", 1)[-1].rsplit("\\", 1)[-1] if each.isprintable())[:100]
    content: dict[str, Any] = {"file": name}
    if not data.startswith(b"PK") and not data.startswith(b"\xd0\xcf\x11\xe0"):
        head = data.split(b"\n", 1)[0]
        content |= {
            "raw": base64.b64encode(data).decode(),
            "encoding": "utf-8",
            "delimiter": max(DELIMITERS, key=lambda each: head.count(each.encode())),
        }
    error = take(parts, actor, whose, content, data, lang)
    if error:
        return _start(request, parts, lang, actor, whose, error=error)
    made = parts.registry.imports.begin(whose, actor.account, content)
    return see_other(f"{id_page(lang, 'organisations', whose)}/import/{made}")


@router.get("/{lang:lang}/organisations/{organisation}/import/template")
def template_file(parts: Parts, lang: PageLang, actor: SignedIn, organisation: str) -> Response:
    """A table to fill in, with the institution's units and all roles to choose from."""
    whose = staffed(parts, actor, organisation)
    units, roles = template_words(parts.store, actor, whose, lang)
    gettext = words(lang).gettext
    head = [gettext(FIELD_NAMES[each]) for each in ("given_name", "family_name", "email", "unit", "role", "start")]
    return _file(template(units, roles, head, (gettext("People"), gettext("Lists"))), "people")


@router.get("/{lang:lang}/organisations/{organisation}/import/{made}")
def step_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, made: str
) -> Response:
    """The next step of an import: its columns, its faults, what it would change, or what it did."""
    whose = staffed(parts, actor, organisation)
    return _step(request, parts, lang, actor, whose, _import(parts, whose, made))


@router.get("/{lang:lang}/organisations/{organisation}/import/{made}/marked")
def marked_file(parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, made: str) -> Response:
    """The table as it was sent, with a note at each fault and a column that says what to mend."""
    whose = staffed(parts, actor, organisation)
    kept = _import(parts, whose, made)
    if kept.state != "open" or not kept.content.get("confirmed"):
        raise NotFoundError
    around = surroundings(actor, parts.store, parts.registry, whose)
    plan = _plan(parts, around, kept)
    sheet = kept.content["sheets"][kept.content["sheet"]]
    notes = {(each.row, each.column): said(each, lang) for each in plan.faults}
    gettext = words(lang).gettext
    told = marked(sheet["head"], sheet["rows"], notes, mend=gettext("What to mend"), author=gettext("Competence Graph"))
    return _file(told, "marked")


@router.post("/{lang:lang}/organisations/{organisation}/import/{made}")
def act(
    request: Request,
    parts: Parts,
    lang: PageLang,
    actor: SignedIn,
    organisation: str,
    made: str,
    form: CheckedUpload,
) -> Response:
    """Take a step: match columns, mend cells, write everything, undo it, or throw the table away."""
    whose = staffed(parts, actor, organisation)
    kept = _import(parts, whose, made)
    given = {name: str(value) for name, value in form.multi_items() if isinstance(value, str)}
    here = f"{id_page(lang, 'organisations', whose)}/import"
    match given.get("act", ""):
        case "match" | "read" | "back" | "mend" if kept.state == "open":
            content = dict(kept.content)
            error = choose(parts, actor, whose, content, given, lang)
            if error:
                return _step(request, parts, lang, actor, whose, kept, error=error)
            parts.registry.imports.keep(made, content)
        case "commit" if kept.state == "open":
            return _commit(request, parts, lang, actor, whose, kept)
        case "undo" if kept.state == "done":
            return _undo(parts, lang, actor, whose, kept)
        case "drop" if kept.state == "open":
            parts.registry.imports.finish(made, "undone", {}, {})
            return see_other(f"{here}?done=dropped")
    return see_other(f"{here}/{made}")


def _commit(request: Request, parts: Services, lang: Lang, actor: Actor, whose: Iri, kept: Import) -> Response:
    plan = _plan(parts, surroundings(actor, parts.store, parts.registry, whose), kept)
    if plan.faults or not kept.content.get("confirmed"):
        return _step(request, parts, lang, actor, whose, kept)
    answer = see_other(f"{id_page(lang, 'organisations', whose)}/import/{kept.id}")
    # Of two who press the button at once one does it.
    if parts.registry.imports.claim(kept.id, "open", "running"):
        if plan.rows > LONG or sum(len(wish.levels) for wish in plan.people) > MANY:
            answer.background = BackgroundTask(_carry_out_alone, parts, actor, whose, kept)
        else:
            _carry_out(parts, actor, whose, kept)
    return answer


def _undo(parts: Services, lang: Lang, actor: Actor, whose: Iri, kept: Import) -> Response:
    here = f"{id_page(lang, 'organisations', whose)}/import"
    if not parts.registry.imports.claim(kept.id, "done", "undoing"):
        return see_other(f"{here}/{kept.id}")
    if kept.counts.get("rows", 0) > LONG or kept.counts.get("new_levels", 0) > MANY:
        answer = see_other(f"{here}/{kept.id}")
        answer.background = BackgroundTask(_undo_alone, parts, actor, whose, kept)
        return answer
    _take_back(parts, actor, whose, kept)
    return see_other(f"{here}?done=undone")


def _take_back(parts: Services, actor: Actor, whose: Iri, kept: Import) -> None:
    try:
        importing.undo(actor, parts.writer, parts.registry, whose, kept.content)
    except BaseException:
        parts.registry.imports.claim(kept.id, "undoing", "done")
        raise
    parts.registry.imports.claim(kept.id, "undoing", "undone")


def _undo_alone(parts: Services, actor: Actor, whose: Iri, kept: Import) -> None:
    """Undo an import after its request was answered; where it cannot be, its page says so."""
    try:
        _take_back(parts, actor, whose, kept)
    except Exception as error:
        parts.registry.imports.count(kept.id, "kept", error.since if isinstance(error, ImportUndoError) else 0)
        log.exception("an import could not be undone")


def _carry_out(parts: Services, actor: Actor, whose: Iri, kept: Import) -> None:
    try:
        with parts.writer.still():
            # Read again: what another import has written in the meantime is known now.
            around = surroundings(actor, parts.store, parts.registry, whose)
            plan = _plan(parts, around, kept)
            effect, undo = importing.carry_out(
                actor, parts.writer, parts.registry, around, plan, today=parts.today, base=parts.base
            )
    except BaseException:
        parts.registry.imports.claim(kept.id, "running", "open")
        raise
    parts.registry.imports.finish(
        kept.id, "done", undo | {"file": kept.content["file"]}, {**effect.counts(), "rows": plan.rows}
    )


def _carry_out_alone(parts: Services, actor: Actor, whose: Iri, kept: Import) -> None:
    """Carry an import out after its request was answered; the page of the import tells how it ended."""
    try:
        _carry_out(parts, actor, whose, kept)
    except Exception:
        # Nobody waits for the answer any more: the page tells it, the log says why.
        log.exception("an import could not be written")
        parts.registry.imports.keep(kept.id, {**kept.content, "failed": True})


# --- reading and choosing


def _import(parts: Services, whose: Iri, made: str) -> Import:
    found = parts.registry.imports.find(whose, made)
    if found is None:
        raise NotFoundError
    return found


def _plan(parts: Services, around: Surroundings, kept: Import) -> Plan:
    sheet = kept.content["sheets"][kept.content["sheet"]]
    chosen = Choices.read(kept.content, parts.today)
    return read(around, [(number, cells) for number, cells in sheet["rows"]], chosen, today=parts.today)


# --- pages


def _context(parts: Services, actor: Actor, whose: Iri, lang: Lang) -> dict[str, Any]:
    return {
        "section": "organisation",
        "organisation": label_of(labels(actor, parts.store, {whose}), whose, lang),
        "organisation_href": id_page(lang, "organisations", whose),
        "import_href": f"{id_page(lang, 'organisations', whose)}/import",
        "error": "",
        "done": "",
    }


def _start(
    request: Request, parts: Services, lang: Lang, actor: Actor, whose: Iri, *, error: str = "", done: str = ""
) -> Response:
    gettext = words(lang).gettext
    told = {
        "undone": gettext("The import is undone: everything is as it was before."),
        "dropped": gettext("The table is thrown away. Nothing was written."),
    }
    context = _context(parts, actor, whose, lang) | {
        "step": "start",
        "error": error,
        "done": told.get(done, ""),
        "imports": [
            (each, each.at.astimezone(VILNIUS), f"{id_page(lang, 'organisations', whose)}/import/{each.id}")
            for each in parts.registry.imports.of_organisation(whose)
        ],
    }
    return respond(request, Answer(page="import.html", context=context, status=422 if error else 200))


def _step(
    request: Request, parts: Services, lang: Lang, actor: Actor, whose: Iri, kept: Import, *, error: str = ""
) -> Response:
    context = _context(parts, actor, whose, lang) | {"error": error, "kept": kept, "content": kept.content}
    if kept.state != "open":
        context |= {"step": kept.state, "effects": effect_lines(kept.counts, lang)}
        if kept.state == "done" and "kept" in kept.counts:
            told = words(lang).gettext("The import could not be undone: something was recorded since that rests on it.")
            context["error"] = told
        # The page of a table that is being written looks again by itself.
        again = {"Refresh": "5"} if kept.state in {"running", "undoing"} else {}
        return respond(request, Answer(page="import.html", context=context, headers=again))
    if kept.content.get("offers"):
        return respond(request, Answer(page="import.html", context=context | {"step": "encoding"}))
    sheet = kept.content["sheets"][kept.content["sheet"]]
    around = surroundings(actor, parts.store, parts.registry, whose)
    if not kept.content["confirmed"]:
        context |= matching(parts, sheet, kept.content, around, lang)
        return respond(request, Answer(page="import.html", context=context, status=422 if error else 200))
    plan = _plan(parts, around, kept)
    context |= {"plan": plan, "sheet": sheet}
    if plan.faults:
        context |= {
            "step": "check",
            "faulty": fault_rows(plan, sheet, kept.content["fixes"], lang)[:SHOWN],
            "lists": choices_of_cells(parts.store, actor, whose, lang),
            "unknown_units": sum(each.kind == "unknown-unit" for each in plan.faults),
            "make_units": kept.content.get("make_units", False),
        }
    else:
        effect = importing.effect(actor, parts.store, around, plan, today=parts.today, base=parts.base)
        if kept.content.get("failed"):
            context["error"] = words(lang).gettext("The table could not be written; nothing was changed. Try again.")
        context |= {
            "step": "preview",
            "effects": effect_lines(effect.counts(), lang),
            "effect": effect,
            "shown": LISTED,
        }
    # Whoever is named in the table is of this institution, or will be; those who are there already are looked at.
    look = Look(actor, whose, {each.known for each in plan.people if each.known})
    return respond(request, Answer(page="import.html", context=context, look=look))


def _file(data: bytes, name: str) -> Response:
    return Response(
        data,
        headers={
            "Content-Type": XLSX,
            "Content-Disposition": f'attachment; filename="{name}.xlsx"',
            "Cache-Control": "private, no-store",
        },
    )
