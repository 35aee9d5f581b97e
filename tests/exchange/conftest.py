"""A small classification in ESCO's official layout, made up for tests, and the sample world to load it into."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.write import Writer
from competence_graph.model.actor import OPERATOR

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample"
DAY = date(2026, 11, 1)


@pytest.fixture(scope="session")
def sample_dump() -> bytes:
    """The sample world as the guarded write stores it."""
    store = OxigraphStore()
    quads = set(ox.parse(path=str(SAMPLE / "example.trig")))
    for name in ("exemplars.ttl", "scale.ttl"):
        quads |= set(read_file((SAMPLE / name).read_bytes(), "ttl", store).change.put)
    guard(store, today=lambda: DAY).write(Change(put=tuple(quads)), actor=OPERATOR)
    return store.dump()


@pytest.fixture
def world(sample_dump: bytes) -> Writer:
    """A fresh copy of the sample world in memory."""
    store = OxigraphStore()
    store.load(ox.parse(sample_dump, format=ox.RdfFormat.N_QUADS))
    return guard(store, today=lambda: DAY)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the classification's tables that a test may spoil."""
    return Path(shutil.copytree(HERE / "esco", tmp_path / "esco"))
