import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.live_search import LiveSearch
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.search import SearchIndex
from competence_graph.model.hit import marked

WORLD = Path(__file__).parents[1] / "questions" / "library.trig"
SKOS = "http://www.w3.org/2004/02/skos/core#"
ID = "https://w3id.org/competence-graph/id/"
GRAPH = "https://w3id.org/competence-graph/graph/"
KNOWS = ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "https://w3id.org/competence-graph/ns#Competence")


def quads(thing, graph="framework/libraries", **labels):
    """Statements about a competence: pref, alt, note, definition in Lithuanian; code."""
    names = {"pref": "prefLabel", "alt": "altLabel", "definition": "definition"}
    subject, where = ox.NamedNode(ID + thing), ox.NamedNode(GRAPH + graph)
    made = [ox.Quad(subject, ox.NamedNode(KNOWS[0]), ox.NamedNode(KNOWS[1]), where)]
    for name, text in labels.items():
        value = ox.Literal(text) if name == "code" else ox.Literal(text, language="lt")
        made.append(ox.Quad(subject, ox.NamedNode(SKOS + names.get(name, "notation")), value, where))
    return made


@pytest.fixture(scope="module")
def world():
    store = OxigraphStore()
    store.load(ox.parse(WORLD.read_bytes(), format=ox.RdfFormat.TRIG))
    return SearchIndex.build(store)


@pytest.fixture(scope="module")
def ladder():
    """Eight competences, each of which "skaitymas" finds for another reason."""
    store = OxigraphStore()
    store.load(
        [
            *quads("c0000001", pref="Skaitymas"),
            *quads("c0000002", pref="Skaitymas balsu"),
            *quads("c0000003", pref="Garsinis skaitymas"),
            *quads("c0000004", pref="Knygų klubas", alt="skaitymas drauge"),
            *quads("c0000005", pref="Skaitymo skatinimas"),
            *quads("c0000006", pref="Skaitydas"),
            *quads(
                "c0000007",
                pref="Bibliotekos renginiai",
                definition="Rengia susitikimus, kuriuose svarbiausia skaitymas.",
            ),
            *quads("c0000008", pref="Kraštotyra"),
        ]
    )
    return SearchIndex.build(store)


def found(index, text, lang="lt", **more):
    return [hit.concept.local for hit in index.search(text, lang, **more).hits]


def test_hits_go_from_the_exact_label_to_the_definition(ladder):
    assert [f"c000000{n}" for n in range(1, 8)] == found(ladder, "skaitymas")


def test_each_hit_says_what_matched(ladder):
    hits = ladder.search("skaitymas", "lt").hits

    expected = [
        ("preferred", "exact"), ("preferred", "prefix"), ("preferred", "word-prefix"), ("alternative", "prefix"),
        ("preferred", "stem"), ("preferred", "typo"), ("definition", "word-prefix"),
    ]  # fmt: skip
    assert expected == [(hit.field, hit.match) for hit in hits]
    assert "skaitymas drauge" == hits[3].text.value
    assert "lt" == hits[3].text.lang


@pytest.mark.parametrize("typed", ["įrašų rengimas", "irasu rengimas", "ĮRAŠŲ  RENGIMAS", "  Įrašų rengimas. "])
def test_case_diacritics_and_signs_do_not_matter(world, typed):
    assert "c459tdeg" == found(world, typed)[0]


@pytest.mark.parametrize("typed", ["skaitmeninimo", "skaitmeninimą", "skaitmeninimui", "skaitmenines"])
def test_any_form_of_a_lithuanian_word_finds_it(world, typed):
    assert "cd0cxp09" in found(world, typed)


@pytest.mark.parametrize("typed", ["skatmeninimas", "skaitmneinimas", "skaitmeninimmas", "dokumentu skaitmeninmas"])
def test_one_slip_is_forgiven(world, typed):
    assert "cd0cxp09" in found(world, typed)


@pytest.mark.parametrize("typed", ["bib-02", "BIB 02", "BIB-02", "c57vh4eb", "C57VH4EB", f"{ID}c57vh4eb"])
def test_codes_and_ids_find_their_thing_first(world, typed):
    assert "c57vh4eb" == found(world, typed)[0]


def test_a_whole_uri_with_http_finds_what_https_names(world):
    assert ["c57vh4eb"] == found(world, f"{ID}c57vh4eb".replace("https:", "http:"))


@pytest.mark.parametrize("typed", ["", "   ", '"', "*", "?!", "(((", "-", "…"])
def test_signs_alone_find_nothing_and_break_nothing(world, typed):
    assert 0 == world.search(typed, "lt").total


@pytest.mark.parametrize(
    "typed",
    [
        "katalogavimas OR 1",
        "preferred:katalogavimas",
        "katalog*",
        "katalogavimas AND",
        "+katalogavimas -metaduomenys",
        "[a TO z]",
        "katalogavimas^9",
        "\\katalogavimas",
        "k.*",
        "/.*/",
    ],
)
def test_what_is_typed_is_text_and_has_no_operators(world, typed):
    plain = "".join(character if character.isalnum() else " " for character in typed)

    assert found(world, plain) == found(world, typed)


def test_every_word_must_match(world):
    assert ["c57vh4eb"] == found(world, "katalogavimas metaduomenys", kinds=["competence"])
    assert [] == found(world, "katalogavimas qqqq")


def test_labels_of_any_language_are_found_and_the_pages_language_goes_first(world):
    assert ["kncsq49k", "c57vh4eb"] == found(world, "cataloguing")[:2]
    assert "en" == world.search("digitisation", "lt").hits[0].text.lang


def test_what_is_deprecated_is_found_only_when_asked_for(world):
    assert [] == found(world, "kortelinio")
    assert ["c1777fp8"] == found(world, "kortelinio", deprecated=True)


def test_only_the_kinds_asked_for_are_found(world):
    kinds = [hit.concept.kind for hit in world.search("katalog", "lt").hits]

    assert {"competence", "course"} == set(kinds)
    assert ["kncsq49k", "kf5k20jf"] == found(world, "katalog", kinds=["course"])


@pytest.mark.parametrize("typed", ["juodraštinė", "juodraštinis", "vidinė pareigybė", "pb874da6", "r9sfq4mb"])
def test_drafts_organisations_own_roles_and_people_are_never_found(world, typed):
    assert [] == found(world, typed, deprecated=True)


def test_pages_of_hits_join_to_the_whole_and_the_total_is_that_of_all(ladder):
    whole = ladder.search("skaitymas", "lt")
    pages = [ladder.search("skaitymas", "lt", limit=3, offset=offset) for offset in (0, 3, 6)]

    assert list(whole.hits) == [hit for page in pages for hit in page.hits]
    assert {7} == {page.total for page in pages}


def test_another_spelling_is_offered_where_nothing_is_found(world):
    found = world.search("katalovgaivmas", "lt")

    assert ((), "katalogavimas") == (found.hits, found.did_you_mean)


def test_nothing_is_offered_for_a_word_like_no_other(world):
    assert "" == world.search("xyzzyqwrt", "lt").did_you_mean


def test_suggestions_begin_at_two_letters_and_never_come_from_definitions(ladder):
    assert () == ladder.suggest("s", "lt")
    assert {"preferred", "alternative"} == {hit.field for hit in ladder.suggest("sk", "lt")}


def test_the_matched_beginning_of_each_word_is_marked_whatever_its_diacritics():
    assert [("Į", True), ("rašų rengimas", False)] == marked("Įrašų rengimas", "i")
    assert [("Žmonių ir ", False), ("įraš", True), ("ų", False)] == marked("Žmonių ir įrašų", "iras")
    assert "Dokumentų skaitmeninimas" == "".join(piece for piece, _ in marked("Dokumentų skaitmeninimas", "skait dok"))


def test_the_index_follows_what_is_published_and_ignores_what_is_not():
    store = OxigraphStore()
    store.load(quads("c0000001", pref="Skaitymas"))
    search = LiveSearch(store)
    first = search.index
    store.load(quads("c0000002", pref="Rašymas"))

    assert ["c0000002"] == [hit.concept.local for hit in search.search("rasymas", "lt").hits]
    assert first is not search.index

    class OfPeople:
        inserts = tuple(quads("c0000003", graph="people/osh1z2bk", pref="Slapta"))
        deletes = ()

    kept = search.index
    store.load(OfPeople.inserts)
    search.note(OfPeople)

    assert kept is search.index


def test_a_write_to_the_released_graphs_remakes_the_index():
    store = OxigraphStore()
    store.load(quads("c0000001", pref="Skaitymas"))
    search = LiveSearch(store)
    kept = search.index

    class Released:
        inserts = tuple(quads("c0000002", pref="Rašymas"))
        deletes = ()

    store.load(Released.inserts)
    search.note(Released)

    assert kept is not search.index


def test_a_thousand_competences_are_indexed_in_a_second():
    store = OxigraphStore()
    names = [f"{first} {second} {number}" for number in range(100) for first in ("Dokumentų", "Leidinių") for second in
             ("tvarkymas", "saugojimas", "skaitmeninimas", "aprašymas", "paieška")]  # fmt: skip
    store.load(
        [
            quad
            for number, name in enumerate(names)
            for quad in quads(f"c{number:07}", pref=name, alt=f"gebėjimas: {name}")
        ]
    )

    started = time.perf_counter()
    index = SearchIndex.build(store)

    assert 1000 == len(index)
    assert time.perf_counter() - started < 1
