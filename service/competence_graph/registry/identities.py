"""Who stands behind a pseudonym: the only place that can answer it, and only to whom it may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session as Transaction

from competence_graph.model.actor import Actor
from competence_graph.registry.table_work import Part, new_id
from competence_graph.registry.tables import AccountRow, Identity

_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A person of an organisation, as the registry knows them; ``number`` is the institution's own for them."""

    pseudonym: str
    organisation: str
    given_name: str
    family_name: str
    email: str | None
    number: str | None
    since: datetime | None
    left: datetime | None

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}".strip()


class Identities(Part):
    """The identities of pseudonyms."""

    def put(self, pseudonym: str, organisation: str, given_name: str, family_name: str, email: str | None) -> None:
        """Record who stands behind a pseudonym; recorded again, the newer wins."""
        self.put_all([(pseudonym, organisation, given_name, family_name, email)])

    def put_all(self, people: Collection[tuple[str, str, str, str, str | None]]) -> None:
        """Record many at once: (pseudonym, organisation, given name, family name, e-mail) each."""
        now = self.now()
        with self.transactions.begin() as at:
            known = _rows(at, [each[0] for each in people])
            for pseudonym, organisation, given_name, family_name, email in people:
                row = known.get(pseudonym)
                if row is None:
                    row = Identity(pseudonym=pseudonym, human=new_id(), since=now)
                    known[pseudonym] = row
                    at.add(row)
                row.organisation, row.given_name, row.family_name = organisation, given_name, family_name
                row.email = email

    def names(
        self,
        actor: Actor,
        organisation: str,
        pseudonyms: Collection[str],
        units: Mapping[str, Collection[str]] | None = None,
    ) -> dict[str, str]:
        """Return the names the actor may see, by pseudonym; who may not be seen is simply not there.

        Args:
            actor: Who asks: HR sees its organisation, everybody sees themselves, a unit's lead sees its people.
            organisation: Whose people; a pseudonym of another organisation has no name here.
            pseudonyms: Of whom.
            units: The units of each pseudonym, from the graph. Without it a unit's lead sees nobody's name.
        """
        units = units or {}
        allowed = [
            each
            for each in dict.fromkeys(pseudonyms)
            if actor.may_see_person(each, organisation, frozenset(units.get(each, ())))
        ]
        with self.transactions() as at:
            found = _rows(at, allowed)
            return {
                each: _known(found[each]).name
                for each in allowed
                if each in found and found[each].organisation == organisation
            }

    def find(self, pseudonym: str) -> Known | None:
        """Return the person of a pseudonym, for parts that asked already whether the actor may see them."""
        with self.transactions() as at:
            row = at.get(Identity, pseudonym)
            return None if row is None else _known(row)

    def pseudonyms(self) -> list[str]:
        """Return every pseudonym that has a name here."""
        with self.transactions() as at:
            return list(at.scalars(select(Identity.pseudonym).order_by(Identity.pseudonym)))

    def of_human(self, human: str) -> tuple[Known, ...]:
        """Return all pseudonyms of one human being: for that human being alone."""
        with self.transactions() as at:
            rows = at.scalars(select(Identity).where(Identity.human == human).order_by(Identity.pseudonym))
            return tuple(_known(row) for row in rows)

    def human(self, pseudonym: str) -> str | None:
        """Return the id of the human being behind a pseudonym; it never leaves the registry's callers."""
        with self.transactions() as at:
            return at.scalar(select(Identity.human).where(Identity.pseudonym == pseudonym))

    def join(self, pseudonym: str, human: str) -> None:
        """Say that a pseudonym is of this human being, with its accounts: by that human being's own act only."""
        with self.transactions.begin() as at:
            row = at.get(Identity, pseudonym)
            if row is None or row.human == human:
                return
            at.execute(update(AccountRow).where(AccountRow.human == row.human).values(human=human))
            at.execute(update(Identity).where(Identity.human == row.human).values(human=human))

    def leave(self, pseudonym: str, moment: datetime) -> None:
        """Record when a person left or will leave the organisation; retention is reckoned from it."""
        with self.transactions.begin() as at:
            row = at.get(Identity, pseudonym)
            if row is not None:
                row.left = moment

    def come_back(self, pseudonym: str) -> None:
        """Record that a person is with the organisation again, or never left it."""
        with self.transactions.begin() as at:
            row = at.get(Identity, pseudonym)
            if row is not None:
                row.left = None

    def has_email(self, organisation: str, email: str) -> bool:
        """Whether somebody of an organisation who has not left has this e-mail address."""
        with self.transactions() as at:
            asked = select(Identity.pseudonym).where(
                Identity.organisation == organisation,
                func.lower(Identity.email) == email.strip().lower(),
                or_(Identity.left.is_(None), Identity.left > self.now()),
            )
            return at.scalar(asked.limit(1)) is not None

    def present(self, organisation: str) -> dict[str, tuple[str, str, str | None]]:
        """Return given name, family name and e-mail of everybody of an organisation who has not left, by pseudonym."""
        with self.transactions() as at:
            rows = at.scalars(
                select(Identity).where(
                    Identity.organisation == organisation, or_(Identity.left.is_(None), Identity.left > self.now())
                )
            )
            return {row.pseudonym: (row.given_name, row.family_name, row.email) for row in rows}

    def numbers(self, organisation: str) -> dict[str, str]:
        """Return the employee numbers of an organisation's people who have not left and have one, by pseudonym."""
        with self.transactions() as at:
            rows = at.scalars(
                select(Identity).where(
                    Identity.organisation == organisation,
                    Identity.number.is_not(None),
                    or_(Identity.left.is_(None), Identity.left > self.now()),
                )
            )
            return {row.pseudonym: row.number for row in rows if row.number is not None}

    def set_numbers(self, numbers: Mapping[str, str | None]) -> None:
        """Record the employee numbers of people by pseudonym; None takes one away."""
        if not numbers:
            return
        with self.transactions.begin() as at:
            for pseudonym, row in _rows(at, list(numbers)).items():
                row.number = numbers[pseudonym]

    def names_in(self, organisation: str) -> list[str]:
        """Return the names of everybody of an organisation, by the last part of its IRI: for the scan, never shown."""
        with self.transactions() as at:
            rows = at.scalars(
                select(Identity).where(Identity.organisation.endswith(f"/{organisation}", autoescape=True))
            )
            return [_known(row).name for row in rows]

    def leavers(self, organisation: str) -> tuple[Known, ...]:
        """Return those who left an organisation or will, the last to leave first: for its HR."""
        with self.transactions() as at:
            asked = select(Identity).where(Identity.organisation == organisation, Identity.left.is_not(None))
            return tuple(_known(row) for row in at.scalars(asked.order_by(Identity.left.desc(), Identity.pseudonym)))

    def first_to_go(self) -> datetime | None:
        """Return when the one who left longest ago did."""
        with self.transactions() as at:
            return at.scalar(select(Identity.left).where(Identity.left.is_not(None)).order_by(Identity.left).limit(1))

    def left_before(self, moment: datetime) -> tuple[Known, ...]:
        """Return those who left before a moment: their time is up."""
        with self.transactions() as at:
            rows = at.scalars(select(Identity).where(Identity.left < moment).order_by(Identity.pseudonym))
            return tuple(_known(row) for row in rows)


def _rows(at: Transaction, pseudonyms: Collection[str]) -> dict[str, Identity]:
    wanted = list(dict.fromkeys(pseudonyms))
    found: dict[str, Identity] = {}
    for start in range(0, len(wanted), _MOST_AT_ONCE):
        asked = wanted[start : start + _MOST_AT_ONCE]
        found.update((row.pseudonym, row) for row in at.scalars(select(Identity).where(Identity.pseudonym.in_(asked))))
    return found


def _known(row: Identity) -> Known:
    return Known(
        row.pseudonym, row.organisation, row.given_name, row.family_name, row.email, row.number, row.since, row.left
    )
