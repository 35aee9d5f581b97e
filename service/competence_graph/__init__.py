"""A competence-framework knowledge graph: who lacks what, and what closes it."""

__version__ = "0.1.0"
