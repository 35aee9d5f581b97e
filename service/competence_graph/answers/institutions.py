"""Which institutions there are: that is for anybody, what goes on in them is not."""

from __future__ import annotations

from dataclasses import dataclass

from competence_graph.answers.people import as_iri
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution, its kind and its names in the languages there are."""

    iri: Iri
    sector: Iri
    names: tuple[Text, ...]


def institutions(actor: Actor, store: Store, sector: Iri | None = None) -> list[Institution]:
    """Return the institutions, all or those of one kind, in order of their IRIs."""
    del actor
    found: dict[Iri, Institution] = {}
    for row in ask(store, "institutions", sector=sector) if sector is not None else ask(store, "institutions"):
        iri = as_iri(row["organisation"])
        name = row["name"] if isinstance(row["name"], Text) else Text(str(row["name"]))
        known = found.get(iri)
        if known is None:
            found[iri] = Institution(iri, as_iri(row["sector"]), (name,))
        elif name not in known.names:
            found[iri] = Institution(iri, known.sector, (*known.names, name))
    return list(found.values())
