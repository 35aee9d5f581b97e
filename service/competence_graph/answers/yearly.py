"""What an institution, or one of its units, books for a year: the courses that bring everybody as far as courses can.

Source: design/model.md, "What to take next": the cohort form, in which one course is shared by many people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyoxigraph as ox

from competence_graph.answers.gaps import GroupGaps, organisation_gaps
from competence_graph.answers.people import Names, Person, as_int, as_iri, labels
from competence_graph.answers.planning import MOST_ITEMS, is_over, may_plan
from competence_graph.answers.recommendations import offers_for
from competence_graph.errors import ForbiddenError, NotFoundError
from competence_graph.graph.change import Change
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.planning import extended, new_plan, plan_quads, plans_of
from competence_graph.graph.questions import ask
from competence_graph.graph.recording import people_graph
from competence_graph.graph.store import Store
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.closing import Offer
from competence_graph.model.cohort import CohortPlan, Member, cohort_plan, single_plans
from competence_graph.model.iri import Iri
from competence_graph.model.plan import Measure, Wanted
from competence_graph.model.text import Text

Pays = Literal["group", "person"]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What to book for the people of an institution or a unit, and what stands in their plans already.

    ``planned`` counts, by course, the people in whose plans it is still to be done; ``unreached`` the levels, over all
    people, that no course gives, by competence. ``learners`` are the people with a known gap.
    """

    group: GroupGaps
    plan: CohortPlan
    planned: Mapping[str, int]
    unreached: Mapping[str, int]
    learners: int
    labels: Mapping[str, tuple[Text, ...]]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class YearQuestion:
    """What a year's plan is to be reckoned from; ``size`` says how hard that is: people times courses."""

    group: GroupGaps
    members: tuple[Member, ...]
    catalogue: tuple[Offer, ...]
    least: Measure
    pays: Pays

    @property
    def size(self) -> int:
        """People with a gap times courses that may help."""
        return len(self.members) * len(self.catalogue)

    def solve(self, seconds: float = 5.0) -> CohortPlan:
        """Return the plan, by a search of so many seconds at most."""
        if self.pays == "person":
            return single_plans(self.members, self.catalogue, least=self.least)
        return cohort_plan(self.members, self.catalogue, least=self.least, seconds=seconds)


def year_question(
    actor: Actor,
    store: Store,
    organisation: Iri,
    *,
    unit: Iri | None = None,
    least: Measure = "price",
    pays: Pays = "group",
    levels: LevelMatrix | None = None,
) -> YearQuestion:
    """Return what the plan for everybody of an institution, or of one of its units, is reckoned from.

    Args:
        actor: Its HR; a unit lead for a unit of the lead's own.
        store: The graph.
        organisation: The institution.
        unit: Only the people of this unit.
        least: What to spend least of.
        pays: Whether the price of a course is paid once for a group, or for each person.
        levels: The level matrix, where the rows are to come from it.

    Raises:
        NotFoundError: If there is no such institution or unit, or none that the actor may see.
    """
    group = organisation_gaps(actor, store, organisation, unit=unit, levels=levels)
    missing = [row for row in group.rows if row.gap and row.assessed]
    attained: dict[str, dict[str, int]] = defaultdict(dict)
    for row in ask(store, "organisation_levels", organisation=organisation):
        attained[as_iri(row["person"])][as_iri(row["competence"])] = as_int(row["attained"])
    wanted: dict[str, list[Wanted]] = defaultdict(list)
    for gap in group.rows:
        if gap.assessed:
            attained[gap.person][gap.competence] = gap.attained
    for gap in missing:
        wanted[gap.person].append(Wanted(gap.competence, gap.required, gap.weight))
    offers = offers_for(actor, store, {row.competence for row in missing})
    catalogue = {offer.course: offer for each in offers.values() for offer in each}
    members = [Member(person, tuple(each), attained[person]) for person, each in sorted(wanted.items())]
    return YearQuestion(group, tuple(members), tuple(catalogue[course] for course in sorted(catalogue)), least, pays)


def year_answer(actor: Actor, store: Store, names: Names, asked: YearQuestion, plan: CohortPlan) -> YearPlan:
    """Return a plan with what stands in people's plans already, and what everything is called.

    Raises:
        NotFoundError: If the actor may not see the people.
    """
    group = asked.group
    organisation = group.organisation
    allowed = (
        actor.may_see_organisation(organisation) if group.unit is None else actor.may_see_unit(organisation, group.unit)
    )
    actor.require(allowed)
    unreached: Counter[str] = Counter()
    for each in plan.plans.values():
        unreached.update(each.unreached)
    standing = plans_of(store, [Iri(person.iri) for person in group.people])
    planned: Counter[str] = Counter()
    planned.update(item.course for each in standing.values() for item in each.items if not is_over(item))
    courses = {each.course for each in plan.bookings}
    places: dict[str, frozenset[str]] = {person.iri: person.places for person in group.staff.employed}
    return YearPlan(
        group=group,
        plan=plan,
        planned=planned,
        unreached=dict(unreached),
        learners=len(asked.members),
        labels=labels(actor, store, {organisation, *group.staff.units, *courses, *planned, *unreached}),
        names=names.names(actor, organisation, set(plan.plans), places),
    )


def put_into_plans(actor: Actor, writer: Writer, answer: YearPlan, *, due: date | None, day: date, base: str) -> int:
    """Put what is to be booked into the plan of everybody who is to take it, all or nothing.

    Returns:
        How many entries are new; what stands in a plan already is not put there twice.

    Raises:
        ForbiddenError: If the actor may not plan for one of the people, or a plan would be longer than `MOST_ITEMS`.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    people: dict[str, Person] = {person.iri: person for person in answer.group.people}
    if not all(may_plan(actor, people[person]) for person in answer.plan.plans):
        raise ForbiddenError
    graph = people_graph(writer.store, answer.group.organisation)
    if graph is None:
        raise NotFoundError
    count = 0
    quads: list[ox.Quad] = []
    with writer.still():
        standing = plans_of(writer.store, [Iri(person) for person in answer.plan.plans])
        for person, mine in answer.plan.plans.items():
            courses = [Iri(step.course) for step in mine.courses.steps]
            before = standing.get(Iri(person)) or new_plan(writer.store, Iri(person), day, base)
            after = extended(before, courses, due)
            new = len(after.items) - len(before.items)
            if new and len(after.items) > MOST_ITEMS:
                raise ForbiddenError
            if new:
                count += new
                quads += plan_quads(after, graph)
        if quads:
            writer.write(Change(put=tuple(quads)), actor=actor)
    return count


__all__ = ["Pays", "YearPlan", "YearQuestion", "put_into_plans", "year_answer", "year_question"]
