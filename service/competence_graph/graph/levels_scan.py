"""What the level matrix reads of people: who was employed as what, and what their pointers show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.levels_plan import LAPSED, claimed_code, current_code
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store, Term
from competence_graph.graph.terms import to_python
from competence_graph.graph.vocab import CG
from competence_graph.model.iri import Iri

_CURRENT: Final = str(CG.current)
_PROVISIONAL: Final = str(CG.provisional)


Shown = tuple[tuple[str, int], ...]
"""One code (levels_plan.py) for each competence about which anything is shown."""


@dataclass(frozen=True, slots=True)
class Post:
    """An employment: a role in a unit, or in the organisation itself; ``end`` is the last day, None while it lasts."""

    role: str
    place: str
    start: date
    end: date | None

    def held(self, day: date) -> bool:
        """Whether it is held on the day, the first and the last day included."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Facts:
    """One person: posts, and what the pointers show."""

    posts: tuple[Post, ...] = ()
    shown: Shown = ()


def read_people(store: Store, graph: str, people: Collection[str] | None = None) -> dict[str, Facts]:
    """Return the facts of these people of a people graph, or of all; those about whom nothing is said are left out."""
    shown = read_shown(store, graph, people)
    posts = read_posts(store, graph, people)
    return {person: Facts(posts.get(person, ()), shown.get(person, ())) for person in {*shown, *posts}}


def read_shown(store: Store, graph: str, people: Collection[str] | None = None) -> dict[str, Shown]:
    """Return what the pointers of these people show, or of all; those without any are left out."""
    if people is not None and not people:
        return {}
    chosen = None if people is None else [Iri(each) for each in sorted(people)]
    shown: dict[str, dict[str, int]] = defaultdict(dict)
    for person, pointer, competence, level in look_up(store, "levels_pointers", graph=Iri(graph), person=chosen).rows:
        about, own = _iri(competence), shown[_iri(person)]
        # Direct goes before a claim, a claim before what lapsed; of two alike the higher, as MAX in the questions.
        own[about] = max(own.get(about, 0), pointer_code(_iri(pointer), about, level), key=_precedence)
    return {person: tuple(own.items()) for person, own in shown.items()}


def read_posts(store: Store, graph: str, people: Collection[str] | None = None) -> dict[str, tuple[Post, ...]]:
    """Return the employments of these people, or of all, by first day; those without any are left out."""
    if people is not None and not people:
        return {}
    chosen = None if people is None else [Iri(each) for each in sorted(people)]
    posts: dict[str, list[Post]] = defaultdict(list)
    for person, role, place, start, end in look_up(store, "levels_posts", graph=Iri(graph), person=chosen).rows:
        first, last = to_python(start), to_python(end)
        if isinstance(first, date):
            where = _iri(place) if place is not None else ""
            posts[_iri(person)].append(Post(_iri(role), where, first, last if isinstance(last, date) else None))
    return {
        person: tuple(sorted(own, key=lambda each: (each.start, each.role, each.place)))
        for person, own in posts.items()
    }


def pointer_code(pointer: str, competence: str, level: Term | None) -> int:
    """Return the code of what a pointer to a record of this level shows.

    Raises:
        LevelOutOfRangeError: If no scale can have the level.
    """
    if pointer == _CURRENT:
        return current_code(competence, _level(level))
    if pointer == _PROVISIONAL:
        return claimed_code(competence, _level(level))
    return LAPSED


def _precedence(code: int) -> tuple[int, int]:
    if not code:
        return 0, 0
    if code == LAPSED:
        return 1, 0
    return (2 if code > LAPSED else 3), code


def _level(term: Term | None) -> int:
    return int(term.value) if isinstance(term, ox.Literal) else 0


def _iri(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)
