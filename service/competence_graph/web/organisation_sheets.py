"""The further sheets of an organisation's workbook: summary, matrix, definitions. No name of a person is in a file."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from competence_graph.answers.organisations import Overview
from competence_graph.exchange.tables import Cell, Table
from competence_graph.model.gap import Gap, figures
from competence_graph.model.text import Lang, label_of
from competence_graph.web.language import msgid, words

DEFINITIONS: Final = (
    (msgid("Gap"), msgid("Levels by which the current level is below the required one; never below 0.")),
    (msgid("Coverage"), msgid("The share of requirements that are met.")),
    (
        msgid("Readiness"),
        msgid("The share of required levels that are attained, weighted; levels above what is required do not count."),
    ),
    (msgid("Share assessed"), msgid("The share of requirements about which anything is known.")),
    (
        msgid("Gaps in essential competences"),
        msgid("Requirements called essential whose level is not attained, those not assessed among them."),
    ),
    (msgid("not assessed"), msgid("Nothing is known: no assessment counts. It is not the same as level 0.")),
)


def summary(answer: Overview, lang: Lang) -> Table:
    """Return the sheet of the figures of the whole and of each unit, each with how much is known."""
    gettext = words(lang).gettext
    whole = (
        label_of(answer.labels, answer.group.unit or answer.group.organisation, lang),
        len(answer.group.people),
        answer.group.figures,
    )
    parts = [(label_of(answer.labels, each.place, lang), each.people, each.figures) for each in answer.heat.columns]
    return Table(
        ("place", "people", "requirements", "met", "assessed", "critical", "coverage", "completeness", "readiness"),
        [
            (
                place,
                people,
                each.requirements,
                each.met,
                each.assessed,
                each.critical,
                each.coverage,
                each.completeness,
                each.readiness,
            )
            for place, people, each in (whole, *parts)
        ],
        title=gettext("Summary"),
        headings=tuple(
            gettext(word)
            for word in (
                "Unit",
                "People",
                "Requirements",
                "Met",
                "Assessed",
                "Gaps in essential competences",
                "Coverage",
                "Share assessed",
                "Readiness",
            )
        ),
    )


def matrix(answer: Overview, lang: Lang) -> Table:
    """Return the sheet of the heat map: people below the level of those who need the competence."""
    gettext = words(lang).gettext
    columns = [label_of(answer.labels, column.place, lang).value for column in answer.heat.columns]
    whole = gettext("Whole institution")
    rows: list[tuple[Cell, ...]] = []
    for row in answer.heat.rows:
        cells = (row.whole, *row.cells)
        spread: list[Cell] = [label_of(answer.labels, row.competence, lang)]
        for cell in cells:
            spread += [None, None, None] if cell is None else [cell.below, cell.need, cell.unknown]
        rows.append(tuple(spread))
    kinds = (gettext("below"), gettext("need it"), gettext("not assessed"))
    headings = [gettext("Competence"), *(f"{place}: {kind}" for place in (whole, *columns) for kind in kinds)]
    return Table(tuple(headings), rows, title=gettext("Matrix"), headings=tuple(headings))


def people(answer: Overview, lang: Lang) -> Table:
    """Return the sheet of people: their identifiers, where they work, in which roles, and their figures; no name."""
    gettext = words(lang).gettext
    rows: dict[str, list[Gap]] = defaultdict(list)
    for row in answer.group.rows:
        rows[row.person].append(row)
    listed: list[tuple[Cell, ...]] = []
    for person in answer.group.people:
        each = figures(rows[person.iri])
        places = sorted(label_of(answer.labels, place, lang).value for place in person.places)
        held = sorted(label_of(answer.labels, role, lang).value for role in person.roles)
        listed.append(
            (
                person.iri,
                "; ".join(places),
                "; ".join(held),
                each.requirements,
                each.met,
                each.assessed,
                each.critical,
                each.coverage,
                each.completeness,
                each.readiness,
            )
        )
    return Table(
        (
            "person",
            "places",
            "roles",
            "requirements",
            "met",
            "assessed",
            "critical",
            "coverage",
            "completeness",
            "readiness",
        ),
        listed,
        title=gettext("People"),
        headings=tuple(
            gettext(word)
            for word in (
                "Person",
                "Unit",
                "Role",
                "Requirements",
                "Met",
                "Assessed",
                "Gaps in essential competences",
                "Coverage",
                "Share assessed",
                "Readiness",
            )
        ),
    )


def definitions(lang: Lang) -> Table:
    """Return the sheet that says what each word of the workbook means."""
    gettext = words(lang).gettext
    return Table(
        ("word", "meaning"),
        [(gettext(word), gettext(meaning)) for word, meaning in DEFINITIONS],
        title=gettext("Definitions"),
        headings=(gettext("Word"), gettext("Meaning")),
    )
