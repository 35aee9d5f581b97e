"""Two years of one person's records in one competence: one of the ways in which a level comes to be known.

Together the ways meet every rule of what counts (design/sample/DECISIONS.md, "Which attainment counts").
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from competence_graph.graph.vocab import CG, expand
from competence_graph.model.level import Status

MANAGER: Final = str(CG.managerAssessment)
SELF: Final = str(CG.selfAssessment)
CERTIFICATE: Final = str(CG.certificate)
PEER: Final = expand("elm-assessment:19a2e5e671")
PRACTICAL: Final = expand("elm-assessment:6a4db9f11d")
WRITTEN: Final = expand("elm-assessment:6e6cb2cc78")
QUIZ: Final = expand("elm-assessment:b1b68f6735")
COURSE: Final = expand("elm-opportunity:05053c1cbe")
INTERNSHIP: Final = expand("elm-opportunity:77b99de990")

_LAST_ROUND: Final = 262
_ROUND_BEFORE: Final = 627
"""Days ago: managers assess once a year, in spring."""
_ROUND_LASTS: Final = 24
SPAN: Final = 730
"""Days that a history goes back at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to be written; ``assessor`` is whoever judged, ``revises`` the place in the list of the one revised."""

    competence: str
    level: int
    method: str
    issued: date
    created: date
    assessor: str
    status: Status = "validated"
    expires: date | None = None
    revises: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Whose level in what: who the person and the manager are, the institution, the level there really is."""

    person: str
    manager: str
    institution: str
    competence: str
    level: int
    top: int
    day: date
    since: date

    def ago(self, rng: random.Random, newest: int, oldest: int) -> date:
        """Return a day between so many days ago, not before the person started."""
        day = self.day - timedelta(days=rng.randint(newest, oldest))
        return min(max(day, self.since), self.day)

    def near(self, rng: random.Random, *steps: int) -> int:
        """Return the level moved by one of these steps, within the scale."""
        return min(max(self.level + rng.choice(steps), 0), self.top)


def _recorded(case: Case, issued: date, days: int) -> date:
    return min(issued + timedelta(days=days), case.day)


def _manager(rng: random.Random, case: Case, level: int, days_ago: int) -> Entry:
    issued = case.ago(rng, days_ago, days_ago + _ROUND_LASTS)
    return Entry(case.competence, level, MANAGER, issued, _recorded(case, issued, rng.randint(0, 9)), case.manager)


def _by_manager(rng: random.Random, case: Case) -> list[Entry]:
    """Assess in one spring, or in two with what was learned in between."""
    entries = [_manager(rng, case, case.level, _LAST_ROUND)]
    if case.since < case.day - timedelta(days=_ROUND_BEFORE + _ROUND_LASTS) and rng.random() < 0.45:
        entries.insert(0, _manager(rng, case, case.near(rng, 0, -1, -1), _ROUND_BEFORE))
    return entries


def _self_differs(rng: random.Random, case: Case) -> list[Entry]:
    """The person sees it differently and waits for review."""
    issued = case.ago(rng, 10, 200)
    own = Entry(case.competence, case.near(rng, 1, 1, -1), SELF, issued, issued, case.person, "submitted")
    return [*_by_manager(rng, case), own]


def _self_alone(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 5, 150)
    return [Entry(case.competence, case.near(rng, 0, 0, 1), SELF, issued, issued, case.person, "submitted")]


def _self_reviewed(rng: random.Random, case: Case) -> list[Entry]:
    """A self-assessment that the manager accepted: the review revises it."""
    issued = case.ago(rng, 60, 400)
    own = Entry(case.competence, case.level, SELF, issued, issued, case.person, "submitted")
    return [own, replace(own, created=_recorded(case, issued, 12), status="validated", revises=0)]


def _draft(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 1, 30)
    return [Entry(case.competence, case.level, SELF, issued, issued, case.person, "draft")]


def _course(rng: random.Random, case: Case) -> list[Entry]:
    """The manager saw less, then a course or an internship raised it."""
    issued = case.ago(rng, 20, _LAST_ROUND - 1)
    method = COURSE if rng.random() < 0.8 else INTERNSHIP
    proof = Entry(case.competence, max(case.level, 1), method, issued, _recorded(case, issued, 7), case.institution)
    return [_manager(rng, case, case.near(rng, -1, -1, -2), _LAST_ROUND), proof]


def _test(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 20, SPAN)
    method = rng.choice((QUIZ, WRITTEN, PRACTICAL))
    return [Entry(case.competence, case.level, method, issued, _recorded(case, issued, 3), case.institution)]


def _peers(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 30, 400)
    return [Entry(case.competence, case.level, PEER, issued, _recorded(case, issued, 5), case.manager)]


def _certificate(rng: random.Random, case: Case) -> list[Entry]:
    """Valid for two years; some have few days left."""
    issued = case.ago(rng, 30, SPAN - 10)
    expires = issued + timedelta(days=SPAN)
    if expires <= case.day:
        expires = case.day + timedelta(days=rng.randint(5, 80))
    return [
        Entry(
            case.competence,
            max(case.level, 1),
            CERTIFICATE,
            issued,
            _recorded(case, issued, 9),
            case.institution,
            expires=expires,
        )
    ]


def _lapsed(rng: random.Random, case: Case) -> list[Entry]:
    """It counted, and expired; nothing else is known."""
    issued = case.ago(rng, 380, SPAN - 10)
    expires = case.day - timedelta(days=rng.randint(5, 240))
    expires = max(expires, issued + timedelta(days=1))
    if expires >= case.day:
        return _by_manager(rng, case)
    return [
        Entry(
            case.competence,
            max(case.level, 1),
            CERTIFICATE,
            issued,
            _recorded(case, issued, 9),
            case.institution,
            expires=expires,
        )
    ]


def _lapsed_behind(rng: random.Random, case: Case) -> list[Entry]:
    """An expired certificate behind which a valid assessment stands."""
    return [*_lapsed(rng, case), _manager(rng, case, case.near(rng, 0, -1), _LAST_ROUND)]


def _revoked(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 150, 500)
    was = Entry(case.competence, max(case.level, 1), QUIZ, issued, _recorded(case, issued, 2), case.institution)
    gone = replace(was, created=_recorded(case, was.created, rng.randint(20, 120)), status="revoked", revises=0)
    return [was, gone]


def _corrected(rng: random.Random, case: Case) -> list[Entry]:
    """Entered wrongly, corrected a week later."""
    wrong = _manager(rng, case, case.near(rng, 1, -1), _LAST_ROUND)
    return [wrong, replace(wrong, level=case.level, created=_recorded(case, wrong.created, 7), revises=0)]


def _rejected(rng: random.Random, case: Case) -> list[Entry]:
    issued = case.ago(rng, 40, 300)
    sent = Entry(case.competence, case.near(rng, 1, 2), SELF, issued, issued, case.person, "submitted")
    return [sent, replace(sent, created=_recorded(case, issued, 14), status="rejected", revises=0)]


def _nothing(rng: random.Random, case: Case) -> list[Entry]:
    del rng, case
    return []


Way = Callable[[random.Random, Case], list[Entry]]
WAYS: Final[dict[Way, int]] = {
    _by_manager: 420,
    _self_differs: 130,
    _course: 90,
    _test: 85,
    _nothing: 60,
    _certificate: 55,
    _peers: 45,
    _self_alone: 40,
    _self_reviewed: 25,
    _corrected: 20,
    _lapsed: 20,
    _lapsed_behind: 15,
    _revoked: 12,
    _rejected: 12,
    _draft: 8,
}
"""How often each way is gone, of about a thousand."""
_SILENT_AT_FIRST: Final = 0.4
"""The share of competences nobody has assessed yet in somebody new."""
NEW_DAYS: Final = 150


def history(rng: random.Random, case: Case) -> list[Entry]:
    """Return the records of one person in one competence, oldest first; none where nobody assessed."""
    new = case.day - case.since < timedelta(days=NEW_DAYS)
    if new and rng.random() < _SILENT_AT_FIRST:
        return []
    way = rng.choices(list(WAYS), list(WAYS.values()))[0]
    if new and way in (_lapsed, _lapsed_behind, _revoked, _certificate):
        way = _by_manager
    return way(rng, case)
