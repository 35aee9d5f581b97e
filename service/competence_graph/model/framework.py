"""Frameworks and the lists of what is published, as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from competence_graph.model.concept import Concept, Description, in_order
from competence_graph.model.course import Course, Lesson
from competence_graph.model.iri import Iri
from competence_graph.model.text import fold


@dataclass(frozen=True, slots=True)
class Branch:
    """A concept of a framework with what stands beneath it."""

    concept: Concept
    beneath: tuple[Branch, ...] = ()

    @property
    def count(self) -> int:
        """How many competences in use stand here and beneath, itself among them; one in two places counts once."""
        return len({each.iri for each in self.within() if each.kind == "competence" and not each.deprecated})

    def within(self) -> Iterator[Concept]:
        """Yield the concept and all beneath it, from the top."""
        yield self.concept
        for branch in self.beneath:
            yield from branch.within()


@dataclass(frozen=True, slots=True)
class Framework(Description):
    """A framework: its competences as a tree, and how many are in use. ``scale`` has its levels' names."""

    branches: tuple[Branch, ...] = ()
    count: int = 0
    scale: Concept | None = None

    def concepts(self) -> list[Concept]:
        """Return the areas and competences, each once, from the top of the tree."""
        seen: dict[Iri, Concept] = {}
        for branch in self.branches:
            for concept in branch.within():
                seen.setdefault(concept.iri, concept)
        return list(seen.values())


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind of institution or one initial letter; ``heading`` None: of any institution."""

    heading: Concept | None
    members: tuple[Concept, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.members)


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course in a list, with what it teaches."""

    course: Course
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is, counted, for the first page."""

    competences: int
    frameworks: tuple[tuple[Concept, int], ...]
    roles: int
    role_groups: tuple[Group, ...]
    courses: int
    course_groups: tuple[Group, ...]


def tree(
    members: Mapping[Iri, Concept], broader: Mapping[Iri, Collection[Iri]], lang: str, depth: int | None = None
) -> tuple[Branch, ...]:
    """Return the concepts as trees: those with nothing above them are the roots.

    Order is by code, then alphabetical. A concept with several above it stands under each; a circle is cut where it
    would close.

    Args:
        members: The concepts of a framework that are to be shown.
        broader: What stands above each.
        lang: The language whose alphabet orders.
        depth: How many steps down; None means all.
    """
    beneath: dict[Iri, list[Concept]] = {}
    roots: list[Concept] = []
    for iri, concept in members.items():
        above = [each for each in broader.get(iri, ()) if each in members and each != iri]
        if not above:
            roots.append(concept)
        for each in above:
            beneath.setdefault(each, []).append(concept)

    def branch(concept: Concept, way: frozenset[Iri]) -> Branch:
        if depth is not None and len(way) + 1 >= depth:
            return Branch(concept)
        here = way | {concept.iri}
        lower = [each for each in beneath.get(concept.iri, ()) if each.iri not in here]
        return Branch(concept, tuple(branch(each, here) for each in by_code(lower, lang)))

    return tuple(branch(root, frozenset()) for root in by_code(roots, lang))


def by_code(concepts: Iterable[Concept], lang: str) -> list[Concept]:
    """Return areas before competences, by their codes; those without one come last, in alphabetical order."""
    return sorted(
        in_order(concepts, lang),
        key=lambda each: (each.kind != "area", not each.notation, _numbers_apart(each.notation)),
    )


def _numbers_apart(notation: str) -> list[tuple[int, int, str]]:
    """Return a key by which B-2 comes before B-10."""
    return [(1, int(sign), "") if sign.isdecimal() else (0, 0, sign) for sign in _pieces(notation)]


def _pieces(notation: str) -> list[str]:
    pieces: list[str] = []
    for character in notation:
        if pieces and pieces[-1][-1].isdecimal() == character.isdecimal():
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


_OTHER: Final = "#"


def initial(concept: Concept, lang: str) -> str:
    """Return the letter under which a concept stands in the alphabet: I, Į and Y together, digits and signs under #.

    Č, Š and Ž are letters of their own; Ą, Ę, Ė, Į, Ų and Ū stand with the letters they are written like.
    """
    first = concept.label(lang).value[:1].upper()
    if lang == "lt" and first in "ČŠŽ":
        return first
    plain = fold(first).upper()
    if not plain.isalpha():
        return _OTHER
    return "I" if lang == "lt" and plain == "Y" else plain


def by_initial(concepts: Iterable[Concept], lang: str) -> dict[str, list[Concept]]:
    """Return the things under their initials, both in alphabetical order; digits and signs come first."""
    groups: dict[str, list[Concept]] = {}
    for concept in in_order(concepts, lang):
        groups.setdefault(initial(concept, lang), []).append(concept)
    return groups


def by_sector(things: Iterable[Concept], sectors: Mapping[Iri, Concept], lang: str) -> tuple[Group, ...]:
    """Return the things grouped by kind of institution, alphabetically; last what is for any institution.

    What is for two kinds stands in both groups.
    """
    groups: dict[Iri | None, list[Concept]] = {}
    for thing in things:
        for sector in thing.sectors or (None,):
            groups.setdefault(sector, []).append(thing)
    headings = in_order((sectors.get(each, Concept(each)) for each in groups if each is not None), lang)
    found = [Group(heading, tuple(in_order(groups[heading.iri], lang))) for heading in headings]
    if None in groups:
        found.append(Group(None, tuple(in_order(groups[None], lang))))
    return tuple(found)
