"""The demonstration world: invented institutions and people, made by a seeded generator."""

from competence_graph.demo.generator import SEED, DemoAccount, Identity, World, demo_world
from competence_graph.graph.catalogue import read_catalogue

__all__ = ["SEED", "DemoAccount", "Identity", "World", "demo_world", "read_catalogue"]
