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


def test_competence_is_told_in_the_order_of_the_look(web):
    page = re.sub(r"<nav.*?</nav>", "", page_of(web, "/lt/competences/c57vh4eb"), flags=re.DOTALL)
    said = words_of(page)
    expected = [
        "BIB-02",
        "Katalogavimas ir metaduomenys",
        "Cataloguing and metadata",
        "Geba aprašyti dokumentus",
        "Būsena galioja",
        "3 lygiai",
        "Pildo paprastus įrašus.",
        "Kam reikia",
        "bibliotekininkas, bibliotekininkė",
        "Kas moko",
        "Katalogavimo pradmenys",
        "Sąsajos",
        "Platesnė",
        "Siauresnės",
        "Nuoroda",
        "Istorija",
    ]
    places = [said.find(each) for each in expected]

    assert -1 not in places
    assert sorted(places) == places


def test_level_in_another_language_is_tagged_with_the_language_it_has(web):
    page = page_of(web, "/en/competences/c57vh4eb")

    assert '<p class="text" lang="lt">Tvarko išimtis.</p>' in page
    assert '<p class="text">Fills in simple records.</p>' in page


def test_other_languages_name_is_tagged(web):
    assert '<p class="other"><span lang="en">Cataloguing and metadata</span></p>' in page_of(
        web, "/lt/competences/c57vh4eb"
    )
    assert '<p class="other"><span lang="lt">Katalogavimas ir metaduomenys</span></p>' in page_of(
        web, "/en/competences/c57vh4eb"
    )


def test_competence_that_no_course_teaches_to_the_top_says_so(web):
    assert "Šio lygio dar nemoko joks kursas: 3." in words_of(page_of(web, "/lt/competences/c57vh4eb"))


def test_deprecated_competence_says_so_first_and_names_its_successor(web):
    said = words_of(page_of(web, "/lt/competences/c1777fp8"))

    assert said.find("Nebenaudojama: Kortelinio katalogo tvarkymas.") < said.find("Vietoj to naudokite: Įrašų rengimas")
    assert "bibliotekos kortelių nebetvarko" in said


def test_relations_are_named_in_words_and_lead_on(web):
    page = page_of(web, "/en/competences/cd0cxp09")
    said = words_of(page)

    assert "Close in other frameworks Digitisation of archives ARCH-07 Archive competences" in said
    assert 'href="http://data.europa.eu/esco/skill/ada9c570-1722-4f11-919c-c0b2c4a9e8b2"' in page
    assert 'href="/en/competences/cd62d6jk"' in page


def test_area_lists_the_competences_beneath_it(web):
    said = words_of(page_of(web, "/lt/competences/c8n1k29w"))

    assert "Katalogavimas ir metaduomenys BIB-02" in said
    assert "Kas moko" not in said


@pytest.mark.parametrize("view", ["", "&view=tree", "&view=alphabet", "&view=table", "&view=nonsense"])
def test_every_view_of_a_framework_holds_all_its_competences_in_use(web, view):
    said = words_of(page_of(web, f"/lt/competences?framework=libraries{view}"))

    for each in ("Katalogavimas ir metaduomenys", "Įrašų rengimas", "Dokumentų skaitmeninimas"):
        assert each in said
    assert "Kortelinio" not in said


def test_framework_is_the_same_by_word_by_uri_and_as_a_document(web):
    pages = [
        words_of(page_of(web, path))
        for path in (
            "/lt/competences?framework=libraries",
            f"/lt/competences?framework={ID}libraries",
            "/doc/libraries?lang=lt",
        )
    ]

    assert pages[0] == pages[1] == pages[2]


def test_framework_as_csv_has_a_row_for_each_competence_in_use(web):
    rows = rows_of(web, "/lt/competences.csv?framework=libraries")

    assert {f"{ID}c57vh4eb", f"{ID}c459tdeg", f"{ID}cd0cxp09"} == {row["uri"] for row in rows}


def test_frameworks_are_listed_with_their_numbers(web):
    page = page_of(web, "/lt/competences")
    listed = web.get("/lt/competences.json").json()

    assert "4 kompetencijos, 2 kompetencijų aprašai" in words_of(page)
    assert {"archives": 1, "libraries": 3} == {each["uri"].rsplit("/", 1)[-1]: each["competences"] for each in listed}


def test_csv_row_of_a_competence_holds_every_level_in_both_languages(web):
    (row,) = rows_of(web, "/lt/competences/c57vh4eb.csv")

    assert (
        f"{ID}c57vh4eb",
        "BIB-02",
        "Pildo paprastus įrašus.",
        "Fills in simple records.",
        "Tvarko išimtis.",
        "",
    ) == (
        row["uri"],
        row["notation"],
        row["level_1_lt"],
        row["level_1_en"],
        row["level_3_lt"],
        row["level_3_en"],
    )


def test_json_says_what_the_page_says(web):
    data = web.get("/lt/competences/c57vh4eb.json").json()

    assert [("r52xn9zv", 3, "essential"), ("rz1fyw2g", 1, "optional")] == [
        (each["role"]["uri"].rsplit("/", 1)[-1], each["level"], each["necessity"]) for each in data["required_by"]
    ]
    assert [(0, 1), (1, 2)] == [(each["from"], each["to"]) for each in data["taught_by"]]
    assert [1, 2, 3] == [each["level"] for each in data["levels"]]


@pytest.mark.parametrize(
    "path",
    [
        "/lt/competences/r52xn9zv",
        "/lt/competences/libraries",
        "/lt/competences/c57vh4eb-1",
        "/lt/competences/nothing",
        "/lt/competences?framework=nothing",
        "/lt/competences?framework=c57vh4eb",
        "/lt/competences?framework=draft",
    ],
)
def test_what_is_no_competence_or_framework_is_not_found(web, path):
    assert 404 == web.get(path).status_code


def test_page_needs_no_session_and_is_kept_by_its_tag(web):
    first = web.get("/lt/competences/c57vh4eb")
    again = web.get("/lt/competences/c57vh4eb", headers={"If-None-Match": first.headers["etag"]})

    assert 304 == again.status_code
    assert "set-cookie" not in first.headers
