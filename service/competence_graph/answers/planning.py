"""A person's learning plan: what is in it, what it would bring, and the acts that change it.

Whoever may assess a person may plan with them, and everybody plans for themselves. A course that is done enters as one
record for each of its outcomes: it waits for review where the person says so, and counts at once where the lead does
(source: design/model.md, "A gap").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from competence_graph.answers.people import Person, as_int, as_iri, find_person, labels
from competence_graph.answers.recommendations import hours
from competence_graph.answers.recording import assessor_of, may_record
from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.graph.change import Change
from competence_graph.graph.planning import (
    ITEM_STATUSES,
    ItemStatus,
    LearningPlan,
    PlanItem,
    extended,
    new_plan,
    plan_quads,
    plans_of,
)
from competence_graph.graph.questions import ask
from competence_graph.graph.recording import NewRecord, people_graph, recorded
from competence_graph.graph.store import Store
from competence_graph.graph.vocab import expand
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

COURSE: Final = Iri(expand("elm-opportunity:05053c1cbe"))
"""The method of a record that a completed course brings."""
MOST_ITEMS: Final = 100


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What a course takes and brings: whole hours, euros, and by competence the levels from and to.

    Hours and price are None where the course does not say.
    """

    hours: int | None
    price: Decimal | None
    outcomes: Mapping[Iri, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """The plan of a person with what its courses take and bring; ``changes`` tells that the actor may change it."""

    person: Person
    plan: LearningPlan | None
    facts: Mapping[Iri, CourseFacts]
    labels: Mapping[str, tuple[Text, ...]]
    changes: bool

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """What is to be done first: by due date, then in the order planned; those over come last."""
        items = self.plan.items if self.plan is not None else ()
        return tuple(sorted(items, key=lambda each: (is_over(each), each.due or date.max, each.position)))

    @property
    def ahead(self) -> tuple[PlanItem, ...]:
        """The items that are still to be done."""
        return tuple(each for each in self.items if not is_over(each))


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What becomes of an item of a plan."""

    item: Iri
    status: ItemStatus
    due: date | None


def is_over(item: PlanItem) -> bool:
    """Whether nothing is to be done for an item any more."""
    return item.status in {"done", "dropped"}


def may_plan(actor: Actor, person: Person) -> bool:
    """Whether the actor may change the person's plan: the person, and whoever may assess them."""
    return actor.person == person.iri or may_record(actor, person)


def person_plan(actor: Actor, store: Store, person: Iri) -> PersonPlan:
    """Return a person's learning plan.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
    """
    found = find_person(actor, store, person)
    plan = plans_of(store, [person]).get(person)
    courses = {each.course for each in plan.items} if plan is not None else set()
    facts = course_facts(actor, store, courses)
    things: set[str] = {found.organisation, *courses}
    things |= {competence for each in facts.values() for competence in each.outcomes}
    if plan is not None and plan.role is not None:
        things.add(plan.role)
    return PersonPlan(found, plan, facts, labels(actor, store, things), may_plan(actor, found))


def add_courses(
    actor: Actor, writer: Writer, person: Iri, courses: Sequence[Iri], *, due: date | None, day: date, base: str
) -> int:
    """Put courses into a person's plan, in their order after what is there, and return how many are new in it.

    A course that is planned or begun is not planned twice.

    Raises:
        NotFoundError: If there is no such person or course, or none that the actor may see.
        ForbiddenError: If the actor may not plan for the person, or the plan would be longer than `MOST_ITEMS`.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    _, graph = _found(actor, writer, person)
    if set(courses) - set(course_facts(actor, writer.store, set(courses))):
        raise NotFoundError
    with writer.still():
        plan = plans_of(writer.store, [person]).get(person) or new_plan(writer.store, person, day, base)
        after = extended(plan, courses, due)
        new = len(after.items) - len(plan.items)
        if new and len(after.items) > MOST_ITEMS:
            raise ForbiddenError
        if new:
            writer.write(Change(put=plan_quads(after, graph)), actor=actor)
    return new


def change_plan(
    actor: Actor, writer: Writer, person: Iri, changes: Sequence[ItemChange], *, day: date, base: str
) -> int:
    """Change what becomes of items of a plan, all or nothing, and return how many changed.

    An item that becomes done brings a record for each outcome of its course.

    Raises:
        NotFoundError: If there is no such person, plan or item, or none that the actor may see.
        ForbiddenError: If the actor may not plan for the person.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    found, graph = _found(actor, writer, person)
    with writer.still():
        plan = plans_of(writer.store, [person]).get(person)
        wanted = {each.item: each for each in changes}
        if plan is None or set(wanted) - {each.iri for each in plan.items}:
            raise NotFoundError
        items = []
        done: list[Iri] = []
        for each in plan.items:
            change = wanted.get(each.iri)
            if change is not None and change.status == "done" != each.status:
                done.append(each.course)
            items.append(each if change is None else replace(each, status=change.status, due=change.due))
        count = sum(new != old for new, old in zip(items, plan.items, strict=True))
        if count:
            quads = [*plan_quads(replace(plan, items=tuple(items)), graph)]
            quads += _completions(actor, writer, found, graph, done, day, base)
            writer.write(Change(put=tuple(quads)), actor=actor)
    return count


def aim(actor: Actor, writer: Writer, person: Iri, role: Iri | None, *, day: date, base: str) -> None:
    """Make a role the goal of a person's plan, or take the goal away; a plan without one aims at the roles held.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
        ForbiddenError: If the actor may not plan for the person.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    _, graph = _found(actor, writer, person)
    with writer.still():
        plan = plans_of(writer.store, [person]).get(person)
        if plan is None and role is None:
            return
        plan = plan or new_plan(writer.store, person, day, base)
        if plan.role != role or not plan.items:
            writer.write(Change(put=plan_quads(replace(plan, role=role), graph)), actor=actor)


def course_facts(actor: Actor, store: Store, courses: set[Iri]) -> dict[Iri, CourseFacts]:
    """Return what courses take and bring, of those that there are: the catalogue is for everybody."""
    del actor
    if not courses:
        return {}
    wanted = sorted(courses)
    outcomes: dict[Iri, dict[Iri, tuple[int, int]]] = {}
    for row in ask(store, "course_outcomes", course=wanted):
        brings = outcomes.setdefault(as_iri(row["course"]), {})
        brings[as_iri(row["competence"])] = (as_int(row["from"]), as_int(row["to"]))
    found: dict[Iri, CourseFacts] = {}
    for row in ask(store, "course_facts", course=wanted):
        course = as_iri(row["course"])
        price = row["price"] if row["currency"] == "EUR" else None
        found.setdefault(
            course,
            CourseFacts(
                hours(row["duration"]),
                Decimal(price) if isinstance(price, Decimal | int) else None,
                outcomes.get(course, {}),
            ),
        )
    return found


def _completions(
    actor: Actor, writer: Writer, person: Person, graph: str, courses: Sequence[Iri], day: date, base: str
) -> list[ox.Quad]:
    own = actor.person == person.iri
    quads: list[ox.Quad] = []
    for course, facts in course_facts(actor, writer.store, set(courses)).items():
        for competence, (_, top) in facts.outcomes.items():
            record = NewRecord(
                learner=person.iri, competence=competence, level=top, method=COURSE,
                status="submitted" if own else "validated", issued=day, created=day,
                assessor=person.iri if own else assessor_of(actor, person), evidence=(course,),
            )  # fmt: skip
            quads.extend(recorded(writer.store, graph, record, base)[1])
    return quads


def _found(actor: Actor, writer: Writer, person: Iri) -> tuple[Person, str]:
    found = find_person(actor, writer.store, person)
    if not may_plan(actor, found):
        raise ForbiddenError
    graph = people_graph(writer.store, found.organisation)
    if graph is None:
        raise NotFoundError
    return found, graph


__all__ = [
    "COURSE",
    "ITEM_STATUSES",
    "CourseFacts",
    "ItemChange",
    "ItemStatus",
    "PersonPlan",
    "add_courses",
    "aim",
    "change_plan",
    "course_facts",
    "is_over",
    "may_plan",
    "person_plan",
]
