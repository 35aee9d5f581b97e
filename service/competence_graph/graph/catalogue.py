"""What frameworks, roles and mappings say, as far as gaps need it, read from a store into a `Catalogue`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Value, to_python
from competence_graph.graph.vocab import CG
from competence_graph.model.gap import Catalogue, Requirement, RollUp
from competence_graph.model.iri import Iri

_ESSENTIAL: Final = str(CG.essential)
_MEAN: Final = str(CG.mean)


def read_catalogue(store: Store, roles: Collection[str] | None = None) -> Catalogue:
    """Return the catalogue with the requirements of these roles, or of all where None is given.

    A role that requires nothing has an empty entry where roles are named. Everything else is read whole: it is small
    beside the requirements of a foreign framework such as ESCO (129,000 of them).
    """
    scale: dict[str, str] = {}
    for competence, its in sorted(_rows(store, "catalogue_scales")):
        scale.setdefault(str(competence), str(its))
    top: dict[str, int] = defaultdict(int)
    counts_as: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for its, level, other, counted in _rows(store, "catalogue_levels"):
        if not isinstance(level, int):
            continue
        top[str(its)] = max(top[str(its)], level)
        if other is not None and isinstance(counted, int):
            known = counts_as[str(its), level]
            known[str(other)] = max(known.get(str(other), 0), counted)
    how: dict[str, RollUp] = {}
    parts: dict[str, set[str]] = defaultdict(set)
    for competence, rule, narrower in _rows(store, "catalogue_roll_ups"):
        how[str(competence)] = "mean" if rule == _MEAN else "minimum"
        parts[str(competence)].add(str(narrower))
    matches = ((str(one), str(other)) for one, other in _rows(store, "catalogue_matches"))
    return Catalogue(
        requirements=read_requirements(store, roles),
        scale=scale,
        top=dict(top),
        equivalents=closure(matches),
        counts_as=dict(counts_as),
        parts={competence: (how[competence], tuple(sorted(found))) for competence, found in parts.items()},
    )


def read_requirements(store: Store, roles: Collection[str] | None = None) -> dict[str, tuple[Requirement, ...]]:
    """Return what these roles require, or all roles where None is given; each role named has an entry."""
    found: dict[str, list[Requirement]] = {role: [] for role in roles or ()}
    if roles is not None and not roles:
        return {}
    chosen = None if roles is None else [Iri(role) for role in sorted(roles)]
    for role, competence, level, necessity, weight in _rows(store, "catalogue_requirements", role=chosen):
        if isinstance(level, int) and isinstance(weight, int):
            asked = Requirement(
                role=str(role),
                competence=str(competence),
                level=level,
                necessity="essential" if necessity == _ESSENTIAL else "optional",
                weight=weight,
            )
            found.setdefault(str(role), []).append(asked)
    order = {role: sorted(asked, key=lambda each: (each.competence, each.level)) for role, asked in found.items()}
    return {role: tuple(asked) for role, asked in order.items()}


def read_sectors(store: Store) -> dict[str, frozenset[str]]:
    """Return the sectors that each organisation is classified in."""
    found: dict[str, set[str]] = defaultdict(set)
    for organisation, sector in _rows(store, "catalogue_sectors"):
        found[str(organisation)].add(str(sector))
    return {organisation: frozenset(sectors) for organisation, sectors in found.items()}


def closure(matches: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Return for each thing what it matches exactly, both directions and any number of steps, itself left out."""
    neighbours: dict[str, set[str]] = defaultdict(set)
    for one, other in matches:
        neighbours[one].add(other)
        neighbours[other].add(one)
    found: dict[str, frozenset[str]] = {}
    for start in neighbours:
        if start in found:
            continue
        reached, waiting = {start}, [start]
        while waiting:
            fresh = neighbours[waiting.pop()] - reached
            reached |= fresh
            waiting += fresh
        for each in reached:
            found[each] = frozenset(reached - {each})
    return found


def _rows(store: Store, name: str, **parameters: Collection[Iri] | None) -> Iterable[tuple[Value, ...]]:
    given = {key: list(value) for key, value in parameters.items() if value is not None}
    return [tuple(to_python(term) for term in row) for row in look_up(store, name, **given).rows]
