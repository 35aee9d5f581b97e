"""What frameworks, roles and mappings say, read from a store: what the generator goes by."""

from __future__ import annotations

from collections import defaultdict

from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.gap import Catalogue, Necessity, Requirement, RollUp


def read_catalogue(store: Store) -> Catalogue:
    """Return the requirements of all roles, the scales of all competences, their equivalents and parts."""
    requirements: dict[str, list[Requirement]] = defaultdict(list)
    for row in ask(store, "gaps_requirements"):
        necessity: Necessity = "essential" if str(row["necessity"]).endswith("#essential") else "optional"
        asked = Requirement(
            str(row["role"]), str(row["competence"]), int(str(row["level"])), necessity, int(str(row["weight"]))
        )
        requirements[asked.role].append(asked)
    scale: dict[str, str] = {}
    top: dict[str, int] = {}
    for row in ask(store, "gaps_scales"):
        scale[str(row["competence"])] = str(row["scale"])
        top[str(row["scale"])] = int(str(row["top"]))
    equivalents: dict[str, set[str]] = defaultdict(set)
    parts: dict[str, list[str]] = defaultdict(list)
    how: dict[str, RollUp] = {}
    for row in ask(store, "gaps_origins"):
        competence, origin = str(row["competence"]), str(row["origin"])
        if row["how"] == "equivalent":
            equivalents[competence].add(origin)
        else:
            parts[competence].append(origin)
            how[competence] = "minimum" if str(row["declared"]).endswith("#minimum") else "mean"
    return Catalogue(
        requirements={role: tuple(asked) for role, asked in requirements.items()},
        scale=scale,
        top=top,
        equivalents={each: frozenset(others) for each, others in equivalents.items()},
        parts={each: (how[each], tuple(found)) for each, found in parts.items()},
    )
