"""The daily jobs and the age of the last backup, for an admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.exchange.tables import Table
from competence_graph.model.retention import months_later
from competence_graph.model.text import Lang
from competence_graph.registry.jobs import BACKUP, OLD_BACKUP, Job
from competence_graph.web.access import SignedIn
from competence_graph.web.deps import VILNIUS, PageLang, Parts, Services
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond

router = APIRouter()

NAMES: Final = {
    "retention": msgid("Erase those who left long ago"),
    "tidy": msgid("Remove links, sign-ins and audit lines that are over"),
    "audit-export": msgid("Write yesterday’s audit into a file"),
    "name-scan": msgid("Look for names in the graph"),
}
_STATES: Final = {
    "waiting": msgid("has not run yet"),
    "running": msgid("runs now"),
    "done": msgid("done"),
    "failed": msgid("failed"),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in words."""

    name: str
    state: str
    failed: bool
    result: str
    ended: datetime | None
    due: datetime


@router.get("/{lang:lang}/jobs")
def jobs_page(request: Request, parts: Parts, lang: PageLang, actor: SignedIn) -> Response:
    """What the service does by itself, when it did it last, and how old the last backup is."""
    actor.require(actor.kind == "admin")
    lines = [_line(each, lang) for each in parts.registry.jobs.all() if each.name in NAMES]
    backup = last_backup(parts)
    return respond(
        request,
        Answer(
            page="jobs.html",
            context={
                "section": "admin",
                "lines": lines,
                "backup": None if backup is None else backup.astimezone(VILNIUS),
                "backup_old": backup is None or parts.clock() - backup > OLD_BACKUP,
                "months": parts.retention_months,
                "next_erasure": next_erasure(parts),
            },
            rows=Table(
                ("job", "state", "result", "ended", "due"),
                [(each.name, each.state, each.message, each.ended, each.due) for each in parts.registry.jobs.all()],
                title="jobs",
            ),
            name="jobs",
        ),
    )


def last_backup(parts: Services) -> datetime | None:
    """Return when the last backup was made that the registry knows of."""
    found = parts.registry.jobs.find(BACKUP)
    return None if found is None else found.ended


def next_erasure(parts: Services) -> date | None:
    """Return on which day somebody who left is erased next."""
    first = parts.registry.identities.first_to_go()
    if first is None or not parts.retention_months:
        return None
    return months_later(first.astimezone(VILNIUS).date(), parts.retention_months)


def _line(job: Job, lang: Lang) -> JobLine:
    gettext, ngettext = words(lang).gettext, words(lang).ngettext
    result = ""
    if job.state == "failed":
        result = gettext("See the log for what happened.")
    elif job.message.isdigit():
        count = int(job.message)
        said = {
            "retention": ngettext("%(num)s person erased", "%(num)s people erased", count),
            "tidy": ngettext("%(num)s row removed", "%(num)s rows removed", count),
            "name-scan": ngettext("%(num)s text found", "%(num)s texts found", count),
            "audit-export": ngettext("%(num)s line written", "%(num)s lines written", count),
        }[job.name]
        result = said % {"num": count}
    return JobLine(
        gettext(NAMES[job.name]),
        gettext(_STATES[job.state]),
        job.state == "failed",
        result,
        None if job.ended is None else job.ended.astimezone(VILNIUS),
        job.due.astimezone(VILNIUS),
    )
