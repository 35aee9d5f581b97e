"""Tables of staff, in whatever layout they come: their rows as text, and a proposal of what each column holds.

Columns are proposed and confirmed, never guessed. Headers are recognised in Lithuanian and English and as Moodle and HR
programs write them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from competence_graph.exchange.spreadsheets import Sheet
from competence_graph.model.staff_cells import Field, folded

_HEADERS: Final[Mapping[Field, tuple[str, ...]]] = {
    "given_name": ("vardas", "first name", "firstname", "given name", "name first"),
    "family_name": ("pavardė", "pavarde", "last name", "lastname", "surname", "family name"),
    "name": ("vardas pavardė", "vardas ir pavardė", "vardas, pavardė", "darbuotojas", "darbuotoja", "full name",
             "fullname", "name", "employee", "employee name", "learner", "user full name", "asmuo"),
    "email": ("el. paštas", "el paštas", "elektroninis paštas", "e-paštas", "email", "e-mail", "email address",
              "e-mail address", "mail"),
    "number": ("tabelio numeris", "tabelio nr", "tab. nr", "darbuotojo numeris", "darbuotojo nr", "darbuotojo kodas",
               "employee id", "employee number", "employee no", "personal number", "personnel number", "id number",
               "idnumber", "userid", "user id", "username", "person id", "staff id"),
    "course": ("kursas", "kursai", "kurso pavadinimas", "kursų pavadinimas", "mokymai", "course", "course name",
               "coursename", "course full name", "course fullname", "course short name", "course title",
               "content title", "training"),
    "unit": ("padalinys", "skyrius", "struktūrinis padalinys", "unit", "department", "team", "institution unit"),
    "role": ("pareigybė", "pareigos", "role", "job title", "position", "post", "profession", "title"),
    "start": ("pirma diena", "dirba nuo", "priėmimo data", "pradžia", "first day", "start date", "start_date",
              "employed since", "hire date", "since"),
    "competence": ("kompetencija", "competence", "competency", "skill", "skill name", "skill_name", "name_q",
                   "qualification", "kvalifikacija",
                   "gebėjimas"),
    "level": ("lygis", "įvertinimas", "level", "proficiency", "rating", "grade", "proficiency level", "balas",
              "years of experience", "yearsofexperience", "patirties metai", "patirtis"),
    "assessed": ("diena", "data", "vertinimo data", "įvertinta", "date", "assessed", "assessed on", "evaluation_date",
                 "evaluation date", "completed date", "completed_date", "completed on", "completion date",
                 "timecompleted", "baigta", "baigimo data", "datum ukonceni"),
    "expires": ("galioja iki", "galioja", "valid until", "expires", "expiry date", "end_date", "end date"),
}  # fmt: skip


def as_text(value: object) -> str:
    """Return a cell as text: a day as ISO 8601, a whole number without its point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(unicodedata.normalize("NFC", str(value)).split())


def rows_of(sheet: Sheet) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the column names and the rows with the numbers that a spreadsheet program shows beside them."""
    if not sheet.rows:
        return [], []
    head = [as_text(each) for each in sheet.rows[0].cells]
    rows = []
    for row in sheet.rows[1:]:
        cells = [as_text(each) for each in row.cells][: len(head)]
        if any(cells):
            rows.append((row.number, cells + [""] * (len(head) - len(cells))))
    return head, rows


def proposed(head: Sequence[str], competence_of: Callable[[str], str | None]) -> list[str]:
    """Propose what each column holds: a field, ``c:`` and a competence's id, or nothing.

    Args:
        head: The column names.
        competence_of: Returns the id of the competence that a name or code means; None where it means none.
    """
    known = {folded(word): field for field, words in _HEADERS.items() for word in words}
    taken: set[str] = set()
    found = []
    for each in head:
        field = known.get(folded(each).replace("_", " "), known.get(folded(each), ""))
        if not field and (competence := competence_of(each)):
            field = f"c:{competence}"  # type: ignore[assignment]
        if field in taken:
            field = ""
        taken.add(field)
        found.append(str(field))
    return found
