"""The columns of the level matrix, and how a level follows from others, vectorised over people.

A cell of what is shown is one code: nothing, a current level, lapsed, or a claimed (provisional) level. They exclude
each other as far as gaps go: direct goes before all, and a claim before what lapsed. The rules are those of
`competence_graph.model.gap.attained`; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from competence_graph.errors import LevelOutOfRangeError
from competence_graph.model.gap import Catalogue, RollUp, Why, demands
from competence_graph.model.level import Pointers

Levels = npt.NDArray[np.int8]
Codes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]

HIGHEST: Final = 9
"""Levels have one digit: the longest scale has nine."""
NOTHING: Final = 0
CURRENT: Final = 1
LAPSED: Final = CURRENT + HIGHEST + 1
CLAIMED: Final = LAPSED + 1
_CODES: Final = CLAIMED + HIGHEST + 1

WHYS: Final[tuple[Why, ...]] = ("not-assessed", "direct", "equivalent", "rolled-up", "unreviewed", "lapsed")
NOT_ASSESSED, DIRECT, EQUIVALENT, ROLLED_UP, UNREVIEWED, LAPSED_WHY = range(len(WHYS))


def _table(current: Iterable[int], lapsed: int, claimed: Iterable[int], nothing: int = -1) -> Levels:
    return np.array([nothing, *current, lapsed, *claimed], dtype=np.int8)


_NONE: Final = (-1,) * (HIGHEST + 1)
_SHOWN_LEVEL: Final = _table(range(HIGHEST + 1), 0, range(HIGHEST + 1))
_CURRENT_LEVEL: Final = _table(range(HIGHEST + 1), -1, _NONE)
_CLAIMED_LEVEL: Final = _table(_NONE, -1, range(HIGHEST + 1))
_SHOWN_WHY: Final = _table((DIRECT,) * (HIGHEST + 1), LAPSED_WHY, (UNREVIEWED,) * (HIGHEST + 1), NOT_ASSESSED).astype(
    np.uint8
)


def current_code(competence: str, level: int) -> int:
    """Return the code of a current level.

    Raises:
        LevelOutOfRangeError: If no scale can have it.
    """
    if not 0 <= level <= HIGHEST:
        raise LevelOutOfRangeError(competence, level, HIGHEST)
    return CURRENT + level


def claimed_code(competence: str, level: int) -> int:
    """Return the code of a claimed level.

    Raises:
        LevelOutOfRangeError: If no scale can have it.
    """
    return current_code(competence, level) - CURRENT + CLAIMED


def codes_of(held: Pointers) -> dict[str, int]:
    """Return what the pointers of one learner show, one code a competence."""
    codes = dict.fromkeys(held.lapsed, LAPSED)
    codes |= {each: claimed_code(each, record.level) for each, record in held.provisional.items()}
    codes |= {each: current_code(each, record.level) for each, record in held.current.items()}
    return codes


@dataclass(frozen=True, slots=True)
class Profile:
    """What a set of roles asks for: one entry a competence, merged as `demands` does; all arrays of one length."""

    columns: npt.NDArray[np.int32]
    required: Levels
    weight: Levels
    essential: Levels
    roles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.roles)


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one column follows from others: matches (column, shown code -> level here), and parts of a roll-up."""

    column: int
    matches: tuple[tuple[int, Levels], ...]
    how: RollUp
    parts: tuple[int, ...]
    """Columns of the live narrower competences that somebody holds."""
    size: int
    """How many live narrower competences there are, held or not."""
    sources: frozenset[int]
    """Columns without which the rule says nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns and rules for one state of the catalogue; columns are only ever appended."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    columns: tuple[str, ...] = ()
    index: Mapping[str, int] = field(default_factory=dict)
    tops: Levels = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    _rules: tuple[_Rule, ...] = ()
    _profiles: dict[frozenset[str], Profile] = field(default_factory=dict)

    def with_columns(self, competences: Collection[str]) -> Plan:
        """Return the plan with columns for these competences, and for whatever may follow from them."""
        wanted = set(competences)
        scale = self.catalogue.scale
        for each in competences:
            if each in scale:
                wanted.update(other for other in self.catalogue.equivalents.get(each, ()) if other in scale)
        held = set(competences)
        wanted.update(whole for whole, (_, parts) in self.catalogue.parts.items() if held.intersection(parts))
        fresh = sorted(wanted - self.index.keys())
        if not fresh:
            return self
        columns = (*self.columns, *fresh)
        index = {competence: column for column, competence in enumerate(columns)}
        tops = np.array([self.catalogue.top_of(each) for each in columns], dtype=np.int8)
        # Profiles stay right: columns are appended only.
        return Plan(self.catalogue, columns, index, tops, _rules(self.catalogue, index), self._profiles)

    def with_catalogue(self, catalogue: Catalogue) -> Plan:
        """Return the plan for another state of the catalogue, with the same columns and those it asks for."""
        columns = {asked.competence for every in catalogue.requirements.values() for asked in every}
        tops = np.array([catalogue.top_of(each) for each in self.columns], dtype=np.int8)
        plan = Plan(catalogue, self.columns, self.index, tops, _rules(catalogue, self.index))
        return plan.with_columns({*self.columns, *columns})

    def with_roles(self, requirements: Mapping[str, tuple[object, ...]]) -> Plan:
        """Return the plan with the requirements of further roles."""
        merged = replace(self.catalogue, requirements={**self.catalogue.requirements, **requirements})  # type: ignore[dict-item]
        columns = {asked.competence for role in requirements for asked in merged.requirements[role]}
        return replace(self, catalogue=merged).with_columns(columns)

    def profile(self, roles: frozenset[str]) -> Profile:
        """Return what these roles, held at once, ask for."""
        known = self._profiles.get(roles)
        if known is None:
            asked = demands(each for role in roles for each in self.catalogue.requirements.get(role, ()))
            known = Profile(
                columns=np.array([self.index[each.competence] for each in asked], dtype=np.int32),
                required=np.array([each.level for each in asked], dtype=np.int8),
                weight=np.array([each.weight for each in asked], dtype=np.int8),
                essential=np.array([each.essential for each in asked], dtype=np.int8),
                roles=tuple(each.role for each in asked),
            )
            self._profiles[roles] = known
        return known

    def derive(self, shown: Codes) -> tuple[Levels, Codes]:
        """Return the levels that count, -1 where not assessed, and why (indexes of `WHYS`), of people x columns."""
        level = _SHOWN_LEVEL[shown]
        why = _SHOWN_WHY[shown]
        used = set(np.flatnonzero(shown.any(axis=0)).tolist())
        for rule in self._rules:
            # Writes before reads are no danger: rules read what is shown, never what another rule derived.
            if not used.isdisjoint(rule.sources):
                _apply(rule, shown, level, why)
        return level, why


def _rules(catalogue: Catalogue, index: Mapping[str, int]) -> tuple[_Rule, ...]:
    found = []
    for competence, column in index.items():
        scale = catalogue.scale.get(competence)
        matches = []
        for other in sorted(catalogue.equivalents.get(competence, ())):
            theirs = catalogue.scale.get(other)
            if other in index and scale is not None and theirs is not None:
                matches.append((index[other], _carried(catalogue, theirs, scale)))
        how, parts = catalogue.parts.get(competence, ("minimum", ()))
        held = tuple(index[part] for part in parts if part in index)
        if matches or held:
            sources = frozenset({*held, *(other for other, _ in matches)})
            found.append(_Rule(column, tuple(matches), how, held, len(parts), sources))
    return tuple(found)


def _carried(catalogue: Catalogue, theirs: str, ours: str) -> Levels:
    """Return shown code -> level that a match gives here, -1 for none; level 0 is not carried over."""
    table = np.full(_CODES, -1, dtype=np.int8)
    for level in range(1, HIGHEST + 1):
        here = level if theirs == ours else catalogue.counts_as.get((theirs, level), {}).get(ours, -1)
        table[CURRENT + level] = here
    return table


def _apply(rule: _Rule, shown: Codes, level: Levels, why: Codes) -> None:
    own = shown[:, rule.column]
    claimed = _CLAIMED_LEVEL[own]
    equivalent = np.full(len(shown), -1, dtype=np.int8)
    for other, carried in rule.matches:
        np.maximum(equivalent, carried[shown[:, other]], out=equivalent)
    rolled = _rolled(rule, shown)
    free = _CURRENT_LEVEL[own] < 0
    by_match = free & (equivalent >= 0) & (equivalent >= rolled) & (equivalent >= claimed)
    by_parts = free & ~by_match & (rolled >= 0) & (rolled >= claimed)
    for chosen, found, reason in ((by_match, equivalent, EQUIVALENT), (by_parts, rolled, ROLLED_UP)):
        level[chosen, rule.column] = found[chosen]
        why[chosen, rule.column] = reason


def _rolled(rule: _Rule, shown: Codes) -> Levels:
    """Return the rolled-up level of each person, -1 where no part is shown at all."""
    if not rule.parts:
        return np.full(len(shown), -1, dtype=np.int8)
    parts = _CURRENT_LEVEL[shown[:, list(rule.parts)]]
    some = (parts >= 0).any(axis=1)
    counted = np.maximum(parts, 0)
    if rule.how == "mean":
        rolled = counted.sum(axis=1, dtype=np.int64) // rule.size
    elif len(rule.parts) < rule.size:
        # A part that nobody holds has no column: it is 0 for everybody.
        rolled = np.zeros(len(shown), dtype=np.int64)
    else:
        rolled = counted.min(axis=1).astype(np.int64)
    return np.where(some, rolled, -1).astype(np.int8)
