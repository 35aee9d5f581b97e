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


def test_course_says_its_length_price_place_in_the_order_and_lessons(web):
    said = words_of(page_of(web, "/lt/courses/kf5k20jf"))

    for each in (
        "KAT-2",
        "16 valandų",
        "95,5 Eur",
        "Projektas",
        "biblioteka",
        "lietuvių",
        "Pirmiau baikite",
        "Katalogavimo pradmenys",
        "Nuo 1 iki 2 lygio iš 3.",
        "1 → 2",
    ):
        assert each in said


def test_free_course_is_called_free_and_what_nobody_says_is_not_zero(web):
    said = words_of(page_of(web, "/en/courses/kncsq49k"))

    assert "Length not said Price free" in said
    assert "Builds on this course Applying cataloguing rules" in said


def test_courses_are_listed_with_what_each_teaches(web):
    said = words_of(page_of(web, "/lt/courses"))

    assert "2 kursai." in said
    assert "Katalogavimo taisyklių taikymas Katalogavimas ir metaduomenys 1 → 2" in said


def test_courses_can_be_asked_for_by_the_competence_they_teach(web):
    taught = rows_of(web, "/lt/courses.csv?competence=c57vh4eb")
    untaught = words_of(page_of(web, "/lt/courses?competence=cd0cxp09"))

    assert [("", "0", "1"), ("KAT-2", "1", "2")] == [
        (row["code"], row["from_level"], row["to_level"]) for row in taught
    ]
    assert "Jos dar nemoko joks kursas." in untaught


@pytest.mark.parametrize(
    "path", ["/lt/courses/c57vh4eb", "/lt/courses/nothing", "/lt/courses?sector=x", "/lt/courses?competence=x"]
)
def test_what_is_no_course_or_leads_to_none_is_not_found(web, path):
    assert 404 == web.get(path).status_code
