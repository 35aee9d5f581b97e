"""Random worlds: the matrix, the questions, the model and an oracle over raw quads give the same rows."""

import random
from dataclasses import astuple, replace
from datetime import date, timedelta
from operator import attrgetter

import pyoxigraph as ox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import oracle
from tests.worlds import DAY, GRAPHS, SECTORS, attainment, iri, post, quad, record, requirement, worlds

from competence_graph.graph.catalogue import read_catalogue
from competence_graph.graph.change import Change
from competence_graph.graph.history import history, people_graphs
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_figures import (
    organisation_heat,
    organisation_single_points,
    sector_figures,
    sector_gaps,
)
from competence_graph.graph.levels_roles import RoleDistances
from competence_graph.graph.questions import ask
from competence_graph.graph.vocab import expand
from competence_graph.graph.write import Writer
from competence_graph.model.distance import role_distance
from competence_graph.model.gap import Employment, figures, gaps
from competence_graph.model.heat import heat

ours = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(ours, max_examples=40)
seeds = st.integers(0, 2**32)


def told(row):
    """Return a row of the matrix or the model as the oracle writes it."""
    necessity = expand(f"cg:{row.necessity}")
    return (
        row.person,
        row.role,
        row.competence,
        row.required,
        row.attained,
        row.gap,
        row.weight,
        necessity,
        row.why,
        row.as_of.isoformat(),
        row.critical,
    )


def asked(store, question, **parameters):
    return [
        tuple(value.isoformat() if isinstance(value, date) else value for value in row.values())
        for row in ask(store, question, **parameters)
    ]


def brute_force(store, organisation, day=DAY):
    """Return the rows of the model over raw history and employments."""
    (people,) = [each for each in people_graphs(store) if each.organisation == organisation]
    posts = [
        Employment(row["person"], row["place"], row["role"], row["from"], row["until"])
        for row in ask(store, "people_of_organisation", organisation=organisation)
    ]
    return gaps(posts, history(store, people.graph), read_catalogue(store), day, counts_self=people.counts_self)


@ours
@given(worlds())
def test_matrix_questions_model_and_oracle_give_the_same_rows(world):
    store = world.store()
    matrix = LevelMatrix.build(store)

    for name in world.organisations:
        organisation = iri(name)
        expected = oracle.rows(world.quads, organisation, DAY)
        assert expected == [told(row) for row in matrix.gaps_of_organisation(organisation)]
        assert expected == [told(row) for row in brute_force(store, organisation)]
        assert expected == asked(store, "gaps_of_organisation", organisation=organisation)
        for person in map(iri, world.people[name]):
            own = [row for row in expected if row[0] == person]
            assert own == [told(row) for row in matrix.gaps_of([person])]
            assert own == asked(store, "gaps_of_person", person=person)


@ours
@given(worlds())
def test_figures_of_the_matrix_are_those_of_its_rows(world):
    store = world.store()
    now = LevelMatrix.build(store).now
    rows = {iri(name): brute_force(store, iri(name)) for name in world.organisations}

    pooled = [row for each in rows.values() for row in each]
    assert figures(pooled) == sector_figures(now)
    for sector in map(iri, SECTORS):
        inside = [row for organisation, each in rows.items() if sector in now.sectors[organisation] for row in each]
        assert figures(inside) == sector_figures(now, sector)
        assert counted(inside, world) == [
            (
                each.competence,
                each.people,
                each.below,
                each.unknown,
                each.critical,
                each.levels,
                each.score,
                each.organisations,
            )
            for each in sector_gaps(now, sector)
        ]
    for organisation, each in rows.items():
        staff = ask(store, "people_of_organisation", organisation=organisation)
        places = {
            person: {row["place"] for row in staff if row["person"] == person and row["held"]}
            for person in {row["person"] for row in staff}
        }
        columns = sorted({place for every in places.values() for place in every})
        assert heat(each, places, columns) == organisation_heat(now, organisation, columns)


def counted(rows, world):
    home = {iri(person): name for name, people in world.people.items() for person in people}
    found = []
    for competence in {row.competence for row in rows}:
        own = [row for row in rows if row.competence == competence]
        below, unknown = sum(row.gap > 0 for row in own), sum(not row.assessed for row in own)
        critical, levels, score = (
            sum(each(row) for row in own) for each in map(attrgetter, ("critical", "gap", "rank"))
        )
        found.append(
            (competence, len(own), below, unknown, critical, levels, score, len({home[row.person] for row in own}))
        )
    return sorted(found, key=lambda row: (-row[6], row[0]))


class Unjudged(Writer):
    """A writer that derives and applies as ours does, and asks no shape: a random world has no labels."""

    def force(self, change):
        with self._lock:
            prepared = self._prepared(change)
            if prepared.inserts or prepared.deletes:
                self._apply(prepared)


@few
@given(worlds())
def test_questions_about_groups_and_roles_give_what_the_matrix_and_the_model_give(world):
    store = world.store()
    matrix = LevelMatrix.build(store)
    now, catalogue, near = matrix.now, read_catalogue(store), RoleDistances(store, matrix)

    for sector in (None, *map(iri, SECTORS)):
        chosen = {} if sector is None else {"sector": sector}
        assert [astuple(each) for each in sector_gaps(now, sector)] == asked(store, "sector_top_gaps", **chosen)
    for organisation in map(iri, world.organisations):
        found = organisation_single_points(now, organisation)
        told = [(*astuple(each.asked)[:5], 0 if each.holder is None else 1, each.holder) for each in found]
        assert told == asked(store, "single_points_of_failure", organisation=organisation)
    for start in map(iri, world.roles):
        ways = [role_distance(start, end, catalogue) for end in map(iri, world.roles) if end != start]
        ways = sorted((each for each in ways if each is not None), key=lambda each: (each.share, each.role))
        rows = asked(store, "role_distance", **{"from": start})
        assert sorted(astuple(each) for each in ways) == sorted(row[1:7] for row in rows)
        assert ways == near.from_role(start)
        assert all(abs(float(row[7]) - each.share) < 0.000501 for row in rows for each in ways if each.role == row[1])
    for person in (each for people in world.people.values() for each in map(iri, people)):
        ways = {each.role: each for each in near.from_person(person)}
        for role in {row.role for row in matrix.gaps_of([person])}:
            assert 0 <= ways[role].share <= 1
        alone = {post.role for post in posts_of(matrix, person)}
        if len(alone) == 1 and (rows := matrix.gaps_of([person])):
            assert sum(row.rank for row in rows) == ways[alone.pop()].missing


def posts_of(matrix, person):
    block, row = matrix.find(person)
    return [] if block is None else [post for post in block.posts[row] if post.held(block.as_of)]


KINDS = ("record", "post", "end", "role", "match", "switch", "sector", "erase", "newcomer", "turn")


def change(chance, kind, number, world, store):
    """Return a change of this kind; None for "turn", which is another day and no change."""
    organisation = chance.choice(world.organisations)
    graph = f"people/{organisation}"
    person = chance.choice([*world.people[organisation], f"pnew{number}"])
    if kind == "record":
        return Change(tuple(record(chance, graph, f"anew{number}", person, world.competences, world.scale)))
    if kind in ("post", "end"):
        end = DAY - timedelta(days=1) if kind == "end" else None
        begun = DAY - timedelta(days=9)
        return Change(tuple(post(graph, f"m{person}0", person, chance.choice(world.roles), organisation, begun, end)))
    if kind == "role":
        asked = requirement(chance, chance.choice(world.roles), chance.choice([*world.competences, "cfresh"]), 5)
        role = asked[0].subject
        # What the role says already stays said.
        kept = [each for each in store.quads() if each.subject == role]
        return Change((*kept, *asked))
    if kind == "match":
        one, other = chance.sample(world.competences, 2)
        return Change((quad("mappings/new", one, "skos:exactMatch", other),))
    if kind == "switch":
        counts = chance.random() < 0.5
        return Change((quad(f"organisation/{organisation}", organisation, "cg:countsSelfAssessment", counts),))
    if kind == "sector":
        return Change((quad("organisations", organisation, "org:classification", chance.choice(SECTORS)),))
    if kind == "erase":
        about = {iri(person)} | {
            each.subject.value for each in store.quads(GRAPHS + graph) if each.object == ox.NamedNode(iri(person))
        }
        gone = tuple(each for each in store.quads(GRAPHS + graph) if each.subject.value in about)
        return Change(remove=gone, erase=True)
    if kind == "newcomer":
        fresh = f"people/onew{number}"
        started = post(fresh, f"mnew{number}", f"pcomer{number}", world.roles[0], f"onew{number}", DAY)
        return Change((quad(fresh, "", "dct:rightsHolder", f"onew{number}"), *started))
    return None


@ours
@given(worlds(), seeds, st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
def test_matrix_kept_up_by_writes_equals_one_built_anew(world, seed, kinds):
    chance = random.Random(seed)
    store = world.store()
    matrix = LevelMatrix.build(store)
    today = [DAY]
    writer = Unjudged(store, {}, today=lambda: today[0])
    writer.on_change(matrix.apply)

    for number, kind in enumerate(kinds):
        wanted = change(chance, kind, number, world, store)
        if wanted is None:
            today[0] += timedelta(days=chance.randint(1, 40))
            writer.turn()
        else:
            writer.force(wanted)

        assert store.revision == matrix.revision
        assert seen(LevelMatrix.build(store)) == seen(matrix)


def seen(matrix):
    """Return all that a matrix answers, whatever the order of its columns."""
    now = matrix.now
    organisations = sorted({block.organisation for block in now.blocks.values()})
    return {
        "rows": {each: matrix.gaps_of_organisation(each) for each in organisations},
        "days": {each: matrix.as_of(each) for each in organisations},
        "sectors": {
            sector: (sector_gaps(now, sector), sector_figures(now, sector)) for sector in (None, *map(iri, SECTORS))
        },
        "heat": {each: organisation_heat(now, each, (each,)) for each in organisations},
        "single": {each: organisation_single_points(now, each) for each in organisations},
    }


@ours
@given(worlds())
def test_a_surplus_never_lowers_a_gap(world):
    """Everybody gets a fresh competence that every role asks for at level 1, once met exactly and once far exceeded."""
    asked = [each for role in world.roles for each in requirement(random.Random(role), role, "cfresh", 1)]
    scheme = quad("framework/libraries", "cfresh", "skos:inScheme", "libraries")
    levels = {}
    for level in (1, 5):
        shown = [
            each
            for name, people in world.people.items()
            for person in people
            for each in attainment(f"people/{name}", f"afresh{person}", person, "cfresh", level)
        ]
        matrix = LevelMatrix.build(replace(world, quads=[*world.quads, *asked, scheme, *shown]).store())
        rows = [row for name in world.organisations for row in matrix.gaps_of_organisation(iri(name))]
        levels[level] = {(row.person, row.competence): (row.gap, row.surplus) for row in rows}
        pooled = sector_figures(matrix.now)
        assert sum(row.gap for row in rows) == pooled.levels
        assert sum(not row.met for row in rows) == pooled.requirements - pooled.met

    fresh = iri("cfresh")
    assert {key: gap for key, (gap, _) in levels[1].items()} == {key: gap for key, (gap, _) in levels[5].items()}
    assert {(0, 4)} >= {found for (_, competence), found in levels[5].items() if competence == fresh}


@ours
@given(seeds, worlds(rising=True))
def test_a_higher_validated_attainment_never_raises_a_gap(seed, world):
    chance = random.Random(seed)
    name = chance.choice(world.organisations)
    person = chance.choice(world.people[name])
    competence = chance.choice(world.competences)
    before = LevelMatrix.build(world.store())
    block, row = before.find(iri(person))
    column = before.now.plan.index.get(iri(competence), -1)
    level = int(block.level[row, column]) if block is not None and column >= 0 else -1
    top = 5 if world.scale[competence] == "proficiency" else 6
    higher = chance.randint(min(max(level, 0) + 1, top), top)
    extra = attainment(f"people/{name}", "ahigher", person, competence, higher, issued=DAY)
    after = LevelMatrix.build(replace(world, quads=world.quads + extra).store())

    was = {(each.person, each.competence): each.gap for each in before.gaps_of_organisation(iri(name))}
    now = {(each.person, each.competence): each.gap for each in after.gaps_of_organisation(iri(name))}
    assert was.keys() == now.keys()
    assert [key for key in was if now[key] > was[key]] == []
