"""People's identities, accounts and sessions; names appear here and nowhere else."""

from competence_graph.registry.registry import Account, Registry, Session

__all__ = ["Account", "Registry", "Session"]
