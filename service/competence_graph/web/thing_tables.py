"""Published things as tables (CSV, XLSX): the same columns in every language, URI first, so that they import again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from competence_graph.exchange.tables import Cell, Table
from competence_graph.model.competence import Competence, Need
from competence_graph.model.concept import Concept, Description
from competence_graph.model.course import Course, CourseDescription
from competence_graph.model.framework import CourseLine
from competence_graph.model.role import Compared, Role
from competence_graph.model.text import LANGS, Text

_CONCEPT: Final = ("uri", "kind", "notation", "status", "label_lt", "label_en")


def concept_table(concepts: Iterable[Concept], title: str) -> Table:
    """Return one row a thing."""
    return Table((*_CONCEPT, "scheme"), [(*_concept(each), each.scheme or "") for each in concepts], title=title)


def description_table(description: Description) -> Table:
    """Return one row: any published thing with its definition."""
    columns = (*_CONCEPT, "definition_lt", "definition_en", "scheme", "modified")
    concept = description.concept
    row: list[Cell] = [*_concept(concept), *_both(description.definitions), concept.scheme or "", description.modified]
    return Table(columns, [row], title=concept.local)


def competence_table(competence: Competence) -> Table:
    """Return one row: a competence with what a person at each level is seen to do."""
    columns = [*_CONCEPT, "alternative_lt", "alternative_en", "definition_lt", "definition_en", "framework", "broader",
               "replaced_by", "created", "modified"]  # fmt: skip
    concept = competence.concept
    row: list[Cell] = [
        *_concept(concept),
        *(" | ".join(each.value for each in concept.alternatives if each.lang == lang) for lang in LANGS),
        *_both(competence.definitions),
        concept.scheme or "",
        " ".join(each.concept.iri for each in competence.linked("broader")),
        " ".join(each.iri for each in competence.successors),
        competence.created,
        competence.modified,
    ]
    for level in competence.levels:
        columns += [f"level_{level.number}_{lang}" for lang in LANGS]
        row += _both(level.descriptors)
    return Table(tuple(columns), [row], title=concept.local)


def need_table(needs: Sequence[Need], title: str) -> Table:
    """Return one row a requirement of a role."""
    columns = (
        "role",
        "role_lt",
        "role_en",
        "competence",
        "notation",
        "label_lt",
        "label_en",
        "level",
        "necessity",
        "weight",
    )
    return Table(columns, [_need(each) for each in needs], title=title)


def _need(need: Need) -> tuple[Cell, ...]:
    return (
        need.role.iri,
        *_both(need.role.labels),
        need.competence.iri,
        need.competence.notation,
        *_both(need.competence.labels),
        need.level,
        "essential" if need.essential else "optional",
        need.weight,
    )


def compared_table(first: Role, second: Role, rows: Sequence[Compared]) -> Table:
    """Return one row a competence of either role; empty where a role does not ask for it."""
    columns = ("competence", "notation", "label_lt", "label_en", "difference", "first_role", "first_level",
               "first_necessity", "second_role", "second_level", "second_necessity")  # fmt: skip
    return Table(
        columns,
        [
            (
                row.competence.iri, row.competence.notation, *_both(row.competence.labels), row.difference,
                first.concept.iri, *_asked(row.first), second.concept.iri, *_asked(row.second),
            )
            for row in rows
        ],
        title=f"{first.concept.local}-{second.concept.local}",
    )  # fmt: skip


def _asked(need: Need | None) -> tuple[Cell, Cell]:
    return (None, None) if need is None else (need.level, "essential" if need.essential else "optional")


def course_table(lines: Sequence[CourseLine], title: str) -> Table:
    """Return one row for each competence that each course teaches; one with empty cells for a course that says none."""
    columns = ("course", "code", "name_lt", "name_en", "hours", "price", "currency", "provider", "provider_lt",
               "provider_en", "competence", "notation", "label_lt", "label_en", "from_level", "to_level")  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        start = _course(line.course)
        rows += [
            (*start, each.competence.iri, each.competence.notation, *_both(each.competence.labels), each.low, each.high)
            for each in line.lessons
        ] or [(*start, *(None,) * 6)]
    return Table(columns, rows, title=title)


def course_description_table(description: CourseDescription) -> Table:
    """Return one row for each competence that the course teaches."""
    lines = [] if description.course is None else [CourseLine(description.course, description.lessons)]
    return course_table(lines, description.concept.local)


def _course(course: Course) -> tuple[Cell, ...]:
    provider = course.provider
    return (
        course.concept.iri,
        course.code,
        *_both(course.concept.labels),
        course.hours,
        course.price,
        course.currency,
        provider.iri if provider else None,
        *(_both(provider.labels) if provider else (None, None)),
    )


def _concept(concept: Concept) -> tuple[Cell, ...]:
    return concept.iri, concept.kind, concept.notation, concept.standing, *_both(concept.labels)


def _both(texts: Iterable[Text]) -> tuple[Cell, ...]:
    by_lang = {text.lang: text.value for text in reversed(list(texts))}
    return tuple(by_lang.get(lang, "") for lang in LANGS)
