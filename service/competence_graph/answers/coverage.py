"""What courses teach of what roles require: the planner's view. Roles and courses are published: it is for anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from competence_graph.answers.people import as_int, as_iri
from competence_graph.errors import NotFoundError
from competence_graph.graph.public import public
from competence_graph.graph.store import Store
from competence_graph.graph.vocab import CG
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Necessity
from competence_graph.model.iri import Iri


@dataclass(frozen=True, slots=True)
class Taught:
    """A competence that a role requires: ``courses`` teach ``taught`` of its steps 1 to ``required``."""

    competence: Iri
    required: int
    weight: int
    necessity: Necessity
    courses: int
    taught: int

    @property
    def missing(self) -> int:
        """Steps that no course teaches."""
        return self.required - self.taught


@dataclass(frozen=True, slots=True)
class RoleCoverage:
    """How much of what a role requires courses teach; the rows that weigh most first."""

    role: Iri
    rows: Sequence[Taught]

    @property
    def share(self) -> float:
        """The weighted share of steps that some course teaches."""
        return sum(row.weight * row.taught for row in self.rows) / sum(row.weight * row.required for row in self.rows)

    @property
    def untaught(self) -> tuple[Taught, ...]:
        """The rows with steps that no course teaches: the planner's shopping list."""
        return tuple(row for row in self.rows if row.missing)


@dataclass(frozen=True, slots=True)
class Untaught:
    """A live competence that no course teaches: how many roles require it, and at what level at most."""

    competence: Iri
    roles: int
    highest: int


def role_coverage(actor: Actor, store: Store, role: Iri) -> RoleCoverage:
    """Return what courses teach of what a role requires.

    Raises:
        NotFoundError: If there is no published role of this IRI that requires anything.
    """
    del actor
    rows = [
        Taught(
            competence=as_iri(row["competence"]),
            required=as_int(row["required"]),
            weight=as_int(row["weight"]),
            necessity="essential" if row["necessity"] == str(CG.essential) else "optional",
            courses=as_int(row["courses"]),
            taught=as_int(row["taught"]),
        )
        for row in public(store).ask("coverage_of_role_by_courses", role=role)
    ]
    if not rows:
        raise NotFoundError
    return RoleCoverage(role, rows)


def untaught_competences(actor: Actor, store: Store, framework: Iri) -> Sequence[Untaught]:
    """Return the competences of a framework that no course teaches, those first that most roles require."""
    del actor
    return [
        Untaught(as_iri(row["competence"]), as_int(row["roles"]), as_int(row["highest"]))
        for row in public(store).ask("competences_no_course_teaches", framework=framework)
    ]
