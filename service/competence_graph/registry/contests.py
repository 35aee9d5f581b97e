"""Objections of people to levels that others recorded, and how they were answered. The words are personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import ContestRow


@dataclass(frozen=True, slots=True)
class Contest:
    """An objection: ``state`` is open, accepted or declined."""

    id: str
    person: str
    organisation: str
    record: str
    reason: str
    at: datetime
    state: str
    answer: str
    answered: datetime | None


class Contests(Part):
    """The objections."""

    def open(self, person: str, organisation: str, record: str, reason: str) -> str:
        """Record an objection and return its id; while one to the same record is open, that one gets the new words."""
        with self.transactions.begin() as at:
            row = at.scalar(
                select(ContestRow).where(
                    ContestRow.pseudonym == person, ContestRow.attainment == record, ContestRow.state == "open"
                )
            )
            if row is None:
                row = ContestRow(
                    id=new_id(), pseudonym=person, organisation=organisation, attainment=record, at=self.now(),
                    state="open", answer="",
                )  # fmt: skip
                at.add(row)
            row.reason = reason
            return row.id

    def answer(self, contest: str, by: str, state: str, answer: str) -> bool:
        """Record how an objection was answered; of two who answer at once the first does, the other gets False."""
        with self.transactions.begin() as at:
            done = at.execute(
                update(ContestRow)
                .where(ContestRow.id == contest, ContestRow.state == "open")
                .values(state=state, answer=answer, answered=self.now(), answered_by=by)
                .returning(ContestRow.id)
            )
            return done.first() is not None

    def find(self, contest: str) -> Contest | None:
        """Return one objection."""
        with self.transactions() as at:
            row = at.get(ContestRow, contest)
            return None if row is None else _contest(row)

    def of_person(self, person: str) -> list[Contest]:
        """Return a person's objections, newest first."""
        with self.transactions() as at:
            asked = select(ContestRow).where(ContestRow.pseudonym == person)
            return [_contest(row) for row in at.scalars(asked.order_by(ContestRow.at.desc(), ContestRow.id))]

    def open_of_organisation(self, organisation: str) -> list[Contest]:
        """Return the objections that wait for an answer in an organisation, the oldest first."""
        with self.transactions() as at:
            asked = select(ContestRow).where(ContestRow.organisation == organisation, ContestRow.state == "open")
            return [_contest(row) for row in at.scalars(asked.order_by(ContestRow.at, ContestRow.id))]


def _contest(row: ContestRow) -> Contest:
    return Contest(
        row.id, row.pseudonym, row.organisation, row.attainment, row.reason, row.at, row.state, row.answer, row.answered
    )
