"""The matrix itself: building it, keeping it up, growing."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rich.console import Console
from tests.benchmarks.world import DAY, World, iri, node, quad

from competence_graph.graph.change import Difference
from competence_graph.graph.history import people_graphs
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_figures import sector_gaps
from competence_graph.graph.oxigraph import OxigraphStore

if TYPE_CHECKING:
    from tests.benchmarks.__main__ import Report

_WRITES = 60


def matrix_figures(report: Report, store: OxigraphStore, path: Path, matrix: LevelMatrix, world: World) -> None:
    """Measure building against the bare scan of the people's quads, and one person's write."""
    graphs = people_graphs(store)
    begun = time.process_time()
    count = sum(1 for each in graphs for _ in store.quads(each.graph))
    scan = time.process_time() - begun
    begun = time.process_time()
    LevelMatrix.build(store)
    build = time.process_time() - begun
    bytes_ = sum(each.level.nbytes + each.why.nbytes + each.shown.nbytes for each in matrix.now.blocks.values())
    Console(width=130).print(
        f"  scan of {count:,} quads {scan:.2f} s, build {build:.2f} s, arrays {bytes_ / 2**20:.1f} MB"
    )
    report.goal("matrix built <= 1.5 x the bare scan", met=build <= 1.5 * scan, figure=f"{build / scan:.2f} x")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        copy = Path(folder) / "store"
        store.backup(copy)
        for name, organisation in (("of 30", world.small), ("of a quarter of everybody", world.large)):
            took = _writes(copy, world, organisation)
            report.goal(
                f"one person's write, organisation {name} <= 1 ms", met=took <= 0.001, figure=f"{took * 1000:.2f} ms"
            )
            shutil.rmtree(copy)
            store.backup(copy)


def _writes(copy: Path, world: World, organisation: str) -> float:
    """Return the median time in which the matrix follows one person's new record; it ends equal to one built anew."""
    store = OxigraphStore(copy)
    matrix = LevelMatrix.build(store)
    times = []
    for difference in _differences(store, world, organisation):
        store.load(difference.inserts)
        begun = time.process_time()
        matrix.apply(difference)
        times.append(time.process_time() - begun)
    assert sector_gaps(LevelMatrix.build(store).now) == sector_gaps(matrix.now)
    store.close()
    return statistics.median(times)


def _differences(store: OxigraphStore, world: World, organisation: str) -> Iterator[Difference]:
    graph = f"people/{organisation}"
    for number in range(_WRITES):
        person = world.people[organisation][number % len(world.people[organisation])]
        record = f"a{person[1:]}-new{number}"
        competence = world.competences[number]
        about = {
            "rdf:type": "cg:Attainment", "cg:learner": person, "cg:competence": competence, "cg:level": number % 6,
            "dct:type": "cg:managerAssessment", "adms:status": "cg:validated", "dct:issued": DAY, "dct:created": DAY,
            "prov:wasAttributedTo": person,
        }  # fmt: skip
        says = [quad(graph, record, predicate, value) for predicate, value in about.items()]
        pointer = quad(graph, person, "cg:current", record)
        had = store.select(
            f"SELECT ?a WHERE {{ GRAPH {pointer.graph_name} {{ {pointer.subject} {node('cg:current')} ?a . "
            f"?a {node('cg:competence')} <{iri(competence)}> }} }}"
        ).rows
        gone = tuple(ox.Quad(pointer.subject, pointer.predicate, row[0], pointer.graph_name) for row in had)
        if gone:
            store.update(
                "DELETE DATA { " + " ".join(f"GRAPH {each.graph_name} {{ {each.triple} }}" for each in gone) + " }"
            )
            # The benchmark writes in two steps; the matrix is told of one.
            store._revision -= 1
        name = pointer.graph_name.value
        yield Difference({}, {name: {iri(record): frozenset(each.triple for each in says)}}, (*says, pointer), gone)
