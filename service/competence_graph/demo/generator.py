"""Make a demonstration world: invented institutions and people, two years of records.

Pure: the same seed, day and catalogue give the same world. Names are in the identities only; the quads know pseudonyms.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pyoxigraph as ox

from competence_graph.demo.histories import SPAN, Case, Entry, history
from competence_graph.demo.institutions import HUMAN_RESOURCES, INSTITUTIONS, LIBRARY, MUNICIPALITY, Institution, Unit
from competence_graph.demo.names import invent
from competence_graph.graph.terms import Value, node, to_term
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.actor import ActorKind
from competence_graph.model.gap import Catalogue, Demand, demands
from competence_graph.model.iri import BASE, Iri, Kind, graph_iri, id_iri, mint
from competence_graph.model.text import Text

SEED: Final = 2026
_NEW_OF_TWENTY: Final = 2
"""How many of twenty people started within the last months."""
_SECOND_OF_TWENTY: Final = 2
"""How many of twenty hold a second role."""
_PROMOTED_OF_TWENTY: Final = 5
_PLANNED_OF_TWENTY: Final = 1
_WEAK_SPOTS: Final = 4
"""Competences that a whole institution is weak in: what a training plan is for."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who stands behind a pseudonym: for the registry only."""

    pseudonym: Iri
    organisation: Iri
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that signs in with one click in demo mode; ``id`` is the same in every world."""

    id: str
    kind: ActorKind
    label: str
    organisation: Iri | None = None
    person: Iri | None = None
    units: tuple[Iri, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Quads by named graph, in an order in which each graph finds what it needs, and what the registry gets."""

    graphs: Mapping[Iri, tuple[ox.Quad, ...]]
    identities: tuple[Identity, ...]
    accounts: tuple[DemoAccount, ...]

    @property
    def quads(self) -> tuple[ox.Quad, ...]:
        """All quads."""
        return tuple(quad for quads in self.graphs.values() for quad in quads)


@dataclass(frozen=True, slots=True)
class _Post:
    place: Iri
    role: Iri
    start: date
    end: date | None = None

    def held(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class _Worker:
    person: Iri
    manager: Iri
    posts: tuple[_Post, ...]

    @property
    def since(self) -> date:
        return min(post.start for post in self.posts)


def demo_world(
    seed: int,
    day: date,
    catalogue: Catalogue,
    *,
    base: str = BASE,
    institutions: Sequence[Institution] = INSTITUTIONS,
) -> World:
    """Return the world as it is on a day; unless told otherwise, of three institutions and some 120 people.

    Args:
        seed: Another one gives other people with other levels in the same institutions.
        day: Today; every date is counted from it.
        catalogue: What roles ask for; nothing about competences is known here besides.
        base: Of all IRIs.
        institutions: Who employs the people.

    Raises:
        KeyError: If the catalogue lacks a role that somebody holds.
    """
    return _Making(seed, day, catalogue, base, institutions).world()


class _Making:
    def __init__(
        self, seed: int, day: date, catalogue: Catalogue, base: str, institutions: Sequence[Institution]
    ) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - a repeatable world, no secret
        self.institutions = institutions
        self.day = day
        self.catalogue = catalogue
        self.base = base
        self.taken: set[str] = set()
        self.names: set[tuple[str, str]] = set()
        self.spread = self.spread_of_needs()
        self.told: dict[Iri, set[tuple[str, str]]] = defaultdict(set)

    def id(self, local: str) -> Iri:
        return id_iri(local, self.base)

    def mint(self, kind: Kind) -> Iri:
        local = mint(kind, taken=self.taken.__contains__, choose=self.rng.choice)
        self.taken.add(local)
        return self.id(local)

    def world(self) -> World:
        graphs: dict[Iri, tuple[ox.Quad, ...]] = {}
        identities: list[Identity] = []
        accounts: list[DemoAccount] = []
        public = graph_iri("organisations", self.base)
        graphs[public] = tuple(quad for each in self.institutions for quad in self.described(each, public))
        for each in self.institutions:
            own = graph_iri(f"organisation/{each.id}", self.base)
            switch = node(str(CG.countsSelfAssessment))
            graphs[own] = (ox.Quad(node(self.id(each.id)), switch, to_term(each.counts_self), node(own)),)
        for each in self.institutions:
            # In a small world no two people bear the same name; in a large one no two of the same institution.
            if len(self.institutions) > len(INSTITUTIONS):
                self.names = set()
            workers = self.workers(each)
            people = [self.identity(each, worker.person) for worker in workers]
            graph = graph_iri(f"people/{each.id}", self.base)
            graphs[graph] = tuple(self.people(each, workers, graph))
            identities += people
            accounts += self.accounts(each, workers, people)
        accounts += [
            DemoAccount("demo-planner", "planner", " ".join(invent(self.rng, self.names))),
            DemoAccount("demo-admin", "admin", " ".join(invent(self.rng, self.names))),
        ]
        return World(graphs, tuple(identities), tuple(accounts))

    # --- institutions

    def described(self, each: Institution, graph: Iri) -> Iterator[ox.Quad]:
        facts: dict[str, Value | list[Value]] = {
            "rdf:type": Iri(expand("org:FormalOrganization")),
            "skos:prefLabel": [Text(each.lt, "lt"), Text(each.en, "en")],
            "dct:spatial": self.id(MUNICIPALITY),
            "org:classification": self.id(each.sector),
        }
        if each.described:
            yield from _quads(self.id(each.id), facts, graph)
        yield from _quads(self.id(each.id), {"org:hasUnit": [self.id(unit.id) for unit in each.units]}, graph)
        for unit in each.units:
            named: dict[str, Value | list[Value]] = {
                "rdf:type": Iri(expand("org:OrganizationalUnit")),
                "skos:prefLabel": [Text(unit.lt, "lt"), Text(unit.en, "en")],
            }
            yield from _quads(self.id(unit.id), named, graph)

    # --- people

    def workers(self, each: Institution) -> list[_Worker]:
        workers: list[_Worker] = []
        director: Iri | None = None
        for unit in each.units:
            head = self.mint("p")
            director = director or head
            workers.append(self.worker(each, unit, head, director, unit.head))
            for role, count in unit.posts.items():
                workers += [self.worker(each, unit, self.mint("p"), head, role) for _ in range(count)]
        return workers

    def worker(self, each: Institution, unit: Unit, person: Iri, manager: Iri, role: str) -> _Worker:
        rng, place = self.rng, self.id(unit.id)
        dice = rng.randrange(20)
        start = self.ago(20, 140) if dice < _NEW_OF_TWENTY else self.ago(400, 6500)
        posts = [_Post(place, self.id(role), start)]
        before = each.promotions.get(role)
        after = next((other for other, came_from in each.promotions.items() if came_from == role), None)
        dice = rng.randrange(20)
        if before is not None and dice < _PROMOTED_OF_TWENTY:
            posts = [
                _Post(
                    place, self.id(before), start - timedelta(days=rng.randint(700, 2500)), start - timedelta(days=1)
                ),
                *posts,
            ]
        elif after is not None and dice >= 20 - _PLANNED_OF_TWENTY:
            posts.append(_Post(place, self.id(after), self.day + timedelta(days=rng.randint(15, 120))))
        if role not in (each.second, HUMAN_RESOURCES) and rng.randrange(20) < _SECOND_OF_TWENTY:
            posts.append(_Post(self.id(each.units[0].id), self.id(each.second), max(self.ago(60, 900), start)))
        return _Worker(person, manager, tuple(posts))

    def ago(self, newest: int, oldest: int) -> date:
        return self.day - timedelta(days=self.rng.randint(newest, oldest))

    def identity(self, each: Institution, person: Iri) -> Identity:
        given, family = invent(self.rng, self.names)
        return Identity(person, self.id(each.id), given, family)

    def accounts(self, each: Institution, workers: list[_Worker], people: list[Identity]) -> Iterator[DemoAccount]:
        if not each.word:
            return
        names = {each.pseudonym: f"{each.given_name} {each.family_name}" for each in people}
        organisation = self.id(each.id)
        # A very small institution has nobody for it but its head.
        specialists = (worker for worker in workers if worker.posts[-1].role == self.id(HUMAN_RESOURCES))
        hr = next(specialists, workers[0])
        yield DemoAccount(f"demo-{each.word}-hr", "hr", names[hr.person], organisation, hr.person)
        if each is not LIBRARY:
            return
        unit = self.id(each.units[1].id)
        inside = [worker for worker in workers if worker.posts[0].place == unit]
        # Whose records differ most: that page shows the most.
        learner = max(inside[1:], key=lambda worker: (len(self.told[worker.person]), worker.person))
        lead = inside[0]
        yield DemoAccount("demo-library-unit-lead", "unit-lead", names[lead.person], organisation, lead.person, (unit,))
        yield DemoAccount("demo-library-learner", "learner", names[learner.person], organisation, learner.person)

    # --- facts

    def people(self, each: Institution, workers: list[_Worker], graph: Iri) -> Iterator[ox.Quad]:
        head: dict[str, Value | list[Value]] = {"dct:rightsHolder": self.id(each.id), "cg:asOf": self.day}
        yield from _quads(graph, head, graph)
        weak = self.weak_spots(workers)
        for worker in workers:
            yield from _quads(worker.person, {"rdf:type": Iri(expand("foaf:Person"))}, graph)
            for post in worker.posts:
                facts: dict[str, Value | list[Value]] = {
                    "rdf:type": Iri(expand("org:Membership")),
                    "org:member": worker.person,
                    "org:organization": post.place,
                    "org:role": post.role,
                    "schema:startDate": post.start,
                    "schema:endDate": post.end,
                }
                yield from _quads(self.mint("m"), facts, graph)
            yield from self.attainments(each, worker, weak, graph)

    def asked(self, worker: _Worker) -> list[Demand]:
        """What the roles held today ask for together."""
        roles = [post.role for post in worker.posts if post.held(self.day)]
        return demands(asked for role in roles for asked in self.catalogue.requirements[role])

    def weak_spots(self, workers: list[_Worker]) -> dict[str, float]:
        """Choose what the whole institution is weak in, of what many need there: mostly what others do not need."""
        needed = Counter(demand.competence for worker in workers for demand in self.asked(worker))
        common = sorted(needed, key=lambda each: (-needed[each], each))
        special = [each for each in common if self.spread[each] == 1]
        chosen = self.rng.sample(special[: max(len(special) // 2, _WEAK_SPOTS)], min(_WEAK_SPOTS - 1, len(special)))
        chosen.append(self.rng.choice([each for each in common if each not in chosen]))
        return {each: self.rng.uniform(0.8, 1.4) for each in chosen}

    def spread_of_needs(self) -> Counter[str]:
        """Count in how many kinds of institution each competence is needed."""
        spread: Counter[str] = Counter()
        of_kind: dict[str, set[str]] = defaultdict(set)
        for each in self.institutions:
            of_kind[each.sector] |= {role for unit in each.units for role in (unit.head, *unit.posts)}
        for roles in of_kind.values():
            asked = (asked for role in roles for asked in self.catalogue.requirements[self.id(role)])
            spread.update({one.competence for one in asked})
        return spread

    def attainments(
        self, each: Institution, worker: _Worker, weak: Mapping[str, float], graph: Iri
    ) -> Iterator[ox.Quad]:
        strength = self.rng.gauss(0.5, 0.4)
        # Nothing is recorded from before the institution kept records, two years ago.
        since = max(worker.since, self.day - timedelta(days=SPAN))
        for demand in self.asked(worker):
            top = self.catalogue.top_of(demand.competence)
            true = demand.level + strength - weak.get(demand.competence, 0.0) + self.rng.gauss(0, 0.6)
            for competence in self.shown_through(demand.competence):
                level = min(max(round(true), 0), top)
                case = Case(
                    worker.person,
                    worker.manager,
                    self.id(each.id),
                    competence,
                    level,
                    top,
                    self.day,
                    min(since, self.day),
                )
                yield from self.recorded(worker.person, history(self.rng, case), graph)

    def shown_through(self, competence: str) -> tuple[str, ...]:
        """Return what is assessed: mostly the competence, at times its parts or an equal one on the same scale."""
        _, parts = self.catalogue.parts.get(competence, ("minimum", ()))
        if parts and self.rng.random() < 0.5:
            return tuple(sorted(parts))
        scale = self.catalogue.scale.get(competence)
        same = sorted(
            each for each in self.catalogue.equivalents.get(competence, ()) if self.catalogue.scale.get(each) == scale
        )
        if same and self.rng.random() < 0.25:
            return (self.rng.choice(same),)
        return (competence,)

    def recorded(self, learner: Iri, entries: list[Entry], graph: Iri) -> Iterator[ox.Quad]:
        written: list[Iri] = []
        for entry in entries:
            written.append(self.mint("a"))
            self.told[learner].add((entry.method, entry.status))
            facts: dict[str, Value | list[Value]] = {
                "rdf:type": Iri(str(CG.Attainment)),
                "cg:learner": learner,
                "cg:competence": Iri(entry.competence),
                "cg:level": entry.level,
                "dct:type": Iri(entry.method),
                "dct:issued": entry.issued,
                "dct:created": entry.created,
                "schema:expires": entry.expires,
                "prov:wasAttributedTo": Iri(entry.assessor),
                "prov:wasRevisionOf": None if entry.revises is None else written[entry.revises],
                "adms:status": Iri(f"{expand('cg:')}{entry.status}"),
            }
            yield from _quads(written[-1], facts, graph)


def _quads(subject: Iri, facts: Mapping[str, Value | list[Value]], graph: Iri) -> Iterator[ox.Quad]:
    """Yield a quad a value; None says nothing."""
    for path, values in facts.items():
        for value in values if isinstance(values, list) else [values]:
            if value is not None:
                yield ox.Quad(node(subject), node(expand(path)), to_term(value), node(graph))
