"""Which roles are near: from a person or a role to every role, out of the level matrix in one sweep.

The requirements of all roles are kept as one sparse table (ESCO's 129,000 are a few megabytes), read when first needed
and again when the matrix's plan has changed; the columns of people are not widened by roles that nobody holds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from competence_graph.graph.catalogue import read_catalogue
from competence_graph.graph.levels import LevelMatrix, Snapshot
from competence_graph.graph.levels_plan import NOT_ASSESSED, WHYS
from competence_graph.graph.public import PublicGraphs, public
from competence_graph.graph.store import Store
from competence_graph.model.distance import Distance, holding
from competence_graph.model.gap import Catalogue, Gap, Requirement, attained, demands
from competence_graph.model.iri import Iri

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

    def __init__(self, store: Store | PublicGraphs, levels: LevelMatrix) -> None:
        """Read nothing yet.

        Args:
            store: Whose roles are looked at; `public` of a store gives the published ones.
            levels: The matrix that follows the writes of that store.
        """
        self._store = store
        self._levels = levels
        self._lock = threading.Lock()
        self._known: tuple[int, RoleTable] | None = None

    def table(self) -> RoleTable:
        """Return the table for what roles say by now."""
        told = self._levels.now.told
        with self._lock:
            if self._known is None or self._known[0] != told:
                # Reading a catalogue takes a select and no more of a store.
                self._known = told, RoleTable.of(read_catalogue(cast("Store", self._store)))
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


def people_nearest(now: Snapshot, organisation: str, table: RoleTable, role: str) -> list[tuple[str, Distance]]:
    """Return the people employed in an organisation with their way to a role, the nearest first, then by person."""
    asked = demands(table.catalogue.requirements[role])
    level = np.array([each.level for each in asked], dtype=np.int64)
    weight = np.array([each.weight for each in asked], dtype=np.int64)
    # What has no column nobody holds, nor anything that it would follow from.
    columns = np.array([now.plan.index.get(each.competence, -1) for each in asked], dtype=np.int64)
    found = []
    for block in now.of_organisation(organisation):
        rows = np.array([row for row, roles in enumerate(block.roles) if roles], dtype=np.int64)
        known = (columns >= 0) & (columns < block.width)
        have = np.zeros((len(rows), len(asked)), dtype=np.int64)
        have[:, known] = np.maximum(block.level[rows[:, None], columns[known]], 0)
        gap = np.maximum(level - have, 0)
        figures = np.stack([(gap == 0).sum(axis=1), gap.sum(axis=1), (gap * weight).sum(axis=1)], axis=1).tolist()
        total = int((level * weight).sum())
        found += [
            (block.people[row], Distance(role, len(asked), met, levels, missing, total))
            for row, (met, levels, missing) in zip(rows.tolist(), figures, strict=True)
        ]
    return sorted(found, key=lambda each: (each[1].missing, each[0]))


def against(
    now: Snapshot, organisation: str, requirements: Sequence[Requirement], tops: Mapping[str, int]
) -> dict[Iri, list[Gap]]:
    """Return what these requirements ask of everybody employed in an organisation, the rows by person.

    Args:
        now: The matrix.
        organisation: Whose people.
        requirements: Of a role, held by somebody or not.
        tops: The highest level of the scale of each competence; 5 where it is not there.
    """
    asked = demands(requirements)
    found: dict[Iri, list[Gap]] = {}
    for block in now.of_organisation(organisation):
        day = block.as_of
        if day is None:
            continue
        for row, held in enumerate(block.roles):
            if not held:
                continue
            rows = []
            for each in asked:
                column = now.plan.index.get(each.competence, block.width)
                # What has no column nobody has a record of, nor of anything that it would follow from.
                known = int(block.level[row, column]) if column < block.width else -1
                why = WHYS[int(block.why[row, column])] if column < block.width else WHYS[NOT_ASSESSED]
                level = max(known, 0)
                rows.append(
                    Gap(
                        person=block.people[row], role=each.role, competence=each.competence, required=each.level,
                        attained=level, weight=each.weight, necessity=each.necessity, why=why, as_of=day,
                        critical=level < each.essential, top=tops.get(each.competence, 5),
                    )
                )  # fmt: skip
            found[Iri(block.people[row])] = sorted(rows, key=lambda each: (-each.rank, each.competence))
    return found


_KNOWN: Final[WeakKeyDictionary[LevelMatrix, RoleDistances]] = WeakKeyDictionary()
_GATE: Final = threading.Lock()


def role_distances(store: Store, levels: LevelMatrix) -> RoleDistances:
    """Return the ways to the published roles of a store, the same object for the same matrix."""
    with _GATE:
        found = _KNOWN.get(levels)
        if found is None:
            found = _KNOWN[levels] = RoleDistances(public(store), levels)
        return found
