"""Which courses close the gaps of one person; a level that no course reaches is said to be so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from competence_graph.answers.people import as_int, as_iri
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row
from competence_graph.model.actor import Actor
from competence_graph.model.closing import Closing, Offer, closing
from competence_graph.model.gap import Gap
from competence_graph.model.iri import Iri
from competence_graph.model.plan import CoursePlan, Measure, Wanted, course_plan

_HOURS: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?\Z")
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What courses do for each gap, by competence; and the plan for all of them together at the least price."""

    closings: Mapping[str, Closing]
    plan: CoursePlan

    @property
    def unreached(self) -> tuple[Closing, ...]:
        """Gaps of which no course, or no further one, gives the missing levels."""
        return tuple(each for each in self.closings.values() if not each.closes)

    @property
    def courses(self) -> set[str]:
        """Every course named."""
        chains = [self.plan.courses, *(chain for each in self.closings.values() for chain in each.chains)]
        return {step.course for chain in chains for step in chain.steps}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is to spend least of, and how much of it may be spent at most; None for as much as it takes."""

    least: Measure = "price"
    budget: int | None = None


CHEAPEST: Final = Wish()


def recommend(
    actor: Actor, store: Store, rows: Iterable[Gap], held: Mapping[str, int], wish: Wish = CHEAPEST
) -> Recommendation:
    """Return the courses that close each gap of one person about which something is known.

    Args:
        actor: Who asks.
        store: Where the courses are.
        rows: The rows of one person.
        held: The person's levels that count, of competences beside those of the rows.
        wish: What the plan for all gaps together is to spend least of.
    """
    rows = list(rows)
    missing = [row for row in rows if row.gap and row.assessed]
    offers = offers_for(actor, store, {row.competence for row in missing})
    attained: dict[str, int] = {**held, **{row.competence: row.attained for row in rows if row.assessed}}
    return Recommendation(
        {
            row.competence: closing(row.competence, row.required, attained, offers.get(row.competence, ()))
            for row in missing
        },
        course_plan(
            [Wanted(row.competence, row.required, row.weight) for row in missing],
            attained,
            {offer.course: offer for each in offers.values() for offer in each}.values(),
            least=wish.least,
            budget=wish.budget,
        ),
    )


def offers_for(actor: Actor, store: Store, competences: Collection[str]) -> dict[str, tuple[Offer, ...]]:
    """Return for each competence the courses that teach it and those to be taken before them.

    The catalogue of courses is for everybody.
    """
    del actor
    if not competences:
        return {}
    by_course: dict[Iri, list[Row]] = defaultdict(list)
    wanted: dict[str, set[Iri]] = defaultdict(set)
    for row in ask(store, "courses_closing_gaps", competence=[Iri(each) for each in sorted(competences)]):
        course = as_iri(row["course"])
        by_course[course].append(row)
        wanted[as_iri(row["competence"])].add(course)
    offers = {course: _offer(course, rows) for course, rows in by_course.items()}
    return {competence: tuple(offers[course] for course in sorted(courses)) for competence, courses in wanted.items()}


def _offer(course: Iri, rows: Collection[Row]) -> Offer:
    first = next(iter(rows))
    price = first["price"]
    return Offer(
        course=course,
        outcomes={as_iri(row["teaches"]): (as_int(row["from"]), as_int(row["to"])) for row in rows},
        prerequisites=frozenset(as_iri(row["before"]) for row in rows if row["before"] is not None),
        hours=hours(first["time"]),
        price=Decimal(price) if isinstance(price, Decimal | int) else None,
    )


def hours(duration: object) -> int | None:
    """Return the whole hours of an xsd:duration such as PT16H, begun ones counted; None where it is none.

    A day is 24 hours, as XML Schema has it: the store itself turns PT32H into P1DT8H.
    """
    found = _HOURS.match(str(duration)) if duration is not None else None
    if found is None or not any(found.groups()):
        return None
    days, whole, minutes = (int(part or 0) for part in found.groups())
    return days * _HOURS_A_DAY + whole + (minutes > 0)
