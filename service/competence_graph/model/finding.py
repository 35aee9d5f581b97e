"""What a check found: where, which rule, which value, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from competence_graph.model.text import Lang

Severity = Literal["violation", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one thing.

    ``said`` and ``mend`` hold a plain sentence in each language: what is wrong, with the value, and what to do.
    ``line`` counts from 1 in the file read; None where the data came from no file.
    """

    focus: str
    path: str
    value: str
    severity: Severity
    rule: str
    said: Mapping[Lang, str] = field(hash=False)
    mend: Mapping[Lang, str] = field(hash=False)
    line: int | None = None
    label: str = ""

    @property
    def refuses(self) -> bool:
        """Whether it forbids a write."""
        return self.severity == "violation"
