"""What search engines read of a page: schema.org, written into it."""

from __future__ import annotations

from typing import Any, Final

from competence_graph.model.concept import Concept, Description
from competence_graph.model.course import CourseDescription
from competence_graph.model.text import Text

_TYPES: Final = {
    "framework": "DefinedTermSet",
    "role": "Occupation",
    "course": "Course",
    "organisation": "Organization",
}


def defined_term(description: Description, lang: str, page: str) -> dict[str, Any]:
    """Return a thing as schema.org names it: a competence is a DefinedTerm in a DefinedTermSet."""
    concept = description.concept
    type_ = _TYPES.get(concept.kind, "DefinedTerm")
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": type_,
        "@id": concept.iri,
        "name": [_text(text) for text in concept.labels],
        "url": page,
    }
    definition = description.definition(lang)
    if definition is not None:
        found["description"] = _text(definition)
    if concept.alternatives:
        found["alternateName"] = [_text(text) for text in concept.alternatives]
    if type_ == "DefinedTerm":
        if concept.notation:
            found["termCode"] = concept.notation
        if description.scheme is not None:
            found["inDefinedTermSet"] = _term_set(description.scheme)
    if description.licence and type_ in ("DefinedTerm", "DefinedTermSet"):
        found["license" if type_ == "DefinedTermSet" else "usageInfo"] = description.licence
    if isinstance(description, CourseDescription) and description.course is not None:
        found |= _course(description)
    return found


def _course(description: CourseDescription) -> dict[str, Any]:
    course = description.course
    found: dict[str, Any] = {
        "teaches": [{"@type": "DefinedTerm", "@id": each.competence.iri} for each in description.lessons]
    }
    if course is not None and course.code:
        found["courseCode"] = course.code
    if course is not None and course.provider is not None:
        provider = course.provider
        found["provider"] = {
            "@type": "Organization",
            "@id": provider.iri,
            "name": [_text(each) for each in provider.labels],
        }
    return found


def _term_set(scheme: Concept) -> dict[str, Any]:
    return {"@type": "DefinedTermSet", "@id": scheme.iri, "name": [_text(text) for text in scheme.labels]}


def _text(text: Text) -> dict[str, str]:
    return {"@language": text.lang, "@value": text.value} if text.lang else {"@value": text.value}
