"""The small world of the design: two organisations, five people, every rule of a gap."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.oxigraph import OxigraphStore

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def world():
    store = OxigraphStore()
    store.load(ox.parse((HERE / "world.trig").read_bytes(), format=ox.RdfFormat.TRIG))
    return store


@pytest.fixture(scope="session")
def expected():
    return [tuple(line.split(",")) for line in (HERE / "expected.csv").read_text().splitlines()]
