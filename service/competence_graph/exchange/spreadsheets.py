"""Spreadsheets that come in: .xlsx and .csv, read whole or refused with the reason, before any of it is believed.

Source: design/trust.md, T13. Sizes are looked at before a file is unpacked; macros, links to other files, entities and
paths outside the package are refused; rows keep the number that a spreadsheet program shows beside them. The encoding
of a .csv is never guessed: what is not UTF-8 is refused, with what it would look like in each encoding that fits.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, cast

from openpyxl import load_workbook

from competence_graph.model.finding import Finding
from competence_graph.model.text import Lang

MOST_PACKED: Final = 20 << 20
"""Bytes of a file as it is sent."""
MOST_UNPACKED: Final = 200 << 20
"""Bytes of everything in it."""
MOST_PARTS: Final = 1000
MOST_SHEETS: Final = 50
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 100_000
"""Characters of a cell."""
ENCODINGS: Final = ("cp1257", "iso8859-13", "cp1252", "cp775")
"""In which a .csv that is not UTF-8 may be: those of Lithuanian programs first."""
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS: Final = ("vbaproject.bin", "macrosheets/", "activex/", "vbadata.xml")
_LINKS: Final = ("externallinks/", "connections.xml", "querytables/", "embeddings/", "customxml/", "webextensions/")

Value = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds anything; ``number`` is the one that a spreadsheet program shows beside it."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name and its rows that are not empty."""

    title: str
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """An encoding that fits a file, and its first telling line in it."""

    encoding: str
    sample: str


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """What a file holds, or why it was refused; ``offers`` where its encoding has to be chosen."""

    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    offers: tuple[Offer, ...] = ()


class _RefusedError(Exception):
    """Ends the reading with a finding."""

    def __init__(self, rule: str, row: int | None = None, **given: object) -> None:
        said = _SAYS[rule]
        self.finding = Finding(
            "", "", "", "violation", rule,
            {lang: text.format(**given) for lang, text in said[0].items()}, said[1], row,
        )  # fmt: skip
        super().__init__(rule)


def read_workbook(data: bytes) -> Spreadsheet:
    """Read an .xlsx file: values as they were computed last, no formula."""
    try:
        _look_into(data)
        return Spreadsheet(tuple(_sheets(data)))
    except _RefusedError as refused:
        return Spreadsheet(findings=(refused.finding,))


def read_csv(data: bytes, *, encoding: str = "utf-8", delimiter: str = ",", title: str = "") -> Spreadsheet:
    """Read a .csv file.

    Args:
        data: Its content.
        encoding: As somebody said it is.
        delimiter: What stands between cells.
        title: What to call the one sheet.
    """
    try:
        _check_packed(data)
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except _RefusedError as refused:
        return Spreadsheet(findings=(refused.finding,))
    except (UnicodeDecodeError, LookupError) as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        row = data.count(b"\n", 0, at) + 1
        return Spreadsheet(findings=(_RefusedError("encoding", row).finding,), offers=_offers(data, at))
    try:
        return Spreadsheet((Sheet(title, tuple(_csv_rows(text, delimiter))),))
    except _RefusedError as refused:
        return Spreadsheet(findings=(refused.finding,))


def _check_packed(data: bytes) -> None:
    if len(data) > MOST_PACKED:
        raise _RefusedError("too-large", most=MOST_PACKED >> 20)


def _check_count(rows: int, number: int) -> None:
    if rows > MOST_ROWS:
        raise _RefusedError("too-many-rows", number, most=MOST_ROWS)


def _look_into(data: bytes) -> None:
    """Refuse a package by what its directory says, before anything is unpacked, and by how its parts begin."""
    _check_packed(data)
    if data.startswith(_OLD):
        raise _RefusedError("old-or-locked")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _look_at_parts(package)
    except _RefusedError:
        raise
    except Exception as error:
        # Packages are broken in many ways, and each raises its own; whatever it is, the file is none that we read.
        raise _RefusedError("not-a-workbook") from error


def _look_at_parts(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or sum(each.file_size for each in parts) > MOST_UNPACKED:
        raise _RefusedError("unpacks-to-too-much", most=MOST_UNPACKED >> 20)
    names = [each.filename.replace("\\", "/").lower() for each in parts]
    if any(each.flag_bits & 1 for each in parts):
        raise _RefusedError("old-or-locked")
    if any(name.startswith("/") or ":" in name or ".." in name.split("/") for name in names):
        raise _RefusedError("not-a-workbook")
    if any(mark in name for name in names for mark in _MACROS):
        raise _RefusedError("macros")
    if any(mark in name for name in names for mark in _LINKS):
        raise _RefusedError("links")
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise _RefusedError("not-a-workbook")
    if sum("worksheets/" in name and name.endswith(".xml") for name in names) > MOST_SHEETS:
        raise _RefusedError("too-many-sheets", most=MOST_SHEETS)
    for each in parts:
        if each.filename.lower().endswith((".xml", ".rels", ".vml")):
            _look_at_xml(package, each)


def _look_at_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse XML that declares entities, or that is written so that one would not see it."""
    with package.open(part) as content:
        first, last = True, b""
        while block := content.read(1 << 16):
            if first and not block.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
                raise _RefusedError("not-a-workbook")
            if first and b"encoding=" in block[:200].lower() and b"utf-8" not in block[:200].lower():
                raise _RefusedError("not-a-workbook")
            if b"<!doctype" in (last + block).lower() or b"<!entity" in (last + block).lower():
                raise _RefusedError("entities")
            first, last = False, block[-16:]


def _sheets(data: bytes) -> Iterator[Sheet]:
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise _RefusedError("not-a-workbook") from error
    try:
        total = 0
        for sheet in book.worksheets:
            # What a sheet says of its own size may be wrong: a cell that was coloured once makes it a million rows.
            sheet.reset_dimensions()
            found = []
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                total += 1
                _check_count(total, number)
                row = _row(number, cast("tuple[Value, ...]", cells))
                if row is not None:
                    found.append(row)
            yield Sheet(sheet.title, tuple(found))
    except _RefusedError:
        raise
    except Exception as error:
        # openpyxl raises what it comes upon; whatever it is, the file is none that we read.
        raise _RefusedError("not-a-workbook") from error
    finally:
        book.close()


def _row(number: int, cells: tuple[Value, ...]) -> SheetRow | None:
    width = len(cells)
    while width and cells[width - 1] in (None, ""):
        width -= 1
    if width > MOST_COLUMNS:
        raise _RefusedError("too-many-columns", number, most=MOST_COLUMNS)
    kept = cells[:width]
    for each in kept:
        if isinstance(each, str) and (len(each) > LONGEST_CELL or "\0" in each):
            raise _RefusedError("long-cell", number, most=LONGEST_CELL)
    return SheetRow(number, kept) if kept else None


def _csv_rows(text: str, delimiter: str) -> Iterator[SheetRow]:
    if "\0" in text:
        raise _RefusedError("nul", text.count("\n", 0, text.index("\0")) + 1)
    number = 0
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1
        ):
            _check_count(number, number)
            row = _row(number, tuple(cells))
            if row is not None:
                yield row
    except csv.Error as error:
        raise _RefusedError("not-csv", number + 1) from error


def _offers(data: bytes, at: int) -> tuple[Offer, ...]:
    """Return what the line with the first byte that is no UTF-8 looks like in each encoding that fits the file."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            return ()
        return (Offer("utf-16", text.splitlines()[0][:200] if text else ""),)
    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    line = data[start : end if end >= 0 else len(data)][:400]
    found = []
    for encoding in ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        found.append(Offer(encoding, line.decode(encoding).strip()[:200]))
    return tuple(found)


_SAVE: Final[dict[Lang, str]] = {
    "lt": "Išsaugokite lentelę kaip paprastą „Excel“ darbaknygę (.xlsx) arba CSV ir siųskite iš naujo.",
    "en": "Save the table as a plain Excel workbook (.xlsx) or as CSV, and send it again.",
}
_SPLIT: Final[dict[Lang, str]] = {
    "lt": "Palikite tik tai, ko reikia, arba siųskite dalimis.",
    "en": "Keep only what is needed, or send it in parts.",
}
_SAYS: Final[dict[str, tuple[dict[Lang, str], dict[Lang, str]]]] = {
    "too-large": (
        {"lt": "Failas didesnis nei {most} MB.", "en": "The file is larger than {most} MB."}, _SPLIT,
    ),
    "unpacks-to-too-much": (
        {
            "lt": "Išpakuotas failas būtų didesnis nei {most} MB arba turėtų per daug dalių.",
            "en": "Unpacked, the file would be larger than {most} MB or have too many parts.",
        },
        _SPLIT,
    ),
    "old-or-locked": (
        {
            "lt": "Tai senojo formato (.xls) arba slaptažodžiu apsaugotas failas.",
            "en": "This is a file of the old kind (.xls), or one locked with a password.",
        },
        _SAVE,
    ),
    "not-a-workbook": (
        {"lt": "Tai ne „Excel“ darbaknygė (.xlsx).", "en": "This is no Excel workbook (.xlsx)."}, _SAVE,
    ),
    "macros": (
        {"lt": "Darbaknygėje yra makrokomandų.", "en": "There are macros in the workbook."}, _SAVE,
    ),
    "links": (
        {
            "lt": "Darbaknygėje yra sąsajų su kitais failais ar į ją įdėtų failų.",
            "en": "The workbook has links to other files, or files within it.",
        },
        _SAVE,
    ),
    "entities": (
        {"lt": "Darbaknygėje neleidžiamas DOCTYPE.", "en": "DOCTYPE not allowed in the workbook."}, _SAVE,
    ),
    "too-many-sheets": (
        {"lt": "Darbaknygėje daugiau nei {most} lapų.", "en": "The workbook has more than {most} sheets."}, _SPLIT,
    ),
    "too-many-rows": (
        {"lt": "Lentelėje daugiau nei {most} eilučių.", "en": "The table has more than {most} rows."}, _SPLIT,
    ),
    "too-many-columns": (
        {"lt": "Lentelėje daugiau nei {most} stulpelių.", "en": "The table has more than {most} columns."}, _SPLIT,
    ),
    "long-cell": (
        {
            "lt": "Langelyje daugiau nei {most} ženklų arba neleistinų ženklų.",
            "en": "A cell has more than {most} characters, or some that are not allowed.",
        },
        {"lt": "Sutrumpinkite langelio tekstą.", "en": "Shorten the text of the cell."},
    ),
    "nul": (
        {"lt": "Faile yra nulinių baitų: tai ne CSV.", "en": "There are NUL bytes in the file: it is no CSV."}, _SAVE,
    ),
    "not-csv": (
        {"lt": "Eilutės nepavyko perskaityti kaip CSV.", "en": "The row cannot be read as CSV."},
        {"lt": "Patikrinkite kabutes.", "en": "Look at its quotation marks."},
    ),
    "encoding": (
        {"lt": "Failo rašmenys ne UTF-8 koduotės.", "en": "The file is not in UTF-8."},
        {
            "lt": "Pasirinkite koduotę, kurioje lietuviškos raidės teisingos, arba išsaugokite failą UTF-8 koduote.",
            "en": "Choose the encoding in which the letters are right, or save the file in UTF-8.",
        },
    ),
}  # fmt: skip
