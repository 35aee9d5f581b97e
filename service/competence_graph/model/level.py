"""Attainments and which of them counts on a day.

In one sentence: the newest validated judgement, but never less than valid proof shows
(source: design/sample/DECISIONS.md, "Which attainment counts").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Status = Literal["draft", "submitted", "validated", "rejected", "revoked"]

NO_LEVEL: Final = 0
"""Assessed, and found to have none."""


@dataclass(frozen=True, slots=True)
class Attainment:
    """One record of a learner's history; never changed, only revised by a later record.

    ``rank`` is the method's place in the list of judgements (0 the manager, then peer, self); None for a proof.
    ``issued`` is the day it speaks of, ``created`` the day it was recorded, ``expires`` the last day it holds.
    """

    iri: str
    learner: str
    competence: str
    level: int
    rank: int | None
    is_self: bool
    status: Status
    issued: date
    created: date
    expires: date | None = None
    revises: str | None = None


@dataclass(frozen=True, slots=True)
class Pointers:
    """What counts for one learner on one day: at most one attainment a competence in each."""

    current: dict[str, Attainment]
    provisional: dict[str, Attainment]
    lapsed: dict[str, Attainment]


def pointers(history: Iterable[Attainment], day: date, *, counts_self: bool) -> Pointers:
    """Return what counts for one learner on a day.

    Args:
        history: Every record of the learner, in any order.
        day: What was recorded and issued by this day is looked at.
        counts_self: Whether the organisation lets a submitted self-assessment count until it is reviewed.
    """
    recorded = [each for each in history if each.created <= day]
    revised = {each.revises for each in recorded if each.revises is not None}
    heads: dict[str, list[Attainment]] = defaultdict(list)
    for each in recorded:
        if each.iri not in revised and each.issued <= day:
            heads[each.competence].append(each)
    current: dict[str, Attainment] = {}
    provisional: dict[str, Attainment] = {}
    lapsed: dict[str, Attainment] = {}
    for competence, found in heads.items():
        validated = [each for each in found if each.status == "validated"]
        valid = [each for each in validated if each.expires is None or each.expires >= day]
        if valid:
            current[competence] = _counting(valid)
            continue
        expired = [each for each in validated if each.expires is not None]
        if expired:
            lapsed[competence] = max(expired, key=lambda each: (each.expires, *_last(each)))
        claims = [each for each in found if each.is_self and each.status == "submitted"]
        claims = [each for each in claims if each.expires is None or each.expires >= day]
        if counts_self and claims:
            provisional[competence] = max(claims, key=lambda each: (each.issued, *_last(each)))
    return Pointers(current, provisional, lapsed)


def _counting(valid: list[Attainment]) -> Attainment:
    """Return the higher of the newest judgement and the highest proof; on a tie the proof."""
    judgements = [each for each in valid if each.rank is not None]
    proofs = [each for each in valid if each.rank is None]
    judgement = max(judgements, key=lambda each: (each.issued, -(each.rank or 0), *_last(each)), default=None)
    proof = max(proofs, key=lambda each: (each.level, each.created, _smaller(each.iri)), default=None)
    if judgement is None or (proof is not None and proof.level >= judgement.level):
        return proof or valid[0]
    return judgement


def _last(each: Attainment) -> tuple[date, int, tuple[int, ...]]:
    """Tie-breaks, so that the choice is always the same: later created, higher level, smaller IRI."""
    return each.created, each.level, _smaller(each.iri)


def _smaller(iri: str) -> tuple[int, ...]:
    """Turn the order of IRIs, so that `max` prefers the smaller."""
    return (*(-ord(character) for character in iri), 1)
