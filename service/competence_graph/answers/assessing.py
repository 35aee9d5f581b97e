"""A person against all that the roles held ask for, on one sheet: the person's own word and the lead's beside it.

Nothing is overwritten: a choice on the sheet is one more record, and a review says what became of the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyoxigraph as ox

from competence_graph.answers.gaps import person_rows
from competence_graph.answers.people import as_int, as_iri, labels
from competence_graph.answers.recording import (
    MANAGER,
    SELF,
    History,
    Record,
    assessor_of,
    may_record,
    person_history,
)
from competence_graph.errors import ForbiddenError, LevelOutOfRangeError, NotFoundError
from competence_graph.graph.change import Change
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.questions import ask
from competence_graph.graph.recording import NewRecord, people_graph, recorded
from competence_graph.graph.store import Store
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Gap
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text


@dataclass(frozen=True, slots=True)
class Asked:
    """A competence that the roles held ask for: what is seen at each level, and what is known of the person.

    ``levels`` has what a person at each level is seen to do, 1 and up; ``own`` is the person's newest word and
    ``counting`` the record that counts today. Either is None where there is none.
    """

    row: Gap
    levels: Mapping[int, tuple[Text, ...]]
    own: Record | None
    counting: Record | None

    @property
    def waits(self) -> bool:
        """Whether the person's own word is to be reviewed."""
        return self.own is not None and self.own.waits


@dataclass(frozen=True, slots=True)
class AssessmentSheet:
    """All that the roles held ask for, the essential first; ``labels`` names every competence and role in it."""

    history: History
    asked: tuple[Asked, ...]
    labels: Mapping[str, tuple[Text, ...]]

    @property
    def waiting(self) -> tuple[Asked, ...]:
        """Those of which the person's own word is to be reviewed."""
        return tuple(each for each in self.asked if each.waits)


@dataclass(frozen=True, slots=True)
class Choice:
    """A level chosen on the sheet; ``evidence`` is where its proof stands, ``expires`` the last day it holds."""

    competence: Iri
    level: int
    evidence: Iri | None = None
    expires: date | None = None


def assessment_sheet(actor: Actor, store: Store, levels: LevelMatrix, person: Iri) -> AssessmentSheet:
    """Return the sheet of a person: for the person, and for whoever may assess them.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
        ForbiddenError: If the actor may see the person and not assess them.
    """
    history = person_history(actor, store, person)
    if actor.person != person and not may_record(actor, history.person):
        raise ForbiddenError
    rows = person_rows(actor, levels, person).rows
    competences = [Iri(row.competence) for row in rows]
    said: dict[str, dict[int, list[Text]]] = {each: {} for each in competences}
    for found in ask(store, "competence_levels", competence=competences) if competences else []:
        if isinstance(found["definition"], Text):
            said[as_iri(found["competence"])].setdefault(as_int(found["level"]), []).append(found["definition"])
    asked = tuple(
        Asked(
            row,
            {level: tuple(texts) for level, texts in said[row.competence].items()},
            next((each for each in history.records if _is_own(each, row.competence)), None),
            next((each for each in history.records if each.counts and each.competence == row.competence), None),
        )
        for row in sorted(rows, key=lambda row: (row.necessity, -row.weight, row.competence))
    )
    return AssessmentSheet(history, asked, labels(actor, store, {*competences, *history.person.roles}))


def assess_sheet(
    actor: Actor, writer: Writer, sheet: AssessmentSheet, choices: Sequence[Choice], *, day: date, base: str
) -> int:
    """Record what was chosen on a sheet, all of it or nothing.

    Of oneself it waits for review, in the place of an own word that waited. Of one's people it counts at once: where
    the person's own word waits, the same level confirms it, and another one is recorded beside it and the own word is
    not confirmed.

    Returns:
        How many competences were recorded anew; a choice that says what is recorded already is none.

    Raises:
        NotFoundError: If a choice is of no competence on the sheet.
        LevelOutOfRangeError: If its scale has no such level.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    person = sheet.history.person
    graph = people_graph(writer.store, person.organisation)
    asked = {each.row.competence: each for each in sheet.asked}
    if graph is None or not {each.competence for each in choices} <= set(asked):
        raise NotFoundError
    own = actor.person == person.iri
    assessor = person.iri if own else assessor_of(actor, person)
    quads: list[ox.Quad] = []
    count = 0
    for choice in choices:
        found = asked[choice.competence]
        if not 0 <= choice.level <= found.row.top:
            raise LevelOutOfRangeError(choice.competence, choice.level, found.row.top)
        made = _own_word(found, choice, day, person.iri) if own else _lead_word(found, choice, day, assessor)
        count += bool(made)
        for record in made:
            quads.extend(recorded(writer.store, graph, record, base)[1])
    if quads:
        writer.write(Change(put=tuple(quads)), actor=actor)
    return count


def confirmations(sheet: AssessmentSheet) -> list[Choice]:
    """Return the choices that confirm every own word on a sheet that waits."""
    return [
        Choice(each.own.competence, each.own.level, None, each.own.expires)
        for each in sheet.waiting
        if each.own is not None
    ]


def _is_own(record: Record, competence: str) -> bool:
    return record.competence == competence and record.method == SELF and not record.replaced


def _own_word(asked: Asked, choice: Choice, day: date, person: Iri) -> list[NewRecord]:
    before = asked.own if asked.waits else None
    evidence = (choice.evidence,) if choice.evidence is not None else ()
    if before is not None and (before.level, before.evidence, before.expires) == (
        choice.level,
        evidence,
        choice.expires,
    ):
        return []
    return [
        NewRecord(
            learner=person, competence=choice.competence, level=choice.level, method=SELF, status="submitted",
            issued=day, created=day, assessor=person, expires=choice.expires, evidence=evidence,
            revises=None if before is None else before.iri,
        )
    ]  # fmt: skip


def _lead_word(asked: Asked, choice: Choice, day: date, assessor: Iri) -> list[NewRecord]:
    made = []
    own = asked.own if asked.waits else None
    evidence = (choice.evidence,) if choice.evidence is not None else ()
    if own is not None:
        agrees = own.level == choice.level
        made.append(
            NewRecord(
                learner=Iri(asked.row.person), competence=own.competence, level=own.level, method=own.method,
                status="validated" if agrees else "rejected", issued=own.issued, created=day, assessor=own.assessor,
                expires=(choice.expires or own.expires) if agrees else own.expires,
                evidence=tuple(dict.fromkeys((*own.evidence, *evidence))) if agrees else own.evidence,
                revises=own.iri,
            )
        )  # fmt: skip
        if agrees:
            return made
    made.append(
        NewRecord(
            learner=Iri(asked.row.person), competence=choice.competence, level=choice.level, method=MANAGER,
            status="validated", issued=day, created=day, assessor=assessor, expires=choice.expires, evidence=evidence,
        )
    )  # fmt: skip
    return made


__all__ = ["Asked", "AssessmentSheet", "Choice", "assess_sheet", "assessment_sheet", "confirmations"]
