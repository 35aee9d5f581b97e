"""Raw history out of the store, and the pointers that follow from it.

``cg:current``, ``cg:provisional`` and ``cg:lapsed`` are derived by one function of (history, day); nobody enters them.
Source: design/sample/DECISIONS.md, "Pointers, expiry, as_of".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

import pyoxigraph as ox

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store, Term
from competence_graph.graph.terms import node, to_python, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import Iri
from competence_graph.model.level import Attainment, Status, pointers

JUDGEMENTS: Final = (str(CG.managerAssessment), expand("elm-assessment:19a2e5e671"), str(CG.selfAssessment))
"""The methods of cg:judgement, in its order; every other method is a proof. A test holds them to the ontology."""

POINTERS: Final = (str(CG.current), str(CG.provisional), str(CG.lapsed))
_MANY: Final = 100
_DEARER: Final = 6
_A: Final = expand("rdf:type")


@dataclass(frozen=True, slots=True)
class PeopleGraph:
    """A graph of one organisation's people: whose, for which day, and whether self-assessments count."""

    graph: str
    organisation: str
    as_of: date | None
    counts_self: bool


def people_graphs(store: Store) -> list[PeopleGraph]:
    """Return the people graphs, in order of their IRIs."""
    found = []
    for row in look_up(store, "people_graphs").rows:
        graph, organisation, as_of, counts = (to_python(term) for term in row)
        day = as_of if isinstance(as_of, date) else None
        found.append(PeopleGraph(str(graph), str(organisation), day, counts is True))
    return found


def attainment(triples: Iterable[ox.Triple | ox.Quad]) -> Attainment | None:
    """Return the attainment that these statements describe; None where they describe none, or not a whole one."""
    values: dict[str, Term] = {}
    iri = ""
    for triple in triples:
        iri = triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""
        if triple.predicate.value == _A and triple.object != node(str(CG.Attainment)):
            continue
        values[triple.predicate.value] = triple.object
    if _A not in values:
        return None
    get = {name: to_python(values.get(expand(path))) for name, path in _PATHS.items()}
    return _made(iri, get)


_PATHS: Final = {
    "learner": "cg:learner",
    "competence": "cg:competence",
    "level": "cg:level",
    "method": "dct:type",
    "status": "adms:status",
    "issued": "dct:issued",
    "created": "dct:created",
    "expires": "schema:expires",
    "revises": "prov:wasRevisionOf",
}


def _made(iri: str, get: Mapping[str, object]) -> Attainment | None:
    level, issued, created, expires = get["level"], get["issued"], get["created"], get["expires"]
    if not isinstance(level, int) or not isinstance(issued, date) or not isinstance(created, date):
        return None
    if not isinstance(get["learner"], Iri) or not isinstance(get["competence"], Iri):
        return None
    method = str(get["method"])
    return Attainment(
        iri=iri,
        learner=str(get["learner"]),
        competence=str(get["competence"]),
        level=level,
        rank=JUDGEMENTS.index(method) if method in JUDGEMENTS else None,
        is_self=method == str(CG.selfAssessment),
        status=cast("Status", str(get["status"]).rsplit("#", 1)[-1]),
        issued=issued,
        created=created,
        expires=expires if isinstance(expires, date) else None,
        revises=str(get["revises"]) if get["revises"] is not None else None,
    )


def history(store: Store, graph: str, learners: Iterable[str] | None = None) -> list[Attainment]:
    """Return the recorded attainments of these learners, or of all in the graph."""
    chosen = None if learners is None else [Iri(each) for each in sorted(learners)]
    if chosen is not None and not chosen:
        return []
    wanted = None
    if chosen is not None and len(chosen) >= _MANY:
        here = sum(row[0] == node(graph) for row in look_up(store, "everybody").rows)
        if len(chosen) * _DEARER >= here:
            # Records looked up person by person cost that many times what they cost in one sweep over the graph.
            wanted, chosen = set(map(str, chosen)), None
    answer = look_up(store, "history", graph=Iri(graph), learner=chosen)
    found = []
    for row in answer.rows:
        values: dict[str, object] = {name: to_python(term) for name, term in zip(answer.variables, row, strict=True)}
        made = _made(str(values["attainment"]), values)
        if made is not None and (wanted is None or made.learner in wanted):
            found.append(made)
    return found


def pointer_triples(records: Iterable[Attainment], day: date, *, counts_self: bool) -> dict[str, set[ox.Triple]]:
    """Return the pointers of each learner on a day, as statements."""
    by_learner: dict[str, list[Attainment]] = defaultdict(list)
    for each in records:
        by_learner[each.learner].append(each)
    found: dict[str, set[ox.Triple]] = {}
    for learner, own in by_learner.items():
        held = pointers(own, day, counts_self=counts_self)
        found[learner] = {
            ox.Triple(node(learner), node(predicate), node(each.iri))
            for predicate, chosen in zip(POINTERS, (held.current, held.provisional, held.lapsed), strict=True)
            for each in chosen.values()
        }
    return found


def stored_pointers(store: Store, graph: str, learners: Iterable[str] | None = None) -> dict[str, set[ox.Triple]]:
    """Return the pointers that the graph holds now, of these learners or of all."""
    chosen = None if learners is None else [Iri(each) for each in sorted(learners)]
    found: dict[str, set[ox.Triple]] = defaultdict(set)
    if chosen is not None and not chosen:
        return found
    for learner, pointer, target in look_up(store, "pointers", graph=Iri(graph), learner=chosen).rows:
        if isinstance(learner, ox.NamedNode) and isinstance(pointer, ox.NamedNode) and target is not None:
            found[learner.value].add(ox.Triple(learner, pointer, target))
    return found


def as_of_triple(graph: str, day: date) -> ox.Triple:
    """Return the statement that a people graph's pointers stand for this day."""
    return ox.Triple(node(graph), node(str(CG.asOf)), to_term(day))
