"""The level matrix over the design's own world; random worlds are in test_worlds.py."""

from __future__ import annotations

import csv
import threading
import time
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.worlds import GRAPHS, attainment, iri, post, quad

from competence_graph.answers.gaps import COLUMNS, cells
from competence_graph.errors import LevelOutOfRangeError
from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_figures import organisation_single_points, sector_gaps
from competence_graph.graph.levels_scan import read_people
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.model.actor import OPERATOR
from competence_graph.model.single_point import Asked, single_points

SAMPLE = Path(__file__).parents[1] / "sample"
DAY = date(2026, 11, 1)
LIBRARY, MUSEUM = iri("osh1z2bk"), iri("ovte458j")


@pytest.fixture
def store(sample_dump):
    found = OxigraphStore()
    found.load(ox.parse(sample_dump, format=ox.RdfFormat.N_QUADS))
    return found


@pytest.fixture
def matrix(store):
    return LevelMatrix.build(store)


@pytest.fixture
def writer(store, matrix):
    made = guard(store, today=lambda: DAY)
    made.on_change(matrix.apply)
    return made


def assessed(name, competence, level, learner="p34wc1mf", graph="people/osh1z2bk"):
    record = attainment(graph, name, learner, competence, level, issued=DAY)
    own = quad(graph, name, "prov:wasAttributedTo", learner)
    return Change((*(each for each in record if each != own), quad(graph, name, "prov:wasAttributedTo", "pb874da6")))


def test_the_matrix_gives_the_expected_rows_of_the_sample_row_for_row(matrix):
    expected = [tuple(row) for row in csv.reader((SAMPLE / "expected.csv").read_text(encoding="utf-8").splitlines())]

    rows = matrix.gaps_of_organisation(LIBRARY) + matrix.gaps_of_organisation(MUSEUM)
    assert expected == [
        COLUMNS,
        *sorted(cells(rows), key=lambda row: [tuple(each[:3]) for each in expected].index(row[:3])),
    ]
    assert expected[1:] == cells(matrix.gaps_of({row.person for row in rows}))


def test_a_person_nobody_knows_has_no_rows(matrix):
    assert [] == matrix.gaps_of([iri("pnobody"), "no IRI at all"])


def test_columns_are_what_somebody_requires_or_holds_and_no_other(store, matrix):
    before = matrix.now.plan.columns
    foreign = [
        each
        for number in range(200)
        for each in (
            quad("framework/foreign", f"skill{number}", "skos:inScheme", "foreign"),
            quad("framework/foreign", f"job-skill{number}", "cg:competence", f"skill{number}"),
            quad("framework/foreign", f"job-skill{number}", "cg:level", 2),
            quad("framework/foreign", f"job-skill{number}", "cg:necessity", "cg:optional"),
            quad("framework/foreign", f"job-skill{number}", "cg:weight", 1),
            quad("framework/foreign", "job", "cg:requires", f"job-skill{number}"),
        )
    ]
    store.load([quad("framework/foreign", "foreign", "cg:scale", "proficiency"), *foreign])

    assert set(before) == set(LevelMatrix.build(store).now.plan.columns)


def test_a_write_moves_the_row_the_totals_and_the_revision_at_once(store, matrix, writer):
    (before,) = [row for row in matrix.gaps_of([iri("p34wc1mf")]) if row.competence == iri("ct6j7rb6")]
    total = {row.competence: row for row in sector_gaps(matrix.now)}[iri("ct6j7rb6")]

    writer.write(assessed("a100000j", "ct6j7rb6", 3), actor=OPERATOR)
    (after,) = [row for row in matrix.gaps_of([iri("p34wc1mf")]) if row.competence == iri("ct6j7rb6")]
    moved = {row.competence: row for row in sector_gaps(matrix.now)}[iri("ct6j7rb6")]
    assert (3, "not-assessed") == (before.gap, before.why)
    assert (0, "direct") == (after.gap, after.why)
    assert (total.below - 1, total.unknown - 1, total.score - 9) == (moved.below, moved.unknown, moved.score)
    assert store.revision == matrix.revision


def test_a_snapshot_taken_before_a_write_stays_as_it_was(matrix, writer):
    now = matrix.now
    block, row = matrix.find(iri("p34wc1mf"), now)
    before = [block.gaps(row, now.plan), sector_gaps(now), block.level.tobytes()]

    writer.write(assessed("a100000j", "ct6j7rb6", 3), actor=OPERATOR)
    assert before == [block.gaps(row, now.plan), sector_gaps(now), block.level.tobytes()]
    assert now is not matrix.now
    with pytest.raises(FrozenInstanceError):
        now.revision = 0


def test_readers_beside_a_writer_see_whole_writes_only(matrix, writer):
    torn, seen, done = [], set(), threading.Event()

    def read():
        while not done.is_set():
            now = matrix.now
            counted = {row.competence: row.score for row in sector_gaps(now)}
            summed = {}
            for block in now.blocks.values():
                for each in (gap for row in range(len(block.people)) for gap in block.gaps(row, now.plan)):
                    summed[each.competence] = summed.get(each.competence, 0) + each.rank
            seen.add(now.revision)
            if counted != summed:
                torn.append(now.revision)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for each in readers:
        each.start()
    for number, name in enumerate(("a100000j", "a200000b", "a300000x", "a400000p")):
        writer.write(assessed(name, "ct6j7rb6", number), actor=OPERATOR)
    done.set()
    for each in readers:
        each.join()

    assert [] == torn
    assert seen


def test_what_a_role_asks_for_anew_is_asked_of_its_holders(matrix, writer):
    blocks = matrix.now.blocks
    role = iri("r52xn9zv-ct6j7rb6")
    says = {
        "rdf:type": "cg:Requirement",
        "cg:competence": "ct6j7rb6",
        "cg:level": 5,
        "cg:necessity": "cg:essential",
        "cg:weight": 3,
    }

    writer.write(Change(tuple(quad("roles", role.local, name, value) for name, value in says.items())), actor=OPERATOR)
    (row,) = [row for row in matrix.gaps_of([iri("p34wc1mf")]) if row.competence == iri("ct6j7rb6")]
    assert 5 == row.required
    assert blocks is not matrix.now.blocks


def test_a_write_past_the_matrix_is_noticed_and_read_whole(store, matrix, writer):
    posts = [
        each for each in store.quads() if each.object.value == iri("p34wc1mf") and "member" in each.predicate.value
    ]
    store.update(f"DELETE DATA {{ GRAPH {posts[0].graph_name} {{ {posts[0].triple} }} }}")

    writer.write(assessed("a100000j", "ct6j7rb6", 3, learner="pb874da6"), actor=OPERATOR)
    assert [] == matrix.gaps_of([iri("p34wc1mf")])
    assert store.revision == matrix.revision


def test_single_points_are_those_of_the_model_over_the_questions_rows(store, matrix):
    for organisation in (LIBRARY, MUSEUM):
        asked = [
            Asked(row["place"], row["competence"], row["level"], row["essential"], row["weight"])
            for row in ask(store, "organisation_requirements", organisation=organisation)
        ]
        staff = [row for row in ask(store, "people_of_organisation", organisation=organisation) if row["held"]]
        people = {row["place"]: {each["person"] for each in staff if each["place"] == row["place"]} for row in staff}
        levels = ask(store, "organisation_levels", organisation=organisation)
        attained = {(row["person"], row["competence"]): row["attained"] for row in levels}

        assert single_points(asked, people, attained)
        assert single_points(asked, people, attained) == organisation_single_points(matrix.now, organisation)


def test_a_level_that_no_scale_has_is_refused_by_name(store):
    record = attainment("people/osh1z2bk", "a100000j", "p34wc1mf", "ct6j7rb6", 12, issued=DAY)
    store.load([*record, quad("people/osh1z2bk", "p34wc1mf", "cg:current", "a100000j")])

    with pytest.raises(LevelOutOfRangeError, match=r"Level 12 of <.*ct6j7rb6>"):
        LevelMatrix.build(store)


def crowd(graphs):
    quads = []
    for number in range(graphs):
        graph = f"people/o{number}"
        quads.append(quad(graph, "", "dct:rightsHolder", f"o{number}"))
        for person in (f"p{number}x{each}" for each in range(5)):
            quads += post(graph, f"m{person}", person, "r0", f"o{number}", DAY)
            for each in range(6):
                quads += attainment(graph, f"a{person}x{each}", person, f"c{each}", 3)
                quads.append(quad(graph, person, "cg:current", f"a{person}x{each}"))
    store = OxigraphStore()
    store.load(quads)
    return store


def cost(read):
    """Return the processor time of the cheapest of several calls, in seconds."""
    times = []
    for _ in range(7):
        begun = time.process_time()
        read()
        times.append(time.process_time() - begun)
    return min(times)


def test_reading_one_people_graph_costs_the_same_however_many_there_are():
    # Worded otherwise, Oxigraph read every graph for one: 100 times slower with 265 of them.
    few, many = crowd(5), crowd(150)
    graph = GRAPHS + "people/o3"
    for people in (None, [iri("p3x1")]):
        once = cost(lambda people=people: read_people(few, graph, people))

        assert cost(lambda people=people: read_people(many, graph, people)) < 5 * once


def test_a_write_costs_the_matrix_no_look_into_the_store(store, matrix, writer):
    asked = []
    select = store.select

    def counted(query):
        asked.append(query)
        return select(query)

    writer._listeners.insert(0, lambda _: setattr(store, "select", counted))
    writer.write(assessed("a100000j", "ct6j7rb6", 3), actor=OPERATOR)

    assert [] == asked
    assert 0 == next(row.gap for row in matrix.gaps_of([iri("p34wc1mf")]) if row.competence == iri("ct6j7rb6"))
