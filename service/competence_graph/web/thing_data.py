"""Published things as JSON: names and definitions by language, neighbours with their URIs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from competence_graph.exchange.tables import plain
from competence_graph.model.competence import Competence, Need, Neighbour
from competence_graph.model.concept import Concept, Description
from competence_graph.model.course import Course, CourseDescription, Lesson
from competence_graph.model.framework import Branch, Framework
from competence_graph.model.hit import Result
from competence_graph.model.role import Role
from competence_graph.model.text import Text

Data = dict[str, Any]


def by_language(texts: Iterable[Text]) -> dict[str, str]:
    """Return one text a language; without a tag it stands under "und"."""
    return {text.lang or "und": text.value for text in reversed(list(texts))}


def concept_data(concept: Concept) -> Data:
    """Return what a link to a thing says."""
    found: Data = {"uri": concept.iri, "kind": concept.kind, "label": by_language(concept.labels)}
    if concept.notation:
        found["notation"] = concept.notation
    if concept.deprecated:
        found["deprecated"] = True
    return found


def description_data(description: Description) -> Data:
    """Return what is said of any published thing."""
    concept = description.concept
    alternatives: dict[str, list[str]] = {}
    for text in concept.alternatives:
        alternatives.setdefault(text.lang or "und", []).append(text.value)
    return {
        **concept_data(concept),
        "deprecated": concept.deprecated,
        "status": concept.standing,
        "alternative": alternatives,
        "definition": by_language(description.definitions),
        "scheme": concept_data(description.scheme) if description.scheme else None,
        "release": description.release or None,
        "created": plain(description.created) if description.created else None,
        "modified": plain(description.modified) if description.modified else None,
        "licence": description.licence or None,
    }


def competence_data(competence: Competence) -> Data:
    """Return everything that the page of a competence says."""
    return {
        **description_data(competence),
        "type": competence.type or None,
        "path": [concept_data(each) for each in competence.path],
        "levels": [
            {
                "level": level.number,
                "label": by_language(level.concept.labels) if level.concept else {},
                "descriptor": by_language(level.descriptors),
            }
            for level in competence.levels
        ],
        "required_by": [need_data(need, "role") for need in competence.needs],
        "taught_by": [{**course_data(each.course), "from": each.low, "to": each.high} for each in competence.lessons],
        "neighbours": [neighbour_data(each) for each in competence.neighbours],
    }


def role_data(role: Role) -> Data:
    """Return everything that the page of a role says."""
    return {
        **description_data(role),
        "eqf": role.eqf,
        "sectors": [concept_data(each) for each in role.sectors],
        "requires": [need_data(need, "competence") for need in role.needs],
        "neighbours": [neighbour_data(each) for each in role.neighbours],
    }


def need_data(need: Need, side: str) -> Data:
    """Return a requirement with the role or the competence it is about."""
    return {
        side: concept_data(need.role if side == "role" else need.competence),
        "level": need.level,
        "necessity": "essential" if need.essential else "optional",
        "weight": need.weight,
    }


def course_data(course: Course) -> Data:
    """Return a course as lists show it."""
    return {
        **concept_data(course.concept),
        "code": course.code or None,
        "hours": course.hours,
        "price": plain(course.price),
        "currency": course.currency or None,
        "provider": concept_data(course.provider) if course.provider else None,
    }


def course_description_data(description: CourseDescription) -> Data:
    """Return everything that the page of a course says."""
    own = course_data(description.course) if description.course else {}
    return {
        **description_data(description),
        **own,
        "languages": list(description.languages),
        "sectors": [concept_data(each) for each in description.sectors],
        "teaches": [lesson_data(each) for each in description.lessons],
        "before": [concept_data(each.concept) for each in description.before],
        "after": [concept_data(each.concept) for each in description.after],
    }


def lesson_data(lesson: Lesson) -> Data:
    """Return what a course teaches."""
    return {"competence": concept_data(lesson.competence), "from": lesson.low, "to": lesson.high}


def neighbour_data(neighbour: Neighbour) -> Data:
    """Return a link to another concept; ``framework`` where it stands in another."""
    return {
        "relation": neighbour.relation,
        **concept_data(neighbour.concept),
        "framework": concept_data(neighbour.framework) if neighbour.framework else None,
    }


def framework_data(framework: Framework) -> Data:
    """Return a framework with its tree."""
    return {
        **description_data(framework),
        "competences": framework.count,
        "scale": concept_data(framework.scale) if framework.scale else None,
        "tree": [_branch(each) for each in framework.branches],
    }


def _branch(branch: Branch) -> Data:
    return {**concept_data(branch.concept), "beneath": [_branch(each) for each in branch.beneath]}


def result_data(result: Result) -> Data:
    """Return a hit: the thing, and which words of which label matched, how."""
    hit = result.hit
    return {
        **concept_data(hit.concept),
        "framework": concept_data(result.framework) if result.framework else None,
        "matched": {"text": hit.text.value, "language": hit.text.lang or None, "field": hit.field, "how": hit.match},
    }
