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


def test_role_is_named_in_both_forms_and_lists_essential_before_desirable(web):
    said = words_of(page_of(web, "/lt/roles/r52xn9zv"))
    places = [
        said.find(each)
        for each in (
            "bibliotekininkas , bibliotekininkė",
            "Be jų darbo atlikti neįmanoma",
            "Katalogavimas ir metaduomenys",
            "Jos laikomos privalumu",
            "Dokumentų skaitmeninimas",
        )
    ]

    assert -1 not in places
    assert sorted(places) == places
    assert "1 būtina kompetencija, 1 pageidautina" in said


def test_roles_stand_under_their_kind_of_institution(web):
    said = words_of(page_of(web, "/lt/roles"))
    places = [
        said.find(each)
        for each in ("Bibliotekose", "bibliotekininkas, bibliotekininkė", "Visose įstaigose", "projektų vadovas")
    ]

    assert -1 not in places
    assert sorted(places) == places
    assert "vidinė pareigybė" not in said


def test_roles_of_one_kind_of_institution_are_the_others_left_out(web):
    said = words_of(page_of(web, "/lt/roles?sector=sector-library"))

    assert "bibliotekininkas" in said
    assert "projektų vadovas" not in said


def test_two_roles_are_compared_with_the_widest_difference_first(web):
    said = words_of(page_of(web, "/lt/roles/r52xn9zv?compare=rz1fyw2g"))
    rows = rows_of(web, "/lt/roles/r52xn9zv.csv?compare=rz1fyw2g")

    assert "2 skirtumai (palygintos 2 kompetencijos)" in said
    assert [("BIB-02", "lower", "3", "1"), ("BIB-08", "only-first", "1", "")] == [
        (row["notation"], row["difference"], row["first_level"], row["second_level"]) for row in rows
    ]


def test_comparing_a_role_with_itself_finds_no_difference(web):
    assert "Both roles require the same." in words_of(page_of(web, "/en/roles/r52xn9zv?compare=r52xn9zv"))


def test_csv_of_a_role_has_a_row_for_each_requirement(web):
    rows = rows_of(web, "/en/roles/r52xn9zv.csv")

    assert [("BIB-02", "3", "essential", "5"), ("BIB-08", "1", "optional", "2")] == [
        (row["notation"], row["level"], row["necessity"], row["weight"]) for row in rows
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/lt/roles/c57vh4eb",
        "/lt/roles/r9sfq4mb",
        "/lt/roles/r52xn9zv?compare=r9sfq4mb",
        "/lt/roles/r52xn9zv?compare=c57vh4eb",
        "/lt/roles?sector=nothing",
        "/lt/roles?framework=nothing",
    ],
)
def test_what_is_no_published_role_is_not_found(web, path):
    assert 404 == web.get(path).status_code
