"""What can be wrong with an edited table of a framework: the row, the column, what was given, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from competence_graph.model.finding import Finding
from competence_graph.model.text import Lang

_SAYS: Final[dict[str, tuple[dict[Lang, str], dict[Lang, str]]]] = {
    "empty": (
        {"lt": "Lentelė tuščia.", "en": "The table is empty."},
        {
            "lt": "Eksportuokite aprašą komanda „export“ ir redaguokite gautą failą.",
            "en": "Export the framework with the command export and edit the file that it writes.",
        },
    ),
    "column": (
        {"lt": "Nėra stulpelio „{given}“.", "en": 'There is no column "{given}".'},
        {"lt": "Galimi stulpeliai: {allowed}.", "en": "The columns are: {allowed}."},
    ),
    "column-twice": (
        {"lt": "Stulpelis „{given}“ yra du kartus.", "en": 'The column "{given}" is there twice.'},
        {"lt": "Palikite vieną.", "en": "Keep one of them."},
    ),
    "column-missing": (
        {"lt": "Trūksta stulpelio „{given}“.", "en": 'The column "{given}" is missing.'},
        {
            "lt": "Grąžinkite jį: pagal jį atpažįstama, ką keičia eilutė.",
            "en": "Put it back: it tells what a row changes.",
        },
    ),
    "framework": (
        {"lt": "Nėra kompetencijų aprašo „{given}“.", "en": 'There is no framework "{given}".'},
        {
            "lt": "Įrašykite aprašo vardą taip, kaip kitose eilutėse, pavyzdžiui, „libraries“.",
            "en": "Write the name of the framework as in the other rows, such as libraries.",
        },
    ),
    "unknown-row": (
        {"lt": "Apraše „{where}“ nėra „{given}“.", "en": 'There is no "{given}" in the framework "{where}".'},
        {
            "lt": "Ištaisykite langelį „uri“; naujai kompetencijai palikite jį tuščią, identifikatorius bus suteiktas.",
            "en": 'Mend the cell "uri"; for a new competence leave it empty, and it gets an id.',
        },
    ),
    "row-twice": (
        {"lt": "„{given}“ jau yra {where} eilutėje.", "en": '"{given}" is in row {where} already.'},
        {"lt": "Palikite vieną iš šių eilučių.", "en": "Keep one of these rows."},
    ),
    "kind": (
        {
            "lt": "Rūšis „{given}“ netinka; esamos eilutės rūšies keisti negalima.",
            "en": 'The kind "{given}" does not do; that of a row that exists cannot be changed.',
        },
        {
            "lt": "Naujai eilutei įrašykite „area“ (sritis) arba „competence“ (kompetencija).",
            "en": "For a new row write area or competence.",
        },
    ),
    "level": (
        {
            "lt": "Stulpelis „{column}“: aprašo skalėje yra tik {where} lygiai (-ių).",
            "en": 'Column "{column}": the scale of the framework has {where} levels.',
        },
        {"lt": "Ištuštinkite šį langelį.", "en": "Empty this cell."},
    ),
    "date": (
        {"lt": "„{given}“ nėra data.", "en": '"{given}" is no date.'},
        {"lt": "Rašykite metus, mėnesį ir dieną: 2026-11-27.", "en": "Write year, month and day: 2026-11-27."},
    ),
    "link": (
        {
            "lt": "Stulpelis „{column}“: „{given}“ nieko nenurodo.",
            "en": 'Column "{column}": "{given}" points to nothing.',
        },
        {
            "lt": "Įrašykite identifikatorių („uri“), kodą („notation“) arba visą adresą; kelis atskirkite ženklu „|“.",
            "en": "Write an id (uri), a code (notation) or a whole address; part several with |.",
        },
    ),
}


class SheetFaults:
    """Collects findings."""

    def __init__(self) -> None:
        """Begin without any."""
        self._found: list[Finding] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All so far, in the order in which they were met."""
        return tuple(self._found)

    def _add(self, rule: str, row: int, column: str, given: str, **told: object) -> None:
        said, mend = _SAYS[rule]
        words = {"given": given[:80], "column": column, **told}
        self._found.append(
            Finding(
                "", column, given, "violation", f"sheet-{rule}",
                {lang: text.format(**words) for lang, text in said.items()},
                {lang: text.format(**words) for lang, text in mend.items()},
                row,
            )
        )  # fmt: skip

    def empty(self) -> None:
        """The table has no row."""
        self._add("empty", 1, "", "")

    def column(self, row: int, given: str, allowed: Sequence[str]) -> None:
        """A column has a name that is none."""
        self._add("column", row, given, given, allowed=", ".join(allowed))

    def twice(self, row: int, given: str) -> None:
        """Two columns have the same name."""
        self._add("column-twice", row, given, given)

    def missing(self, row: int, given: str) -> None:
        """A column that is needed is not there."""
        self._add("column-missing", row, given, given)

    def framework(self, row: int, given: str) -> None:
        """A row names a framework that is not there."""
        self._add("framework", row, "framework", given)

    def unknown(self, row: int, given: str, framework: str) -> None:
        """A row names a competence that the framework does not have."""
        self._add("unknown-row", row, "uri", given, where=framework)

    def row_twice(self, row: int, given: str, before: int) -> None:
        """Two rows name the same competence."""
        self._add("row-twice", row, "uri", given, where=before)

    def kind(self, row: int, given: str) -> None:
        """A kind that is none, or another one than the thing has."""
        self._add("kind", row, "kind", given)

    def level(self, row: int, column: str, levels: int) -> None:
        """A text for a level that the scale does not have."""
        self._add("level", row, column, "", where=levels)

    def date(self, row: int, column: str, given: str) -> None:
        """A date that is none."""
        self._add("date", row, column, given)

    def link(self, row: int, column: str, given: str) -> None:
        """A cell that should name another concept and names none."""
        self._add("link", row, column, given)
