"""Logs: one JSON line an event, cut at 2 KB, without personal values (source: design/trust.md, T20)."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, TextIO

LONGEST: Final = 2048
_OWN: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}


class JsonLine(logging.Formatter):
    """Writes a record as one JSON line: time, level, event, and the fields given as ``extra``.

    Of an exception it writes its class and where it was raised, never its text: that may hold what a person typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _OWN}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{at.filename}:{at.lineno}" for at in traceback.extract_tb(record.exc_info[2])][-6:]
        # ensure_ascii writes every control character, line break and escape as \uXXXX.
        text = json.dumps(line, ensure_ascii=True, default=str)
        if len(text) > LONGEST:
            kept = {name: line[name] for name in ("time", "level", "from")}
            kept["event"] = str(line["event"])[:200]
            text = json.dumps(kept | {"cut": text[: LONGEST // 2]}, ensure_ascii=True)[:LONGEST]
        return text


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every log of this process to the stream (standard error), from this level up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # uvicorn's own access lines hold the address and the query: both may be personal. web/edge.py writes ours.
    logging.getLogger("uvicorn.access").disabled = True
