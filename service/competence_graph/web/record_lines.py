"""Records of levels as a page says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from competence_graph.answers.recording import History, Record
from competence_graph.exchange.tables import Table
from competence_graph.model.gap import Gap
from competence_graph.model.iri import Iri
from competence_graph.model.text import Lang, Text, label_of, lithuanian_key
from competence_graph.registry.contests import Contest
from competence_graph.web.gap_lines import capital, id_page, method_words
from competence_graph.web.language import msgid, words

STATUSES: Final = {
    "draft": msgid("draft"),
    "submitted": msgid("waits for review"),
    "validated": msgid("confirmed"),
    "rejected": msgid("not confirmed"),
    "revoked": msgid("no longer recognised"),
}
COUNTS: Final = {
    "current": msgid("counts"),
    "provisional": msgid("counts until it is reviewed"),
    "lapsed": msgid("has expired"),
}
COLUMNS: Final = (
    "person",
    "record",
    "competence",
    "level",
    "method",
    "status",
    "counts",
    "issued",
    "created",
    "expires",
    "assessor",
    "revises",
    "evidence",
)
"""The columns of a record in CSV, XLSX and JSON."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record in words; ``contest`` is the objection to it, where there is one."""

    iri: str
    level: int
    method: str
    status: str
    counts: str
    issued: date
    expires: date | None
    assessor: str
    waits: bool
    replaced: bool
    mine: bool
    contest: ContestLine | None
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """Where a proof stands: its address, empty where it is none that a browser opens, and a short name of it."""

    href: str
    name: str


@dataclass(frozen=True, slots=True)
class ContestLine:
    """An objection in words."""

    id: str
    reason: str
    at: datetime
    state: str
    answer: str
    answered: datetime | None


@dataclass(frozen=True, slots=True)
class CompetenceLine:
    """A competence of a person: what is required, what counts, how it came about; ``open`` where something waits."""

    id: str
    iri: str
    competence: Text
    href: str
    required: int
    attained: int | None
    top: int
    records: tuple[RecordLine, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Whose records they are, who reads them, and the names that the reader may see."""

    reader: str | None
    names: Mapping[str, str]


def competence_lines(
    history: History, gaps: Mapping[str, Gap], contests: tuple[Contest, ...], who: Who, lang: Lang
) -> list[CompetenceLine]:
    """Return the competences that are required or recorded: those where something waits first, then by name."""
    by_record = {each.record: each for each in reversed(contests)}
    lines = []
    for competence in {*gaps, *(each.competence for each in history.records)}:
        gap = gaps.get(competence)
        own = [each for each in history.records if each.competence == competence]
        records = tuple(record_line(history, each, by_record.get(each.iri), who, lang) for each in own)
        counting = next((each for each in own if each.counts == "current"), None)
        attained = gap.attained if gap is not None and gap.assessed else counting.level if counting else None
        lines.append(
            CompetenceLine(
                id=Iri(competence).local,
                iri=competence,
                competence=label_of(history.labels, competence, lang),
                href=id_page(lang, "competences", competence),
                required=gap.required if gap is not None else 0,
                attained=attained,
                top=gap.top if gap is not None else history.tops.get(competence, 5),
                records=records,
                open=any(each.waits or _is_open(each.contest) for each in records),
            )
        )
    return sorted(lines, key=lambda line: (not line.open, not line.required, lithuanian_key(line.competence.value)))


def record_line(history: History, record: Record, contest: Contest | None, who: Who, lang: Lang) -> RecordLine:
    """Return one record in words."""
    gettext = words(lang).gettext
    person = history.person.iri
    if record.assessor == person:
        assessor = gettext("the person") if who.reader != person else gettext("you")
    elif record.assessor in history.labels:
        assessor = label_of(history.labels, record.assessor, lang).value
    else:
        assessor = who.names.get(record.assessor) or gettext("a colleague in your institution")
    return RecordLine(
        iri=record.iri,
        level=record.level,
        method=capital(method_words(record.method, lang)),
        status=gettext(STATUSES.get(record.status, record.status)),
        counts=gettext(COUNTS[record.counts]) if record.counts else "",
        issued=record.issued,
        expires=record.expires,
        assessor=assessor,
        waits=record.waits,
        replaced=record.replaced,
        mine=record.assessor == who.reader,
        contest=None if contest is None else contest_line(contest),
        evidence=tuple(evidence_line(each) for each in record.evidence),
    )


def evidence_line(evidence: str) -> EvidenceLine:
    """Return a proof in words: the host that it stands on."""
    parts = urlsplit(evidence)
    opens = parts.scheme in {"http", "https"}
    return EvidenceLine(evidence if opens else "", parts.hostname if opens and parts.hostname else evidence)


def contest_line(contest: Contest) -> ContestLine:
    """Return an objection in words."""
    return ContestLine(contest.id, contest.reason, contest.at, contest.state, contest.answer, contest.answered)


def records_table(histories: list[History], title: str) -> Table:
    """Return records as a table for programs: addresses, no name."""
    return Table(
        COLUMNS,
        [
            (
                history.person.iri,
                each.iri,
                each.competence,
                each.level,
                each.method,
                each.status,
                each.counts,
                each.issued,
                each.created,
                each.expires,
                each.assessor,
                each.revises,
                " ".join(each.evidence),
            )
            for history in histories
            for each in history.records
        ],
        title=title,
    )


def _is_open(contest: ContestLine | None) -> bool:
    return contest is not None and contest.state == "open"
