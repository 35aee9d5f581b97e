"""Kill -9 while writing: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.history import history, pointer_triples, stored_pointers
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.iri import id_iri

sys.path.insert(0, str(Path(__file__).parent))
from crash_writer import DAY, EACH, MUSEUM, attainment_id, write_until_killed

SAMPLE = Path(__file__).parents[1] / "sample"
# Writers are forked from a process that never opened a store: a fork of one with threads may hang.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["crash_writer"])
# 100 before a release; one round takes 0.2 s.
ROUNDS = int(os.environ.get("COMPETENCE_GRAPH_TESTS_CRASHES", "20"))


def one_round(folder: Path, round_number: int, seconds: float) -> int:
    """Start a writer, kill it after some seconds, and return how many writes it had acknowledged."""
    reading, writing = FORKS.Pipe(duplex=False)
    child = FORKS.Process(target=write_until_killed, args=(folder, round_number, writing))
    child.start()
    writing.close()
    said = reading.recv_bytes()
    time.sleep(seconds)
    child.kill()
    child.join()
    assert child.exitcode == -signal.SIGKILL, "the writer ended by itself"
    count = len(said) // 4
    while True:
        try:
            count += len(reading.recv_bytes()) // 4
        except (EOFError, OSError):
            break
    reading.close()
    child.close()
    return count


@pytest.mark.slow
def test_kill_9_loses_no_acknowledged_write_and_leaves_none_half(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = OxigraphStore(folder)
    store.load(ox.parse(path=str(SAMPLE / "example.trig")))
    store.close()
    choose = random.Random(20261124)
    acknowledged: dict[int, int] = {}

    for round_number in range(1, ROUNDS + 1):
        acknowledged[round_number] = one_round(folder, round_number, choose.uniform(0, 0.15))

    store = OxigraphStore(folder)
    found = {each.iri for each in history(store, MUSEUM)}
    for round_number, count in acknowledged.items():
        numbers = {
            number: sum(
                id_iri(attainment_id((round_number << 16) + number * EACH + place)) in found for place in range(EACH)
            )
            for number in range(count + 1)
        }
        assert all(numbers[number] == EACH for number in range(count)), "an acknowledged write was lost"
        assert numbers[count] in (0, EACH), "a write is half there"
    records = history(store, MUSEUM)
    assert {
        learner: triples for learner, triples in pointer_triples(records, DAY, counts_self=True).items() if triples
    } == stored_pointers(store, MUSEUM)
    assert sum(acknowledged.values()) >= ROUNDS
