"""Demonstration worlds: invented institutions and people, made by a seeded generator."""

from competence_graph.demo.generator import SEED, DemoAccount, Identity, World, demo_world
from competence_graph.demo.institutions import INSTITUTIONS, Institution
from competence_graph.demo.national import PEOPLE, listed, listed_quads, national_institutions
from competence_graph.graph.catalogue import read_catalogue

__all__ = [
    "INSTITUTIONS",
    "PEOPLE",
    "SEED",
    "DemoAccount",
    "Identity",
    "Institution",
    "World",
    "demo_world",
    "listed",
    "listed_quads",
    "national_institutions",
    "read_catalogue",
]
