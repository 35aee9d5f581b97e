"""Gaps as a page says them: each line with its words and links ready, so that a template only prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from competence_graph.answers.gaps import COLUMNS, PersonGaps, Source, records
from competence_graph.exchange.tables import Table
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.closing import Chain, Closing
from competence_graph.model.gap import Figures, Gap
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.web.language import msgid, words

METHODS: Final = {
    str(CG.managerAssessment): msgid("manager's assessment"),
    str(CG.selfAssessment): msgid("self-assessment"),
    str(CG.certificate): msgid("certificate"),
    expand("elm-assessment:19a2e5e671"): msgid("peer assessment"),
    expand("elm-assessment:6a4db9f11d"): msgid("practical assessment"),
    expand("elm-assessment:6e6cb2cc78"): msgid("written examination"),
    expand("elm-assessment:b1b68f6735"): msgid("quiz"),
    expand("elm-assessment:d30284d7df"): msgid("oral examination"),
    expand("elm-opportunity:05053c1cbe"): msgid("course"),
    expand("elm-opportunity:77b99de990"): msgid("internship"),
}
"""The methods of the ontology; a test holds both languages to its labels."""

State = Literal["assessed", "unknown", "lapsed"]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A record in words; ``competence`` only where it is another than the row's own."""

    method: str
    level: int
    issued: date
    expires: date | None
    competence: Text | None
    href: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A course of the plan, and the gaps that it closes or makes smaller; none where it only opens another course."""

    id: str
    href: str
    name: Text
    gaps: tuple[Text, ...]
    hours: int | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of a chain."""

    id: str
    href: str
    name: Text
    low: int | None
    high: int | None
    hours: int | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class CoursesLine:
    """What courses do for a gap: a list, and what it adds up to.

    ``kind``: chain (all of them, in this order), alternatives (any one), part (they reach only so far), none.
    """

    kind: Literal["chain", "alternatives", "part", "none"]
    courses: tuple[CourseLine, ...]
    hours: int | None
    price: Decimal | None
    unreached: int


@dataclass(frozen=True, slots=True)
class GapLine:
    """A row of gaps: what the bar, the number beside it and the note under it say."""

    id: str
    competence: Text
    href: str
    row: Gap
    state: State
    last: int
    sources: tuple[SourceLine, ...]
    courses: CoursesLine | None

    @property
    def source(self) -> SourceLine | None:
        """The record that explains the level best."""
        return self.sources[0] if self.sources else None


def id_page(lang: Lang, kind: str, iri: str) -> str:
    """Return the address of the page of a thing."""
    return f"/{lang}/{kind}/{Iri(iri).local}"


def capital(text: str) -> str:
    """Return the words with a capital letter at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def mid_sentence(text: Text) -> Text:
    """Return a label within a sentence: Lithuanian begins it with a small letter, unless it is an abbreviation."""
    if text.lang == "lt" and len(text.value) > 1 and text.value[1].islower():
        return Text(text.value[0].lower() + text.value[1:], text.lang)
    return text


def method_words(method: str, lang: Lang) -> str:
    """Return what a method is called; its local name where the ontology does not know it."""
    known = METHODS.get(method)
    return words(lang).pgettext("method", known) if known is not None else Iri(method).local


def gap_line(answer: PersonGaps, row: Gap, lang: Lang) -> GapLine:
    """Return one row of a person in words."""
    sources = answer.sources.get(row.competence, ())
    closing = answer.recommendation.closings.get(row.competence)
    return GapLine(
        id=Iri(row.competence).local,
        competence=label_of(answer.labels, row.competence, lang),
        href=id_page(lang, "competences", row.competence),
        row=row,
        state="unknown" if not row.assessed else "lapsed" if row.why == "lapsed" else "assessed",
        last=max((each.level for each in sources), default=0) if row.why == "lapsed" else 0,
        sources=tuple(_source_line(answer, each, row, lang) for each in sources),
        courses=None if closing is None else _courses_line(answer.labels, closing, lang),
    )


def plan_lines(answer: PersonGaps, lang: Lang) -> list[PlanLine]:
    """Return the courses of a person's plan in the order to take them."""
    plan = answer.recommendation.plan
    return [
        PlanLine(
            Iri(step.course).local,
            id_page(lang, "courses", step.course),
            label_of(answer.labels, step.course, lang),
            tuple(label_of(answer.labels, each, lang) for each in plan.serves[step.course]),
            step.hours,
            step.price,
        )
        for step in plan.courses.steps
    ]


def _source_line(answer: PersonGaps, each: Source, row: Gap, lang: Lang) -> SourceLine:
    other = label_of(answer.labels, each.competence, lang) if each.competence != row.competence else None
    return SourceLine(
        method=capital(method_words(each.method, lang)),
        level=each.level,
        issued=each.issued,
        expires=each.expires,
        competence=other,
        href=id_page(lang, "competences", each.competence),
    )


def _courses_line(labels: Mapping[str, tuple[Text, ...]], closing: Closing, lang: Lang) -> CoursesLine:
    alternatives = len(closing.chains) > 1
    chain = Chain(tuple(step for each in closing.chains for step in each.steps))
    lines = tuple(
        CourseLine(
            Iri(step.course).local,
            id_page(lang, "courses", step.course),
            label_of(labels, step.course, lang),
            step.low,
            step.high,
            step.hours,
            step.price,
        )
        for step in chain.steps
    )
    return CoursesLine(
        kind="none" if not lines else "alternatives" if alternatives else "chain" if closing.closes else "part",
        courses=lines,
        hours=chain.hours,
        price=chain.price,
        unreached=closing.unreached,
    )


def gaps_table(rows: tuple[Gap, ...], title: str) -> Table:
    """Return the rows as the questions give them: the same columns, no name."""
    return Table(COLUMNS, [tuple(record[column] for column in COLUMNS) for record in records(rows)], title=title)


def figures_data(figures: Figures) -> dict[str, int | float | None]:
    """Return the figures for JSON; a share that nothing is required for is null."""

    def rounded(share: float | None) -> float | None:
        return None if share is None else round(share, 4)

    return {
        "requirements": figures.requirements,
        "met": figures.met,
        "assessed": figures.assessed,
        "critical": figures.critical,
        "levels_missing": figures.levels,
        "people": figures.people,
        "people_with_critical": figures.people_with_critical,
        "coverage": rounded(figures.coverage),
        "completeness": rounded(figures.completeness),
        "readiness": rounded(figures.readiness),
    }


def rows_data(table: Table) -> list[dict[str, object]]:
    """Return the rows of a table for JSON."""
    return [dict(record) for record in table.records()]
