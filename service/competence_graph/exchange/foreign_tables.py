"""The tables of a foreign framework, read by a column map into concepts and requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, cast, get_args

from competence_graph.errors import InvalidIriError
from competence_graph.exchange.column_map import PLACE, ColumnMap, ConceptKind, Necessity, Table
from competence_graph.exchange.faults import Faults
from competence_graph.exchange.sheets import Advance, Row, rows, split
from competence_graph.model.iri import Iri, parse_iri

_SKILLS: Final = frozenset({"competences", "areas"})
_NECESSITIES: Final = get_args(Necessity)
Source = tuple[str, int]
"""A file and the row that a spreadsheet shows."""


@dataclass(slots=True)
class ForeignConcept:
    """A competence, an area, a role or a group of roles, with the row that describes it."""

    iri: Iri
    kind: ConceptKind
    source: Source
    labels: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, list[str]] = field(default_factory=dict)
    hidden: dict[str, list[str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    notation: str = ""
    codes: dict[str, Iri] = field(default_factory=dict)
    modified: date | None = None
    broader: dict[Iri, Source] = field(default_factory=dict)

    @property
    def of_roles(self) -> bool:
        """Whether it belongs to the scheme of roles, not to that of competences."""
        return self.kind not in _SKILLS


@dataclass(slots=True)
class ForeignFramework:
    """What the tables say: concepts by IRI, requirements by role and competence."""

    map: ColumnMap
    concepts: dict[Iri, ForeignConcept] = field(default_factory=dict)
    requirements: dict[tuple[Iri, Iri], tuple[Necessity, Source]] = field(default_factory=dict)

    def of(self, *kinds: ConceptKind) -> Iterator[ForeignConcept]:
        """Yield the concepts of these kinds, in order of reading."""
        return (each for each in self.concepts.values() if each.kind in kinds)


def read_tables(
    column_map: ColumnMap, folders: Sequence[Path], faults: Faults, *, advance: Advance | None = None
) -> ForeignFramework:
    """Read all tables of a map; faults are noted.

    Args:
        column_map: What the files mean.
        folders: Where the files are; the first that has one of the name gives it.
        faults: Where faults are noted.
        advance: Told how far each file was read.
    """
    reader = _Reader(column_map, faults, advance)
    # Concepts first: links and labels may stand in any order of files.
    order = {"labels": 1, "broader": 2, "requirements": 2}
    for table in sorted(column_map.tables, key=lambda each: order.get(each.kind, 0)):
        found = column_map.found(table, folders)
        if not found and not table.optional:
            faults.file_missing([name.replace(PLACE, column_map.language) for name in table.names])
        for lang, path in found:
            reader.read(table, lang, path)
    reader.check_links()
    return reader.made


class _Reader:
    def __init__(self, column_map: ColumnMap, faults: Faults, advance: Advance | None) -> None:
        self._map = column_map
        self._faults = faults
        self._advance = advance
        self._iris: dict[str, Iri | None] = {}
        self.made = ForeignFramework(column_map)

    def read(self, table: Table, lang: str, path: Path) -> None:
        """Read one file; a file in another language than the framework's own adds its texts only."""
        own = lang == self._map.language
        for row in rows(path, table.wanted, self._faults, delimiter=self._map.delimiter, advance=self._advance):
            source = (path.name, row.number)
            if table.kind == "requirements":
                if own:
                    self._requirement(table, row, source)
            elif table.kind == "broader":
                if own:
                    self._broader_row(table, row, source)
            elif table.kind == "labels" or not own:
                self._labels(table, lang, row, source)
            else:
                self._concept(table, lang, row, source)

    def _iri(self, table: Table, key: str, value: str, source: Source) -> Iri | None:
        # 129,000 links name 17,000 things: each is looked at once.
        if value not in self._iris:
            try:
                self._iris[value] = parse_iri(value)
            except InvalidIriError:
                self._iris[value] = None
        known = self._iris[value]
        if known is None:
            self._faults.no_iri(*source, table.column(key), value)
        return known

    def _cell(self, table: Table, key: str, row: Row) -> str:
        for column in table.columns:
            if column.key == key:
                return next((value for name in column.names if (value := row.cells.get(name, ""))), "")
        return ""

    def _concept(self, table: Table, lang: str, row: Row, source: Source) -> None:
        iri = self._iri(table, "iri", self._cell(table, "iri", row), source)
        if iri is None:
            return
        made = ForeignConcept(iri, cast("ConceptKind", table.kind), source)
        self._texts(made, table, lang, row, source)
        if self._map.language not in made.labels:
            self._faults.no_label(*source, table.column("label"), iri)
        made.notation = self._cell(table, "notation", row)
        for key in ("type", "reuse", "status"):
            value = self._cell(table, key, row)
            codes = self._map.codes.get(key, {})
            if value and value not in codes:
                self._faults.unknown_code(*source, table.column(key), value, list(codes), iri)
            elif value:
                made.codes[key] = codes[value]
        made.modified = self._date(table, row, source, iri)
        for value in split(self._cell(table, "broader", row), table.separators["broader"]):
            above = self._iri(table, "broader", value, source)
            if above is not None:
                made.broader.setdefault(above, source)
        known = self.made.concepts.get(iri)
        if known is not None:
            first = f"{known.source[0]}, {known.source[1]}"
            self._faults.repeated(*source, iri, first, same=_same(known, made))
            if made.modified and (known.modified is None or made.modified > known.modified):
                known.modified = made.modified
            return
        self.made.concepts[iri] = made

    def _date(self, table: Table, row: Row, source: Source, iri: Iri) -> date | None:
        value = self._cell(table, "modified", row)
        if not value:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self._faults.no_date(*source, table.column("modified"), value, iri)
            return None

    def _texts(self, made: ForeignConcept, table: Table, lang: str, row: Row, source: Source) -> None:
        for column in table.columns:
            if not column.lang:
                continue
            said = lang if column.lang == PLACE else column.lang
            cell = next((value for name in column.names if (value := row.cells.get(name, ""))), "")
            if not cell:
                continue
            if column.key in ("alternative", "hidden"):
                names = made.alternatives if column.key == "alternative" else made.hidden
                known = names.setdefault(said, [])
                known += [each for each in split(cell, table.separators[column.key]) if each not in known]
            elif column.key == "label":
                text = " ".join(cell.split())
                if made.labels.setdefault(said, text) != text:
                    self._faults.other_label(*source, column.names[0], text, made.iri, made.labels[said])
            else:
                (made.definitions if column.key == "definition" else made.notes).setdefault(said, cell)

    def _labels(self, table: Table, lang: str, row: Row, source: Source) -> None:
        iri = self._iri(table, "iri", self._cell(table, "iri", row), source)
        if iri is None:
            return
        concept = self.made.concepts.get(iri)
        if concept is None:
            # Labels often come from another version than the concepts: what is gone since then is no fault.
            self._faults.unknown_thing(*source, table.column("iri"), iri, left_out=True)
            return
        self._texts(concept, table, lang, row, source)

    def _broader_row(self, table: Table, row: Row, source: Source) -> None:
        iri = self._iri(table, "iri", self._cell(table, "iri", row), source)
        above = self._iri(table, "broader", self._cell(table, "broader", row), source)
        if iri is None or above is None:
            return
        concept = self.made.concepts.get(iri)
        if concept is None:
            self._faults.unknown_thing(*source, table.column("iri"), iri, left_out=self._map.extract)
            return
        concept.broader.setdefault(above, source)

    def _requirement(self, table: Table, row: Row, source: Source) -> None:
        role = self._iri(table, "role", self._cell(table, "role", row), source)
        competence = self._iri(table, "competence", self._cell(table, "competence", row), source)
        necessity = self._cell(table, "necessity", row)
        if role is None or competence is None:
            return
        if necessity not in _NECESSITIES:
            self._faults.unknown_code(*source, table.column("necessity"), necessity, _NECESSITIES, role)
            return
        for key, iri, kind in (("role", role, "roles"), ("competence", competence, "competences")):
            concept = self.made.concepts.get(iri)
            if concept is None or concept.kind != kind:
                left_out = self._map.extract and concept is None
                self._faults.unknown_thing(*source, table.column(key), iri, focus=role, left_out=left_out)
                return
        pair = (role, competence)
        known_already = self.made.requirements.get(pair)
        if known_already is not None and known_already[0] != necessity:
            self._faults.both_necessities(*source, table.column("necessity"), role, competence)
        if known_already is None or necessity == "essential":
            self.made.requirements[pair] = (cast("Necessity", necessity), source)

    def check_links(self) -> None:
        """Look at the broader links once all concepts are known."""
        column = next((table.column("broader") for table in self._map.tables if table.kind == "broader"), "broader")
        for concept in self.made.concepts.values():
            for above, source in list(concept.broader.items()):
                other = self.made.concepts.get(above)
                if above == concept.iri:
                    self._faults.own_broader(*source, column, concept.iri)
                elif other is None:
                    self._faults.unknown_thing(*source, column, above, focus=concept.iri, left_out=self._map.extract)
                    del concept.broader[above]
                elif other.of_roles != concept.of_roles:
                    self._faults.other_scheme(*source, column, above, concept.iri)


def _same(one: ForeignConcept, other: ForeignConcept) -> bool:
    """Whether two rows say the same of a concept; the day of the last change does not matter."""
    return (one.kind, one.labels, one.alternatives, one.definitions, one.notation, one.codes) == (
        other.kind, other.labels, other.alternatives, other.definitions, other.notation, other.codes,
    )  # fmt: skip
