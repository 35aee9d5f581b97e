"""Which roles are near: from a person or a role to every role, out of the level matrix in one sweep.

The requirements of all roles are kept as one sparse table (ESCO's 129,000 are a few megabytes), read when first needed
and again when the matrix's plan has changed; the columns of people are not widened by roles that nobody holds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from competence_graph.graph.catalogue import read_catalogue
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.store import Store
from competence_graph.model.distance import Distance, holding
from competence_graph.model.gap import Catalogue, attained, demands

_FIGURES: Final = 5


@dataclass(frozen=True, slots=True)
class RoleTable:
    """What every role requires: one entry a role and competence, in order of roles; arrays of one length."""

    catalogue: Catalogue
    roles: tuple[str, ...]
    competences: Mapping[str, int]
    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    level: npt.NDArray[np.int64]
    weight: npt.NDArray[np.int64]

    @classmethod
    def of(cls, catalogue: Catalogue) -> RoleTable:
        """Return the table of a catalogue that has all roles; roles that require nothing are left out."""
        roles = tuple(sorted(role for role, asked in catalogue.requirements.items() if asked))
        asked = [demands(catalogue.requirements[role]) for role in roles]
        competences: dict[str, int] = {}
        for each in (entry for entries in asked for entry in entries):
            competences.setdefault(each.competence, len(competences))
        entries = [entry for each in asked for entry in each]
        starts = np.cumsum([0, *(len(each) for each in asked)])[:-1].astype(np.int64)
        return cls(
            catalogue,
            roles,
            competences,
            starts,
            np.array([competences[each.competence] for each in entries], dtype=np.int32),
            np.array([each.level for each in entries], dtype=np.int64),
            np.array([each.weight for each in entries], dtype=np.int64),
        )

    def distances(self, levels: Mapping[str, int]) -> list[Distance]:
        """Return the way to every role for whoever attains these levels, the nearest first, then by role."""
        if not self.roles:
            return []
        have = np.zeros(len(self.competences), dtype=np.int64)
        for competence, level in levels.items():
            if competence in self.competences:
                have[self.competences[competence]] = level
        gap = np.maximum(self.level - have[self.columns], 0)
        entries = np.empty((_FIGURES, len(gap)), dtype=np.int64)
        entries[0], entries[1], entries[2] = 1, gap == 0, gap
        entries[3], entries[4] = gap * self.weight, self.level * self.weight
        sums = np.add.reduceat(entries, self.starts, axis=1)
        order = np.argsort(sums[3] / sums[4], kind="stable")
        return [
            Distance(self.roles[row], *figures)
            for row, figures in zip(order.tolist(), sums[:, order].T.tolist(), strict=True)
        ]

    def met_by(self, role: str) -> dict[str, int]:
        """Return the levels that somebody attains who meets a role exactly and has nothing else."""
        own = {each.competence: each.level for each in demands(self.catalogue.requirements.get(role, ()))}
        held = holding(own)
        derived = {other for each in own for other in self.catalogue.equivalents.get(each, ())}
        derived |= {whole for whole, (_, parts) in self.catalogue.parts.items() if own.keys() & set(parts)}
        return {each: attained(each, held, self.catalogue)[0] for each in own.keys() | derived}


class RoleDistances:
    """The ways to roles, kept up with a matrix; share one between threads."""

    def __init__(self, store: Store, levels: LevelMatrix) -> None:
        """Read nothing yet."""
        self._store = store
        self._levels = levels
        self._lock = threading.Lock()
        self._known: tuple[int, RoleTable] | None = None

    def table(self) -> RoleTable:
        """Return the table for what roles say by now."""
        told = self._levels.now.told
        with self._lock:
            if self._known is None or self._known[0] != told:
                self._known = told, RoleTable.of(read_catalogue(self._store))
            return self._known[1]

    def from_role(self, role: str) -> list[Distance]:
        """Return the way to every other role for whoever meets this one exactly, the nearest first."""
        table = self.table()
        return [each for each in table.distances(table.met_by(role)) if each.role != role]

    def from_person(self, person: str) -> list[Distance]:
        """Return the way to every role for a person, those held included, the nearest first."""
        now = self._levels.now
        block, row = self._levels.find(person, now)
        if block is None:
            return []
        levels = block.level[row]
        shown = np.flatnonzero(levels > 0)
        attains = dict(
            zip((now.plan.columns[column] for column in shown.tolist()), levels[shown].tolist(), strict=True)
        )
        return self.table().distances(attains)
