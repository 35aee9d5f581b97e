"""The demonstration world: invented institutions and people, made by a seeded generator."""

from competence_graph.demo.catalogue import read_catalogue
from competence_graph.demo.generator import SEED, DemoAccount, Identity, World, demo_world

__all__ = ["SEED", "DemoAccount", "Identity", "World", "demo_world", "read_catalogue"]
