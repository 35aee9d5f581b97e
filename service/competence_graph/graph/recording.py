"""A new record of a level, as statements. Records are never changed: a correction is one more (model.md, "Things")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyoxigraph as ox

from competence_graph.graph.history import people_graphs
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Value, node, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import Iri, id_iri, mint
from competence_graph.model.level import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecord:
    """A level to be recorded: whose, in what, how it was found, by whom, which earlier record it revises.

    ``issued`` is the day it speaks of, ``created`` the day it is recorded, ``expires`` the last day it holds;
    ``evidence`` is where its proofs stand.
    """

    learner: Iri
    competence: Iri
    level: int
    method: Iri
    status: Status
    issued: date
    created: date
    assessor: Iri
    expires: date | None = None
    revises: Iri | None = None
    evidence: tuple[Iri, ...] = ()


def people_graph(store: Store, organisation: str) -> str | None:
    """Return the graph of an organisation's people; None where it has none."""
    return next((each.graph for each in people_graphs(store) if each.organisation == organisation), None)


def recorded(store: Store, graph: str, record: NewRecord, base: str) -> tuple[Iri, tuple[ox.Quad, ...]]:
    """Return the IRI of a new record, minted here, and its statements in a people graph."""
    local = mint("a", taken=lambda each: bool(look_up(store, "elsewhere", thing=id_iri(each, base)).rows))
    iri = id_iri(local, base)
    facts: Mapping[str, Value] = {
        "rdf:type": Iri(str(CG.Attainment)),
        "cg:learner": record.learner,
        "cg:competence": record.competence,
        "cg:level": record.level,
        "dct:type": record.method,
        "dct:issued": record.issued,
        "dct:created": record.created,
        "schema:expires": record.expires,
        "prov:wasAttributedTo": record.assessor,
        "prov:wasRevisionOf": record.revises,
        "adms:status": Iri(f"{expand('cg:')}{record.status}"),
    }
    told = [*facts.items(), *(("prov:wasDerivedFrom", each) for each in record.evidence)]
    return iri, tuple(
        ox.Quad(node(iri), node(expand(path)), to_term(value), node(graph)) for path, value in told if value is not None
    )
