from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.answers import searching
from competence_graph.errors import NotFoundError
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.actor import ANYONE

WORLD = Path(__file__).parents[1] / "questions" / "library.trig"
ID = "https://w3id.org/competence-graph/id/"


@pytest.fixture(scope="module")
def store():
    made = OxigraphStore()
    made.load(ox.parse(WORLD.read_bytes(), format=ox.RdfFormat.TRIG))
    return made


@pytest.mark.parametrize(
    "alias",
    [
        f"{ID}cd0cxp09",
        f"{ID}cd0cxp09".replace("https", "http"),
        f"{ID}cd0cxp09/",
        "https://w3id.org/competence-graph/doc/cd0cxp09",
        "cd0cxp09",
        "CD0CXP09",
        "cdocxpo9",
        "BIB-08",
        " BIB-08 ",
        "http://data.europa.eu/esco/skill/ada9c570-1722-4f11-919c-c0b2c4a9e8b2",
        "https://data.europa.eu/esco/skill/ada9c570-1722-4f11-919c-c0b2c4a9e8b2",
    ],
)
def test_every_known_name_of_a_thing_resolves_to_it(store, alias):
    assert "cd0cxp09" == searching.resolve(ANYONE, store, alias).local


@pytest.mark.parametrize(
    "alias",
    [
        "nothing",
        "",
        # Only related: another thing.
        "http://data.europa.eu/esco/skill/8f6ed69b-29d0-4c01-81ba-f05920a185f3",
        f"{ID}pb874da6",
        "pb874da6",
        f"{ID}r9sfq4mb",
        "https://example.org/<bad iri>",
        "a b: c",
    ],
)
def test_what_is_not_published_or_not_the_same_does_not_resolve(store, alias):
    with pytest.raises(NotFoundError):
        searching.resolve(ANYONE, store, alias)


@pytest.mark.parametrize(
    ("local", "owner"),
    [
        ("c57vh4eb-2", "c57vh4eb"),
        ("r52xn9zv-cd0cxp09", "r52xn9zv"),
        ("kf5k20jf-c57vh4eb", "kf5k20jf"),
        ("kf5k20jf-offer", "kf5k20jf"),
    ],
)
def test_part_of_a_thing_leads_to_its_owner(store, local, owner):
    found = searching.published(ANYONE, store, local)

    assert (owner, local) == (found.concept.local, found.part)


@pytest.mark.parametrize(
    ("local", "kind"),
    [("libraries", "framework"), ("proficiency", "scale"), ("proficiency-2", "level"), ("sector-library", "term"),
     ("c8n1k29w", "area"), ("ofr23r1e", "organisation"), ("c1777fp8", "competence")],
)  # fmt: skip
def test_everything_published_is_found_by_its_id_and_knows_its_kind(store, local, kind):
    found = searching.published(ANYONE, store, local)

    assert (local, kind, "") == (found.concept.local, found.concept.kind, found.part)


@pytest.mark.parametrize(
    "local", ["c57vh4eb-9", "c57vh4eb-", "-", "pb874da6", "aexample", "r9sfq4mb-c57vh4eb", "x" * 500]
)
def test_what_nobody_published_is_not_found_by_id(store, local):
    with pytest.raises(NotFoundError):
        searching.published(ANYONE, store, local)


def test_things_minted_under_another_base_are_found_by_their_id():
    store = OxigraphStore()
    base = "https://skills.example.org/"
    graph = ox.NamedNode(f"{base}graph/framework/own")
    store.load(
        [ox.Quad(ox.NamedNode(f"{base}id/c000000b"), ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
                 ox.NamedNode("https://w3id.org/competence-graph/ns#Competence"), graph)]
    )  # fmt: skip

    assert f"{base}id/c000000b" == searching.published(ANYONE, store, "c000000b", base).concept.iri
    with pytest.raises(NotFoundError):
        searching.published(ANYONE, store, "c000000b")


@pytest.mark.parametrize("wrong", ["c57vh4ec", "c57hv4eb", "c57vh4e", "c57vh4ebb", "C57VH4EB", "c57vh4eb-7"])
def test_id_with_a_slip_is_guessed(store, wrong):
    assert ["c57vh4eb"] == [each.local for each in searching.near(ANYONE, store, wrong)][:1]


def test_word_with_a_slip_is_guessed(store):
    assert ["libraries"] == [each.local for each in searching.near(ANYONE, store, "librarys")]


def test_pseudonyms_are_never_guessed(store):
    assert [] == searching.near(ANYONE, store, "pb874da7")


def test_deprecated_things_are_offered_apart_where_nothing_else_is_found(store):
    results = searching.search(ANYONE, store, "kortelinio katalogo", "lt")

    assert ((), ["c1777fp8"]) == (results.results, [each.concept.local for each in results.retired])


def test_results_name_the_framework(store):
    first = searching.search(ANYONE, store, "skaitmeninimas", "lt").results[0]

    assert ("cd0cxp09", "libraries") == (first.concept.local, first.framework.local)


def test_page_beyond_the_last_is_empty_and_the_count_stays(store):
    results = searching.search(ANYONE, store, "katalog", "lt", page=9)

    assert ((), 3, 1) == (results.results, results.total, results.pages)
