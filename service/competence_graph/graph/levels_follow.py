"""What a write says of people's pointers, read out of the write itself: most writes need no look into the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyoxigraph as ox

from competence_graph.graph.change import Difference
from competence_graph.graph.history import POINTERS
from competence_graph.graph.levels_block import Block
from competence_graph.graph.levels_plan import LAPSED, Plan
from competence_graph.graph.levels_scan import Shown, pointer_code
from competence_graph.graph.vocab import CG, expand

_CURRENT: Final = str(CG.current)
_COMPETENCE: Final = str(CG.competence)
_LEVEL: Final = str(CG.level)
_MEMBER: Final = expand("org:member")


@dataclass(slots=True)
class Moves:
    """The pointers of one person that a write sets and takes away: (pointer, record) of those set."""

    put: list[tuple[str, str]] = field(default_factory=list)
    taken: int = 0


def moves(graph: str, difference: Difference) -> dict[str, Moves]:
    """Return what a write does to the pointers of each person of a people graph."""
    found: dict[str, Moves] = defaultdict(Moves)
    for quad in difference.inserts:
        if quad.predicate.value in POINTERS and _of(quad, graph) and isinstance(quad.object, ox.NamedNode):
            found[quad.subject.value].put.append((quad.predicate.value, quad.object.value))  # type: ignore[union-attr]
    for quad in difference.deletes:
        if quad.predicate.value in POINTERS and _of(quad, graph):
            found[quad.subject.value].taken += 1  # type: ignore[union-attr]
    return found


def employed(graph: str, difference: Difference) -> set[str]:
    """Return the people of a people graph whose employments may differ after a write."""
    states = (state.get(graph, {}).values() for state in (difference.before, difference.after))
    described = (triple for state in states for triples in state for triple in triples)
    return {
        each.object.value
        for each in described
        if each.predicate.value == _MEMBER and isinstance(each.object, ox.NamedNode)
    }


def followed(
    block: Block, row: int, moved: Moves, described: Mapping[str, Iterable[ox.Quad | ox.Triple]], plan: Plan
) -> Shown | None:
    """Return what is shown of a person after these moves; None where the write alone does not tell.

    It tells where every pointer set is to a record that the write describes, and every pointer taken away was one of
    the same competences. For that counting is enough: a current pointer leaves no other of its competence, and one of
    another kind takes the place of its own kind only.
    """
    columns = np.flatnonzero(block.shown[row]).tolist()
    codes = block.shown[row, columns].tolist()
    shown = {plan.columns[column]: code for column, code in zip(columns, codes, strict=True)}
    replaced = 0
    fresh: dict[str, int] = {}
    for pointer, record in moved.put:
        says = {each.predicate.value: each.object for each in described.get(record, ())}
        about, level = says.get(_COMPETENCE), says.get(_LEVEL)
        if not isinstance(about, ox.NamedNode) or not isinstance(level, ox.Literal) or about.value in fresh:
            return None
        code = pointer_code(pointer, about.value, level)
        had = shown.get(about.value)
        if had is not None and pointer != _CURRENT and (had <= LAPSED or code == LAPSED):
            return None
        replaced += had is not None
        fresh[about.value] = code
    return tuple((shown | fresh).items()) if replaced == moved.taken else None


def _of(quad: ox.Quad, graph: str) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value == graph
