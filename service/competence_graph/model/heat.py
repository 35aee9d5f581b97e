"""The heat map: competences down, places of work across, people below their required level in each cell.

Everything that a picture needs is computed here: counts, shares, bands, heights. A template only prints them.
Source: design/experience.md, "Organisation"; design/look/README.md, "Ramp of six".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from competence_graph.model.gap import Figures, Gap, figures

BANDS: Final = 5
"""The darkest band; band 0 is nobody, each of the others a fifth."""


def band(below: int, need: int) -> int:
    """Return the band of a share, 0 to 5: nobody, then 1-19 %, 20-39 %, 40-59 %, 60-79 %, 80-100 %.

    Raises:
        ValueError: If the counts are no part of a whole.
    """
    if not 0 <= below <= need or need == 0:
        message = f"{below} of {need} is no share: give 0 to all of at least one."
        raise ValueError(message)
    if below == 0:
        return 0
    return min(BANDS, BANDS * below // need + 1)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """People who need a competence, those below the level asked, and those of them whom nobody assessed."""

    need: int
    below: int
    unknown: int

    @property
    def share(self) -> float:
        """The part of those who need it that is below."""
        return self.below / self.need

    @property
    def band(self) -> int:
        """The band of the share, 0 to 5."""
        return band(self.below, self.need)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A competence: the whole organisation, then each column; None where nobody in it needs the competence."""

    competence: str
    whole: HeatCell
    cells: tuple[HeatCell | None, ...]
    levels: int
    """Missing levels, all people together."""


@dataclass(frozen=True, slots=True)
class Column:
    """A place of work: how many people have requirements there, and the figures over their rows."""

    place: str
    people: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Heat:
    """The map: its columns and its rows, those first that most people are below in."""

    columns: tuple[Column, ...]
    rows: tuple[HeatRow, ...]

    def by(self, place: str) -> Heat:
        """Return the map with those rows first that most people of one place are below in; nobody's needs last.

        Raises:
            KeyError: If the place is no column.
        """
        numbers = {column.place: number for number, column in enumerate(self.columns)}
        number = numbers[place]

        def key(row: HeatRow) -> tuple[bool, int, float]:
            cell = row.cells[number]
            return (True, 0, 0.0) if cell is None else (False, -cell.below, -cell.share)

        return Heat(self.columns, tuple(sorted(self.rows, key=key)))


def heat(rows: Collection[Gap], places: Mapping[str, Collection[str]], columns: Sequence[str]) -> Heat:
    """Return the map of these rows.

    A person in several places counts in each of them, and once in the whole.

    Args:
        rows: The requirements of people, one a person and competence.
        places: Where each person works.
        columns: The places to show, in this order.
    """
    by_competence: dict[str, list[Gap]] = defaultdict(list)
    by_place: dict[str, list[Gap]] = defaultdict(list)
    for row in rows:
        by_competence[row.competence].append(row)
        for place in set(places.get(row.person, ())):
            by_place[place].append(row)
    made = []
    for competence, asked in by_competence.items():
        cells = []
        for place in columns:
            here = [row for row in asked if place in places.get(row.person, ())]
            cells.append(_cell(here) if here else None)
        made.append(HeatRow(competence, _cell(asked), tuple(cells), sum(row.gap for row in asked)))
    made.sort(key=lambda row: (-row.whole.below, -row.whole.share, -row.levels, row.competence))
    return Heat(
        columns=tuple(
            Column(place, len({row.person for row in by_place[place]}), figures(by_place[place])) for place in columns
        ),
        rows=tuple(made),
    )


def _cell(rows: Collection[Gap]) -> HeatCell:
    return HeatCell(
        need=len(rows),
        below=sum(not row.met for row in rows),
        unknown=sum(not row.assessed for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """People at one level, or not assessed where ``level`` is None; heights are per cent of the tallest bar."""

    level: int | None
    met: int
    below: int
    met_height: int
    below_height: int

    @property
    def count(self) -> int:
        """People in the bar."""
        return self.met + self.below


def distribution(rows: Collection[Gap]) -> tuple[Bar, ...]:
    """Return how many of those who need one competence are at each level: not assessed first, then 0 to the top.

    Args:
        rows: The rows of one competence.
    """
    top = max((row.top for row in rows), default=0)
    counts: dict[int | None, tuple[int, int]] = {None: (0, 0)} | dict.fromkeys(range(top + 1), (0, 0))
    for row in rows:
        level = row.attained if row.assessed else None
        met, below = counts[level]
        counts[level] = (met + row.met, below + (not row.met))
    tallest = max((met + below for met, below in counts.values()), default=0) or 1

    def height(people: int) -> int:
        return round(100 * people / tallest)

    return tuple(
        Bar(level, met, below, height(met), height(met + below) - height(met)) for level, (met, below) in counts.items()
    )
