"""Tables as files: CSV for programs, XLSX for people; the same rows, each cell safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from competence_graph.model.text import Text

Cell = str | int | bool | float | Decimal | date | Text | None

# What a spreadsheet takes for a formula, also in full width (source: design/trust.md, T14).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNSEEN: Final = " \u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under stable column names, as CSV and JSON show them; ``headings`` are the words over them in XLSX."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    title: str = "data"
    headings: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Cell]]:
        """Return each row by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def plain(cell: Cell) -> str | int | float | bool | None:
    """Return the cell as JSON holds it: a date as 2026-11-22, a decimal as a number, a text without its language."""
    if isinstance(cell, Text):
        return cell.value
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, str) else cell


def guarded(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would take for a formula."""
    # Some programs pass over blanks before it, and nobody sees what has no width.
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip(_UNSEEN).startswith(_FORMULA_STARTS) else text


def to_csv(table: Table) -> bytes:
    """Return the table as RFC 4180 CSV in UTF-8 without a byte order mark: it is for programs, XLSX is for people."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in table.columns])
    for row in table.rows:
        cells = (plain(cell) for cell in row)
        writer.writerow(["" if cell is None else _written(cell) for cell in cells])
    return made.getvalue().encode()


def _written(cell: str | float | bool) -> str:  # noqa: FBT001 - a cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return guarded(cell) if isinstance(cell, str) else str(cell)


def to_xlsx(*tables: Table) -> bytes:
    """Return a workbook, one sheet a table; texts are string cells, so that nothing becomes a formula."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title))
        headings = table.headings or table.columns
        for number, heading in enumerate(headings, start=1):
            widest = max((len(str(row[number - 1] or "")) for row in table.rows[:200]), default=0)
            sheet.column_dimensions[get_column_letter(number)].width = min(60, max(len(heading), widest) + 2)
        sheet.freeze_panes = "A2"
        sheet.append([_string_cell(sheet, heading, bold=True) for heading in headings])
        for row in table.rows:
            sheet.append([_string_cell(sheet, str(cell)) if isinstance(cell, (str, Text)) else cell for cell in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _string_cell(sheet: Worksheet, text: str, *, bold: bool = False) -> SheetCell:
    cell: SheetCell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:32_767])
    # openpyxl makes a live formula of a leading "=" unless the cell says that it is a string.
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_name(title: str) -> str:
    return "".join("-" if character in r"[]:*?/\'" else character for character in title)[:31] or "data"
