"""Workbooks of staff that go out: a template with lists to choose from, a sent table with a note at each fault."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

_BOLD: Final = Font(bold=True)
_MARK: Final = PatternFill("solid", start_color="FFF2CC")
_ROWS: Final = 1000
"""Rows of the template that offer lists."""
_WIDTHS: Final = (18, 22, 28, 30, 40, 14)


def template(units: Sequence[str], roles: Sequence[str], head: Sequence[str], titles: tuple[str, str]) -> bytes:
    """Return an empty table of people, with units and roles to choose from.

    Args:
        units: Of the institution.
        roles: That there are.
        head: Names of the columns: given name, family name, e-mail, unit, role, first day.
        titles: Of the sheet of people and of that of the lists.
    """
    book = Workbook()
    sheet, lists = book.active, book.create_sheet(titles[1][:31])
    assert isinstance(sheet, Worksheet)
    sheet.title = titles[0][:31]
    _head(sheet, list(zip(head, _WIDTHS, strict=True)))
    for place, values in enumerate((units, roles), start=1):
        for row, value in enumerate(values, start=1):
            _text(lists, row, place, value)
        if values:
            letter = get_column_letter(place)
            choice = DataValidation(
                type="list", formula1=f"'{lists.title}'!${letter}$1:${letter}${len(values)}", allow_blank=True
            )
            column = get_column_letter(3 + place)
            choice.add(f"{column}2:{column}{_ROWS}")
            sheet.add_data_validation(choice)
    lists.sheet_state = "hidden"
    return _bytes(book)


def marked(
    head: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    notes: Mapping[tuple[int, int], str],
    *,
    mend: str,
    author: str,
) -> bytes:
    """Return a table as it was sent, with a comment at each faulty cell and a column that says what to mend.

    Args:
        head: Its column names.
        rows: Its rows with their numbers, which they keep.
        notes: What is wrong, by row number and place of the column.
        mend: Name of the column that says what to mend.
        author: Of the comments.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    _head(sheet, [(name, 20) for name in (*head, mend)])
    for number, cells in rows:
        for place, value in enumerate(cells):
            _text(sheet, number, place + 1, value)
            if note := notes.get((number, place)):
                cell = sheet.cell(number, place + 1)
                cell.comment = Comment(note, author)
                cell.fill = _MARK
        told = [note for (row, _), note in sorted(notes.items()) if row == number]
        if told:
            _text(sheet, number, len(head) + 1, " ".join(told))
    return _bytes(book)


def _head(sheet: Worksheet, columns: Sequence[tuple[str, int]]) -> None:
    for place, (name, width) in enumerate(columns, start=1):
        _text(sheet, 1, place, name)
        sheet.cell(1, place).font = _BOLD
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"


def _text(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Write a text that no program takes for a formula."""
    cell = sheet.cell(row, column)
    cell.value = value
    cell.data_type = "s"


def _bytes(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
