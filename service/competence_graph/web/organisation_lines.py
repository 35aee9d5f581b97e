"""The organisation's page in words: every line with its links and numbers ready, so that a template only prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from competence_graph.answers.organisations import EXPIRING_DAYS, Overview
from competence_graph.errors import NotFoundError
from competence_graph.model.gap import Figures
from competence_graph.model.heat import Bar, HeatCell, HeatRow
from competence_graph.model.iri import Iri, id_iri, is_id, is_word
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.web.gap_lines import id_page, method_words, mid_sentence
from competence_graph.web.language import words

ROWS: Final = 12
"""Rows of a matrix or a list before "show all"."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What the address asks to see: local ids, empty where everything; ``show`` all lists everything."""

    unit: str = ""
    role: str = ""
    framework: str = ""
    competence: str = ""
    sort: str = ""
    show: str = ""

    def iri(self, name: str, base: str) -> Iri | None:
        """Return one of the ids as an IRI, None where it is empty.

        Raises:
            NotFoundError: If it is no id.
        """
        local = str(getattr(self, name))
        if not local:
            return None
        if not (is_id(local) or is_word(local)):
            raise NotFoundError
        return id_iri(local, base)

    def query(self, **changed: str) -> str:
        """Return the query of the address with these parts changed; empty ones are left out."""
        parts = {name: str(getattr(self, name)) for name in self.__slots__} | changed
        kept = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


@dataclass(frozen=True, slots=True)
class CellLine:
    """A cell of the heat map, as its macro prints it."""

    band: int
    href: str
    below: int
    need: int
    share: float
    unknown_text: str


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The head of a column: the place, its people, the way to sort by it, and its coverage."""

    label: Text
    people: int
    href: str
    is_sorted: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class HeatLine:
    """A row of the heat map."""

    label: Text
    href: str
    near_href: str
    whole: CellLine
    cells: tuple[CellLine | None, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """A person and the way to the person's page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class SingleLine:
    """A single point of failure in words."""

    competence: Text
    href: str
    place: Text
    level: int
    top: int
    essential: bool
    holder: Who | None
    near: tuple[Who, ...]


@dataclass(frozen=True, slots=True)
class ExpiringLine:
    """A record that soon holds no more."""

    who: Who
    competence: Text
    href: str
    level: int
    method: str
    expires: date


@dataclass(frozen=True, slots=True)
class UnreachedLine:
    """Levels that no course gives."""

    competence: Text
    href: str
    people: int
    levels: int


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """A column of the distribution, as its macro prints it."""

    count: int
    kind: str
    below: int
    met: int
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Near:
    """One competence looked at closely."""

    local: str
    competence: Text
    href: str
    need: int
    columns: tuple[ColumnPart, ...]


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """What the page prints, top to bottom."""

    title: Text
    href: str
    unit: Text | None
    as_of: date | None
    people: int
    figures: Figures
    largest: HeatRow | None
    largest_label: Text | None
    single_count: int
    nobody: int
    whole_href: str
    is_sorted_by_whole: bool
    heads: tuple[HeadLine, ...]
    rows: tuple[HeatLine, ...]
    row_count: int
    all_href: str
    units: tuple[tuple[str, Text], ...]
    roles: tuple[tuple[str, Text], ...]
    frameworks: tuple[tuple[str, Text], ...]
    near: Near | None
    competences: tuple[tuple[str, Text], ...]
    single: tuple[SingleLine, ...]
    expiring: tuple[ExpiringLine, ...]
    unreached: tuple[UnreachedLine, ...]
    query: str
    people_href: str
    expiring_days: int


def organisation_page(answer: Overview, lang: Lang, chosen: Selection) -> OrganisationPage:
    """Return the page of an organisation or of one of its units."""
    group = answer.group
    made = answer.heat
    places = [column.place for column in made.columns]
    sort = next((place for place in places if Iri(place).local == chosen.sort), None)
    if chosen.sort and sort is None:
        raise NotFoundError
    ordered = made if sort is None else made.by(sort)
    whole = chosen.show == "all"
    here = id_page(lang, "organisations", group.organisation)
    people_href = _people_href(here, chosen)
    lines = tuple(_heat_line(answer, row, places, lang, chosen, people_href) for row in ordered.rows)
    name = namer(answer.names, lang)
    return OrganisationPage(
        title=label_of(answer.labels, group.organisation, lang),
        href=here,
        unit=label_of(answer.labels, group.unit, lang) if group.unit is not None else None,
        as_of=group.as_of,
        people=len(group.people),
        figures=group.figures,
        largest=answer.largest,
        largest_label=mid_sentence(label_of(answer.labels, answer.largest.competence, lang))
        if answer.largest
        else None,
        single_count=len(answer.single),
        nobody=answer.nobody,
        whole_href=chosen.query(sort=""),
        is_sorted_by_whole=sort is None,
        heads=tuple(
            HeadLine(
                label_of(answer.labels, column.place, lang),
                column.people,
                chosen.query(sort=Iri(column.place).local),
                column.place == sort,
                column.figures,
            )
            for column in made.columns
        ),
        rows=lines if whole else lines[:ROWS],
        row_count=len(lines),
        all_href=chosen.query(show="" if whole else "all"),
        units=_options(answer, group.staff.units, lang),
        roles=_options(answer, answer.roles, lang),
        frameworks=_options(answer, answer.frameworks, lang),
        near=_near(answer, lang),
        competences=_options(answer, [row.competence for row in made.rows], lang),
        single=tuple(_single_lines(answer, lang, name))[: None if whole else ROWS],
        expiring=tuple(
            ExpiringLine(
                name(each.person),
                label_of(answer.labels, each.competence, lang),
                id_page(lang, "competences", each.competence),
                each.level,
                method_words(each.method, lang),
                each.expires,
            )
            for each in answer.expiring
        ),
        unreached=tuple(
            UnreachedLine(
                label_of(answer.labels, each.competence, lang),
                id_page(lang, "competences", each.competence),
                each.people,
                each.levels,
            )
            for each in answer.unreached
        ),
        query=chosen.query(),
        people_href=people_href("", ""),
        expiring_days=EXPIRING_DAYS,
    )


def _options(answer: Overview, things: Iterable[str], lang: Lang) -> tuple[tuple[str, Text], ...]:
    found = [(Iri(each).local, label_of(answer.labels, each, lang)) for each in things]
    return tuple(sorted(found, key=lambda each: lithuanian_key(each[1].value)))


def namer(names: Mapping[str, str], lang: Lang) -> Callable[[str], Who]:
    """Return the function that names a person and leads to the page; without a name it is the pseudonym."""
    return lambda person: Who(names.get(person) or Iri(person).local, id_page(lang, "people", person))


def _people_href(here: str, chosen: Selection) -> Callable[[str, str], str]:
    def href(competence: str, unit: str) -> str:
        parts = {"competence": competence, "unit": unit or chosen.unit, "role": chosen.role}
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{here}/people?{query}" if query else f"{here}/people"

    return href


def _heat_line(
    answer: Overview,
    row: HeatRow,
    places: list[str],
    lang: Lang,
    chosen: Selection,
    people_href: Callable[[str, str], str],
) -> HeatLine:
    local = Iri(row.competence).local

    def cell(each: HeatCell, unit: str) -> CellLine:
        unknown = words(lang).gettext("%(num)s not ass.") % {"num": each.unknown} if each.unknown else ""
        return CellLine(each.band, people_href(local, unit), each.below, each.need, each.share, unknown)

    return HeatLine(
        label=label_of(answer.labels, row.competence, lang),
        href=id_page(lang, "competences", row.competence),
        near_href=f"{chosen.query(competence=local)}#near",
        whole=cell(row.whole, ""),
        cells=tuple(
            None if each is None else cell(each, Iri(place).local)
            for place, each in zip(places, row.cells, strict=True)
        ),
    )


def _single_lines(answer: Overview, lang: Lang, name: Callable[[str], Who]) -> Iterable[SingleLine]:
    tops = {row.competence: row.top for row in answer.group.rows}
    for point in answer.single:
        yield SingleLine(
            competence=label_of(answer.labels, point.asked.competence, lang),
            href=id_page(lang, "competences", point.asked.competence),
            place=label_of(answer.labels, point.asked.place, lang),
            level=point.asked.level,
            top=tops.get(point.asked.competence, 5),
            essential=point.asked.essential,
            holder=name(point.holder) if point.holder else None,
            near=tuple(name(each) for each in point.near),
        )


def _near(answer: Overview, lang: Lang) -> Near | None:
    if answer.near is None:
        return None
    return Near(
        Iri(answer.near.competence).local,
        label_of(answer.labels, answer.near.competence, lang),
        id_page(lang, "competences", answer.near.competence),
        answer.near.whole.need,
        tuple(_column(bar, lang) for bar in answer.distribution),
    )


def _column(bar: Bar, lang: Lang) -> ColumnPart:
    spoken = words(lang)
    says = spoken.ngettext(
        "level, %(num)s person below the one required", "level, %(num)s people below the one required", bar.below
    )
    return ColumnPart(
        count=bar.count,
        kind="unknown" if bar.level is None else "level",
        below=bar.below_height,
        met=bar.met_height,
        label=spoken.gettext("not ass.") if bar.level is None else str(bar.level),
        says="" if bar.level is None else says % {"num": bar.below},
    )
