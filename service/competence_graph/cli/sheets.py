"""Frameworks as tables, out and in: `export`, `check` and `load` in data.py hand .csv and .xlsx files on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from competence_graph.errors import UnreadableFileError
from competence_graph.exchange.framework_edit import sheet_change
from competence_graph.exchange.framework_sheet import framework_sheet
from competence_graph.exchange.spreadsheets import read_csv, read_workbook
from competence_graph.exchange.tables import to_csv, to_xlsx
from competence_graph.graph.change import Change
from competence_graph.graph.store import Store
from competence_graph.graph.write import vilnius_today
from competence_graph.model.finding import Finding
from competence_graph.model.iri import Iri

SHEETS: Final = ("csv", "xlsx")
_MARK: Final = b"\xef\xbb\xbf"
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a table would change, what is wrong with it, and which row a thing stands on."""

    change: Change
    findings: tuple[Finding, ...]
    line_of: Callable[[str, str], int | None]


def is_sheet(path: Path) -> bool:
    """Whether a file is a table, by its name."""
    return path.suffix.lower().lstrip(".") in SHEETS


def sheet_of(store: Store, framework: str, form: str, base: str) -> bytes | None:
    """Return a framework as a file of this form, .csv with the mark by which spreadsheet programs know UTF-8."""
    table = framework_sheet(store, Iri(f"{base}id/{framework}"), base)
    if table is None:
        return None
    return to_xlsx(table) if form == "xlsx" else _MARK + to_csv(table)


def read_sheet(path: Path, store: Store, mint: Callable[[], str], *, encoding: str, base: str) -> SheetRead:
    """Read an edited table of a framework.

    Raises:
        UnreadableFileError: If there is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(str(path), f"{error.strerror}: give the path of a file that can be read.") from error
    if path.suffix.lower() == ".xlsx":
        got = read_workbook(data)
    else:
        got = read_csv(data, encoding=encoding, delimiter=_delimiter(data))
    if got.findings:
        return SheetRead(Change(), got.findings, lambda _focus, _value: None)
    made = sheet_change(got.sheets[0], store, today=vilnius_today(), mint=mint, base=base)
    return SheetRead(made.change, made.findings, made.line_of)


def _delimiter(data: bytes) -> str:
    """Return what stands between the column names, of which none holds any of these."""
    head = data.split(b"\n", 1)[0]
    return max(_DELIMITERS, key=lambda each: head.count(each.encode()))
