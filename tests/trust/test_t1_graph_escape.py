"""T1: no text reaches a graph that the caller may not see, and none tells whether such a graph exists."""

import os
import random
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from tests.sandbox.server import GRAPH, OWN, PRIVATE, SECRET

from competence_graph.sandbox.policy import check_query

CURRENT = ("courses", "framework/libraries", "mappings/all", "organisations", "roles", "scale/five")
VERSION = "framework/libraries/2026.1"
MISSING = [f"{GRAPH}people/o9999999", f"{GRAPH}none", "https://example.org/none"]
ID = "https://w3id.org/competence-graph/id/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
# COMPETENCE_GRAPH_TESTS_QUERIES=5000 asks as many as the figure that is published.
QUERIES = int(os.environ.get("COMPETENCE_GRAPH_TESTS_QUERIES", "200"))


@dataclass(frozen=True)
class Asker:
    """Who asks, and which graphs they may see: in the default graph, and by name."""

    name: str
    default: tuple[str, ...]

    @property
    def allowed(self):
        """What may be asked by name."""
        return [GRAPH + path for path in (*self.default, VERSION)]

    @property
    def forbidden(self):
        """What must stay out of sight."""
        return [GRAPH + path for path in PRIVATE if path not in self.default]

    def ask(self, served, query=None, **more):
        """Ask through the asker's own door."""
        return served.ask(query, **more, **({} if self.name == "anyone" else {"token": served.token()}))

    def sees_secret(self, text):
        """Which secrets of others stand in a text."""
        return [path for path in PRIVATE if path not in self.default and f"{SECRET} {path} " in text]


ANYONE = Asker("anyone", CURRENT)
HR = Asker("hr", (*CURRENT, *OWN))


@pytest.fixture(params=[ANYONE, HR], ids=lambda asker: asker.name)
def asker(request):
    """Anonymous, and the HR of one organisation."""
    return request.param


def oracle_of(world, asker):
    """A store of the allowed graphs and nothing else, put together without the code under test."""
    store = ox.Store()
    current = {GRAPH + path for path in asker.default}
    for quad in world:
        if quad.graph_name.value in asker.allowed:
            store.add(quad)
        if quad.graph_name.value in current:
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


@pytest.fixture(scope="module")
def oracles(world):
    """The oracle of each asker."""
    return {each.name: oracle_of(world, each) for each in (ANYONE, HR)}


def generated(seed, asker):
    """A query that tries to see more than it may; the choice of dataset is left to the protocol at times."""
    pick = random.Random(seed)
    thing = lambda: f"<{ID}{pick.choice('cpr')}{pick.randrange(6)}>"  # noqa: E731
    named = [f"<{each}>" for each in (*asker.allowed[1:3], *asker.allowed[-3:], *asker.forbidden, *MISSING[:1])]
    graph = lambda: pick.choice(["?g"] * 4 + named)  # noqa: E731
    words = ["prefLabel"] * 3 + ["broader"] * 2 + ["related"] * 2 + ["inScheme", "note"]
    property_ = lambda: f"<{SKOS}{pick.choice(words)}>"  # noqa: E731
    subject = lambda: pick.choice(["?s"] * 5 + [thing()])  # noqa: E731
    patterns = [
        lambda: f"{subject()} {property_()} ?o .",
        lambda: f"GRAPH {graph()} {{ {subject()} {property_()} ?o }}",
        lambda: f"{thing()} {property_()}* ?o .",
        lambda: f"{subject()} (^{property_()}|{property_()})* {thing()} .",
        lambda: f"GRAPH {graph()} {{ {thing()} {property_()}* ?o }}",
        lambda: f"{subject()} {property_()} ?x FILTER EXISTS {{ GRAPH {graph()} {{ ?x ?y ?z }} }}",
        lambda: f"{subject()} {property_()} ?x FILTER NOT EXISTS {{ GRAPH {graph()} {{ {thing()} ?y ?z }} }}",
        lambda: f"OPTIONAL {{ GRAPH {graph()} {{ ?s <{SKOS}prefLabel> ?l }} }}",
        lambda: f"{{ GRAPH {graph()} {{ }} }} UNION {{ {subject()} {property_()} ?o }}",
        lambda: f"{{ SELECT (COUNT(*) AS ?n) ?g {{ GRAPH {graph()} {{ ?s ?p ?o }} }} GROUP BY ?g }}",
        lambda: f"{subject()} {property_()} ?o MINUS {{ GRAPH {graph()} {{ ?s ?p ?o }} }}",
        lambda: f"VALUES ?g {{ <{pick.choice([*asker.forbidden, *asker.allowed])}> }} GRAPH ?g {{ ?s ?p ?o }}",
    ]
    clauses = "".join(
        f" FROM {pick.choice(['', 'NAMED '])}<{pick.choice(asker.allowed)}>"
        for _ in range(pick.choice([0, 0, 0, 2, 4]))
    )
    where = " ".join(pick.choice(patterns)() for _ in range(pick.choice([1, 1, 1, 2])))
    dataset = {}
    if pick.random() < 0.2:
        dataset["default-graph-uri"] = pick.sample(asker.allowed, pick.choice([0, 2, 4]))
        dataset["named-graph-uri"] = pick.sample(asker.allowed, pick.choice([0, 2, 4]))
    form = pick.choice(["SELECT *", "SELECT *", "SELECT *", "ASK", "DESCRIBE", "CONSTRUCT"])
    if form == "DESCRIBE":
        return f"DESCRIBE {thing()}{clauses}", dataset
    if form == "CONSTRUCT":
        return f"CONSTRUCT {{ ?s <a:p> ?o }}{clauses} WHERE {{ {where} }} LIMIT 100000", dataset
    return f"{form}{clauses} {{ {where} }}{'' if form == 'ASK' else ' LIMIT 100000'}", dataset


def expected(store, query, dataset):
    """The oracle's lines, in order; both lists always, as the protocol says."""
    chosen = {}
    if any(dataset.values()):
        chosen = {
            "default_graph": [ox.NamedNode(each) for each in dataset["default-graph-uri"]],
            "named_graphs": [ox.NamedNode(each) for each in dataset["named-graph-uri"]],
        }
    answer = store.query(query, **chosen)
    if isinstance(answer, ox.QueryTriples):
        return sorted(set(answer.serialize(format=ox.RdfFormat.N_TRIPLES).splitlines()))
    return sorted(answer.serialize(format=ox.QueryResultsFormat.TSV).splitlines())


def test_t1_graph_escape_answers_are_those_of_a_store_that_holds_nothing_else(served, oracles, asker):
    differing, found = [], 0
    for seed in range(QUERIES):
        query, dataset = generated(seed, asker)
        accept = "application/n-triples" if query.startswith(("DESCRIBE", "CONSTRUCT")) else "text/tab-separated-values"
        answer = asker.ask(served, query, accept=accept, **dataset)
        assert answer.status_code == 200, (query, answer.text)
        assert [] == asker.sees_secret(answer.text)
        right = expected(oracles[asker.name], query, dataset)
        if right != sorted(answer.content.splitlines()):
            differing.append(query)
        found += len(right) > 1 or right == [b"true"]

    assert [] == differing
    # Queries that find nothing on either side would prove nothing.
    assert found > QUERIES / 5


def test_t1_graph_escape_the_oracle_would_notice_a_leak(world, oracles, asker):
    leaking = ox.Store()
    leaking.extend(world)
    leaking.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in world)
    right = oracles[asker.name]
    asked = [generated(seed, asker) for seed in range(200)]
    noticed = [query for query in asked if expected(leaking, *query) != expected(right, *query)]

    assert len(noticed) > len(asked) / 10


def test_t1_graph_escape_hr_finds_its_own_people_and_anyone_finds_none(served):
    query = "SELECT * { ?s ?p ?o FILTER STRSTARTS(STR(?o), 'hush') }"
    of_anyone, of_hr = (each.ask(served, query, accept="text/csv").text for each in (ANYONE, HR))

    assert SECRET not in of_anyone
    assert all(f"{SECRET} {path}" in of_hr for path in OWN)


@pytest.mark.parametrize("how", ["FROM <{}>", "FROM NAMED <{}>", "default-graph-uri", "named-graph-uri"])
def test_t1_graph_escape_a_forbidden_graph_and_a_missing_one_get_the_same_words(served, how, asker):
    said = set()
    for graph in (*asker.forbidden, *MISSING):
        if "{}" in how:
            answer = asker.ask(served, f"SELECT * {how.format(graph)} {{ ?s ?p ?o }}")
        else:
            answer = asker.ask(served, "SELECT * { ?s ?p ?o }", **{how: graph})
        said.add((answer.status_code, answer.text))

    assert 1 == len(said)
    assert 400 == next(iter(said))[0]


@pytest.mark.parametrize("person", [f"{ID}p0", f"{ID}p9"])
def test_t1_graph_escape_a_person_described_is_nobody(served, person):
    answer = served.ask(f"DESCRIBE <{person}>", accept="application/n-triples")

    assert (200, b"") == (answer.status_code, answer.content)


def test_t1_graph_escape_without_the_policy_there_is_still_nothing_to_find(unguarded):
    for graph in ANYONE.forbidden:
        for query in (
            f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{graph}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"SELECT * {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}",
        ):
            answer = unguarded.ask(query, accept="text/tab-separated-values")
            assert answer.status_code == 200, answer.text
            assert 1 == len(answer.content.splitlines())


def test_t1_graph_escape_the_queries_pass_the_policy(asker):
    graphs = frozenset(asker.allowed)

    assert {True} == {bool(check_query(generated(seed, asker)[0], graphs=graphs)) for seed in range(200)}
