"""An import in words: fields, faults and effects as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from competence_graph.answers.people import labels, staff
from competence_graph.answers.profiles import choosable_roles
from competence_graph.errors import NotFoundError
from competence_graph.graph.live_search import live_search
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.import_plan import Fault, FaultKind, Plan
from competence_graph.model.iri import Iri, is_id
from competence_graph.model.staff_cells import Field, Profile
from competence_graph.model.text import Lang, label_of, lithuanian_key
from competence_graph.web.language import msgid, words

FIELD_NAMES: Final[Mapping[Field, str]] = {
    "given_name": msgid("Given name"),
    "family_name": msgid("Family name"),
    "name": msgid("Given and family name"),
    "email": msgid("E-mail"),
    "number": msgid("Employee number"),
    "unit": msgid("Unit"),
    "role": msgid("Role"),
    "start": msgid("First day of the post"),
    "competence": msgid("Competence"),
    "level": msgid("Level"),
    "course": msgid("Completed course"),
    "assessed": msgid("Day of the assessment"),
    "expires": msgid("Level valid until"),
}
PROFILE_NAMES: Final[Mapping[Profile, str]] = {
    "levels": msgid("Levels, such as 0 to 5; 0 means not assessed"),
    "share": msgid("A share from 0 to 1, rounded up to a level"),
    "percent": msgid("Per cent from 0 to 100, rounded up to a level"),
    "years": msgid("Years of experience: up to 1 year level 1, then 2, 5 and 10 years"),
    "words": msgid("Words, such as “advanced” or “4 – advanced”"),
}
_SAYS: Final[Mapping[FaultKind, str]] = {
    "no-name": msgid("Write the given and the family name."),
    "long-name": msgid("The name is too long or has characters that cannot be printed."),
    "bad-email": msgid("Write an e-mail address, such as vardas@example.org."),
    "two-people": msgid("Two people of your institution are called so: add the e-mail address."),
    "unknown-number": msgid("Nobody has the number %(given)s: mend it, or write the name too."),
    "other-number": msgid("This person has the number %(given)s already."),
    "long-number": msgid("The number is too long or has characters that cannot be printed."),
    "unknown-course": msgid("There is no course “%(given)s”."),
    "no-unit": msgid("Write the unit, or the name of the institution."),
    "unknown-unit": msgid("There is no unit “%(given)s”."),
    "no-role": msgid("Somebody new needs a role."),
    "unknown-role": msgid("There is no role “%(given)s”."),
    "bad-day": msgid("“%(given)s” is no day. Write it like this: 2026-01-31."),
    "day-range": msgid("The day %(given)s cannot be: look at the year."),
    "unknown-competence": msgid("There is no competence “%(given)s”."),
    "no-competence": msgid("A level is here and no competence."),
    "no-level": msgid("A competence is here and no level."),
    "bad-level": msgid("“%(given)s” is no level: the highest is %(top)s."),
    "expiry": msgid("It would be valid only until %(given)s, before it was assessed."),
}
_EFFECTS: Final = (
    ("rows", msgid("Rows of the table")),
    ("new_people", msgid("New people")),
    ("new_units", msgid("New units")),
    ("new_posts", msgid("Posts that begin")),
    ("ended_posts", msgid("Posts that end")),
    ("new_levels", msgid("Levels that are recorded")),
    ("new_claims", msgid("Levels of completed courses, to be reviewed")),
    ("known_levels", msgid("Levels that are recorded already")),
    ("unchanged", msgid("People for whom nothing changes")),
    ("absent", msgid("People who are not in the table; they stay as they are")),
)


@dataclass(frozen=True, slots=True)
class FaultCell:
    """A cell of a faulty row: what stands there, what is wrong, what it may mean, and where choices for it are."""

    place: int
    head: str
    value: str
    why: str
    near: str
    choices: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A faulty row: its number, who it is about, and its faulty cells."""

    number: int
    who: str
    cells: Sequence[FaultCell]


def said(fault: Fault, lang: Lang) -> str:
    """Return what is wrong with a cell, and what it may mean."""
    gettext = words(lang).gettext
    sentence = gettext(_SAYS[fault.kind]) % {"given": fault.given[:60], "top": fault.top}
    if not fault.near:
        return sentence
    # Not inside the braces of a text: messages are not found there.
    near = gettext("Did you mean “%(near)s”?") % {"near": fault.near}
    return f"{sentence} {near}"


def fault_rows(plan: Plan, sheet: Mapping[str, Any], fixes: Mapping[str, str], lang: Lang) -> list[FaultRow]:
    """Return the faulty rows with their faulty cells, in the order of the table."""
    by_row: dict[int, list[Fault]] = {}
    for each in plan.faults:
        by_row.setdefault(each.row, []).append(each)
    rows = dict(sheet["rows"])
    lines = []
    for number in plan.faulty_rows:
        cells = [fixes.get(f"{number}-{place}", cell) for place, cell in enumerate(rows[number])]
        told = {each.column: each for each in by_row[number]}
        lines.append(
            FaultRow(
                number,
                " ".join(cells[:2]).strip(),
                [
                    FaultCell(
                        place,
                        sheet["head"][place],
                        cells[place],
                        said(each, lang),
                        each.near,
                        _LISTS.get(each.kind, ""),
                    )
                    for place, each in sorted(told.items())
                ],
            )
        )
    return lines


_LISTS: Final[Mapping[FaultKind, str]] = {
    "unknown-unit": "units",
    "no-unit": "units",
    "unknown-role": "roles",
    "no-role": "roles",
    "unknown-competence": "competences",
    "no-competence": "competences",
    "unknown-course": "courses",
}


def choices_of_cells(
    store: Store, actor: Actor | None, organisation: Iri, lang: Lang
) -> dict[str, list[tuple[str, str]]]:
    """Return what cells may name: units, roles and competences, each with its id."""
    competences = [
        (each.local, each.label(lang).value)
        for each in live_search(store).index.things.values()
        if each.kind == "competence" and not each.deprecated and is_id(each.local)
    ]
    named_roles = choosable_roles(actor, store, organisation, lang) if actor is not None else {}
    roles = {role.local: name.value for role, name in named_roles.items() if is_id(role.local)}
    courses = [
        (each.local, each.label(lang).value)
        for each in live_search(store).index.things.values()
        if each.kind == "course" and not each.deprecated and is_id(each.local)
    ]
    found = {"competences": competences, "courses": courses, "roles": list(roles.items()), "units": []}
    if actor is not None:
        try:
            units = staff(actor, store, organisation).units
        except NotFoundError:
            units = ()
        named = labels(actor, store, {organisation, *units})
        found["units"] = [(each.local, label_of(named, each, lang).value) for each in (*units, organisation)]
    return {name: sorted(pairs, key=lambda pair: lithuanian_key(pair[1])) for name, pairs in found.items()}


def template_words(store: Store, actor: Actor, organisation: Iri, lang: Lang) -> tuple[list[str], list[str]]:
    """Return the names of the institution's units and of all roles."""
    found = choices_of_cells(store, actor, organisation, lang)
    return [name for _, name in found["units"]], [name for _, name in found["roles"]]


def effect_lines(counts: Mapping[str, int], lang: Lang) -> list[tuple[str, int]]:
    """Return what changes in words, with its number; what is none is not said."""
    gettext = words(lang).gettext
    return [(gettext(says), counts[name]) for name, says in _EFFECTS if counts.get(name)]
