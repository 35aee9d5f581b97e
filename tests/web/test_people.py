"""A person's page and its other faces; who may open it."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
import rdflib
from babel.messages.pofile import read_po

from competence_graph.graph.questions import ask
from competence_graph.graph.vocab import CG
from competence_graph.model.iri import id_iri
from competence_graph.web import gap_lines

MISSING = "p000000g"
COLUMNS = [
    "person",
    "role",
    "competence",
    "required",
    "attained",
    "gap",
    "weight",
    "necessity",
    "why",
    "as_of",
    "critical",
]


def account(demo, name):
    return next(each for each in demo.state.services.registry.demo_accounts() if each.id == name)


@pytest.fixture
def learner(demo):
    return account(demo, "demo-library-learner").actor.person.rsplit("/", 1)[-1]


@pytest.fixture
def stranger(demo):
    """Somebody of the museum."""
    return account(demo, "demo-museum-hr").actor.person.rsplit("/", 1)[-1]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_learner_reads_the_own_page_with_name_and_sentence(sign_in, learner, demo):
    page = sign_in("learner").get(f"/lt/people/{learner}")

    assert 200 == page.status_code
    assert account(demo, "demo-library-learner").label in page.text
    assert re.search(r"<h1>Atitinkate \d+ iš \d+ reikalavim(ų|o)</h1>", page.text)


def test_plan_names_each_course_once_with_what_it_serves(sign_in, demo):
    visitor = sign_in(None, "demo-library-hr")
    organisation = account(demo, "demo-library-hr").actor.organisation.rsplit("/", 1)[-1]
    everybody = visitor.get(f"/en/organisations/{organisation}/people").text
    seen = 0
    for person in dict.fromkeys(re.findall(r"/en/people/(p\w{7})", everybody)):
        page = visitor.get(f"/en/people/{person}").text
        found = re.search(r'<section class="spread[^"]*" aria-labelledby="plan">.*?</section>', page, re.DOTALL)
        if found is None:
            continue
        seen += 1
        courses = re.findall(r'<th scope="row"><a href="/en/courses/(\w+)">', found[0])
        assert len(courses) == len(set(courses)) >= 1
        assert f"{len(courses)} course{'' if len(courses) == 1 else 's'}" in found[0]
        hours = [int(each) for each in re.findall(r'<td class="num">(\d+) h', found[0])]
        assert re.search(r"courses?, (\d+) h", found[0])[1] == str(sum(hours))
        assert f'Suggested courses in all</dt><dd><b class="num">{sum(hours)} h' in page
        missing = set(re.findall(r'<h3><a href="[^"]*">([^<]*)</a>', page))
        named = {each for cell in re.findall(r"<td>([^<]+)</td>", found[0]) for each in cell.split("; ")}
        assert named - {"opens the next course"} <= missing

    assert seen > 5


def test_page_s_sentence_counts_the_rows_of_its_csv(sign_in, learner):
    browser = sign_in("learner")
    met, whole = re.search(r"<h1>You meet (\d+) of (\d+) ", browser.get(f"/en/people/{learner}").text).groups()

    rows = rows_of(browser.get(f"/en/people/{learner}.csv").text)

    assert (int(met), int(whole)) == (sum(row["gap"] == "0" for row in rows), len(rows))


def test_csv_and_json_are_the_rows_that_the_question_gives(sign_in, learner, demo):
    browser = sign_in("learner")
    asked = [
        {name: written(row[name]) for name in COLUMNS}
        for row in ask(demo.state.services.store, "gaps_of_person", person=id_iri(learner))
    ]

    table = browser.get(f"/lt/people/{learner}.csv")
    data = browser.get(f"/lt/people/{learner}.json").json()

    assert COLUMNS == table.text.splitlines()[0].split(",")
    assert asked == rows_of(table.text)
    assert asked == [{name: written(row[name]) for name in COLUMNS} for row in data["rows"]]


def test_accept_header_gives_the_same_csv_as_the_suffix(sign_in, learner):
    browser = sign_in("learner")

    assert (
        browser.get(f"/lt/people/{learner}.csv").text
        == browser.get(f"/lt/people/{learner}", headers={"Accept": "text/csv"}).text
    )


def test_workbook_opens_with_the_same_rows(sign_in, learner):
    browser = sign_in("learner")
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/lt/people/{learner}.xlsx").content))
    sheet = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    assert COLUMNS == sheet[0]
    assert [[row[name] for name in COLUMNS] for row in rows_of(browser.get(f"/lt/people/{learner}.csv").text)] == [
        [written(cell.date() if hasattr(cell, "date") else cell) for cell in row] for row in sheet[1:]
    ]


def test_no_name_leaves_in_a_file(sign_in, learner, demo):
    browser = sign_in("learner")
    name = account(demo, "demo-library-learner").label
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/lt/people/{learner}.xlsx").content))
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}

    assert name not in browser.get(f"/lt/people/{learner}.csv").text
    assert name not in browser.get(f"/lt/people/{learner}.json").text
    assert not any(part in cell for part in name.split() for cell in cells)


def test_personal_page_is_kept_by_nobody(sign_in, learner):
    assert "no-store" in sign_in("learner").get(f"/lt/people/{learner}").headers["cache-control"]


def test_every_bar_has_its_sentence_and_its_number_beside_it(sign_in, learner):
    page = sign_in("learner").get(f"/lt/people/{learner}").text
    bars = re.findall(
        r'<svg class="bar" viewBox="0 0 220 30" role="img" aria-labelledby="([^"]+)"><title id="([^"]+)">([^<]+)', page
    )

    rows = rows_of(sign_in("learner").get(f"/lt/people/{learner}.csv").text)
    assert len(rows) == len(bars)
    assert len(bars) == len({name for name, _, _ in bars})
    assert all(name == title and says.strip() for name, title, says in bars)


def test_paper_for_the_yearly_talk_has_places_to_sign(sign_in, learner):
    page = sign_in("learner").get(f"/lt/people/{learner}").text

    assert re.search(r'<section class="signatures print".*Susitarimai.*Tiesioginis vadovas.*Data', page, re.DOTALL)


# --- Who may open it (T17)


def test_who_is_not_signed_in_is_sent_to_sign_in_or_told_401(person, client, learner):
    assert 303 == person.get(f"/lt/people/{learner}").status_code
    assert "/lt/sign-in" in person.get(f"/lt/people/{learner}").headers["location"]
    assert 401 == client.get(f"/lt/people/{learner}.csv", headers={"Accept": "text/csv"}).status_code


@pytest.mark.parametrize("suffix", ["", ".csv", ".json", ".xlsx"])
@pytest.mark.parametrize("who", ["demo-museum-hr", "demo-cultural-centre-hr", "demo-planner", "demo-admin"])
def test_person_of_another_organisation_is_not_there_in_the_words_of_one_who_does_not_exist(
    sign_in, learner, who, suffix
):
    browser = sign_in("", account=who)
    there = browser.get(f"/lt/people/{learner}{suffix}")
    nowhere = browser.get(f"/lt/people/{MISSING}{suffix}")

    assert (404, 404) == (there.status_code, nowhere.status_code)
    assert there.text.replace(learner, MISSING) == nowhere.text


def test_learner_sees_nobody_else_of_the_own_organisation(sign_in, demo):
    colleague = account(demo, "demo-library-hr").actor.person.rsplit("/", 1)[-1]

    assert 404 == sign_in("learner").get(f"/lt/people/{colleague}").status_code


def test_unit_lead_opens_people_of_the_unit_only(sign_in, demo, learner):
    colleague = account(demo, "demo-library-hr").actor.person.rsplit("/", 1)[-1]
    browser = sign_in("unit-lead")

    assert 200 == browser.get(f"/lt/people/{learner}").status_code
    assert 404 == browser.get(f"/lt/people/{colleague}").status_code


def test_personnel_read_about_the_person_in_the_third_person(sign_in, learner):
    page = sign_in("", account="demo-library-hr").get(f"/lt/people/{learner}").text

    assert re.search(r"<h1>Atitinka \d+ iš", page)


@pytest.mark.parametrize("given", ["x", "c57vh4eb", "p0000000", "%00", "pz8ey8jh%20"])
def test_what_is_no_person_s_id_is_not_there(sign_in, given):
    assert 404 == sign_in("learner").get(f"/lt/people/{given}").status_code


# --- Words


def test_methods_are_called_as_the_ontology_calls_them():
    ontology = rdflib.Graph().parse(Path(__file__).parents[2] / "ontology" / "competence-graph.ttl")
    label = rdflib.URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")
    methods = set(ontology.subjects(rdflib.URIRef("http://www.w3.org/2004/02/skos/core#inScheme"), CG.methods))
    expected = {
        str(method): {text.language: str(text) for text in ontology.objects(method, label)} for method in methods
    }

    assert expected == {
        method: {lang: gap_lines.method_words(method, lang) for lang in ("lt", "en")} for method in gap_lines.METHODS
    }


def test_every_message_of_these_pages_has_its_plurals_and_its_placeholders():
    file = Path(gap_lines.__file__).parent / "locale" / "lt" / "people.po"
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale="lt")

    for message in catalogue:
        if message.id:
            assert [] == list(message.check(catalogue)), message.id
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(forms), message.id
            assert (4 if message.pluralizable else 1) == len(forms), message.id


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 reikalavimų"), (1, "1 reikalavimo"), (2, "2 reikalavimų"), (10, "10 reikalavimų"),
        (11, "11 reikalavimų"), (21, "21 reikalavimo"), (22, "22 reikalavimų"), (101, "101 reikalavimo"),
        (111, "111 reikalavimų"),
    ],
)  # fmt: skip
def test_lithuanian_counts_requirements_rightly(number, words):
    from competence_graph.web.language import words as of

    said = of("lt").ngettext("Meets %(met)s of %(num)s requirement", "Meets %(met)s of %(num)s requirements", number)

    assert f"Atitinka 0 iš {words}" == said % {"met": 0, "num": number}
