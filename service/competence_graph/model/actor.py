"""Who asks, and what may be seen (source: design/trust.md, "Who sees what")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from competence_graph.errors import ForbiddenError, NotFoundError

ActorKind = Literal["anyone", "learner", "unit-lead", "hr", "planner", "editor", "ministry", "admin", "operator"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks.

    ``person`` is the actor's own pseudonym, ``organisation`` the one the account belongs to, ``units`` those the actor
    leads. ``account`` names the account in the registry; it is no name of a person. ``glass`` are organisations whose
    people an admin may see for a while, for a reason that was recorded and that the organisation is shown.
    """

    kind: ActorKind
    account: str = ""
    person: str | None = None
    organisation: str | None = None
    units: frozenset[str] = frozenset()
    glass: frozenset[str] = frozenset()

    @property
    def signed_in(self) -> bool:
        """Whether an account stands behind the actor."""
        return self.kind != "anyone"

    def may_see_organisation(self, organisation: str) -> bool:
        """Whether people and attainments of the whole organisation may be seen."""
        if self.kind == "admin":
            return organisation in self.glass
        return self.kind == "operator" or (self.kind == "hr" and self.organisation == organisation)

    def may_see_unit(self, organisation: str, unit: str) -> bool:
        """Whether people and attainments of this unit may be seen."""
        if self.may_see_organisation(organisation):
            return True
        return self.kind == "unit-lead" and self.organisation == organisation and unit in self.units

    def may_see_person(self, person: str, organisation: str, units: frozenset[str]) -> bool:
        """Whether the attainments of a person may be seen: oneself, one's unit's lead, one's organisation's HR."""
        if self.person is not None and self.person == person and self.organisation == organisation:
            return True
        return self.may_see_organisation(organisation) or any(self.may_see_unit(organisation, unit) for unit in units)

    def require(self, allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: actor.require(actor.may_see_...)
        """Raise `NotFoundError` unless allowed: what may not be seen looks as if it were not there."""
        if not allowed:
            raise NotFoundError

    def require_kind(self, *kinds: ActorKind) -> None:
        """Raise `ForbiddenError` unless the actor is of one of these kinds or the operator."""
        if self.kind != "operator" and self.kind not in kinds:
            raise ForbiddenError


ANYONE: Final = Actor("anyone")
OPERATOR: Final = Actor("operator", account="operator")
"""Who runs the command line on the machine that holds the data."""
