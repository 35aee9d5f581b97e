"""The audit of a day as a file that shows whether anybody changed it.

One JSON object a line: first the day and the hash of the file before it, then each act. People stand under the
journal's keyed hashes and reasons under a hash, so that an erasure need not touch what was exported and no name can be
in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Final

from competence_graph.registry.audit import ERASED, Audit
from competence_graph.registry.journal import Journal

FOLDER: Final = "audit"
_MOST: Final = 1000


def export_day(audit: Audit, journal: Journal, folder: Path, day: date, start: datetime, end: datetime) -> int:
    """Write the lines of a day to ``{folder}/{day}.jsonl`` and return how many; a file that is there stays as it is.

    Args:
        audit: Whose lines.
        journal: Hashes the people.
        folder: Made if it is missing.
        day: Names the file.
        start: Of the day, inclusive.
        end: Of the day, exclusive.

    Raises:
        OSError: If it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{day.isoformat()}.jsonl"
    if file.exists():
        return 0
    earlier = sorted(each for each in folder.glob("*.jsonl") if each.name < file.name)
    previous = hashlib.sha256(earlier[-1].read_bytes()).hexdigest() if earlier else ""
    head = {"day": day.isoformat(), "previous": earlier[-1].name if earlier else "", "previous_sha256": previous}
    lines = [json.dumps(head)]
    before: int | None = None
    acts: list[str] = []
    while found := audit.lines(start=start, end=end, before=before, most=_MOST):
        acts += [
            json.dumps(
                {
                    "id": line.id,
                    "at": line.at.isoformat(),
                    "account": line.account,
                    "kind": line.kind,
                    "act": line.act,
                    "organisation": line.organisation,
                    "route": line.route,
                    "reason_sha256": hashlib.sha256(line.reason.encode()).hexdigest() if line.reason else "",
                    "people": sorted(
                        each.removeprefix(ERASED) if each.startswith(ERASED) else journal.hashed(each)
                        for each in line.people
                    ),
                }
            )
            for line in found
        ]
        before = found[-1].id
    lines += reversed(acts)
    part = file.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as written:
        written.write("\n".join(lines) + "\n")
        written.flush()
        os.fsync(written.fileno())
    part.replace(file)
    return len(acts)


def broken_links(folder: Path) -> list[str]:
    """Return the files whose first line does not fit the one before them: that one was changed, or is gone."""
    broken = []
    files = sorted(folder.glob("*.jsonl"))
    for number, file in enumerate(files):
        head = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
        before = files[number - 1] if number else None
        right = hashlib.sha256(before.read_bytes()).hexdigest() if before is not None else ""
        # The first that is left may name one that was removed for its age.
        if before is not None and (head["previous"], head["previous_sha256"]) != (before.name, right):
            broken.append(file.name)
    return broken
