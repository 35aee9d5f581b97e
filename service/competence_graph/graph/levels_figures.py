"""Figures out of the level matrix: a sector's gaps, an organisation's heat map, its single points of failure.

Each equals what the plain functions of the model give over the rows (`figures`, `heat`, `single_points`), and makes no
row on the way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from competence_graph.graph.levels import Snapshot
from competence_graph.graph.levels_block import (
    ASKED,
    BELOW,
    CRITICAL,
    GOT,
    LEVELS,
    ORGANISATIONS,
    PEOPLE,
    SCORE,
    UNKNOWN,
    Block,
)
from competence_graph.graph.levels_plan import Levels, Plan, Whole
from competence_graph.model.gap import Figures
from competence_graph.model.heat import Column, Heat, HeatCell, HeatRow
from competence_graph.model.sector import CompetenceGap
from competence_graph.model.single_point import Asked, SinglePoint

_REPORTED: Final = (PEOPLE, BELOW, UNKNOWN, CRITICAL, LEVELS, SCORE, ORGANISATIONS)


def sector_gaps(now: Snapshot, sector: str | None = None, limit: int | None = None) -> list[CompetenceGap]:
    """Return the gaps of a sector, or of all, the largest score first, then by competence.

    Args:
        now: The matrix.
        sector: Of organisations that are classified so; None for all.
        limit: How many rows to return at most.
    """
    total = now.total(sector)
    needed = np.flatnonzero(total[PEOPLE])
    order = needed[np.argsort(-total[SCORE, needed], kind="stable")]
    columns = now.plan.columns
    rows = [
        CompetenceGap(columns[column], *figures)
        for column, figures in zip(order.tolist(), total[_REPORTED, :][:, order].T.tolist(), strict=True)
    ]
    rows.sort(key=lambda row: (-row.score, row.competence))
    return rows if limit is None else rows[:limit]


def sector_figures(now: Snapshot, sector: str | None = None) -> Figures:
    """Return the pooled figures of a sector, or of all."""
    blocks = [
        each for each in now.blocks.values() if sector is None or sector in now.sectors.get(each.organisation, ())
    ]
    people = critical = 0
    for block in blocks:
        asked, short = _people(block, slice(0, len(block.entries.columns)), block.entries.rows())
        people += asked
        critical += short
    return _figures(now.total(sector), now.plan.tops, people, critical)


def organisation_figures(now: Snapshot, organisation: str) -> Figures:
    """Return the pooled figures of an organisation."""
    heat = organisation_heat(now, organisation, (organisation,), everybody=True)
    return heat.columns[0].figures


def organisation_heat(
    now: Snapshot,
    organisation: str,
    columns: Sequence[str],
    *,
    everybody: bool = False,
) -> Heat:
    """Return the heat map of an organisation, equal to `heat` over its rows.

    Args:
        now: The matrix.
        organisation: Whose people.
        columns: The places to show, in this order.
        everybody: Whether each column holds everybody, wherever they work.
    """
    width = len(now.plan.columns)
    blocks = now.of_organisation(organisation)
    whole = np.zeros((ASKED + 1, width), dtype=np.int64)
    parts = np.zeros((len(columns), ASKED + 1, width), dtype=np.int64)
    people = np.zeros((len(columns), 2), dtype=np.int64)
    for block in blocks:
        whole[:, : block.width] += block.table
        for number, place in enumerate(columns):
            inside = np.ones(len(block.people), dtype=bool) if everybody else _within(block, place)
            if inside.all():
                parts[number][:, : block.width] += block.table
                people[number] += _people(block, slice(0, len(block.entries.columns)), block.entries.rows())
            else:
                part, rows = _chosen(block, inside)
                parts[number][:, : block.width] += block.counts(part, rows)
                people[number] += _people(block, part, rows)
    return Heat(
        columns=tuple(
            Column(place, int(people[number, 0]), _figures(parts[number], now.plan.tops, *people[number].tolist()))
            for number, place in enumerate(columns)
        ),
        rows=_rows(now.plan, whole, parts),
    )


def _rows(plan: Plan, whole: Whole, parts: npt.NDArray[np.int64]) -> tuple[HeatRow, ...]:
    needed = np.flatnonzero(whole[PEOPLE])
    shown = (PEOPLE, BELOW, UNKNOWN)
    cells = parts[:, shown, :][:, :, needed].transpose(2, 0, 1).tolist()
    totals = whole[:, needed][(*shown, LEVELS), :].T.tolist()
    rows = [
        HeatRow(
            plan.columns[column],
            HeatCell(need, below, unknown),
            tuple(HeatCell(*cell) if cell[0] else None for cell in across),
            levels,
        )
        for column, (need, below, unknown, levels), across in zip(needed.tolist(), totals, cells, strict=True)
    ]
    rows.sort(key=lambda row: (-row.whole.below, -row.whole.share, -row.levels, row.competence))
    return tuple(rows)


def _within(block: Block, place: str) -> npt.NDArray[np.bool_]:
    return np.array([place in block.places(row) for row in range(len(block.people))], dtype=bool)


def _chosen(block: Block, inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the entries of the people inside, and whose each is."""
    rows = block.entries.rows()
    part = np.flatnonzero(inside[rows])
    return part, rows[part]


def _people(block: Block, part: slice | npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Return how many people have requirements, and how many of them a critical gap."""
    attained = np.maximum(block.level[rows, block.entries.columns[part]], 0)
    short = rows[attained < block.entries.essential[part]]
    return len(np.unique(rows)), len(np.unique(short))


def _figures(table: Whole, tops: Levels, people: int, critical: int) -> Figures:
    """Return the figures of a table of counts; readiness is exact: levels are divided by the top of their scale."""
    got = asked = Fraction()
    for top in np.unique(tops).tolist():
        same = tops == top
        got += Fraction(int(table[GOT, same].sum()), top)
        asked += Fraction(int(table[ASKED, same].sum()), top)
    sums = table.sum(axis=1).tolist()
    return Figures(
        requirements=sums[PEOPLE],
        met=sums[PEOPLE] - sums[BELOW],
        assessed=sums[PEOPLE] - sums[UNKNOWN],
        # Whoever is not assessed is below: a requirement asks for level 1 at least.
        missing=sums[BELOW] - sums[UNKNOWN],
        critical=sums[CRITICAL],
        levels=sums[LEVELS],
        people=people,
        people_with_critical=critical,
        readiness=float(got / asked) if asked else None,
    )


def organisation_single_points(
    now: Snapshot, organisation: str, places: Collection[str] | None = None
) -> tuple[SinglePoint, ...]:
    """Return the single points of failure of an organisation's places, in the order of `single_points`."""
    found = []
    for block in now.of_organisation(organisation):
        day = block.as_of
        if day is None:
            continue
        people: dict[str, set[int]] = {}
        roles: dict[str, set[str]] = {}
        for row, posts in enumerate(block.posts):
            for post in posts:
                if post.held(day) and (places is None or post.place in places):
                    people.setdefault(post.place, set()).add(row)
                    roles.setdefault(post.place, set()).add(post.role)
        for place, rows in people.items():
            found += _single(now.plan, block, place, np.array(sorted(rows)), frozenset(roles[place]))
    return tuple(sorted(found, key=_urgency))


def _urgency(point: SinglePoint) -> tuple[bool, bool, int, str, str]:
    """Order as `single_points` does: what nobody can do first, then the essential, then by weight."""
    asked = point.asked
    return point.holder is not None, not asked.essential, -asked.weight, asked.competence, asked.place


def _single(
    plan: Plan, block: Block, place: str, rows: npt.NDArray[np.int64], roles: frozenset[str]
) -> list[SinglePoint]:
    asked = plan.profile(roles)
    levels = np.maximum(block.level[rows[:, None], asked.columns], 0)
    able = levels >= asked.required
    near = (levels == asked.required - 1) & (levels > 0)
    found = []
    for entry in np.flatnonzero(able.sum(axis=0) <= 1).tolist():
        holders = [block.people[row] for row in rows[able[:, entry]].tolist()]
        what = Asked(
            place=place,
            competence=plan.columns[int(asked.columns[entry])],
            level=int(asked.required[entry]),
            essential=bool(asked.essential[entry]),
            weight=int(asked.weight[entry]),
        )
        close = tuple(sorted(block.people[row] for row in rows[near[:, entry]].tolist()))
        found.append(SinglePoint(what, holders[0] if holders else None, close))
    return found
