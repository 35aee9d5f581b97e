"""How a profile of one's own differs from the published role it was made after, and what the role has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from competence_graph.model.gap import Necessity, Requirement

Asked = tuple[int, Necessity, int]
"""Level, necessity, weight."""
Kind = Literal["same", "changed", "added", "left-out"]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A competence in three states: in the published role when it was copied, in it now, in the own profile.

    Each is None where the competence is not asked for there.
    """

    competence: str
    base: Asked | None
    published: Asked | None
    own: Asked | None

    @property
    def kind(self) -> Kind:
        """How the own profile differs from what is published now."""
        if self.own == self.published:
            return "same"
        if self.published is None:
            return "added"
        return "left-out" if self.own is None else "changed"

    @property
    def moved(self) -> bool:
        """Whether the published role has changed here since it was copied, to something else than one's own."""
        return self.published not in (self.base, self.own)


def asked_of(requirements: Mapping[str, Requirement]) -> dict[str, Asked]:
    """Return what is asked, by competence."""
    return {each: (asked.level, asked.necessity, asked.weight) for each, asked in requirements.items()}


def profile_rows(
    base: Mapping[str, Asked], published: Mapping[str, Asked], own: Mapping[str, Asked]
) -> list[ProfileRow]:
    """Return every competence that any of the three asks for, in order of IRIs."""
    return [
        ProfileRow(each, base.get(each), published.get(each), own.get(each))
        for each in sorted({*base, *published, *own})
    ]
