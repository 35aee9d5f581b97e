"""How the figures of an institution, or of a unit, came about: the same arithmetic as of earlier days.

What was recorded by a day about levels and posts is held against the roles, mappings and frameworks of today, until
releases are built (source: design/model.md, "A gap").
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from competence_graph.answers.people import staff
from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.history import history, people_graphs
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_scan import read_posts
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Employment, Figures, figures, gaps
from competence_graph.model.iri import Iri

QUARTERS: Final = 5
"""Ends of quarters that are shown beside the present day."""
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figures as of a day."""

    day: date
    figures: Figures


_KNOWN: Final[OrderedDict[tuple[int, int, str, str, date], tuple[TrendPoint, ...]]] = OrderedDict()
_GATE: Final = threading.Lock()


def trend(
    actor: Actor, store: Store, levels: LevelMatrix, organisation: Iri, unit: Iri | None = None
) -> tuple[TrendPoint, ...]:
    """Return the figures of an institution or a unit at the ends of the last quarters and today, the oldest first.

    Days on which nobody had a requirement are left out.

    Raises:
        NotFoundError: If there is no such institution, or none that the actor may see.
    """
    actor.require(actor.may_see_organisation(organisation) if unit is None else actor.may_see_unit(organisation, unit))
    as_of = staff(actor, store, organisation).as_of
    if as_of is None:
        return ()
    key = (id(store), store.revision, organisation, unit or "", as_of)
    with _GATE:
        if key in _KNOWN:
            _KNOWN.move_to_end(key)
            return _KNOWN[key]
    found = _points(store, levels, organisation, unit, as_of)
    with _GATE:
        _KNOWN[key] = found
        while len(_KNOWN) > _KEPT:
            _KNOWN.popitem(last=False)
    return found


def quarter_ends(day: date, count: int) -> list[date]:
    """Return the last days of the quarters before the one of a day, the oldest first."""
    ends = []
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    for _ in range(count):
        last = first - timedelta(days=1)
        ends.append(last)
        first = date(last.year, last.month - 2, 1)
    return ends[::-1]


def _points(
    store: Store, levels: LevelMatrix, organisation: Iri, unit: Iri | None, as_of: date
) -> tuple[TrendPoint, ...]:
    graph = next((each for each in people_graphs(store) if each.organisation == organisation), None)
    if graph is None:
        return ()
    days = [*quarter_ends(as_of, QUARTERS), as_of]
    posts = read_posts(store, graph.graph)
    # A unit's people are those who work in it on the day; with all their roles, as on the page of the day.
    employments = [
        Employment(person, organisation, post.role, post.start, post.end)
        for person, held in posts.items()
        for post in held
    ]
    roles = {each.role for each in employments}
    catalogue = replace(levels.now.plan.catalogue, requirements=read_requirements(store, roles))
    records = history(store, graph.graph)
    found = []
    for day in days:
        within = {
            person
            for person, held in posts.items()
            if any(post.held(day) and unit in (None, post.place) for post in held)
        }
        rows = gaps(
            (each for each in employments if each.person in within),
            (each for each in records if each.learner in within),
            catalogue,
            day,
            counts_self=graph.counts_self,
        )
        if rows:
            found.append(TrendPoint(day, figures(rows)))
    return tuple(found)
