"""The national demonstration world: 265 institutions by kind, staffed by outline; real names and invented ones."""

from collections import Counter
from datetime import date

import pytest
import rdflib
from rdflib.namespace import ORG, SKOS
from tests.demo.test_demo_world import inventories

from competence_graph.bundled import bundled
from competence_graph.demo import SEED, demo_world, listed, national_institutions, read_catalogue
from competence_graph.demo.national import LISTED, apportion
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.iri import is_id

BY_KIND = {
    "sector-library": 67,
    "sector-archive": 10,
    "sector-museum": 17,
    "sector-theatre": 13,
    "sector-concert-venue": 7,
    "sector-cultural-centre": 151,
}
"""Of the national programme (source: CENL, 4 April 2024)."""


@pytest.fixture(scope="module")
def institutions():
    return national_institutions(listed(bundled("inventories")), SEED)


@pytest.fixture(scope="module")
def catalogue():
    store = OxigraphStore()
    store.load(inventories())
    return read_catalogue(store)


def test_there_are_265_institutions_by_kind_as_in_the_national_programme(institutions):
    assert Counter(each.sector for each in institutions) == BY_KIND


def test_they_employ_exactly_as_many_people_as_wanted(institutions):
    assert sum(each.size for each in institutions) == 8000
    assert sum(each.size for each in national_institutions(listed(bundled("inventories")), 7, 1500)) == 1500


def test_small_and_large_institutions_occur_and_every_unit_has_a_head_and_somebody_to_lead(institutions):
    sizes = [each.size for each in institutions]

    assert min(sizes) < 10
    assert max(sizes) > 100
    assert all(unit.size >= 2 for each in institutions for unit in each.units)
    assert Counter(len(each.units) for each in institutions).keys() >= {1, 2, 3, 6}


def test_no_two_institutions_share_an_id_or_a_name_and_no_two_units_an_id(institutions):
    units = [unit.id for each in institutions for unit in each.units]

    assert all(is_id(each) for each in (*units, *(each.id for each in institutions)))
    for names in (units, *([getattr(each, what) for each in institutions] for what in ("id", "lt", "en"))):
        assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_role_of_the_outlines_is_one_of_the_inventories(institutions, catalogue):
    roles = {role for each in institutions for unit in each.units for role in (unit.head, *unit.posts)}

    assert {
        each for each in roles if not catalogue.requirements.get(f"https://w3id.org/competence-graph/id/{each}")
    } == set()


def test_invented_names_are_marked_and_real_ones_are_not():
    graph = rdflib.Graph().parse(bundled("inventories") / LISTED)
    marked = {each for each in graph.subjects(ORG.classification) if graph.value(each, SKOS.editorialNote)}
    real = {str(graph.value(each, SKOS.prefLabel)) for each in set(graph.subjects(ORG.classification)) - marked}

    assert len(real) == 17
    assert {each for each in real if "Archiv" not in each and "Librar" not in each} == set()


def test_the_same_seed_gives_the_same_institutions_and_another_one_other_sizes(institutions):
    known = listed(bundled("inventories"))

    assert national_institutions(known, SEED) == institutions
    assert [each.size for each in national_institutions(known, 1)] != [each.size for each in institutions]


def test_a_world_of_one_institution_of_each_kind_has_its_people_named_in_the_registry_only(institutions, catalogue):
    chosen = list({each.sector: each for each in institutions}.values())
    world = demo_world(SEED, date(2026, 11, 27), catalogue, institutions=chosen)

    assert len(world.identities) == sum(each.size for each in chosen)
    families = {each.family_name for each in world.identities}
    assert not families & {word for quad in world.quads for word in str(quad.object).split()}


@pytest.mark.parametrize(
    ("total", "weights", "parts"), [(10, [1, 1, 1], [4, 3, 3]), (0, [1, 2], [0, 0]), (5, [0, 1], [0, 5])]
)
def test_a_number_is_shared_out_whole(total, weights, parts):
    assert apportion(total, weights) == parts
