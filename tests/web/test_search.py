import csv
import io
import re

import httpx
import pytest
from tests.library import library_app
from tests.serving import serving

ID = "https://w3id.org/competence-graph/id/"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with serving(library_app(tmp_path_factory.mktemp("data"))) as url, httpx.Client(base_url=url, timeout=30) as made:
        yield made


def page_of(web, path):
    answer = web.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def words_of(page):
    """The words a person reads in the main part of a page."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def rows_of(web, path):
    return list(csv.DictReader(io.StringIO(web.get(path).text)))


def test_hit_shows_its_kind_framework_code_and_what_matched(web):
    said = words_of(page_of(web, "/lt/search?q=aprasymas"))
    page = page_of(web, "/lt/search?q=skaitm")

    assert (
        "Katalogavimas ir metaduomenys BIB-02 kompetencija, Bibliotekų kompetencijos Dar vadinama: dokumentų aprašymas"
        in said
    )
    assert "Dokumentų <mark>skaitm</mark>eninimas" in page


def test_hit_in_another_language_is_tagged_and_told(web):
    page = page_of(web, "/lt/search?q=digitisation+of+archives")

    assert "Kita kalba:" in page
    assert '<span lang="en"><mark>Digitisation</mark> <mark>of</mark> <mark>archives</mark></span>' in page


def test_where_nothing_is_found_another_spelling_is_one_click_away(web):
    page = page_of(web, "/lt/search?q=katalovgaivmas")

    assert "Nieko nerasta" in page
    assert 'href="/lt/search?q=katalogavimas"' in page


def test_what_is_no_longer_used_is_offered_apart(web):
    said = words_of(page_of(web, "/lt/search?q=kortelinio"))

    assert "Nieko nerasta Rasta tarp nebenaudojamų: Kortelinio katalogo tvarkymas BIB-02.3 nebenaudojama" in said


def test_empty_search_is_only_the_box(web):
    said = words_of(page_of(web, "/en/search"))

    assert "What are you looking for?" in said
    assert "Nothing was found" not in said


@pytest.mark.parametrize(
    ("kind", "kinds"),
    [
        ("", {"competence", "course"}),
        ("courses", {"course"}),
        ("competences", {"competence"}),
        ("roles", set()),
        ("nonsense", {"competence", "course"}),
    ],
)
def test_search_can_be_narrowed_to_one_kind(web, kind, kinds):
    data = web.get("/lt/search.json", params={"q": "katalog", "kind": kind}).json()

    assert kinds == {each["kind"] for each in data["results"]}


@pytest.mark.parametrize(
    "typed", ['"', "<script>alert(1)</script>", "a OR b AND (", "*", "\\", "%00", "ą" * 2000, "{{ 7*7 }}", "' OR 1=1"]
)
def test_whatever_is_typed_is_only_text(web, typed):
    answer = web.get("/lt/search", params={"q": typed}, headers={"Accept": "text/html"})

    assert 200 == answer.status_code
    assert "<script>alert" not in answer.text
    assert "49" not in words_of(answer.text)


@pytest.mark.parametrize("query", ["page=0", "page=x", f"q={'a' * 3000}"])
def test_query_that_cannot_be_meant_is_refused(web, query):
    assert 400 == web.get(f"/lt/search?{query}").status_code


def test_suggestions_come_after_two_letters_with_where_they_lead(web):
    one = web.get("/lt/suggest", params={"q": "k"}).json()["suggestions"]
    two = web.get("/lt/suggest", params={"q": "kata"}).json()["suggestions"]

    assert [] == one
    assert ("/lt/competences/c57vh4eb", "Katalogavimas ir metaduomenys", "kompetencija", "BIB-02") in [
        (each["href"], each["label"], each["kind"], each["notation"]) for each in two
    ]


def test_rows_and_page_give_the_same_hits_in_the_same_order(web):
    data = [each["uri"] for each in web.get("/lt/search.json?q=katalog").json()["results"]]
    rows = [row["uri"] for row in rows_of(web, "/lt/search.csv?q=katalog")]

    assert 3 == len(data)
    assert data == rows
