"""Random small worlds for Hypothesis: raw quads as people would enter them, no pointers.

One to three organisations (some let self-assessments count), frameworks on two scales with a level map, exact
matches over hubs, roll-ups with dead parts, roles that ask for the same competence, people with past, present and
planned posts, histories with expiry, revocation, revision and late records.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pyoxigraph as ox
from hypothesis import strategies as st

from competence_graph.graph.history import as_of_triple, people_graphs, pointer_triples
from competence_graph.graph.history import history as read_history
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.terms import to_term
from competence_graph.graph.vocab import PREFIXES, expand
from competence_graph.model.iri import Iri

DAY = date(2026, 11, 1)
ID = PREFIXES["id"]
GRAPHS = PREFIXES["id"].removesuffix("id/") + "graph/"
SECTORS = ("sector-library", "sector-museum")
PROOFS = ("cg:certificate", "elm-opportunity:05053c1cbe")
JUDGED = ("cg:managerAssessment", "elm-assessment:19a2e5e671", "cg:selfAssessment")
STATUSES = (*["validated"] * 6, *["submitted"] * 3, "draft", "rejected", "revoked")
SIZES = {"proficiency": 5, "categories": 6}


def node(name):
    """Return the term of a local id or of a prefixed name."""
    return ox.NamedNode(expand(name) if ":" in name else ID + name)


def quad(graph, subject, predicate, value):
    """Return a statement; a str names a thing, anything else is a literal."""
    term = node(value) if isinstance(value, str) else to_term(value)
    where = GRAPHS + graph
    about = ox.NamedNode(where) if subject == "" else node(subject)
    return ox.Quad(about, node(predicate), term, ox.NamedNode(where))


@dataclass(frozen=True)
class World:
    """Raw quads, and what tests want to pick from; told by its seed."""

    seed: int
    quads: list
    organisations: list
    people: dict
    competences: list
    roles: list
    scale: dict

    def __repr__(self):
        return f"world({self.seed})"

    def store(self, day=DAY):
        """Return a store of the world with its pointers turned to a day."""
        store = OxigraphStore()
        store.load(self.quads)
        turn(store, day)
        return store


def turn(store, day):
    """Add the pointers of every people graph for a day."""
    for people in people_graphs(store):
        derived = pointer_triples(read_history(store, people.graph), day, counts_self=people.counts_self)
        triples = [triple for each in derived.values() for triple in each] + [as_of_triple(people.graph, day)]
        store.load(ox.Quad(*triple, ox.NamedNode(people.graph)) for triple in triples)


def attainment(graph, name, learner, competence, level, *, method="cg:managerAssessment", status="validated",
               issued=DAY, created=None, expires=None, revises=None):  # fmt: skip
    """Return the quads of one record."""
    says = {
        "rdf:type": "cg:Attainment", "cg:learner": learner, "cg:competence": competence, "cg:level": level,
        "dct:type": method, "adms:status": f"cg:{status}", "dct:issued": issued, "dct:created": created or issued,
        "prov:wasAttributedTo": learner, "schema:expires": expires, "prov:wasRevisionOf": revises,
    }  # fmt: skip
    return [quad(graph, name, predicate, value) for predicate, value in says.items() if value is not None]


def post(graph, name, person, role, place, start, end=None):
    """Return the quads of one employment."""
    says = {"rdf:type": "org:Membership", "org:member": person, "org:role": role, "org:organization": place,
            "schema:startDate": start, "schema:endDate": end}  # fmt: skip
    return [quad(graph, name, predicate, value) for predicate, value in says.items() if value is not None]


DAYS = (-500, -300, -300, -90, -90, -30, -2, -1, 0, 1)
NEAR = (-400, -30, -1, 0, 1, 30)


def day(chance, offsets):
    """Return one of these days around `DAY`."""
    return DAY + timedelta(days=chance.choice(offsets))


def record(chance, graph, name, learner, competences, scale, before=()):
    """Return the quads of a record about one of these competences; it may revise one of those before."""
    competence = chance.choice(competences)
    issued = day(chance, DAYS)
    created = issued + timedelta(days=chance.choice([0, 0, 0, 0, 3, 60]))
    expires = max(issued, day(chance, NEAR)) if chance.random() < 0.3 else None
    return attainment(
        graph, name, learner, competence, chance.randint(0, SIZES[scale[competence]]),
        method=chance.choice([*JUDGED, *PROOFS, "cg:selfAssessment"]), status=chance.choice(STATUSES), issued=issued,
        created=created, expires=expires, revises=chance.choice([None, None, None, *before]),
    )  # fmt: skip


def things(chance, *, rising):
    """Return quads of scales, frameworks, matches and roles, and what they are about."""
    quads = []
    for scale, size in SIZES.items():
        for n in range(1, size + 1):
            step = f"{scale}-{n}"
            quads += [
                quad(f"scale/{scale}", step, "rdf:type", "skos:Concept"),
                quad(f"scale/{scale}", step, "skos:inScheme", scale),
                quad(f"scale/{scale}", step, "cg:level", n),
            ]
    counts = [chance.choice([0, 1, 2, 3, 4, 5]) for _ in range(SIZES["categories"])]
    for n, counted in enumerate(sorted(counts) if rising else counts, start=1):
        if counted:
            quads.append(quad("mappings/levels", f"categories-{n}", "cg:countsAs", f"proficiency-{counted}"))
    frameworks = {"libraries": "proficiency", "museums": "proficiency", "restorers": "categories"}
    quads += [quad(f"framework/{f}", f, "cg:scale", scale) for f, scale in frameworks.items()]
    competences = [f"c{n}" for n in range(chance.randint(3, 8))]
    scale, home = {}, {}
    for number, competence in enumerate(competences):
        home[competence] = chance.choice(sorted(frameworks))
        scale[competence] = frameworks[home[competence]]
        status = chance.choice(["Completed", "Completed", "Completed", "Deprecated"])
        says = [("rdf:type", "cg:Competence"), ("rdf:type", "skos:Concept"), ("skos:inScheme", home[competence]),
                ("adms:status", f"status:{status}")]  # fmt: skip
        if number and chance.random() < 0.6:
            says.append(("skos:broader", chance.choice(competences[: min(number, 3)])))
        quads += [quad(f"framework/{home[competence]}", competence, predicate, value) for predicate, value in says]
    for competence in chance.sample(competences[:3], chance.randint(0, 2)):
        how = chance.choice(["cg:minimum", "cg:mean"])
        quads.append(quad(f"framework/{home[competence]}", competence, "cg:rollUp", how))
    ends = [*competences, "hub1", "hub2"]
    for one, other in (chance.sample(ends, 2) for _ in range(chance.randint(0, 4))):
        quads.append(quad("mappings/exact", one, "skos:exactMatch", other))
    roles = [f"r{n}" for n in range(chance.randint(1, 4))]
    for role in roles:
        quads.append(quad("roles", role, "rdf:type", "org:Role"))
        for competence in chance.sample(competences, chance.randint(0, min(5, len(competences)))):
            quads += requirement(chance, role, competence, SIZES[scale[competence]])
    return quads, competences, roles, scale


def requirement(chance, role, competence, top):
    """Return the quads of what a role asks of a competence."""
    name = f"{role}-{competence}"
    necessity = chance.choice(["cg:essential", "cg:optional"])
    says = {"rdf:type": "cg:Requirement", "cg:competence": competence, "cg:level": chance.randint(1, top),
            "cg:necessity": necessity, "cg:weight": chance.randint(1, 5)}  # fmt: skip
    about = [quad("roles", name, predicate, value) for predicate, value in says.items()]
    return [quad("roles", role, "cg:requires", name), *about]


def world(seed, *, rising=False):
    """Return the world of a seed; ``rising`` if no higher level shall count as less on the other scale."""
    chance = random.Random(seed)
    quads, competences, roles, scale = things(chance, rising=rising)
    organisations = [f"o{n}" for n in range(chance.randint(1, 3))]
    people = {}
    for organisation in organisations:
        graph = f"people/{organisation}"
        units = [f"{organisation}u{n}" for n in range(chance.randint(0, 2))]
        quads += [
            quad(graph, "", "dct:rightsHolder", organisation),
            quad("organisations", organisation, "rdf:type", "org:FormalOrganization"),
            quad("organisations", organisation, "org:classification", chance.choice(SECTORS)),
            *(quad("organisations", organisation, "org:hasUnit", unit) for unit in units),
        ]
        switch = chance.choice([True, True, False, None])
        if switch is not None:
            quads.append(quad(f"organisation/{organisation}", organisation, "cg:countsSelfAssessment", switch))
        people[organisation] = [f"p{organisation}{n}" for n in range(chance.randint(1, 4))]
        for person in people[organisation]:
            quads.append(quad(graph, person, "rdf:type", "foaf:Person"))
            for n in range(chance.choice([0, 1, 1, 2, 3])):
                start = day(chance, DAYS)
                end = max(start, day(chance, NEAR)) if chance.random() < 0.3 else None
                where = chance.choice([organisation, *units])
                quads += post(graph, f"m{person}{n}", person, chance.choice(roles), where, start, end)
            before = []
            for n in range(chance.randint(0, 8)):
                quads += record(chance, graph, f"a{person}{n}", person, competences, scale, before)
                before.append(f"a{person}{n}")
    return World(seed, quads, organisations, people, competences, roles, scale)


def worlds(*, rising=False):
    """Return the strategy of worlds: by seed, because drawn value by value most of them would be empty."""
    return st.integers(0, 2**32).map(partial(world, rising=rising))


def iri(name):
    """Return the IRI of a local id."""
    return Iri(ID + name)
