"""A learning plan as statements: which courses, in which order, until when, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, cast

import pyoxigraph as ox

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row, Value, node, to_rows, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.iri import Iri, id_iri, mint

ItemStatus = Literal["planned", "started", "done", "dropped"]
ITEM_STATUSES: Final[tuple[ItemStatus, ...]] = ("planned", "started", "done", "dropped")
_OURS: Final = expand("cg:")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """A course in a plan; ``due`` is the day by which it is to be done, None where none is set."""

    iri: Iri
    course: Iri
    position: int
    due: date | None
    status: ItemStatus


@dataclass(frozen=True, slots=True)
class LearningPlan:
    """The plan of a person: the day it was made, the role it aims at where it is another than those held, its items."""

    iri: Iri
    learner: Iri
    created: date
    role: Iri | None
    items: tuple[PlanItem, ...]


def plans_of(store: Store, people: Iterable[Iri]) -> dict[Iri, LearningPlan]:
    """Return the newest learning plan of each of these people who has one."""
    wanted = sorted(set(people))
    found: dict[Iri, dict[Iri, list[Row]]] = {}
    for row in to_rows(look_up(store, "plan_of_person", person=wanted)) if wanted else []:
        found.setdefault(cast("Iri", row["person"]), {}).setdefault(cast("Iri", row["plan"]), []).append(row)
    # The question puts the newest last.
    return {person: _plan(person, *list(plans.items())[-1]) for person, plans in found.items()}


def new_plan(store: Store, person: Iri, day: date, base: str) -> LearningPlan:
    """Return an empty plan of a person, its IRI minted here."""
    local = mint("n", taken=lambda each: bool(look_up(store, "elsewhere", thing=id_iri(each, base)).rows))
    return LearningPlan(id_iri(local, base), person, day, None, ())


def extended(plan: LearningPlan, courses: Iterable[Iri], due: date | None) -> LearningPlan:
    """Return a plan with courses after what is there; one that is planned or begun is not planned twice."""
    there = {each.course for each in plan.items if each.status in {"planned", "started"}}
    numbers = [int(each.iri.rsplit("-", 1)[-1]) for each in plan.items if each.iri.rsplit("-", 1)[-1].isdigit()]
    number = max(numbers, default=0)
    position = max((each.position for each in plan.items), default=0)
    added = [
        PlanItem(Iri(f"{plan.iri}-{number + at}"), course, position + at, due, "planned")
        for at, course in enumerate((each for each in dict.fromkeys(courses) if each not in there), start=1)
    ]
    return replace(plan, items=(*plan.items, *added))


def plan_quads(plan: LearningPlan, graph: str) -> tuple[ox.Quad, ...]:
    """Return the statements of a plan and all its items in a people graph."""
    quads = _quads(
        plan.iri,
        {
            "rdf:type": Iri(str(CG.LearningPlan)),
            "cg:learner": plan.learner,
            "dct:created": plan.created,
            "cg:targetRole": plan.role,
        },
        graph,
    )
    quads += [ox.Quad(node(plan.iri), node(expand("dct:hasPart")), node(each.iri), node(graph)) for each in plan.items]
    for each in plan.items:
        quads += _quads(
            each.iri,
            {
                "rdf:type": Iri(str(CG.PlanItem)),
                "elm:learningOpportunity": each.course,
                "schema:position": each.position,
                "schema:endDate": each.due,
                "adms:status": Iri(f"{_OURS}{each.status}"),
            },
            graph,
        )
    return tuple(quads)


def _quads(thing: Iri, facts: Mapping[str, Value], graph: str) -> list[ox.Quad]:
    return [
        ox.Quad(node(thing), node(expand(path)), to_term(value), node(graph))
        for path, value in facts.items()
        if value is not None
    ]


def _plan(person: Iri, plan: Iri, rows: list[Row]) -> LearningPlan:
    first = rows[0]
    return LearningPlan(
        plan,
        person,
        cast("date", first["created"]),
        cast("Iri | None", first["role"]),
        tuple(
            PlanItem(
                cast("Iri", row["item"]),
                cast("Iri", row["course"]),
                cast("int", row["position"]),
                cast("date | None", row["due"]),
                cast("ItemStatus", str(row["status"]).removeprefix(_OURS)),
            )
            for row in rows
            if row["item"] is not None
        ),
    )
