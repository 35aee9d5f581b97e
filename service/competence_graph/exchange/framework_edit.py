"""An edited table of a framework, read back: exactly what was edited changes (see `framework_sheet`)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyoxigraph as ox

from competence_graph.errors import InvalidIriError
from competence_graph.exchange.framework_sheet import (
    BROADER,
    COMPETENCE,
    CONCEPT,
    CREATED,
    DATES,
    DEFINITION,
    IN_SCHEME,
    LEVEL_COLUMN,
    LINKS,
    MODIFIED,
    A,
    FrameworkNow,
    framework_columns,
    framework_now,
    place_of,
    shown,
)
from competence_graph.exchange.sheet_faults import SheetFaults
from competence_graph.exchange.spreadsheets import Sheet, SheetRow
from competence_graph.exchange.tables import guarded
from competence_graph.graph.change import Change
from competence_graph.graph.store import Store
from competence_graph.graph.terms import node
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE, Iri, id_iri, is_id, parse_iri

_TOP_OF: Final = node(expand("skos:topConceptOf"))
_HAS_TOP: Final = node(expand("skos:hasTopConcept"))
_DESCRIPTOR: Final = node(str(CG.LevelDescriptor))
_OF: Final = node(str(CG.competence))
_LEVEL: Final = node(str(CG.level))
_INTEGER: Final = node(expand("xsd:integer"))
_DATE: Final = node(expand("xsd:date"))
_STATUS: Final = node(expand("adms:status"))
_COMMON: Final = (node(expand("dct:type")), node(expand("esco:skillReuseLevel")))
"""What a new competence takes over from most others of its framework."""
KINDS: Final = {"area": ("area", "sritis"), "competence": ("competence", "kompetencija")}
_BETWEEN: Final = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What a sheet would change, what is wrong with it, and on which row each thing stands."""

    change: Change
    findings: tuple[Finding, ...]
    rows: Mapping[str, int]

    def line_of(self, focus: str, _value: str = "") -> int | None:
        """Return the row of a thing or of the competence that a level descriptor belongs to."""
        return self.rows.get(focus, self.rows.get(focus.rpartition("-")[0]))


def sheet_change(sheet: Sheet, store: Store, *, today: date, mint: Callable[[], str], base: str = BASE) -> SheetChange:
    """Return what an edited table changes in the frameworks it names.

    Args:
        sheet: As it was read; its first row names the columns.
        store: What the frameworks say now.
        today: Of new rows.
        mint: Gives a free id of a competence.
        base: Of ids.
    """
    faults = SheetFaults()
    if not sheet.rows:
        faults.empty()
        return SheetChange(Change(), faults.findings, {})
    columns = [_text(each).strip().casefold() for each in sheet.rows[0].cells]
    return _Reader(sheet.rows[1:], columns, store, faults, today, mint, base).read(sheet.rows[0].number)


def _text(cell: object) -> str:
    """Return a cell as text: a date as ISO 8601, a whole number without its point, nothing as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")


class _Reader:
    def __init__(
        self,
        rows: Sequence[SheetRow],
        columns: Sequence[str],
        store: Store,
        faults: SheetFaults,
        today: date,
        mint: Callable[[], str],
        base: str,
    ) -> None:
        self.rows, self.columns, self.store, self.faults = rows, columns, store, faults
        self.today, self.mint, self.base = today, mint, base
        self.known: dict[str, FrameworkNow | None] = {}
        self.at: dict[str, int] = {}
        self.touched: dict[tuple[str, str], set[ox.Quad]] = {}

    def read(self, head: int) -> SheetChange:
        if not self.head_is_good(head):
            return SheetChange(Change(), self.faults.findings, {})
        rows = [(row.number, self.cells(row)) for row in self.rows]
        rows = [(number, cells) for number, cells in rows if any(cells.values())]
        named = {cells["framework"].strip() for _, cells in rows} - {""}
        met: list[tuple[int, dict[str, str], FrameworkNow, str]] = []
        for number, cells in rows:
            # A new row need not repeat what all others say.
            name = cells["framework"].strip() or (next(iter(named)) if len(named) == 1 else "")
            found = self.thing(number, cells, name)
            if found is not None:
                met.append((number, cells, *found))
        # All things are known before the first cell is read: a new one may be below another new one.
        for number, cells, known, thing in met:
            for column, cell in cells.items():
                if column and column not in ("uri", "framework"):
                    self.cell(number, known, thing, column, cell)
        put = tuple(quad for quads in self.touched.values() for quad in quads)
        gone = tuple(
            quad
            for (framework, thing), quads in self.touched.items()
            if not quads
            for quad in self.framework(framework).things.get(thing, ())
        )
        return SheetChange(Change(put=put, remove=gone), self.faults.findings, self.at)

    def head_is_good(self, head: int) -> bool:
        allowed = framework_columns(99)
        for place, name in enumerate(self.columns):
            if name and name not in allowed:
                self.faults.column(head, name, framework_columns(5))
            if name and name in self.columns[:place]:
                self.faults.twice(head, name)
        for name in ("uri", "framework"):
            if name not in self.columns:
                self.faults.missing(head, name)
        return not self.faults.findings

    def framework(self, iri: str) -> FrameworkNow:
        found = self.known[iri]
        assert found is not None
        return found

    def cells(self, row: SheetRow) -> dict[str, str]:
        return dict(zip(self.columns, [*map(_text, row.cells), *[""] * len(self.columns)], strict=False))

    def thing(self, number: int, cells: Mapping[str, str], name: str) -> tuple[FrameworkNow, str] | None:
        """Return what a row is about, or None where it is said what is wrong with it."""
        iri = self.iri(name)
        if iri not in self.known:
            self.known[iri] = framework_now(self.store, Iri(iri)) if iri else None
        known = self.known[iri]
        if known is None:
            self.faults.framework(number, name)
            return None
        given = cells["uri"].strip()
        thing = self.iri(given) if given else self.new(number, cells, known)
        if thing is None:
            return None
        if given and thing not in known.members:
            self.faults.unknown(number, given, name)
            return None
        if thing in self.at:
            self.faults.row_twice(number, given, self.at[thing])
            return None
        self.at[thing] = number
        return known, thing

    def iri(self, given: str) -> str:
        """Return the IRI that a cell means; empty where it means none."""
        try:
            return parse_iri(given) if "://" in given else id_iri(given, self.base)
        except InvalidIriError:
            return ""

    def cell(self, number: int, known: FrameworkNow, thing: str, column: str, cell: str) -> None:
        now = shown(known, thing, column, self.base)
        if cell in (now, guarded(now)) or _folded(cell) == _folded(now):
            return
        if column == "kind":
            if (given := cell.strip().casefold()) and thing in known.things:
                wanted = next((kind for kind, words in KINDS.items() if given in words), None)
                if wanted != shown(known, thing, "kind", self.base):
                    self.faults.kind(number, cell)
            return
        level = LEVEL_COLUMN.match(column)
        if level and int(level[1]) > known.levels:
            self.faults.level(number, column, known.levels)
            return
        text = cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell
        values = [each for each in (self.term(number, known, column, part) for part in _parted(text)) if each]
        if column == "broader":
            self.replace(known, thing, BROADER, None, values)
        else:
            subject, predicate, lang = place_of(thing, column)
            self.replace(known, subject, predicate, lang, values)
            if level:
                self.descriptor(known, thing, subject, int(level[1]))

    def term(self, number: int, known: FrameworkNow, column: str, part: str) -> ox.NamedNode | ox.Literal | None:
        if column == "notation":
            return ox.Literal(part)
        if column in DATES:
            try:
                return ox.Literal(date.fromisoformat(part).isoformat(), datatype=_DATE)
            except ValueError:
                self.faults.date(number, column, part)
                return None
        if column == "broader" and part in known.notations:
            if len(known.notations[part]) == 1:
                return node(known.notations[part][0])
            self.faults.link(number, column, part)
            return None
        if column == "broader" or column in LINKS:
            iri = self.iri(part)
            if not iri or ("://" not in part and not is_id(part)) or (column == "broader" and iri not in known.members):
                self.faults.link(number, column, part)
                return None
            return node(iri)
        return ox.Literal(part, language=column[-2:])

    def now(self, known: FrameworkNow, subject: str) -> set[ox.Quad]:
        key = (known.iri, subject)
        if key not in self.touched:
            self.touched[key] = set(known.things.get(subject, ()))
        return self.touched[key]

    def replace(
        self,
        known: FrameworkNow,
        subject: str,
        predicate: ox.NamedNode,
        lang: str | None,
        values: Sequence[ox.NamedNode | ox.Literal],
    ) -> None:
        quads = self.now(known, subject)
        quads -= {
            each
            for each in quads
            if each.predicate == predicate
            and (lang is None or (isinstance(each.object, ox.Literal) and each.object.language == lang))
        }
        quads |= {ox.Quad(node(subject), predicate, value, node(known.graph)) for value in values}

    def descriptor(self, known: FrameworkNow, thing: str, subject: str, level: int) -> None:
        """Make a level descriptor whole, or take it away where it describes nothing any more."""
        quads = self.now(known, subject)
        if not any(each.predicate == DEFINITION for each in quads):
            quads.clear()
            return
        graph = node(known.graph)
        quads |= {
            ox.Quad(node(subject), A, _DESCRIPTOR, graph),
            ox.Quad(node(subject), _OF, node(thing), graph),
            ox.Quad(node(subject), _LEVEL, ox.Literal(str(level), datatype=_INTEGER), graph),
        }

    def new(self, number: int, cells: Mapping[str, str], known: FrameworkNow) -> str | None:
        given = cells.get("kind", "").strip().casefold()
        kind = next((kind for kind, words in KINDS.items() if given in words), None)
        if kind is None:
            self.faults.kind(number, given)
            return None
        thing = f"{self.base}id/{self.mint()}"
        graph, subject, scheme = node(known.graph), node(thing), node(known.iri)
        quads = self.now(known, thing)
        quads |= {ox.Quad(subject, A, CONCEPT, graph), ox.Quad(subject, IN_SCHEME, scheme, graph)}
        if not cells.get("broader", "").strip() and kind == "area":
            quads.add(ox.Quad(subject, _TOP_OF, scheme, graph))
            self.now(known, known.iri).add(ox.Quad(scheme, _HAS_TOP, subject, graph))
        if kind == "competence":
            quads.add(ox.Quad(subject, A, COMPETENCE, graph))
            quads.add(ox.Quad(subject, _STATUS, node(expand("status:Completed")), graph))
            for predicate in (CREATED, MODIFIED):
                if not cells.get("created" if predicate == CREATED else "modified", "").strip():
                    day = ox.Literal(self.today.isoformat(), datatype=_DATE)
                    quads.add(ox.Quad(subject, predicate, day, graph))
            quads |= {ox.Quad(subject, predicate, value, graph) for predicate, value in _common(known)}
        for notation in _parted(cells.get("notation", "")):
            known.notations[notation].append(thing)
        known.members.append(thing)
        return thing


def _common(known: FrameworkNow) -> Iterator[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
    for predicate in _COMMON:
        counted = Counter(value for thing in known.members for value in known.values(thing, predicate))
        if counted:
            yield predicate, counted.most_common(1)[0][0]


def _folded(cell: str) -> str:
    """What a spreadsheet program may change by itself: composed letters, blanks at the ends and line ends."""
    return unicodedata.normalize("NFC", cell).replace("\r\n", "\n").strip()


def _parted(cell: str) -> list[str]:
    # An escaped bar does not part; an escaped backslash before a bar does not occur, for nobody writes one in a label.
    parts = [re.sub(r"\\([\\|])", r"\1", part).strip() for part in _BETWEEN.split(cell)]
    return list(dict.fromkeys(unicodedata.normalize("NFC", part) for part in parts if part))
