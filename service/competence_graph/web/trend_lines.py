"""Figures over time as a page draws and says them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from competence_graph.answers.trend import TrendPoint

LEFT: Final = 24
RIGHT: Final = 296
BASE: Final = 96
HEIGHT: Final = 72


@dataclass(frozen=True, slots=True)
class TrendDot:
    """A day of the chart: where its dot stands, and the figures beside it."""

    x: float
    y: float
    label: str
    value: str
    day: date
    coverage: float
    completeness: float
    requirements: int


def trend_dots(points: Sequence[TrendPoint]) -> list[TrendDot]:
    """Return the dots of a chart of coverage, 0 at the base; none where there are fewer than two days."""
    shown = [(each.day, each.figures) for each in points if each.figures.requirements]
    if len(shown) < 2:
        return []
    step = (RIGHT - LEFT) / (len(shown) - 1)
    dots = []
    for at, (day, figures) in enumerate(shown):
        coverage = figures.coverage or 0.0
        dots.append(
            TrendDot(
                x=round(LEFT + at * step, 1),
                y=round(BASE - HEIGHT * coverage, 1),
                label=f"{day:%Y-%m}",
                value=str(round(coverage * 100)),
                day=day,
                coverage=coverage,
                completeness=figures.completeness or 0.0,
                requirements=figures.requirements,
            )
        )
    return dots
