"""The demonstration world: repeatable, whole, nameless in the graph, with every rule of what counts in it."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.bundled import bundled
from competence_graph.demo import SEED, demo_world, read_catalogue
from competence_graph.demo.institutions import INSTITUTIONS, LIBRARY
from competence_graph.demo.names import FAMILIES, MEN, WOMEN
from competence_graph.graph.history import history, people_graphs, pointer_triples
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.graph.terms import node
from competence_graph.model.gap import Employment, gaps
from competence_graph.model.iri import Iri, graph_iri, id_iri, is_id

DAY = date(2026, 11, 24)


def inventories():
    for path in sorted(Path(bundled("inventories")).rglob("*.ttl")):
        graph = node(Iri(f"https://example.org/{path.parent.name}/{path.stem}"))
        for triple in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


@pytest.fixture(scope="module")
def store():
    store = OxigraphStore()
    store.load(inventories())
    return store


@pytest.fixture(scope="module")
def catalogue(store):
    return read_catalogue(store)


@pytest.fixture(scope="module")
def demo(catalogue):
    return demo_world(SEED, DAY, catalogue)


@pytest.fixture(scope="module")
def lived_in(store, demo):
    store.load(demo.quads)
    for graph in people_graphs(store):
        found = pointer_triples(history(store, graph.graph), DAY, counts_self=graph.counts_self)
        store.load(
            ox.Quad(each.subject, each.predicate, each.object, node(graph.graph))
            for triples in found.values()
            for each in triples
        )
    return store


@pytest.fixture(scope="module")
def rows(lived_in):
    return {each.id: ask(lived_in, "gaps_of_organisation", organisation=id_iri(each.id)) for each in INSTITUTIONS}


def values(quads, path):
    return [quad.object.value for quad in quads if quad.predicate.value.endswith(path)]


def test_same_seed_and_day_give_the_same_world(catalogue, demo):
    assert demo == demo_world(SEED, DAY, catalogue)


def test_another_seed_gives_other_people_in_the_same_institutions(catalogue, demo):
    other = demo_world(SEED + 1, DAY, catalogue)

    assert set() == {each.pseudonym for each in demo.identities} & {each.pseudonym for each in other.identities}
    assert list(demo.graphs) == list(other.graphs)


def test_another_day_moves_every_date(catalogue, demo):
    later = demo_world(SEED, DAY + timedelta(days=30), catalogue)

    def issued(world):
        return [date.fromisoformat(value) for value in values(world.quads, "/issued")]

    assert [day + timedelta(days=30) for day in issued(demo)] == issued(later)


def test_about_120_people_work_in_three_institutions_and_13_units(demo):
    assert [(60, 6), (35, 4), (25, 3)] == [(each.size, len(each.units)) for each in INSTITUTIONS]
    assert 120 == len(demo.identities)


def test_no_name_of_a_person_is_in_the_graph(demo):
    names = {*WOMEN, *MEN, *(form for family in FAMILIES for form in family)}
    names |= {each.given_name for each in demo.identities} | {each.family_name for each in demo.identities}
    words = {word for quad in demo.quads if isinstance(quad.object, ox.Literal) for word in quad.object.value.split()}

    assert set() == names & words


def test_a_person_is_a_type_and_nothing_else(demo):
    people = {each.pseudonym for each in demo.identities}

    assert {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type"} == {
        quad.predicate.value for quad in demo.quads if quad.subject.value in people
    }


def test_no_two_people_bear_the_same_name(demo):
    assert {1} == set(Counter((each.given_name, each.family_name) for each in demo.identities).values())


def test_every_id_has_its_check_character_and_pointers_are_left_to_the_write_path(demo):
    locals_ = {quad.subject.value.rsplit("/id/", 1)[1] for quad in demo.quads if "/id/" in quad.subject.value}

    assert [] == [each for each in locals_ if not is_id(each)]
    assert [] == [
        quad for quad in demo.quads if quad.predicate.value.rsplit("#")[-1] in {"current", "provisional", "lapsed"}
    ]


def test_each_people_graph_says_whose_it_is_and_for_which_day(demo):
    for each in INSTITUTIONS:
        graph = graph_iri(f"people/{each.id}")
        about = {
            quad.predicate.value.rsplit("/")[-1].rsplit("#")[-1]: quad.object.value
            for quad in demo.graphs[graph]
            if quad.subject.value == graph
        }

        assert {"rightsHolder": id_iri(each.id), "asOf": DAY.isoformat()} == about


def test_records_go_back_two_years_and_none_is_of_tomorrow(demo):
    issued = [date.fromisoformat(value) for value in values(demo.quads, "/issued")]
    created = [date.fromisoformat(value) for value in values(demo.quads, "/created")]

    assert timedelta(days=650) < DAY - min(issued) <= timedelta(days=730)
    assert max(issued + created) <= DAY
    assert 12 * 120 <= len(issued) <= 33 * 120


@pytest.mark.parametrize("seed", [SEED, 1, 7])
def test_record_is_never_made_before_the_day_it_speaks_of_nor_expires_before_it(catalogue, seed):
    by_record = {}
    for quad in demo_world(seed, DAY, catalogue).quads:
        by_record.setdefault(quad.subject.value, {})[quad.predicate.value.rsplit("/")[-1]] = quad.object.value
    records = [each for each in by_record.values() if "issued" in each]

    assert [] == [each for each in records if each["created"] < each["issued"]]
    assert [] == [each for each in records if each.get("expires", "9999") <= each["issued"]]


@pytest.mark.parametrize("seed", [SEED, 1, 7])
def test_every_status_and_method_occurs(catalogue, seed):
    world = demo_world(seed, DAY, catalogue)
    statuses = {value.rsplit("#")[-1] for value in values(world.quads, "adms#status")}
    methods = {
        value.rsplit("#")[-1].rsplit("/")[-1]
        for quad in world.quads
        if quad.predicate.value.endswith("terms/type")
        for value in [quad.object.value]
    }

    assert {"draft", "submitted", "validated", "rejected", "revoked"} == statuses
    assert {
        "managerAssessment",
        "selfAssessment",
        "certificate",
        "19a2e5e671",
        "05053c1cbe",
        "77b99de990",
        "b1b68f6735",
    } <= methods


def test_every_reason_for_a_level_occurs(rows):
    assert {"direct", "equivalent", "rolled-up", "unreviewed", "lapsed", "not-assessed"} == {
        row["why"] for found in rows.values() for row in found
    }


def test_self_assessments_count_in_the_museum_only(rows):
    assert [0, 0] == [
        sum(row["why"] == "unreviewed" for row in rows[each.id]) for each in INSTITUTIONS if not each.counts_self
    ]
    assert 0 < sum(row["why"] == "unreviewed" for each in INSTITUTIONS if each.counts_self for row in rows[each.id])


def test_most_is_known_and_most_requirements_are_met_but_not_all(rows):
    for found in rows.values():
        assert 0.75 < sum(row["why"] != "not-assessed" for row in found) / len(found) < 0.98
        assert 0.5 < sum(row["gap"] == 0 for row in found) / len(found) < 0.9


def test_posts_are_several_at_once_planned_and_ended(lived_in):
    posts = ask(lived_in, "people_of_organisation", organisation=id_iri(LIBRARY.id))
    held = Counter(row["person"] for row in posts if row["held"])

    assert 2 == max(held.values())
    assert any(row["from"] > DAY for row in posts)
    assert any(row["until"] is not None and row["until"] < DAY for row in posts)


def test_question_over_the_demonstration_equals_brute_force_over_raw_history(lived_in, catalogue, rows):
    for graph in people_graphs(lived_in):
        organisation = Iri(graph.organisation)
        employments = [
            Employment(row["person"], organisation, row["role"], row["from"], row["until"])
            for row in ask(lived_in, "people_of_organisation", organisation=organisation)
        ]

        forced = gaps(employments, history(lived_in, graph.graph), catalogue, DAY, counts_self=graph.counts_self)

        assert [
            (row["person"], row["competence"], row["required"], row["attained"], row["why"])
            for row in rows[organisation.local]
        ] == [(row.person, row.competence, row.required, row.attained, row.why) for row in forced]


def test_demonstration_accounts_stand_for_people_of_the_world(demo):
    people = {each.pseudonym: each for each in demo.identities}
    by_id = {each.id: each for each in demo.accounts}

    assert {
        "demo-library-hr", "demo-library-unit-lead", "demo-library-learner", "demo-museum-hr",
        "demo-cultural-centre-hr", "demo-planner", "demo-admin",
    } == set(by_id)  # fmt: skip
    for account in demo.accounts:
        if account.person is not None:
            who = people[account.person]
            assert (f"{who.given_name} {who.family_name}", who.organisation) == (account.label, account.organisation)


def test_role_that_the_catalogue_lacks_is_named(catalogue):
    from dataclasses import replace

    with pytest.raises(KeyError, match="r52xn9zv"):
        demo_world(
            SEED,
            DAY,
            replace(
                catalogue,
                requirements={
                    role: asked for role, asked in catalogue.requirements.items() if not role.endswith("r52xn9zv")
                },
            ),
        )
