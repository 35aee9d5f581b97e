"""Which record a person took along to another employer: the two institutions' graphs know nothing of each other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import CarryRow, GrantRow


class Carries(Part):
    """The records taken along."""

    def people(self, account: str) -> list[str]:
        """Return the pseudonyms that an account is or was: of all its employers."""
        with self.transactions() as at:
            asked = select(GrantRow.person).where(GrantRow.account == account, GrantRow.person.is_not(None))
            return sorted({each for each in at.scalars(asked) if each is not None})

    def note(self, source: str, copy: str, person: str) -> bool:
        """Note that a record was copied to a person; False where it was copied to them before."""
        try:
            with self.transactions.begin() as at:
                at.add(CarryRow(id=new_id(), source=source, copy=copy, pseudonym=person, at=self.now()))
        except IntegrityError:
            return False
        return True

    def copied_to(self, person: str, sources: Collection[str]) -> set[str]:
        """Return which of these records a person has taken along already."""
        with self.transactions() as at:
            asked = select(CarryRow.source).where(CarryRow.pseudonym == person, CarryRow.source.in_(list(sources)))
            return set(at.scalars(asked))

    def origins(self, person: str) -> dict[str, datetime]:
        """Return the copies that a person holds, by IRI, with the moment of each."""
        with self.transactions() as at:
            rows = at.execute(select(CarryRow.copy, CarryRow.at).where(CarryRow.pseudonym == person))
            return {row[0]: row[1] for row in rows}
