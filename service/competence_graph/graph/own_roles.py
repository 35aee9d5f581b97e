"""Role profiles that an organisation keeps to itself, as statements of its own graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from competence_graph.graph.catalogue import read_requirements
from competence_graph.graph.change import described
from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Value, node, to_rows, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.gap import Requirement
from competence_graph.model.iri import Iri, graph_iri, id_iri, mint
from competence_graph.model.text import LANGS, Lang, Text

_SCHEME: Final = "roles"


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A profile: its IRI, the published role it is made after, its names, what it requires by competence."""

    iri: Iri
    source: Iri | None
    names: tuple[Text, ...]
    requirements: Mapping[str, Requirement]


def own_graph(organisation: Iri) -> str:
    """Return the graph of what an organisation keeps to itself."""
    return graph_iri(f"organisation/{organisation.local}", organisation.rsplit("id/", 1)[0])


def own_roles(store: Store, organisation: Iri) -> list[OwnRole]:
    """Return the profiles of an organisation, in order of IRIs."""
    found: dict[Iri, tuple[Iri | None, list[Text]]] = {}
    for row in to_rows(look_up(store, "own_roles", own=Iri(own_graph(organisation)))):
        role, source, label = row["role"], row["source"], row["label"]
        if isinstance(role, Iri) and isinstance(label, Text):
            found.setdefault(role, (source if isinstance(source, Iri) else None, []))[1].append(label)
    asked = read_requirements(store, set(found))
    return [
        OwnRole(role, source, tuple(names), {each.competence: each for each in asked[role]})
        for role, (source, names) in found.items()
    ]


def new_role_iri(store: Store, base: str) -> Iri:
    """Return the IRI of a new role, minted here."""
    return id_iri(mint("r", taken=lambda each: bool(look_up(store, "elsewhere", thing=id_iri(each, base)).rows)), base)


def role_quads(
    role: Iri, source: Iri | None, names: Mapping[Lang, str], requirements: Sequence[Requirement], graph: str, base: str
) -> tuple[ox.Quad, ...]:
    """Return the statements of a profile; ``names`` by language."""
    things = [Iri(f"{role}-{Iri(each.competence).local}") for each in requirements]
    told: list[tuple[Iri, str, Value]] = [
        (role, "rdf:type", Iri(expand("org:Role"))),
        (role, "rdf:type", Iri(expand("skos:Concept"))),
        (role, "skos:inScheme", id_iri(_SCHEME, base)),
        (role, "adms:status", Iri(expand("status:Completed"))),
        *((role, "skos:prefLabel", Text(names[lang], lang)) for lang in LANGS),
        *((role, "cg:requires", thing) for thing in things),
    ]
    if source is not None:
        told.append((role, "prov:wasDerivedFrom", source))
    for thing, each in zip(things, requirements, strict=True):
        necessity = CG.essential if each.necessity == "essential" else CG.optional
        told += [
            (thing, "rdf:type", Iri(str(CG.Requirement))),
            (thing, "cg:competence", Iri(each.competence)),
            (thing, "cg:level", each.level),
            (thing, "cg:necessity", Iri(str(necessity))),
            (thing, "cg:weight", each.weight),
        ]
    return tuple(
        ox.Quad(node(thing), node(expand(path)), to_term(value), node(graph))
        for thing, path, value in told
        if value is not None
    )


def dropped_quads(
    store: Store, graph: str, role: Iri, kept: Mapping[str, Requirement], before: Mapping[str, Requirement]
) -> tuple[ox.Quad, ...]:
    """Return what a graph says of the requirements that a profile no longer has."""
    gone = {f"{role}-{Iri(each).local}" for each in before if each not in kept}
    return tuple(quad for quads in described(store, graph, gone).values() for quad in quads)


def all_quads(store: Store, graph: str, role: OwnRole) -> tuple[ox.Quad, ...]:
    """Return everything that a graph says of a profile."""
    things = {role.iri, *(f"{role.iri}-{Iri(each).local}" for each in role.requirements)}
    return tuple(quad for quads in described(store, graph, things).values() for quad in quads)
