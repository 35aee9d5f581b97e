"""Jobs with a day: what is due when, how it ended last. Of several processes one runs each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from sqlalchemy import or_, select, update

from competence_graph.registry.table_work import Part
from competence_graph.registry.tables import JobRow

BACKUP: Final = "backup"
"""The job by which the registry knows when the last backup was made."""
OLD_BACKUP: Final = timedelta(days=7)
"""After so long without one somebody should be told."""
JobState = Literal["waiting", "running", "done", "failed"]
_LOST: Final = timedelta(hours=1)
"""After so long a job that still runs is taken for one whose process ended."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: ``message`` is what came of its last run, a number where it counts something, else a word."""

    name: str
    due: datetime
    started: datetime | None
    ended: datetime | None
    state: JobState
    message: str


class Jobs(Part):
    """The jobs of the registry."""

    def plan(self, name: str, due: datetime) -> None:
        """Record a job that is not there yet; one that is keeps its day."""
        with self.transactions.begin() as at:
            if at.get(JobRow, name) is None:
                at.add(JobRow(name=name, due=due, state="waiting", message=""))

    def claim(self, name: str, holder: str) -> bool:
        """Take a job that is due; of several that try one gets it."""
        now = self.now()
        free = or_(JobRow.state != "running", JobRow.started < now - _LOST)
        with self.transactions.begin() as at:
            taken = at.execute(
                update(JobRow)
                .where(JobRow.name == name, JobRow.due <= now, free)
                .values(state="running", started=now, holder=holder)
                .returning(JobRow.name)
            )
            return taken.first() is not None

    def finish(self, name: str, message: str, due: datetime, *, failed: bool = False) -> None:
        """Record how a run ended and when the next is due."""
        with self.transactions.begin() as at:
            row = at.get(JobRow, name)
            if row is not None:
                row.state, row.message, row.due = ("failed" if failed else "done"), message[:200], due
                row.ended, row.holder = self.now(), None

    def note(self, name: str, message: str = "") -> None:
        """Record that something was done now that nobody plans here, such as a backup."""
        now = self.now()
        with self.transactions.begin() as at:
            row = at.get(JobRow, name)
            if row is None:
                row = JobRow(name=name, due=now, state="done", message="")
                at.add(row)
            row.state, row.message, row.started, row.ended, row.due = "done", message[:200], now, now, now

    def find(self, name: str) -> Job | None:
        """Return a job by its name."""
        with self.transactions() as at:
            row = at.get(JobRow, name)
            return None if row is None else _job(row)

    def all(self) -> list[Job]:
        """Return all jobs, by name."""
        with self.transactions() as at:
            return [_job(row) for row in at.scalars(select(JobRow).order_by(JobRow.name))]


def _job(row: JobRow) -> Job:
    return Job(row.name, row.due, row.started, row.ended, cast("JobState", row.state), row.message)
