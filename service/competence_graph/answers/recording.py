"""How a person's levels came about, and the acts that change them: assess, review, correct.

Who may do what (source: design/trust.md, "Who sees what"): everybody assesses themselves; the lead of the unit and the
personnel specialists of the institution assess and review; nobody else does, an admin behind broken glass neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from competence_graph.answers.people import Person, as_date, as_int, as_iri, find_person, labels
from competence_graph.errors import ForbiddenError, LevelOutOfRangeError, NotFoundError
from competence_graph.graph.change import Change
from competence_graph.graph.history import JUDGEMENTS
from competence_graph.graph.questions import ask, look_up
from competence_graph.graph.recording import NewRecord, people_graph, recorded
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row, to_rows
from competence_graph.graph.vocab import CG
from competence_graph.graph.write import Writer
from competence_graph.model.actor import Actor
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

MANAGER: Final = Iri(str(CG.managerAssessment))
SELF: Final = Iri(str(CG.selfAssessment))
_STATUS: Final = str(CG.draft).removesuffix("draft")

Decision = Literal["validated", "rejected"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a level. ``counts`` says current, provisional or lapsed; empty where it does not count.

    ``replaced`` tells that a later record revises it; ``evidence`` is where its proofs stand.
    """

    iri: Iri
    competence: Iri
    level: int
    method: Iri
    status: str
    issued: date
    created: date
    expires: date | None
    assessor: Iri
    revises: Iri | None
    counts: str
    replaced: bool
    evidence: tuple[Iri, ...] = ()

    @property
    def is_proof(self) -> bool:
        """Whether it is a certificate, a course or a test, and not somebody's judgement."""
        return self.method not in JUDGEMENTS

    @property
    def waits(self) -> bool:
        """Whether somebody has to review it."""
        return self.status == "submitted" and not self.replaced


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was ever recorded about a person, newest first, and what the things in it are called."""

    person: Person
    records: tuple[Record, ...]
    tops: Mapping[str, int]
    labels: Mapping[str, tuple[Text, ...]]

    def record(self, iri: str) -> Record:
        """Return one of the records.

        Raises:
            NotFoundError: If it is not a record of this person.
        """
        for each in self.records:
            if each.iri == iri:
                return each
        raise NotFoundError


def may_record(actor: Actor, person: Person) -> bool:
    """Whether the actor may assess and review this person: the unit's lead or the institution's HR, never oneself."""
    if actor.kind == "operator":
        return True
    if actor.kind not in {"hr", "unit-lead"} or actor.person == person.iri:
        return False
    return actor.may_see_person(person.iri, person.organisation, person.places)


def person_history(actor: Actor, store: Store, person: Iri) -> History:
    """Return how a person's levels came about.

    Raises:
        NotFoundError: If there is no such person, or none that the actor may see.
    """
    found = find_person(actor, store, person)
    rows = ask(store, "history_of_level", person=person)
    revised = {row["revises"] for row in rows if row["revises"] is not None}
    evidence: dict[str, list[Iri]] = {}
    for row in to_rows(look_up(store, "evidence_of_records", person=person)):
        evidence.setdefault(as_iri(row["record"]), []).append(as_iri(row["evidence"]))
    records = tuple(
        sorted(
            (_record(row, revised, evidence) for row in rows),
            key=lambda each: (each.issued, each.created, not each.replaced, each.iri),
            reverse=True,
        )
    )
    competences = sorted({each.competence for each in records})
    tops = {}
    if competences:
        tops = {str(row["competence"]): as_int(row["top"]) for row in ask(store, "gaps_scales", competence=competences)}
    things: set[str] = {found.organisation, *competences, *(each.method for each in records)}
    things |= {each.assessor for each in records}
    things |= {thing for post in found.posts for thing in (post.place, post.role)}
    return History(found, records, tops, labels(actor, store, things))


def assess(actor: Actor, writer: Writer, person: Iri, competence: Iri, level: int, *, day: date, base: str) -> Iri:
    """Record a level that the actor found: of oneself it waits for review, of one's people it counts at once.

    Returns:
        The IRI of the new record.

    Raises:
        NotFoundError: If there is no such person or competence, or none that the actor may see.
        ForbiddenError: If the actor may see the person and not assess them.
        LevelOutOfRangeError: If the scale of the competence has no such level.
        RefusedError: If a shape forbids it; nothing was written then.
    """
    history = person_history(actor, writer.store, person)
    found = history.person
    own = actor.person == person
    if not own and not may_record(actor, found):
        raise ForbiddenError
    check_level(actor, writer.store, competence, level)
    if own:
        # Who thinks again before anybody looked puts the new word in the place of the old one.
        waits = [each for each in history.records if each.waits and each.competence == competence]
        before = next((each for each in waits if each.method == SELF), None)
        record = NewRecord(
            learner=person, competence=competence, level=level, method=SELF, status="submitted",
            issued=day, created=day, assessor=person,
            revises=None if before is None else before.iri,
        )  # fmt: skip
    else:
        record = NewRecord(
            learner=person, competence=competence, level=level, method=MANAGER, status="validated",
            issued=day, created=day, assessor=assessor_of(actor, found),
        )  # fmt: skip
    return _write(actor, writer, found, record, base)


def review(actor: Actor, writer: Writer, person: Iri, record: Iri, decision: Decision, *, day: date, base: str) -> Iri:
    """Validate or reject what a person handed in; the record stays, one more says what became of it.

    Raises:
        NotFoundError: If there is no such person or record, or none that the actor may see.
        ForbiddenError: If the actor may not review this person, or nothing waits there.
    """
    history = person_history(actor, writer.store, person)
    if not may_record(actor, history.person):
        raise ForbiddenError
    was = history.record(record)
    if not was.waits:
        raise ForbiddenError
    return _write(
        actor,
        writer,
        history.person,
        NewRecord(
            learner=person,
            competence=was.competence,
            level=was.level,
            method=was.method,
            status=decision,
            issued=was.issued,
            created=day,
            assessor=was.assessor,
            expires=was.expires,
            revises=was.iri,
            evidence=was.evidence,
        ),
        base,
    )


def correct(actor: Actor, writer: Writer, person: Iri, record: Iri, level: int, *, day: date, base: str) -> Iri:
    """Put another level in the place of a record: by the unit's lead or HR, as their own assessment.

    Raises:
        NotFoundError: If there is no such person or record, or none that the actor may see.
        ForbiddenError: If the actor may not assess this person, or the record was revised already.
        LevelOutOfRangeError: If the scale of the competence has no such level.
    """
    history = person_history(actor, writer.store, person)
    if not may_record(actor, history.person):
        raise ForbiddenError
    was = history.record(record)
    if was.replaced:
        raise ForbiddenError
    check_level(actor, writer.store, was.competence, level)
    return _write(
        actor,
        writer,
        history.person,
        NewRecord(
            learner=person,
            competence=was.competence,
            level=level,
            method=MANAGER,
            status="validated",
            issued=max(was.issued, day),
            created=day,
            assessor=assessor_of(actor, history.person),
            revises=was.iri,
        ),
        base,
    )


def copied(
    actor: Actor, writer: Writer, person: Iri, source: Record, organisation: Iri, *, day: date, base: str
) -> Iri:
    """Copy a record of an earlier employer to a person's present one, to be reviewed there.

    The copy names the earlier institution as its source, and nothing else of it: no record of its own, no assessor.
    """
    found = find_person(actor, writer.store, person)
    if actor.person != person:
        raise NotFoundError
    return _write(
        actor,
        writer,
        found,
        NewRecord(
            learner=person,
            competence=source.competence,
            level=source.level,
            method=source.method,
            status="submitted",
            issued=source.issued,
            created=day,
            expires=source.expires,
            assessor=organisation,
        ),
        base,
    )


def _write(actor: Actor, writer: Writer, person: Person, record: NewRecord, base: str) -> Iri:
    graph = people_graph(writer.store, person.organisation)
    if graph is None:
        raise NotFoundError
    iri, quads = recorded(writer.store, graph, record, base)
    writer.write(Change(put=quads), actor=actor)
    return iri


def assessor_of(actor: Actor, person: Person) -> Iri:
    """Return who assessed: the lead, where the lead is a person of the same institution, else the institution."""
    same = actor.person is not None and actor.organisation == person.organisation
    return Iri(actor.person) if same and actor.person is not None else person.organisation


def check_level(actor: Actor, store: Store, competence: Iri, level: int) -> None:
    """Check that the scale of a competence has a level.

    Raises:
        NotFoundError: If there is no such competence.
        LevelOutOfRangeError: If there is no such level.
    """
    del actor  # which levels there are is for everybody
    scales = ask(store, "gaps_scales", competence=competence)
    if not scales:
        raise NotFoundError
    top = as_int(scales[0]["top"])
    if not 0 <= level <= top:
        raise LevelOutOfRangeError(competence, level, top)


def _record(row: Row, revised: Collection[object], evidence: Mapping[str, Sequence[Iri]]) -> Record:
    iri = as_iri(row["record"])
    return Record(
        iri=iri,
        competence=as_iri(row["competence"]),
        level=as_int(row["level"]),
        method=as_iri(row["method"]),
        status=str(row["status"]).removeprefix(_STATUS),
        issued=as_date(row["issued"]),
        created=as_date(row["created"]),
        expires=None if row["expires"] is None else as_date(row["expires"]),
        assessor=as_iri(row["assessor"]),
        revises=None if row["revises"] is None else as_iri(row["revises"]),
        counts=str(row["counts"] or ""),
        replaced=iri in revised,
        evidence=tuple(evidence.get(iri, ())),
    )
