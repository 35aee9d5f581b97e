"""The institutions of the national world: read from a file, staffed by outline, of a given number of people in all.

Pure but for the file: the same file, seed and number of people give the same institutions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from competence_graph.demo.institutions import INSTITUTIONS, Institution, Unit
from competence_graph.demo.outlines import OUTLINES, PROMOTIONS, Team
from competence_graph.graph.vocab import expand
from competence_graph.model.iri import graph_iri, mint

LISTED: Final = "demo/organisations.ttl"
"""The file, in the folder of the inventories."""
PEOPLE: Final = 8000
_MEAN: Final[Mapping[str, int]] = {
    "sector-library": 45,
    "sector-archive": 50,
    "sector-museum": 60,
    "sector-theatre": 60,
    "sector-concert-venue": 55,
    "sector-cultural-centre": 15,
}
"""People of an institution of each kind, on average, before all are scaled to the wanted number."""
_SPREAD: Final = 0.5
"""Standard deviation of the logarithm of an institution's size."""
_SMALLEST: Final = 3
_ONE_TEAM: Final = 8
"""Institutions with fewer people have one team."""
_SHOWN: Final[Mapping[str, str]] = {
    "sector-archive": "archive",
    "sector-theatre": "theatre",
    "sector-concert-venue": "concert-venue",
}
"""Kinds that the small world has none of: the largest of each here has demonstration accounts, under this word."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An institution of the file."""

    id: str
    lt: str
    en: str
    sector: str


def listed(inventories: Path) -> tuple[Listed, ...]:
    """Return the institutions of the file, in its order."""
    labels: dict[str, dict[str, str]] = {}
    sectors: dict[str, str] = {}
    for triple in ox.parse((inventories / LISTED).read_bytes(), format=ox.RdfFormat.TURTLE):
        local = str(triple.subject).strip("<>").rsplit("/", 1)[-1]
        value = triple.object
        if triple.predicate.value == expand("skos:prefLabel") and isinstance(value, ox.Literal):
            labels.setdefault(local, {})[value.language or ""] = value.value
        if triple.predicate.value == expand("org:classification") and isinstance(value, ox.NamedNode):
            sectors[local] = value.value.rsplit("/", 1)[-1]
    return tuple(Listed(local, labels[local]["lt"], labels[local]["en"], sector) for local, sector in sectors.items())


def listed_quads(inventories: Path, base: str) -> tuple[ox.Quad, ...]:
    """Return what the file says, in the graph of organisations."""
    graph = ox.NamedNode(graph_iri("organisations", base))
    found = ox.parse((inventories / LISTED).read_bytes(), format=ox.RdfFormat.TURTLE)
    return tuple(ox.Quad(each.subject, each.predicate, each.object, graph) for each in found)


def national_institutions(known: Sequence[Listed], seed: int, people: int = PEOPLE) -> tuple[Institution, ...]:
    """Return the three institutions of the small world and all listed ones, staffed.

    Args:
        known: The listed ones.
        seed: Of sizes and of the ids of units.
        people: Of all institutions together; exactly so many, unless that leaves some with fewer than three.
    """
    rng = random.Random(seed)  # noqa: S311 - a repeatable world, no secret
    weights = [_MEAN[each.sector] * rng.lognormvariate(0, _SPREAD) for each in known]
    left = people - sum(each.size for each in INSTITUTIONS)
    sizes = [_SMALLEST + more for more in apportion(max(left - _SMALLEST * len(known), 0), weights)]
    largest: dict[str, int] = {}
    for place, each in enumerate(known):
        if each.sector not in largest or sizes[place] > sizes[largest[each.sector]]:
            largest[each.sector] = place
    taken = {unit.id for each in INSTITUTIONS for unit in each.units}

    def fresh() -> str:
        local = mint("o", taken=taken.__contains__, choose=rng.choice)
        taken.add(local)
        return local

    made = [
        _staffed(each, sizes[place], fresh, word=_SHOWN.get(each.sector, "") if largest[each.sector] == place else "")
        for place, each in enumerate(known)
    ]
    return (*INSTITUTIONS, *made)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Share a number out in whole parts, in proportion to weights, by largest remainder."""
    whole = sum(weights)
    exact = [total * each / whole for each in weights]
    parts = [int(each) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_rest[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _staffed(each: Listed, size: int, fresh: Callable[[], str], *, word: str) -> Institution:
    outline = OUTLINES[each.sector]
    if size < _ONE_TEAM:
        units = [_one_team(outline, size, fresh)]
    else:
        # A team has a head and somebody to lead.
        teams = outline[: max(2, min(len(outline), size // 5))]
        shares = apportion(size - 2 * len(teams), [team.share for team in teams])
        units = [_unit(team, 2 + more, fresh) for team, more in zip(teams, shares, strict=True)]
    return Institution(
        each.id, word, each.lt, each.en, each.sector, counts_self=False, units=tuple(units),
        promotions=PROMOTIONS[each.sector], described=False,
    )  # fmt: skip


def _unit(team: Team, size: int, fresh: Callable[[], str]) -> Unit:
    return Unit(fresh(), team.lt, team.en, team.head, _posts(team.posts, size - 1))


def _one_team(outline: Sequence[Team], size: int, fresh: Callable[[], str]) -> Unit:
    posts = {role: team.share * count for team in outline[1:] for role, count in team.posts.items()}
    return Unit(fresh(), "Kolektyvas", "Staff", outline[0].head, _posts(posts, size - 1))


def _posts(wanted: Mapping[str, int], size: int) -> dict[str, int]:
    shares = apportion(size, list(wanted.values()))
    # Whoever is first in a team's list is always there.
    if shares[0] == 0:
        shares[0], shares[shares.index(max(shares))] = 1, max(shares) - 1
    return {role: count for role, count in zip(wanted, shares, strict=True) if count}
