"""Writes attainments through the guarded write and says which were acknowledged, until it is killed."""

from __future__ import annotations

from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox

from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import check_character, graph_iri, id_iri

MUSEUM = graph_iri("people/ovte458j")
DAY = date(2026, 11, 1)
EACH = 5
"""Attainments in one write: all of them or none must be found afterwards."""


def attainment_id(number: int) -> str:
    """Return the id of the attainment of this number."""
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    text = "".join(digits[(number >> shift) & 31] for shift in (25, 20, 15, 10, 5, 0))
    return f"a{text}{check_character(f'a{text}')}"


def batch(round_number: int, number: int) -> list[ox.Quad]:
    """Return the quads of one write."""
    quads = []
    for place in range(EACH):
        iri = id_iri(attainment_id((round_number << 16) + number * EACH + place))
        facts: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            ("rdf:type", ox.NamedNode(str(CG.Attainment))),
            ("cg:learner", ox.NamedNode(id_iri("p844jsjt"))),
            ("cg:competence", ox.NamedNode(id_iri("c33t63c7"))),
            ("cg:level", ox.Literal(str(number % 6), datatype=ox.NamedNode(expand("xsd:integer")))),
            ("dct:type", ox.NamedNode(str(CG.managerAssessment))),
            ("dct:issued", ox.Literal(DAY.isoformat(), datatype=ox.NamedNode(expand("xsd:date")))),
            ("dct:created", ox.Literal(DAY.isoformat(), datatype=ox.NamedNode(expand("xsd:date")))),
            ("prov:wasAttributedTo", ox.NamedNode(id_iri("ppqm63zw"))),
            ("adms:status", ox.NamedNode(str(CG.validated))),
        ]
        quads += [
            ox.Quad(ox.NamedNode(iri), ox.NamedNode(expand(name)), value, ox.NamedNode(MUSEUM)) for name, value in facts
        ]
    return quads


def write_until_killed(folder: Path, round_number: int, acknowledged: Connection) -> None:
    """Write batch after batch; after each say its number, as four bytes, on a pipe."""
    writer = guard(OxigraphStore(folder), today=lambda: DAY)
    for number in range(10_000):
        writer.write(Change(put=tuple(batch(round_number, number))), actor=OPERATOR)
        acknowledged.send_bytes(number.to_bytes(4, "big"))
