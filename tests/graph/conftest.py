"""The sample world of the design, written through the guarded write as of 1 November 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.write import Writer
from competence_graph.model.actor import OPERATOR

SAMPLE = Path(__file__).parents[1] / "sample"
DAY = date(2026, 11, 1)


@pytest.fixture(scope="session")
def sample_quads() -> tuple[ox.Quad, ...]:
    """Every quad of the sample world."""
    store = OxigraphStore()
    quads = set(ox.parse(path=str(SAMPLE / "example.trig")))
    for name in ("exemplars.ttl", "scale.ttl"):
        got = read_file((SAMPLE / name).read_bytes(), "ttl", store)
        assert not got.findings
        quads |= set(got.change.put)
    return tuple(quads)


@pytest.fixture(scope="session")
def sample_dump(sample_quads: tuple[ox.Quad, ...]) -> bytes:
    """The sample world as the guarded write stores it."""
    store = OxigraphStore()
    guard(store, today=lambda: DAY).write(Change(put=sample_quads), actor=OPERATOR)
    return store.dump()


@pytest.fixture
def make_world(sample_dump: bytes) -> Callable[..., Writer]:
    """Return a maker of fresh copies of the sample world, in memory or in a folder."""

    def make(path: Path | None = None, today: Callable[[], date] = lambda: DAY) -> Writer:
        store = OxigraphStore(path)
        store.load(ox.parse(sample_dump, format=ox.RdfFormat.N_QUADS))
        return guard(store, today=today)

    return make


@pytest.fixture
def world(make_world: Callable[..., Writer]) -> Writer:
    """A fresh copy of the sample world in memory."""
    return make_world()
