"""One people graph of the level matrix: dense levels, what the roles held ask for, and counts by competence.

A block is never changed: a write makes a new one, so that a reader keeps what it began with.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from competence_graph.graph.levels_plan import WHYS, Codes, Levels, Plan, Profile, Whole
from competence_graph.graph.levels_scan import Facts, Post
from competence_graph.model.gap import Gap

PEOPLE, BELOW, UNKNOWN, CRITICAL, LEVELS, SCORE, GOT, ASKED, ORGANISATIONS = range(9)
"""Rows of a table of counts, columns as in the plan. GOT and ASKED are levels times weight, not yet divided
by the top of the scale: readiness is their sum over the scales. ORGANISATIONS counts blocks."""
_COUNTED: Final = 8
_NOBODY: Final[frozenset[str]] = frozenset()

Index = npt.NDArray[np.int32]
Part = slice | npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Entries:
    """What roles held ask of people: one entry a person and competence, in order of people; arrays of one length."""

    offsets: npt.NDArray[np.int64]
    """Where each person's entries begin; one more at the end."""
    columns: Index
    required: Levels
    weight: Levels
    essential: Levels

    def of(self, start: int, end: int) -> slice:
        """Return where the entries of people ``start`` to ``end`` stand."""
        return slice(int(self.offsets[start]), int(self.offsets[end]))

    def rows(self) -> npt.NDArray[np.int64]:
        """Return the person of each entry."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


def entries_of(profiles: Sequence[Profile]) -> Entries:
    """Return the entries of people with these profiles, in their order."""
    offsets = np.zeros(len(profiles) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in profiles], out=offsets[1:])

    def joined(arrays: list[npt.NDArray[np.generic]], kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return np.concatenate(arrays) if arrays else np.zeros(0, dtype=kind)

    return Entries(
        offsets,
        joined([each.columns for each in profiles], np.int32),  # type: ignore[arg-type]
        joined([each.required for each in profiles], np.int8),  # type: ignore[arg-type]
        joined([each.weight for each in profiles], np.int8),  # type: ignore[arg-type]
        joined([each.essential for each in profiles], np.int8),  # type: ignore[arg-type]
    )


def counts(entries: Entries, level: Levels, part: Part, rows: npt.NDArray[np.int64], width: int) -> Whole:
    """Return the table of counts over a part of the entries; ``rows`` are the people of that part in ``level``."""
    columns = entries.columns[part]
    known = level[rows, columns]
    required, weight, essential = (each[part] for each in (entries.required, entries.weight, entries.essential))
    attained = np.maximum(known, 0)
    gap = np.maximum(required - attained, 0)
    heavy = weight.astype(np.int32)
    table = np.empty((_COUNTED, width), dtype=np.int64)
    for row, value in (
        (PEOPLE, None),
        (BELOW, gap > 0),
        (UNKNOWN, known < 0),
        (CRITICAL, attained < essential),
        (LEVELS, gap),
        (SCORE, gap * heavy),
        (GOT, np.minimum(attained, required) * heavy),
        (ASKED, required * heavy),
    ):
        table[row] = np.bincount(columns, weights=value, minlength=width)
    return table


@dataclass(frozen=True, slots=True)
class Block:
    """The people of one graph: rows of ``level`` (int8, -1 not assessed) and ``why``, columns those of the plan.

    It may be narrower than the plan is by now: nobody here is touched by the columns that came later.
    """

    graph: str
    organisation: str
    as_of: date | None
    people: tuple[str, ...]
    rows: Mapping[str, int]
    posts: tuple[tuple[Post, ...], ...]
    roles: tuple[frozenset[str], ...]
    shown: Codes
    level: Levels
    why: Codes
    entries: Entries
    table: Whole

    @property
    def width(self) -> int:
        """How many columns it has."""
        return int(self.level.shape[1])

    def counts(self, part: Part, rows: npt.NDArray[np.int64]) -> Whole:
        """Return the table of counts over a part of the entries; ``rows`` says whose they are."""
        return counts(self.entries, self.level, part, rows, self.width)

    def places(self, row: int) -> frozenset[str]:
        """Return where a person works on the day."""
        day = self.as_of
        return _NOBODY if day is None else frozenset(post.place for post in self.posts[row] if post.held(day))

    def gaps(self, row: int, plan: Plan) -> list[Gap]:
        """Return the rows of one person, largest weight x gap first, then by competence."""
        day = self.as_of
        if day is None:
            return []
        profile = plan.profile(self.roles[row])
        levels = np.maximum(self.level[row, profile.columns], 0).tolist()
        whys = self.why[row, profile.columns].tolist()
        tops = plan.tops[profile.columns].tolist()
        asked = zip(
            profile.roles,
            profile.columns.tolist(),
            profile.required.tolist(),
            profile.weight.tolist(),
            profile.essential.tolist(),
            strict=True,
        )
        found = [
            Gap(
                person=self.people[row],
                role=role,
                competence=plan.columns[column],
                required=required,
                attained=level,
                weight=weight,
                necessity="essential" if essential else "optional",
                why=WHYS[why],
                as_of=day,
                critical=level < essential,
                top=top,
            )
            for (role, column, required, weight, essential), level, why, top in zip(
                asked, levels, whys, tops, strict=True
            )
        ]
        return sorted(found, key=lambda each: (-each.rank, each.competence))


def encoded(facts: Sequence[Facts], plan: Plan) -> Codes:
    """Return what is shown of these people, people x columns."""
    shown = np.zeros((len(facts), len(plan.columns)), dtype=np.uint8)
    index = plan.index
    for row, each in enumerate(facts):
        for competence, code in each.shown:
            shown[row, index[competence]] = code
    return shown


def held(posts: tuple[Post, ...], day: date | None) -> frozenset[str]:
    """Return the roles held on the day."""
    return _NOBODY if day is None else frozenset(post.role for post in posts if post.held(day))


def make_block(
    graph: str,
    organisation: str,
    as_of: date | None,
    people: tuple[str, ...],
    posts: tuple[tuple[Post, ...], ...],
    shown: Codes,
    plan: Plan,
) -> Block:
    """Return the block of these people; ``shown`` may be narrower than the plan."""
    width = len(plan.columns)
    if shown.shape[1] < width:
        shown = np.pad(shown, ((0, 0), (0, width - shown.shape[1])))
    level, why = plan.derive(shown)
    roles = tuple(held(each, as_of) for each in posts)
    entries = entries_of([plan.profile(each) for each in roles])
    whole = slice(0, len(entries.columns))
    return Block(
        graph=graph,
        organisation=organisation,
        as_of=as_of,
        people=people,
        rows={person: row for row, person in enumerate(people)},
        posts=posts,
        roles=roles,
        shown=shown,
        level=level,
        why=why,
        entries=entries,
        table=counts(entries, level, whole, entries.rows(), width),
    )


def with_people(block: Block, fresh: Mapping[str, Facts], gone: Collection[str], plan: Plan) -> Block:
    """Return the block after some people changed, came or went; only they are derived anew."""
    if gone or block.width < len(plan.columns) or any(person not in block.rows for person in fresh):
        return _remade(block, fresh, gone, plan)
    people = list(fresh)
    touched = np.array([block.rows[person] for person in people], dtype=np.int64)
    codes = encoded([fresh[person] for person in people], plan)
    shown, level, why = block.shown.copy(), block.level.copy(), block.why.copy()
    shown[touched] = codes
    level[touched], why[touched] = plan.derive(codes)
    posts, roles = list(block.posts), list(block.roles)
    for row, person in zip(touched.tolist(), people, strict=True):
        posts[row] = fresh[person].posts
        roles[row] = held(posts[row], block.as_of)
    same = all(roles[row] == block.roles[row] for row in touched.tolist())
    entries = block.entries if same else entries_of([plan.profile(each) for each in roles])
    table = block.table.copy()
    for row in touched.tolist():
        for sign, its, levels in ((-1, block.entries, block.level), (1, entries, level)):
            part = its.of(row, row + 1)
            rows = np.full(part.stop - part.start, row, dtype=np.int64)
            table += sign * counts(its, levels, part, rows, block.width)
    return replace(
        block,
        posts=tuple(posts),
        roles=tuple(roles),
        shown=shown,
        level=level,
        why=why,
        entries=entries,
        table=table,
    )


def _remade(block: Block, fresh: Mapping[str, Facts], gone: Collection[str], plan: Plan) -> Block:
    kept = [row for row, person in enumerate(block.people) if person not in fresh and person not in gone]
    people = [block.people[row] for row in kept] + list(fresh)
    posts = [block.posts[row] for row in kept] + [each.posts for each in fresh.values()]
    shown = np.zeros((len(people), len(plan.columns)), dtype=np.uint8)
    shown[: len(kept), : block.width] = block.shown[kept]
    shown[len(kept) :] = encoded(list(fresh.values()), plan)
    order = sorted(range(len(people)), key=people.__getitem__)
    return make_block(
        block.graph,
        block.organisation,
        block.as_of,
        tuple(people[row] for row in order),
        tuple(posts[row] for row in order),
        shown[order],
        plan,
    )
