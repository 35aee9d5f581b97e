"""What is chosen for a table that is imported: how it is read, what its columns hold, what its cells should say."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from competence_graph.answers.import_reading import Surroundings, surroundings
from competence_graph.exchange.spreadsheets import Spreadsheet, read_csv, read_workbook
from competence_graph.exchange.staff_sheet import proposed, rows_of
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri, is_id
from competence_graph.model.staff_cells import FIELDS, PROFILES, needs_order
from competence_graph.model.text import Lang
from competence_graph.web.deps import Services
from competence_graph.web.import_lines import FIELD_NAMES, PROFILE_NAMES, choices_of_cells
from competence_graph.web.language import words

DELIMITERS: Final = (",", ";", "\t")
_ORDERS: Final = ("ymd", "dmy", "mdy")
_ENCODINGS: Final = ("utf-8", "cp1257", "iso8859-13", "cp1252", "cp775", "utf-16")
_HELD: Final = ("1", "2", "3", "4", "5")
_DAYS: Final = frozenset({"start", "assessed", "expires"})


def take(parts: Services, actor: Actor, whose: Iri, content: dict[str, Any], data: bytes, lang: Lang) -> str:
    """Read the table into the content; return why it cannot be, empty where it can."""
    gettext = words(lang).gettext
    got: Spreadsheet
    if "raw" in content:
        got = read_csv(data, encoding=content["encoding"], delimiter=content["delimiter"], title=content["file"])
    else:
        got = read_workbook(data)
    if got.offers:
        content["offers"] = [[each.encoding, each.sample] for each in got.offers]
        return ""
    if got.findings:
        return " ".join((got.findings[0].said[lang], got.findings[0].mend[lang]))
    sheets: list[dict[str, Any]] = []
    for sheet in got.sheets:
        head, rows = rows_of(sheet)
        if rows:
            sheets.append({"title": sheet.title, "head": head, "rows": rows})
    if not sheets:
        return gettext("The table has no rows below its column names.")
    around = surroundings(actor, parts.store, parts.registry, whose)

    def competence_of(name: str) -> str | None:
        found = around.competences.find(name)
        return None if found is None else Iri(found).local

    content |= {"sheets": sheets, "sheet": 0, "columns": proposed(sheets[0]["head"], competence_of), "offers": []}
    content |= {"confirmed": False, "fixes": {}, "skips": []}
    return ""


def choose(
    parts: Services, actor: Actor, whose: Iri, content: dict[str, Any], given: Mapping[str, str], lang: Lang
) -> str:
    """Take a step's choices into the content; return why they cannot be taken, empty where they can."""
    gettext = words(lang).gettext
    match given["act"]:
        case "read":
            if given.get("encoding") in _ENCODINGS:
                content["encoding"] = given["encoding"]
            if given.get("delimiter") in DELIMITERS:
                content["delimiter"] = given["delimiter"]
            return take(parts, actor, whose, content, base64.b64decode(content.get("raw", "")), lang)
        case "back":
            content["confirmed"] = False
        case "mend":
            fixes, skips = dict(content["fixes"]), set(content["skips"])
            for name, value in given.items():
                if name.startswith("fix-"):
                    fixes[name.removeprefix("fix-")] = value.strip()[:1000]
                elif name.startswith("skip-") and name[5:].isdigit():
                    skips.add(int(name[5:]))
            content |= {"fixes": fixes, "skips": sorted(skips), "make_units": bool(given.get("make_units"))}
        case "match":
            return _matched(parts, actor, whose, content, given, gettext)
    return ""


def _matched(
    parts: Services, actor: Actor, whose: Iri, content: dict[str, Any], given: Mapping[str, str], gettext: Any
) -> str:
    sheet = given.get("sheet", "0")
    if sheet.isdigit() and int(sheet) < len(content["sheets"]) and int(sheet) != content["sheet"]:
        around = surroundings(actor, parts.store, parts.registry, whose)
        head = content["sheets"][int(sheet)]["head"]
        found = [around.competences.find(each) for each in head]
        local = {each: Iri(thing).local for each, thing in zip(head, found, strict=True) if thing}
        content |= {"sheet": int(sheet), "columns": proposed(head, local.get), "fixes": {}, "skips": []}
        return ""
    table = content["sheets"][content["sheet"]]
    columns = [given.get(f"column-{place}", "") for place in range(len(table["head"]))]
    known = {*FIELDS, ""}
    columns = [each if each in known or (each.startswith("c:") and is_id(each[2:])) else "" for each in columns]
    content["columns"] = columns
    used = [each for each in columns if each]
    if len(set(used)) < len(used):
        return str(gettext("Two columns mean the same: choose one of them."))
    if not ({"given_name", "family_name"} <= set(used) or "name" in used or "email" in used or "number" in used):
        return str(gettext("Say which column holds the names of people."))
    days = [table["rows"][row][1][place] for place, each in enumerate(columns) if each in _DAYS
            for row in range(len(table["rows"]))]  # fmt: skip
    order = given.get("order", "")
    if needs_order(days) and order not in _ORDERS[1:]:
        return str(gettext("Say in which order day and month stand."))
    for name in ("start", "assessed"):
        try:
            content[name] = date.fromisoformat(given.get(name, "")).isoformat()
        except ValueError:
            return str(gettext("Write the day like this: 2026-01-31."))
    profile = given.get("profile", "levels")
    content |= {"order": order or "ymd", "profile": profile if profile in PROFILES else "levels", "confirmed": True}
    content["make_units"] = bool(given.get("make_units"))
    content["held"] = given.get("held", "") if given.get("held") in _HELD else ""
    return ""


def matching(
    parts: Services, sheet: Mapping[str, Any], content: Mapping[str, Any], around: Surroundings, lang: Lang
) -> dict[str, Any]:
    """Return what the page of columns shows: each column with values in it, and what it may hold."""
    gettext = words(lang).gettext
    columns = []
    for place, head in enumerate(sheet["head"]):
        samples = [cells[place] for _, cells in sheet["rows"] if cells[place]]
        columns.append((place, head, samples[:3], content["columns"][place]))
    days = [
        cells[place] for place, each in enumerate(content["columns"]) if each in _DAYS for _, cells in sheet["rows"]
    ]
    return {
        "step": "match",
        "columns": columns,
        "fields": [(each, gettext(FIELD_NAMES[each])) for each in FIELDS],
        "competences": choices_of_cells(parts.store, None, around.organisation, lang)["competences"],
        "profiles": [(each, gettext(PROFILE_NAMES[each])) for each in PROFILES],
        "sheets": [(str(place), each["title"]) for place, each in enumerate(content["sheets"])],
        "needs_order": needs_order(days),
        "order": content.get("order", ""),
        "profile": content.get("profile", "levels"),
        "lists_competences": "competence" in content["columns"],
        "held": content.get("held", ""),
        "levels": [("", gettext("Ask me row by row")), *((each, each) for each in _HELD)],
        "make_units": content.get("make_units", around.unit_count == 0),
        "delimiter": content.get("delimiter", ""),
        "start": content.get("start", parts.today.isoformat()),
        "assessed": content.get("assessed", parts.today.isoformat()),
        "delimiters": [(",", gettext("Comma")), (";", gettext("Semicolon")), ("\t", gettext("Tab"))],
    }
