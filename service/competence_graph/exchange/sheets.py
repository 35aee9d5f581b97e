"""Tables as spreadsheets show them: .csv or .csv.gz in UTF-8, with or without its mark, or the first sheet of .xlsx."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, time
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, cast

from competence_graph.exchange.faults import Faults
from competence_graph.exchange.spreadsheets import Value, read_workbook

Advance = Callable[[str, int, int], None]
"""Told now and then how far a file was read: its name, bytes read, bytes in all."""

_EVERY: Final = 2000
_LONGEST_CELL: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` is the one that a spreadsheet shows beside it (the header is row 1)."""

    number: int
    cells: Mapping[str, str]


def rows(
    path: Path, wanted: Mapping[str, bool], faults: Faults, *, delimiter: str = ",", advance: Advance | None = None
) -> Iterator[Row]:
    """Yield the rows of a file, white space at both ends of cells cut; faults are noted and their rows left out.

    Args:
        path: The file; gzip is unpacked where the name ends in .gz.
        wanted: Names of columns that are read, and whether the file must have each.
        faults: Where faults are noted.
        delimiter: What stands between cells.
        advance: Told how far the file was read.
    """
    if path.suffix.lower() == ".xlsx":
        yield from _workbook_rows(path, wanted, faults)
        return
    csv.field_size_limit(_LONGEST_CELL)
    with ExitStack() as stack:
        try:
            packed = stack.enter_context(path.open("rb"))
        except OSError as error:
            faults.unreadable(path.name, error.strerror or "")
            return
        size = path.stat().st_size
        plain = cast("IO[bytes]", stack.enter_context(gzip.open(packed))) if path.suffix == ".gz" else packed
        reader = csv.reader(_lines(plain), delimiter=delimiter, strict=True)
        number = 0
        try:
            header = [name.strip() for name in next(reader, [])]
            number = 1
            missing = [name for name, needed in wanted.items() if needed and name not in header]
            if missing:
                faults.columns_missing(path.name, missing, header)
                return
            places = {name: header.index(name) for name in wanted if name in header}
            for number, cells in enumerate(reader, start=2):
                if advance is not None and number % _EVERY == 0:
                    advance(path.name, _read(packed), size)
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    faults.ragged(path.name, number, len(cells), len(header))
                    continue
                yield Row(number, {name: _clean(cells[place]) for name, place in places.items()})
        except UnicodeDecodeError:
            faults.encoding(path.name, number + 1)
        except csv.Error as error:
            faults.not_csv(path.name, number + 1, str(error))
        except (OSError, EOFError):
            faults.unreadable(path.name, "gzip")
        if advance is not None:
            advance(path.name, size, size)


def header(path: Path, delimiter: str) -> list[str]:
    """Return the names of the columns; none where the file cannot be read."""
    if path.suffix.lower() == ".xlsx":
        found = read_workbook(path.read_bytes()).sheets
        return [_text(each) for each in found[0].rows[0].cells] if found and found[0].rows else []
    try:
        with path.open("rb") as packed, ExitStack() as stack:
            plain = cast("IO[bytes]", stack.enter_context(gzip.open(packed))) if path.suffix == ".gz" else packed
            return [name.strip() for name in next(csv.reader(_lines(plain), delimiter=delimiter), [])]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        return []


def _workbook_rows(path: Path, wanted: Mapping[str, bool], faults: Faults) -> Iterator[Row]:
    """Yield the rows of the first sheet of a workbook, every value as text."""
    try:
        book = read_workbook(path.read_bytes())
    except OSError as error:
        faults.unreadable(path.name, error.strerror or "")
        return
    for finding in book.findings:
        faults.refused(path.name, finding)
    if not book.sheets or not book.sheets[0].rows:
        return
    head, *others = book.sheets[0].rows
    names = [_text(each) for each in head.cells]
    missing = [name for name, needed in wanted.items() if needed and name not in names]
    if missing:
        faults.columns_missing(path.name, missing, names)
        return
    places = {name: names.index(name) for name in wanted if name in names}
    for each in others:
        cells = [*(_text(cell) for cell in each.cells), *[""] * (len(names) - len(each.cells))]
        yield Row(each.number, {name: cells[place] for name, place in places.items()})


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return _clean(str(value))


def _lines(file: IO[bytes]) -> Iterator[str]:
    # Decoded line by line, so that a fault in the encoding is found in its row and not some blocks further on.
    for number, line in enumerate(file):
        yield line.decode("utf-8-sig" if number == 0 else "utf-8")


def _read(packed: BufferedReader) -> int:
    return packed.tell()


def _clean(cell: str) -> str:
    return cell.replace("\u00a0", " ").strip()


def split(cell: str, separator: str) -> Sequence[str]:
    """Return the values of a cell, in order, each once; an empty separator means that it holds one at most."""
    parts = [cell] if not separator else cell.split(separator)
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
