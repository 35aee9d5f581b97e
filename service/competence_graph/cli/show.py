"""How commands print: tables and findings for people, JSON and CSV for programs; exit codes."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from rich.console import Console
from rich.table import Table

from competence_graph.model.finding import Finding
from competence_graph.model.iri import Iri
from competence_graph.model.text import LANGS, Lang, Text


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    STORE = 3


class Form(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Said(StrEnum):
    """In which languages findings are printed."""

    LT = "lt"
    EN = "en"
    BOTH = "both"

    @property
    def langs(self) -> tuple[Lang, ...]:
        """The languages, in order."""
        return LANGS if self is Said.BOTH else (("lt",) if self is Said.LT else ("en",))


OUT: Final = Console()
ERR: Final = Console(stderr=True)
_SEVERITY: Final = {
    "violation": {"lt": "klaida", "en": "error"},
    "warning": {"lt": "pastaba", "en": "warning"},
    "info": {"lt": "patarimas", "en": "advice"},
}


def plain(value: object) -> str:
    """Return the value as CSV has it: true and false in lower case, nothing for None, a text without its language."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Text():
            return value.value
        case _:
            return str(value)


def jsonable(value: object) -> object:
    """Return the value as JSON has it."""
    match value:
        case Text():
            return {"value": value.value, "lang": value.lang}
        case Decimal():
            return float(value)
        case date():
            return value.isoformat()
        case _:
            return value


def print_rows(columns: Sequence[str], rows: Iterable[Mapping[str, object]], form: Form) -> None:
    """Print rows as a table, as CSV (RFC 4180) or as JSON (a list of objects)."""
    if form is Form.JSON:
        sys.stdout.write(
            json.dumps([{name: jsonable(row[name]) for name in columns} for row in rows], ensure_ascii=False, indent=1)
            + "\n"
        )
        return
    if form is Form.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([plain(row[name]) for name in columns] for row in rows)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name)
    for row in rows:
        table.add_row(*(_short(row[name]) for name in columns))
    OUT.print(table)


def _short(value: object) -> str:
    return value.local if isinstance(value, Iri) else plain(value)


def print_findings(findings: Iterable[Finding], said: Said, name: str = "") -> None:
    """Print findings, each with where it stands, the rule, the value and how to mend it."""
    for each in findings:
        where = f"{name}:{each.line}" if each.line is not None else name
        thing = each.focus.rsplit("/", 1)[-1]
        path = each.path.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        value = f"= {each.value[:80]!r}" if each.value and each.rule != "syntax" else ""
        lines = [" ".join(part for part in (where, thing, f"[{each.rule}]", path, value) if part)]
        lines += [
            f"  {lang} {_SEVERITY[each.severity][lang]}: {each.said[lang]} {each.mend[lang]}" for lang in said.langs
        ]
        OUT.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def print_summary(findings: Sequence[Finding], said: Said) -> None:
    """Print how many findings there are, by severity."""
    errors = sum(each.severity == "violation" for each in findings)
    rest = len(findings) - errors
    lines = {
        "lt": f"Klaidų: {errors}. Pastabų ir patarimų: {rest}.",
        "en": f"Errors: {errors}. Warnings and advice: {rest}.",
    }
    for lang in said.langs:
        OUT.print(lines[lang], highlight=False)
