"""The list of people behind a cell of the heat map, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from competence_graph.answers.organisations import PeopleList
from competence_graph.model.gap import Figures, Gap, figures
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.web.gap_lines import id_page
from competence_graph.web.organisation_lines import Who, namer


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the list of one competence: who, where, the row; a lapsed level shows as 0, as the row counts it."""

    who: Who
    role: Text
    places: str
    row: Gap
    state: str
    last: int = 0


@dataclass(frozen=True, slots=True)
class EverybodyLine:
    """A person in the list of everybody: who, where, the figures over all requirements."""

    who: Who
    roles: str
    places: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people of a cell: ``lines`` where a competence was asked for, else ``everybody``."""

    title: Text
    organisation_href: str
    competence: Text | None
    competence_href: str
    unit: Text | None
    as_of: date | None
    figures: Figures
    below: int
    lines: tuple[PersonLine, ...]
    everybody: tuple[EverybodyLine, ...]


def people_page(answer: PeopleList, lang: Lang) -> PeoplePage:
    """Return the list of the people of a cell, in order of the widest gap; everybody in order of names."""
    group = answer.group
    shown = answer.competence is not None
    unit = f"?unit={group.unit.local}" if group.unit is not None else ""
    return PeoplePage(
        title=label_of(answer.labels, group.organisation, lang),
        organisation_href=id_page(lang, "organisations", group.organisation) + unit,
        competence=label_of(answer.labels, answer.competence, lang) if answer.competence is not None else None,
        competence_href=id_page(lang, "competences", answer.competence) if answer.competence is not None else "",
        unit=label_of(answer.labels, group.unit, lang) if group.unit is not None else None,
        as_of=group.as_of,
        figures=figures(answer.rows),
        below=sum(not row.met for row in answer.rows),
        lines=_lines(answer, lang) if shown else (),
        everybody=() if shown else _everybody(answer, lang),
    )


def _lines(answer: PeopleList, lang: Lang) -> tuple[PersonLine, ...]:
    name = namer(answer.names, lang)
    lines = [
        PersonLine(
            name(row.person),
            label_of(answer.labels, row.role, lang),
            _joined(answer, answer.places.get(row.person, ()), lang),
            row,
            "assessed" if row.assessed else "unknown",
        )
        for row in answer.rows
    ]
    return tuple(sorted(lines, key=lambda line: (-line.row.gap, lithuanian_key(line.who.name))))


def _everybody(answer: PeopleList, lang: Lang) -> tuple[EverybodyLine, ...]:
    name = namer(answer.names, lang)
    rows: dict[str, list[Gap]] = defaultdict(list)
    for row in answer.rows:
        rows[row.person].append(row)
    lines = [
        EverybodyLine(
            name(person.iri),
            _joined(answer, person.roles, lang),
            _joined(answer, person.places, lang),
            figures(rows[person.iri]),
        )
        for person in answer.group.people
    ]
    return tuple(sorted(lines, key=lambda line: lithuanian_key(line.who.name)))


def _joined(answer: PeopleList, things: Iterable[str], lang: Lang) -> str:
    return ", ".join(sorted((label_of(answer.labels, each, lang).value for each in things), key=lithuanian_key))
