"""What a published role required on the day an organisation copied it: against it a later release is compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import sessionmaker

from competence_graph.model.profile_change import Asked
from competence_graph.registry.tables import ProfileRow


class Profiles:
    """The states that copies were made from, by the IRI of the copy."""

    def __init__(self, transactions: sessionmaker[Transaction], now: Callable[[], datetime]) -> None:
        """Take the transactions and the present moment."""
        self._transactions = transactions
        self._now = now

    def keep(self, role: str, organisation: str, source: str, base: Mapping[str, Asked]) -> None:
        """Keep what the published role requires now; kept again, the newer state replaces the older."""
        with self._transactions.begin() as at:
            at.merge(
                ProfileRow(
                    role=role, organisation=organisation, source=source, at=self._now(),
                    base=json.dumps({each: list(asked) for each, asked in base.items()}),
                )
            )  # fmt: skip

    def base(self, role: str) -> tuple[dict[str, Asked], datetime] | None:
        """Return what was required when the copy was made or last brought up to date, and when that was."""
        with self._transactions() as at:
            row = at.get(ProfileRow, role)
            if row is None:
                return None
            known = json.loads(row.base)
            return {each: (asked[0], asked[1], asked[2]) for each, asked in known.items()}, row.at

    def forget(self, role: str) -> None:
        """Forget a copy that is no more."""
        with self._transactions.begin() as at:
            at.execute(delete(ProfileRow).where(ProfileRow.role == role))
