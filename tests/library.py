"""The service over the small published world of tests/questions/library.trig."""

from pathlib import Path

import pyoxigraph as ox

from competence_graph.app import create_app
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.registry import Registry
from competence_graph.settings import Settings

WORLD = Path(__file__).with_name("questions") / "library.trig"


def library_store():
    """The world in a store in memory."""
    store = OxigraphStore()
    store.load(ox.parse(WORLD.read_bytes(), format=ox.RdfFormat.TRIG))
    return store


def library_app(data, store=None):
    """The service over it."""
    settings = Settings(store="memory:", registry="sqlite://", data=data)
    return create_app(settings, store=store or library_store(), registry=Registry("sqlite://"))
