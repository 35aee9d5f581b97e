"""The world of the benchmarks: a seed and a size give the same quads on every machine.

400 competences in three layers, 120 roles x 18 requirements, 600 courses x 4 outcomes, 265 organisations, 8,000 people
x 30 records: about 2.5 million quads at 1x. Sizes multiply people; organisations grow with them below 1x only, and one
of 30 people and one of a quarter of everybody are there at every size. All of it invented by a random generator.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox

from competence_graph.graph.vocab import PREFIXES, expand
from competence_graph.model.iri import ALPHABET, check_character
from competence_graph.model.level import Attainment, Status, pointers

VERSION = 1
"""Of this generator: a store of another version is made anew."""
DAY = date(2026, 11, 1)
SCALE, COMPETENCES, ROLES, REQUIRED, COURSES, OUTCOMES = "proficiency", 400, 120, 18, 600, 4
ORGANISATIONS, PEOPLE, RECORDS = 265, 8000, 30
SECTORS = tuple(
    f"sector-{name}" for name in ("library", "archive", "museum", "cultural-centre", "theatre", "concert-venue")
)
SMALL = 30
METHODS = (
    "cg:managerAssessment",
    "elm-assessment:19a2e5e671",
    "cg:selfAssessment",
    "cg:certificate",
    "elm-opportunity:05053c1cbe",
)
STATUSES: tuple[tuple[Status, int], ...] = (
    ("validated", 85),
    ("submitted", 8),
    ("draft", 3),
    ("rejected", 2),
    ("revoked", 2),
)
_INTEGER = ox.NamedNode(expand("xsd:integer"))
_DATE = ox.NamedNode(expand("xsd:date"))
_GRAPHS = PREFIXES["id"].removesuffix("id/") + "graph/"
_NODES: dict[str, ox.NamedNode] = {}


def local(kind: str, number: int) -> str:
    """Return the id of a kind and number, check character included."""
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return kind + digits + check_character(kind + digits)


def iri(name: str) -> str:
    """Return the IRI of a local id or a prefixed name."""
    return expand(name) if ":" in name else PREFIXES["id"] + name


def node(name: str) -> ox.NamedNode:
    """Return the term of a local id or a prefixed name; terms of things are kept, there are few."""
    found = _NODES.get(name)
    return found if found is not None else _NODES.setdefault(name, ox.NamedNode(iri(name)))


def quad(graph: str, subject: str, predicate: str, value: str | int | date) -> ox.Quad:
    """Return a statement; a str names a thing."""
    if isinstance(value, str):
        term: ox.NamedNode | ox.Literal = ox.NamedNode(iri(value))
    elif isinstance(value, date):
        term = ox.Literal(value.isoformat(), datatype=_DATE)
    else:
        term = ox.Literal(str(value), datatype=_INTEGER)
    return ox.Quad(ox.NamedNode(iri(subject)), node(predicate), term, ox.NamedNode(_GRAPHS + graph))


@dataclass
class World:
    """What was invented; ``people`` by organisation."""

    size: float
    competences: list[str]
    roles: list[str]
    organisations: list[str]
    sector: dict[str, str]
    people: dict[str, list[str]] = field(default_factory=dict)

    @property
    def small(self) -> str:
        """The organisation of 30 people."""
        return self.organisations[0]

    @property
    def large(self) -> str:
        """The organisation of a quarter of everybody."""
        return self.organisations[1]


def layout(size: float, seed: int = 1) -> World:
    """Return the world without its quads."""
    chance = random.Random(seed)
    organisations = [local("o", number) for number in range(max(8, round(ORGANISATIONS * min(size, 1))))]
    everybody = round(PEOPLE * size)
    large = everybody // 4
    shares = [chance.lognormvariate(0, 0.8) for _ in organisations[2:]]
    rest = everybody - SMALL - large
    sizes = [SMALL, large, *(max(1, round(rest * share / sum(shares))) for share in shares)]
    found = World(
        size,
        [local("c", number) for number in range(COMPETENCES)],
        [local("r", number) for number in range(ROLES)],
        organisations,
        {organisation: SECTORS[number % len(SECTORS)] for number, organisation in enumerate(organisations)},
    )
    start = 0
    for organisation, count in zip(organisations, sizes, strict=True):
        found.people[organisation] = [local("p", number) for number in range(start, start + count)]
        start += count
    return found


def things(world: World, seed: int = 1) -> Iterator[ox.Quad]:
    """Yield the quads of scales, frameworks, matches, roles, courses and organisations."""
    chance = random.Random(seed + 1)
    for level in range(1, 6):
        step = f"{SCALE}-{level}"
        yield quad(f"scale/{SCALE}", step, "rdf:type", "skos:Concept")
        yield quad(f"scale/{SCALE}", step, "skos:inScheme", SCALE)
        yield quad(f"scale/{SCALE}", step, "cg:level", level)
    frameworks = [f"framework-{number}" for number in range(8)]
    for framework in frameworks:
        yield quad(f"framework/{framework}", framework, "cg:scale", SCALE)
    for number, competence in enumerate(world.competences):
        graph = f"framework/{frameworks[number % len(frameworks)]}"
        yield quad(graph, competence, "rdf:type", "cg:Competence")
        yield quad(graph, competence, "rdf:type", "skos:Concept")
        yield quad(graph, competence, "skos:inScheme", frameworks[number % len(frameworks)])
        yield quad(graph, competence, "adms:status", "status:Completed")
        for language, word in (("lt", "Kompetencija"), ("en", "Competence")):
            label = ox.Literal(f"{word} {number}", language=language)
            yield ox.Quad(node(competence), node("skos:prefLabel"), label, ox.NamedNode(_GRAPHS + graph))
        # Three layers in each framework: 40 on top, 120 in the middle, 240 below.
        if number >= 160:
            yield quad(graph, competence, "skos:broader", world.competences[40 + (number - 160) % 120])
        elif number >= 40:
            yield quad(graph, competence, "skos:broader", world.competences[(number - 40) % 40])
        if 40 <= number < 52:
            yield quad(graph, competence, "cg:rollUp", chance.choice(["cg:minimum", "cg:mean"]))
    for _ in range(20):
        one, other = chance.sample(world.competences, 2)
        yield quad("mappings/exact", one, "skos:exactMatch", other)
    for role in world.roles:
        yield quad("roles", role, "rdf:type", "org:Role")
        yield from (_label(role, language, "roles") for language in ("lt", "en"))
        for competence in chance.sample(world.competences, REQUIRED):
            name = f"{role}-{competence}"
            yield quad("roles", role, "cg:requires", name)
            yield quad("roles", name, "rdf:type", "cg:Requirement")
            yield quad("roles", name, "cg:competence", competence)
            yield quad("roles", name, "cg:level", chance.randint(1, 5))
            yield quad("roles", name, "cg:necessity", chance.choice(["cg:essential", "cg:optional"]))
            yield quad("roles", name, "cg:weight", chance.randint(1, 5))
    for course in (local("k", number) for number in range(COURSES)):
        yield quad("courses", course, "rdf:type", "schema:Course")
        for competence in chance.sample(world.competences, OUTCOMES):
            start = chance.randint(0, 3)
            name = f"{course}-{competence}"
            yield quad("courses", course, "elm:learningOutcome", name)
            yield quad("courses", name, "elm:relatedSkill", competence)
            yield quad("courses", name, "cg:fromLevel", start)
            yield quad("courses", name, "cg:toLevel", chance.randint(start + 1, 5))
    for organisation, sector in world.sector.items():
        yield quad("organisations", organisation, "rdf:type", "org:FormalOrganization")
        yield quad("organisations", organisation, "org:classification", sector)
        yield from (quad("organisations", organisation, "org:hasUnit", unit) for unit in units(organisation))
        yield _label(organisation, "lt", "organisations")


def _label(thing: str, language: str, graph: str) -> ox.Quad:
    word = ox.Literal(f"{thing} {language}", language=language)
    return ox.Quad(ox.NamedNode(iri(thing)), node("skos:prefLabel"), word, ox.NamedNode(_GRAPHS + graph))


def units(organisation: str) -> list[str]:
    """Return the units of an organisation: three."""
    return [local("o", 100000 + 3 * int.from_bytes(organisation[1:7].encode()) % 10**8 + number) for number in range(3)]


def staff(world: World, organisation: str, requires: dict[str, list[str]], seed: int = 1) -> Iterator[ox.Quad]:
    """Yield the quads of the people of an organisation, pointers included."""
    chance = random.Random(f"{seed} {organisation}")
    graph = f"people/{organisation}"
    name = ox.NamedNode(_GRAPHS + graph)
    counts_self = chance.random() < 0.3
    yield ox.Quad(name, node("dct:rightsHolder"), node(organisation), name)
    yield ox.Quad(name, node("cg:asOf"), ox.Literal(DAY.isoformat(), datatype=_DATE), name)
    if counts_self:
        switch = ox.Literal("true", datatype=ox.NamedNode(expand("xsd:boolean")))
        yield ox.Quad(
            node(organisation),
            node("cg:countsSelfAssessment"),
            switch,
            ox.NamedNode(f"{_GRAPHS}organisation/{organisation}"),
        )
    places = units(organisation)
    for person in world.people[organisation]:
        who = ox.NamedNode(iri(person))
        yield ox.Quad(who, node("rdf:type"), node("foaf:Person"), name)
        roles = chance.sample(world.roles, 2 if chance.random() < 0.15 else 1)
        for number, role in enumerate(roles):
            post = f"m{person[1:]}-{number}"
            yield quad(graph, post, "rdf:type", "org:Membership")
            yield quad(graph, post, "org:member", person)
            yield quad(graph, post, "org:role", role)
            yield quad(graph, post, "org:organization", chance.choice(places))
            yield quad(graph, post, "schema:startDate", DAY - timedelta(days=chance.randint(30, 3000)))
        known = [each for role in roles for each in chance.sample(requires[role], 14)]
        known += chance.sample(world.competences, 10)
        own = list(_records(chance, person, known))
        for record, method in own:
            yield from _record(graph, record, method)
        held = pointers([record for record, _ in own], DAY, counts_self=counts_self)
        for pointer, chosen in (("current", held.current), ("provisional", held.provisional), ("lapsed", held.lapsed)):
            for record in chosen.values():
                yield ox.Quad(who, node(f"cg:{pointer}"), ox.NamedNode(record.iri), name)


def _records(chance: random.Random, person: str, known: list[str]) -> Iterator[tuple[Attainment, str]]:
    words, weights = zip(*STATUSES, strict=True)
    for number in range(RECORDS):
        method = chance.choice(METHODS)
        issued = DAY - timedelta(days=chance.randint(0, 1800))
        rank = METHODS.index(method) if method in METHODS[:3] else None
        yield (
            Attainment(
                iri=iri(f"a{person[1:]}-{number}"),
                learner=iri(person),
                competence=iri(known[number % len(known)]),
                level=chance.choices(range(6), (8, 15, 25, 27, 18, 7))[0],
                rank=rank,
                is_self=rank == 2,
                status=chance.choices(words, weights)[0],
                issued=issued,
                created=min(DAY, issued + timedelta(days=chance.randint(0, 30))),
                expires=issued + timedelta(days=1100) if chance.random() < 0.25 else None,
            ),
            method,
        )


def _record(graph: str, record: Attainment, method: str) -> Iterator[ox.Quad]:
    name = ox.NamedNode(_GRAPHS + graph)
    it = ox.NamedNode(record.iri)
    learner = ox.NamedNode(record.learner)
    says: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        ("rdf:type", node("cg:Attainment")),
        ("cg:learner", learner),
        ("cg:competence", ox.NamedNode(record.competence)),
        ("cg:level", ox.Literal(str(record.level), datatype=_INTEGER)),
        ("dct:type", node(method)),
        ("adms:status", node(f"cg:{record.status}")),
        ("dct:issued", ox.Literal(record.issued.isoformat(), datatype=_DATE)),
        ("dct:created", ox.Literal(record.created.isoformat(), datatype=_DATE)),
        ("prov:wasAttributedTo", learner),
    ]
    if record.expires is not None:
        says.append(("schema:expires", ox.Literal(record.expires.isoformat(), datatype=_DATE)))
    for predicate, value in says:
        yield ox.Quad(it, node(predicate), value, name)


def quads(world: World, seed: int = 1) -> Iterator[ox.Quad]:
    """Yield every quad of a world."""
    about = list(things(world, seed))
    yield from about
    requires: dict[str, list[str]] = {}
    for each in about:
        if each.predicate == node("cg:requires"):
            role, competence = each.object.value.removeprefix(PREFIXES["id"]).split("-")  # type: ignore[union-attr]
            requires.setdefault(role, []).append(competence)
    for organisation in world.organisations:
        yield from staff(world, organisation, requires, seed)


def folder(size: float, cache: Path, seed: int = 1) -> tuple[World, Path]:
    """Return a world and the folder of its store; it is made where it is not there yet."""
    world = layout(size, seed)
    path = cache / f"{size:g}x-seed{seed}-v{VERSION}"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        half = cache / f"{path.name}.half"
        shutil.rmtree(half, ignore_errors=True)
        store = ox.Store(str(half))
        store.bulk_extend(quads(world, seed))
        store.optimize()
        store.flush()
        del store
        half.rename(path)
    return world, path
