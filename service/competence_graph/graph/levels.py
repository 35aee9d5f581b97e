"""The level matrix: everybody's level in all that somebody requires or holds; the read side beyond one person.

Built from the store once, a people graph at a time; then each write brings the touched people up to date inside the
writer's lock (`Writer.on_change(matrix.apply)`). A reader takes one snapshot and keeps it: snapshots are never changed,
only replaced. Rows equal those of the question gaps_of_organisation; tests hold matrix = SPARQL = raw history.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
import pyoxigraph as ox

from competence_graph.graph.catalogue import read_catalogue, read_requirements, read_sectors
from competence_graph.graph.change import Difference
from competence_graph.graph.history import people_graphs
from competence_graph.graph.levels_block import (
    ORGANISATIONS,
    PEOPLE,
    Block,
    encoded,
    make_block,
    with_people,
)
from competence_graph.graph.levels_follow import Moves, employed, followed, moves
from competence_graph.graph.levels_plan import Plan, Whole
from competence_graph.graph.levels_scan import Facts, Shown, read_people, read_posts, read_shown
from competence_graph.graph.store import Store
from competence_graph.graph.terms import to_python
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.gap import Gap

_AS_OF: Final = str(CG.asOf)
_HOLDER: Final = expand("dct:rightsHolder")
_TELLING: Final = frozenset(
    {
        *(str(each) for each in (CG.requires, CG.competence, CG.level, CG.necessity, CG.weight, CG.countsAs)),
        *(str(each) for each in (CG.scale, CG.rollUp)),
        *(expand(each) for each in ("skos:exactMatch", "skos:inScheme", "skos:broader", "adms:status")),
        expand("org:classification"),
    }
)
"""What a statement about things must be about to touch any gap."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The matrix at one revision of the store; ``totals`` are tables of counts by sector, and None over all.

    ``told`` is the last revision at which frameworks, roles, mappings or organisations said anything new.
    """

    revision: int = -1
    told: int = -1
    plan: Plan = field(default_factory=Plan)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    sectors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    totals: Mapping[str | None, Whole] = field(default_factory=dict)

    def of_organisation(self, organisation: str) -> list[Block]:
        """Return the blocks of an organisation's people, in order of their graphs."""
        return [self.blocks[each] for each in sorted(self.blocks) if self.blocks[each].organisation == organisation]

    def total(self, sector: str | None = None) -> Whole:
        """Return the table of counts of a sector, or over all; its columns are those of the plan."""
        found = self.totals.get(sector)
        return np.zeros((ORGANISATIONS + 1, len(self.plan.columns)), dtype=np.int64) if found is None else found


class LevelMatrix:
    """The matrix of one store; share one between threads."""

    def __init__(self, store: Store) -> None:
        """Make an empty matrix; `rebuild` fills it."""
        self._store = store
        self._lock = threading.RLock()
        self._now = Snapshot()
        # Person -> people graph; a person lives in exactly one. It only grows: rows are looked for in the block.
        self._homes: dict[str, str] = {}

    @classmethod
    def build(cls, store: Store) -> LevelMatrix:
        """Return the matrix of everything in the store."""
        matrix = cls(store)
        matrix.rebuild()
        return matrix

    @property
    def now(self) -> Snapshot:
        """The matrix as it is; what is read from one snapshot belongs together."""
        return self._now

    @property
    def revision(self) -> int:
        """The revision of the store that the matrix stands for."""
        return self._now.revision

    def as_of(self, organisation: str) -> date | None:
        """Return the day that an organisation's figures stand for."""
        days = [block.as_of for block in self._now.of_organisation(organisation) if block.as_of is not None]
        return min(days, default=None)

    def gaps_of(self, people: Iterable[str]) -> list[Gap]:
        """Return the rows of these people, ordered by person, then as `gaps_of_person`; one unknown has none."""
        now = self._now
        found: list[Gap] = []
        for person in sorted(set(people)):
            block, row = self.find(person, now)
            if block is not None:
                found += block.gaps(row, now.plan)
        return found

    def gaps_of_organisation(self, organisation: str) -> list[Gap]:
        """Return the rows of the question gaps_of_organisation, in its order."""
        now = self._now
        rows = [
            (person, block, row) for block in now.of_organisation(organisation) for person, row in block.rows.items()
        ]
        found: list[Gap] = []
        for _, block, row in sorted(rows, key=lambda each: each[0]):
            found += block.gaps(row, now.plan)
        return found

    def find(self, person: str, now: Snapshot | None = None) -> tuple[Block | None, int]:
        """Return the block and row of a person; None and -1 where there is no such person."""
        now = self._now if now is None else now
        block = now.blocks.get(self._homes.get(person, ""))
        row = -1 if block is None else block.rows.get(person, -1)
        return (block, row) if row >= 0 else (None, -1)

    # --- Building ---

    def rebuild(self) -> None:
        """Read everything anew."""
        with self._lock:
            revision = self._store.revision
            graphs = people_graphs(self._store)
            facts = {each.graph: read_people(self._store, each.graph) for each in graphs}
            roles = {post.role for people in facts.values() for each in people.values() for post in each.posts}
            held = {competence for people in facts.values() for each in people.values() for competence, _ in each.shown}
            plan = Plan().with_catalogue(read_catalogue(self._store, roles)).with_columns(held)
            blocks: dict[str, Block] = {}
            for each in graphs:
                people = dict(sorted(facts.pop(each.graph, {}).items()))
                self._homes.update(dict.fromkeys(people, each.graph))
                posts = tuple(one.posts for one in people.values())
                shown = encoded(list(people.values()), plan)
                blocks[each.graph] = make_block(
                    each.graph, each.organisation, each.as_of, tuple(people), posts, shown, plan
                )
            sectors = read_sectors(self._store)
            self._now = Snapshot(revision, revision, plan, blocks, sectors, _totals(plan, blocks, sectors))

    # --- Writes ---

    def apply(self, difference: Difference) -> None:
        """Bring the matrix up to a write that was just applied to the store: only whom and what it touched."""
        with self._lock:
            if self._store.revision == self._now.revision:
                return
            if self._store.revision != self._now.revision + 1:
                # Somebody wrote past us: trust nothing.
                self.rebuild()
                return
            of_people = self._now.blocks.keys() | _headed(difference)
            touched: set[str] = set()
            telling = False
            for quad in (*difference.inserts, *difference.deletes):
                graph = _graph(quad)
                if graph in of_people:
                    touched.add(graph)
                elif quad.predicate.value in _TELLING:
                    telling = True
            now = self._retold() if telling else self._now
            for graph in sorted(touched):
                now = self._with_graph(now, graph, difference)
            self._now = replace(now, revision=self._store.revision)

    def _facts(self, plan: Plan, block: Block, difference: Difference) -> dict[str, Facts]:
        """Return the facts of everybody in a people graph whose posts or pointers the write touched."""
        moved, posted = moves(block.graph, difference), employed(block.graph, difference)
        described = difference.after.get(block.graph, {})
        shown: dict[str, Shown] = {}
        asked = set()
        for person in moved.keys() | posted:
            row = block.rows.get(person)
            own = None if row is None else followed(block, row, moved.get(person, Moves()), described, plan)
            if own is None:
                asked.add(person)
            else:
                shown[person] = own
        shown |= read_shown(self._store, block.graph, asked if len(asked) < _MANY else None)
        posted |= asked - block.rows.keys()
        posts = read_posts(self._store, block.graph, posted if len(posted) < _MANY else None)
        return {
            person: Facts(
                posts.get(person, ()) if person in posted else block.posts[block.rows[person]],
                shown.get(person, ()),
            )
            for person in moved.keys() | posted
        }

    def _retold(self) -> Snapshot:
        """Return the snapshot for what frameworks, roles, mappings and organisations say by now."""
        now = self._now
        catalogue = read_catalogue(self._store, now.plan.catalogue.requirements.keys())
        sectors = read_sectors(self._store)
        plan, blocks = now.plan, now.blocks
        if catalogue != plan.catalogue:
            plan = plan.with_catalogue(catalogue)
            blocks = {graph: _again(block, plan) for graph, block in blocks.items()}
        elif sectors == now.sectors:
            # Nobody here is touched, though a role that nobody holds may be.
            return replace(now, told=self._store.revision)
        return Snapshot(now.revision, self._store.revision, plan, blocks, sectors, _totals(plan, blocks, sectors))

    def _with_graph(self, now: Snapshot, graph: str, difference: Difference) -> Snapshot:
        """Return the snapshot after the changes in one people graph."""
        old = now.blocks.get(graph)
        block = _header(old, graph, difference)
        if block is None:
            blocks = {name: each for name, each in now.blocks.items() if name != graph}
            return replace(now, blocks=blocks, totals=_totals(now.plan, blocks, now.sectors))
        fresh = self._facts(now.plan, block, difference)
        gone = {person for person, facts in fresh.items() if not facts.posts and not facts.shown}
        fresh = {person: facts for person, facts in sorted(fresh.items()) if person not in gone}
        gone &= block.rows.keys()
        plan = _planned(now.plan, fresh, self._store)
        if old is not None and old.as_of != block.as_of:
            # Another day: employments begin and end without any statement about them.
            block = _again(block, plan)
        if fresh or gone:
            block = with_people(block, fresh, gone, plan)
        self._homes.update(dict.fromkeys(fresh, graph))
        blocks = {**now.blocks, graph: block}
        moved = old is not None and old.organisation != block.organisation
        totals = _totals(plan, blocks, now.sectors) if moved else _moved(now, plan, old, block)
        return replace(now, plan=plan, blocks=blocks, totals=totals)


def _planned(plan: Plan, fresh: Mapping[str, Facts], store: Store) -> Plan:
    """Return the plan with columns for all that these people hold, or that their roles ask for."""
    asking = plan.catalogue.requirements
    roles = {post.role for each in fresh.values() for post in each.posts if post.role not in asking}
    if roles:
        plan = plan.with_roles(read_requirements(store, roles))
    held = {competence for each in fresh.values() for competence, _ in each.shown if competence not in plan.index}
    return plan.with_columns(held) if held else plan


def _again(block: Block, plan: Plan) -> Block:
    return make_block(block.graph, block.organisation, block.as_of, block.people, block.posts, block.shown, plan)


def _header(block: Block | None, graph: str, difference: Difference) -> Block | None:
    """Return the block with the holder and the day that the write says; None where the graph has no holder any more."""
    holder = None if block is None else block.organisation
    day = None if block is None else block.as_of
    for quads, given in ((difference.deletes, False), (difference.inserts, True)):
        for quad in quads:
            if (
                quad.predicate.value not in (_AS_OF, _HOLDER)
                or _graph(quad) != graph
                or quad.subject != quad.graph_name
            ):
                continue
            value = to_python(quad.object) if given else None
            if quad.predicate.value == _AS_OF:
                day = value if isinstance(value, date) else None
            else:
                holder = None if value is None else str(value)
    if holder is None:
        return None
    if block is None:
        empty = np.zeros((0, 0), dtype=np.uint8)
        return make_block(graph, holder, day, (), (), empty, Plan())
    return replace(block, organisation=holder, as_of=day)


def _headed(difference: Difference) -> set[str]:
    """Return the people graphs that the write begins."""
    return {
        _graph(each)
        for each in difference.inserts
        if each.predicate.value == _HOLDER and each.subject == each.graph_name
    }


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def _totals(plan: Plan, blocks: Mapping[str, Block], sectors: Mapping[str, frozenset[str]]) -> dict[str | None, Whole]:
    totals: dict[str | None, Whole] = defaultdict(
        lambda: np.zeros((ORGANISATIONS + 1, len(plan.columns)), dtype=np.int64)
    )
    totals[None] += 0
    for block in blocks.values():
        for sector in (None, *sectors.get(block.organisation, ())):
            _add(totals[sector], block, 1)
    return dict(totals)


def _add(total: Whole, block: Block, sign: int) -> None:
    total[:ORGANISATIONS, : block.width] += sign * block.table
    total[ORGANISATIONS, : block.width] += sign * (block.table[PEOPLE] > 0)


def _moved(now: Snapshot, plan: Plan, old: Block | None, new: Block) -> dict[str | None, Whole]:
    """Return the totals after one block was replaced; only those of its sectors are counted anew."""
    wider = len(plan.columns) - len(now.plan.columns)
    totals = {sector: np.pad(total, ((0, 0), (0, wider))) if wider else total for sector, total in now.totals.items()}
    for sector in (None, *now.sectors.get(new.organisation, ())):
        known = totals.get(sector)
        total = np.zeros((ORGANISATIONS + 1, len(plan.columns)), dtype=np.int64) if known is None else known.copy()
        if old is not None:
            _add(total, old, -1)
        _add(total, new, 1)
        totals[sector] = total
    return totals


_MANY: Final = 500
"""From this many people of one graph on, the graph is read whole."""
