"""People's identities, accounts and sessions; names appear here and nowhere else."""

from competence_graph.registry.accounts import Account
from competence_graph.registry.bearer import BearerToken
from competence_graph.registry.issuers import Issuer
from competence_graph.registry.registry import Registry
from competence_graph.registry.sessions import Session

__all__ = ["Account", "BearerToken", "Issuer", "Registry", "Session"]
