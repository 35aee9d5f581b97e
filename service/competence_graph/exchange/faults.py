"""What can be wrong with the tables of a foreign framework: each fault with file, row, column, value and mending."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from competence_graph.model.finding import Finding, Severity
from competence_graph.model.text import Lang

_MOST: Final = 20
"""So many faults of one kind are named in one file; the rest are counted."""


@dataclass(slots=True)
class Faults:
    """The findings of a reading, by file, in order of rows."""

    by_file: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    _counts: Counter[tuple[str, str, Severity]] = field(default_factory=Counter)

    @property
    def refuse(self) -> bool:
        """Whether anything forbids the load."""
        return any(severity == "violation" for _, _, severity in self._counts)

    def count(self, rule: str) -> int:
        """How often a fault of this kind was met, named or not."""
        return sum(count for (_, known, _), count in self._counts.items() if known == rule)

    def note(
        self,
        file: str,
        rule: str,
        said: Mapping[Lang, str],
        mend: Mapping[Lang, str],
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        focus: str = "",
        severity: Severity = "violation",
    ) -> None:
        """Note one fault; beyond the first twenty of a kind in a file they are only counted."""
        self._counts[file, rule, severity] += 1
        if self._counts[file, rule, severity] <= _MOST:
            self.by_file[file].append(Finding(focus, column, value, severity, rule, said, mend, row))

    def closed(self) -> dict[str, list[Finding]]:
        """Return all findings by file, with a last one for each kind that was met too often to name each."""
        found = {file: list(findings) for file, findings in self.by_file.items()}
        for (file, rule, severity), count in sorted(self._counts.items()):
            if count > _MOST:
                more = count - _MOST
                found[file].append(
                    Finding(
                        "", "", "", severity, rule,
                        {"lt": f"Dar tokių pačių atvejų: {more}.", "en": f"Further cases of the same kind: {more}."},
                        {"lt": "Ištaisę šiuos, tikrinkite dar kartą.", "en": "Mend these and check again."}
                        if severity == "violation"
                        else {"lt": "Taisyti nebūtina.", "en": "Nothing has to be mended."},
                    )
                )  # fmt: skip
        return found

    # --- Files ---

    def file_missing(self, names: Sequence[str]) -> None:
        """Note that a file the map asks for is in none of the folders."""
        shown = " / ".join(names)
        self.note(
            names[0], "file-missing",
            {"lt": f"Nėra failo „{shown}“.", "en": f'There is no file "{shown}".'},
            {
                "lt": "Įdėkite jį į aplanką arba nurodykite aplanką, kuriame jis yra.",
                "en": "Put it into the folder, or name the folder that has it.",
            },
        )  # fmt: skip

    def unreadable(self, file: str, why: str) -> None:
        """Note that a file cannot be opened or unpacked."""
        self.note(
            file, "file-unreadable",
            {"lt": f"Failo perskaityti nepavyko ({why}).", "en": f"The file could not be read ({why})."},
            {
                "lt": "Patikrinkite, ar failas atsisiųstas visas ir ar turite teisę jį skaityti.",
                "en": "Check that it was downloaded whole and that you may read it.",
            },
        )  # fmt: skip

    def encoding(self, file: str, row: int) -> None:
        """Note characters that are not UTF-8."""
        self.note(
            file, "encoding",
            {"lt": "Rašmenys ne UTF-8 koduotės.", "en": "The characters are not in UTF-8."},
            {
                "lt": "Skaičiuoklėje įrašykite failą kaip „CSV UTF-8“ ir bandykite dar kartą.",
                "en": 'Save the file as "CSV UTF-8" in the spreadsheet and try again.',
            },
            row=row,
        )  # fmt: skip

    def not_csv(self, file: str, row: int, why: str) -> None:
        """Note a row that breaks the rules of CSV."""
        self.note(
            file, "not-csv",
            {"lt": f"Eilutės perskaityti nepavyko ({why}).", "en": f"The row could not be read ({why})."},
            {
                "lt": "Patikrinkite šios eilutės kabutes: kiekviena atidaryta turi būti uždaryta.",
                "en": "Look at the quotation marks of this row: each that is opened must be closed.",
            },
            row=row,
        )  # fmt: skip

    def refused(self, file: str, finding: Finding) -> None:
        """Note why a workbook was refused."""
        self.note(file, finding.rule, finding.said, finding.mend, row=finding.line)

    def columns_missing(self, file: str, missing: Sequence[str], header: Sequence[str]) -> None:
        """Note columns that the map names and the file lacks."""
        wanted, there = ", ".join(missing), ", ".join(header)[:200]
        self.note(
            file, "column-missing",
            {"lt": f"Nėra stulpelio: {wanted}. Yra: {there}.", "en": f"Missing column: {wanted}. There are: {there}."},
            {
                "lt": "Pataisykite failo antraštę arba stulpelių atitikmenų failą.",
                "en": "Correct the header of the file, or the column map.",
            },
            row=1, column=missing[0],
        )  # fmt: skip

    def ragged(self, file: str, row: int, cells: int, expected: int) -> None:
        """Note a row with too many or too few cells."""
        self.note(
            file, "cell-count",
            {
                "lt": f"Eilutėje langelių: {cells}, o antraštėje: {expected}.",
                "en": f"The row has {cells} cells, the header has {expected}.",
            },
            {
                "lt": "Patikrinkite, ar netrūksta skirtuko ir ar tekstas su skirtuku yra kabutėse.",
                "en": "Check for a missing separator, and put text that holds one in quotation marks.",
            },
            row=row,
        )  # fmt: skip

    # --- Cells ---

    def no_iri(self, file: str, row: int, column: str, value: str) -> None:
        """Note a cell that should hold an IRI."""
        self.note(
            file, "iri",
            {"lt": f"„{value[:80]}“ nėra pilnas adresas (URI).", "en": f'"{value[:80]}" is not a whole address (URI).'},
            {
                "lt": "Įrašykite visą adresą, pavyzdžiui, http://data.europa.eu/esco/skill/…",
                "en": "Write the whole address, such as http://data.europa.eu/esco/skill/…",
            },
            row=row, column=column, value=value,
        )  # fmt: skip

    def no_label(self, file: str, row: int, column: str, focus: str) -> None:
        """Note a concept without a label in the framework's own language."""
        self.note(
            file, "label-missing",
            {"lt": "Nėra pavadinimo.", "en": "There is no label."},
            {"lt": "Įrašykite pavadinimą.", "en": "Write the label."},
            row=row, column=column, focus=focus,
        )  # fmt: skip

    def other_label(self, file: str, row: int, column: str, value: str, focus: str, known: str) -> None:
        """Note a second preferred label in one language."""
        self.note(
            file, "label-twice",
            {
                "lt": f"„{value[:80]}“: šia kalba jau yra kitas pavadinimas „{known[:80]}“.",
                "en": f'"{value[:80]}": there is another label in this language already, "{known[:80]}".',
            },
            {"lt": "Palikite vieną.", "en": "Keep one of them."},
            row=row, column=column, value=value, focus=focus,
        )  # fmt: skip

    def unknown_code(self, file: str, row: int, column: str, value: str, known: Sequence[str], focus: str) -> None:
        """Note a value outside the list that the map gives."""
        shown = ", ".join(known)
        self.note(
            file, "code",
            {"lt": f"Reikšmė „{value[:80]}“ nežinoma.", "en": f'The value "{value[:80]}" is not known.'},
            {"lt": f"Rašykite vieną iš šių: {shown}.", "en": f"Write one of these: {shown}."},
            row=row, column=column, value=value, focus=focus,
        )  # fmt: skip

    def no_date(self, file: str, row: int, column: str, value: str, focus: str) -> None:
        """Note a date that is none."""
        self.note(
            file, "date",
            {"lt": f"„{value[:40]}“ nėra data.", "en": f'"{value[:40]}" is not a date.'},
            {"lt": "Rašykite taip: 2026-11-24.", "en": "Write it so: 2026-11-24."},
            row=row, column=column, value=value, focus=focus,
        )  # fmt: skip

    def repeated(self, file: str, row: int, focus: str, first: str, *, same: bool) -> None:
        """Note a concept that is described twice: harmless where both rows say the same."""
        self.note(
            file, "row-twice",
            {
                "lt": f"Jau aprašyta čia: {first}{', taip pat' if same else ', bet kitaip'}.",
                "en": f"Described already in {first}{', in the same words' if same else ', but differently'}.",
            },
            {"lt": "Taisyti nebūtina.", "en": "Nothing has to be mended."}
            if same
            else {"lt": "Palikite vieną eilutę.", "en": "Keep one of the rows."},
            row=row, focus=focus, severity="info" if same else "violation",
        )  # fmt: skip

    # --- Links ---

    def unknown_thing(self, file: str, row: int, column: str, value: str, *, focus: str = "", left_out: bool) -> None:
        """Note a link to something that no file describes."""
        shown = value.rstrip("/").rsplit("/", 1)[-1]
        self.note(
            file, "not-described",
            {
                "lt": f"„{shown}“ neaprašyta nė viename faile.",
                "en": f'"{shown}" is described in none of the files.',
            },
            {
                "lt": "Praleista: čia įkeliama tik klasifikacijos dalis.",
                "en": "Left out: only a part of the classification is loaded here.",
            }
            if left_out
            else {
                "lt": "Pataisykite adresą arba pridėkite eilutę, kurioje tai aprašoma.",
                "en": "Correct the address, or add the row that describes it.",
            },
            row=row, column=column, value=value, focus=focus, severity="info" if left_out else "violation",
        )  # fmt: skip

    def own_broader(self, file: str, row: int, column: str, focus: str) -> None:
        """Note a concept that is said to be broader than itself."""
        self.note(
            file, "broader-itself",
            {"lt": "Sąvoka nurodyta kaip platesnė už save.", "en": "The concept is said to be broader than itself."},
            {"lt": "Nurodykite kitą sąvoką arba ištrinkite eilutę.", "en": "Name another concept, or delete the row."},
            row=row, column=column, value=focus, focus=focus,
        )  # fmt: skip

    def other_scheme(self, file: str, row: int, column: str, value: str, focus: str) -> None:
        """Note a broader link between a competence and a role."""
        self.note(
            file, "broader-outside",
            {
                "lt": "Platesnė sąvoka yra kitos rūšies: kompetencija nėra platesnė už pareigybę, nei atvirkščiai.",
                "en": "The broader concept is of another kind: no competence is broader than a role, nor the reverse.",
            },
            {"lt": "Nurodykite tos pačios rūšies sąvoką.", "en": "Name a concept of the same kind."},
            row=row, column=column, value=value, focus=focus,
        )  # fmt: skip

    def both_necessities(self, file: str, row: int, column: str, focus: str, competence: str) -> None:
        """Note a pair that is called essential and optional; essential counts."""
        shown = competence.rsplit("/", 1)[-1]
        self.note(
            file, "both-necessities",
            {
                "lt": f"Kompetencija „{shown}“ šiai pareigybei nurodyta ir kaip būtina, ir kaip pageidautina.",
                "en": f'The competence "{shown}" is called both essential and optional for this role.',
            },
            {"lt": "Laikoma būtina; taisyti nereikia.", "en": "It counts as essential; nothing has to be mended."},
            row=row, column=column, value=competence, focus=focus, severity="info",
        )  # fmt: skip

    def no_scale(self, file: str, scale: str) -> None:
        """Note that the scale of the framework is not in the store."""
        self.note(
            file, "scale-missing",
            {
                "lt": f"Sistemoje nėra lygių skalės „{scale.rsplit('/', 1)[-1]}“.",
                "en": f'The level scale "{scale.rsplit("/", 1)[-1]}" is not in the store.',
            },
            {
                "lt": "Pirmiausia įkelkite aprašus komanda „competence-graph load“.",
                "en": 'Load the inventories first: "competence-graph load".',
            },
        )  # fmt: skip
