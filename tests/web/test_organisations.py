"""The institution's page, the people of a cell, their other faces; who may open them."""

import csv
import io
import re

import openpyxl
import pytest

from competence_graph.graph.questions import ask
from competence_graph.model.iri import id_iri

LIBRARY, MUSEUM = "om4cdmvr", "o3wqjnr0"
READERS, PROCESSING = "o61ew1be", "o137fvm3"
MISSING = "o000000a"
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
HR = "demo-library-hr"


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def numbers(page):
    return re.findall(r'<dd class="big">(\d+)', page)


@pytest.fixture
def hr(sign_in):
    return sign_in("", account=HR)


def test_page_opens_with_the_largest_gap_as_a_sentence(hr):
    page = hr.get(f"/lt/organisations/{LIBRARY}").text

    assert re.search(r'<h1 class="wide">Didžiausias trūkumas: .+, \d+ iš \d+ darbuotoj(ų|o)</h1>', page)


def test_csv_and_json_are_the_rows_that_the_question_gives(hr, demo):
    store = demo.state.services.store
    asked = [
        {name: written(row[name]) for name in COLUMNS}
        for row in ask(store, "gaps_of_organisation", organisation=id_iri(LIBRARY))
    ]

    assert asked == rows_of(hr.get(f"/lt/organisations/{LIBRARY}.csv").text)
    assert asked == [
        {name: written(row[name]) for name in COLUMNS}
        for row in hr.get(f"/en/organisations/{LIBRARY}.json").json()["rows"]
    ]


def test_four_numbers_follow_from_the_rows_of_the_csv(hr):
    rows = rows_of(hr.get(f"/lt/organisations/{LIBRARY}.csv").text)
    coverage, completeness, critical, _ = numbers(hr.get(f"/lt/organisations/{LIBRARY}").text)

    assert round(100 * sum(row["gap"] == "0" for row in rows) / len(rows)) == int(coverage)
    assert round(100 * sum(row["why"] != "not-assessed" for row in rows) / len(rows)) == int(completeness)
    assert sum(row["critical"] == "true" for row in rows) == int(critical)


def test_each_cell_of_the_map_opens_as_many_people_as_it_says(hr):
    page = hr.get(f"/lt/organisations/{LIBRARY}").text
    cells = re.findall(r'<td class="(?:band-\d|whole)"><a href="([^"]+)"><span><b>(\d+)</b>/(\d+)</span>', page)

    assert 20 < len(cells)
    for href, below, need in cells[::9]:
        rows = rows_of(hr.get(href.replace("&amp;", "&").replace("/people?", "/people.csv?")).text)
        assert (int(below), int(need)) == (sum(row["gap"] != "0" for row in rows), len(rows))


def test_filters_live_in_the_address_and_select_the_same_rows_in_every_face(hr):
    query = f"?unit={READERS}&framework=generic"
    rows = rows_of(hr.get(f"/lt/organisations/{LIBRARY}.csv{query}").text)
    page = hr.get(f"/lt/organisations/{LIBRARY}{query}").text

    assert rows
    assert rows == [
        {name: written(row[name]) for name in COLUMNS}
        for row in hr.get(f"/lt/organisations/{LIBRARY}.json{query}").json()["rows"]
    ]
    assert round(100 * sum(row["gap"] == "0" for row in rows) / len(rows)) == int(numbers(page)[0])
    assert f'<option value="{READERS}" selected>' in page
    assert '<option value="generic" selected>' in page


def test_role_filter_keeps_the_people_who_hold_the_role(hr, demo):
    store = demo.state.services.store
    holders = {
        row["person"]
        for row in ask(store, "people_of_organisation", organisation=id_iri(LIBRARY))
        if row["held"] and row["role"].local == "rb5wp0t0"
    }

    assert holders == {row["person"] for row in rows_of(hr.get(f"/lt/organisations/{LIBRARY}.csv?role=rb5wp0t0").text)}


def test_map_can_be_sorted_by_a_unit(hr):
    page = hr.get(f"/lt/organisations/{LIBRARY}?sort={PROCESSING}").text
    column = re.findall(r'<th scope="col"([^>]*)class="sort"', page).index(' aria-sort="descending" ')
    below = [
        int(cells[column].group(1))
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", page.split('class="heat"')[1].split("</table>")[0])
        if (cells := list(re.finditer(r"<td[^>]*>(?:<a[^>]*><span><b>(\d+)</b>|<span aria-hidden)", row)))
        and cells[column].group(1)
    ]

    assert below == sorted(below, reverse=True)
    assert 3 < len(below)


def test_all_rows_are_shown_on_demand(hr):
    some = hr.get(f"/lt/organisations/{LIBRARY}").text
    whole = hr.get(f"/lt/organisations/{LIBRARY}?show=all").text

    assert 12 == some.split('class="heat"')[1].split("</table>")[0].count('<th scope="row"><a')
    assert 30 < whole.split('class="heat"')[1].split("</table>")[0].count('<th scope="row"><a')


def test_workbook_has_rows_summary_matrix_people_and_definitions_and_no_name(hr, demo):
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"/en/organisations/{LIBRARY}.xlsx").content))
    rows = rows_of(hr.get(f"/en/organisations/{LIBRARY}.csv").text)
    words = {
        word
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        for word in str(cell).split()
    }

    assert ["gaps", "Summary", "Matrix", "People", "Definitions"] == book.sheetnames
    assert len(rows) + 1 == book["gaps"].max_row
    assert book["Summary"]["C2"].value == len(rows)
    assert not words & {part for each in demo.state.services.registry.demo_accounts() for part in each.label.split()}


def test_list_of_everybody_names_each_person_once(hr):
    page = hr.get(f"/lt/organisations/{LIBRARY}/people").text
    people = re.findall(r'<th scope="row"><a href="/lt/people/(p\w{7})">([^<]+)</a>', page)

    assert (60, 60) == (len(people), len(set(people)))
    assert not any(name == local for local, name in people)


def test_empty_selection_says_so(hr):
    page = hr.get(f"/lt/organisations/{LIBRARY}?unit={READERS}&role=rb5wp0t0")

    assert 200 == page.status_code
    assert "Pagal šią atranką nieko nėra." in page.text


# --- Who may open it (T17)

FACES = ["", ".csv", ".json", ".xlsx", "/people", "/people.csv"]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("who", ["demo-museum-hr", "demo-planner", "demo-admin", "demo-library-learner"])
def test_organisation_of_others_is_not_there_in_the_words_of_one_that_does_not_exist(sign_in, who, face):
    browser = sign_in("", account=who)
    there, nowhere = (
        browser.get(f"/lt/organisations/{LIBRARY}{face}"),
        browser.get(f"/lt/organisations/{MISSING}{face}"),
    )

    assert (404, 404) == (there.status_code, nowhere.status_code)
    assert there.text.replace(LIBRARY, MISSING) == nowhere.text


def test_who_is_not_signed_in_is_sent_to_sign_in_or_told_401(person, client):
    assert 303 == person.get(f"/lt/organisations/{LIBRARY}").status_code
    assert 401 == client.get(f"/lt/organisations/{LIBRARY}.csv", headers={"Accept": "text/csv"}).status_code


def test_unit_lead_is_led_to_the_own_unit_and_to_no_other(sign_in):
    browser = sign_in("unit-lead")
    led = browser.get(f"/lt/organisations/{LIBRARY}")

    assert (303, f"/lt/organisations/{LIBRARY}?unit={READERS}") == (led.status_code, led.headers["location"])
    assert 200 == browser.get(led.headers["location"]).status_code
    assert 404 == browser.get(f"/lt/organisations/{LIBRARY}?unit={PROCESSING}").status_code
    assert 404 == browser.get(f"/lt/organisations/{LIBRARY}/people?unit={PROCESSING}").status_code


def test_unit_lead_s_page_leads_to_people_of_the_unit_only(sign_in, demo):
    store = demo.state.services.store
    own = {
        row["person"].local
        for row in ask(store, "people_of_organisation", organisation=id_iri(LIBRARY))
        if row["held"] and row["place"].local == READERS
    }
    page = sign_in("unit-lead").get(f"/lt/organisations/{LIBRARY}?unit={READERS}&show=all").text

    assert set(re.findall(r"/lt/people/(p\w{7})", page)) <= own


@pytest.mark.parametrize(
    "query",
    [
        "unit=x",
        "unit=oc25dzkg",
        "unit=o000000a",
        "role=%3Cscript%3E",
        "competence=c000000b",
        "sort=o000000a",
        f"unit={MUSEUM}",
    ],
)
def test_selection_of_what_is_not_there_is_not_found(hr, query):
    assert 404 == hr.get(f"/lt/organisations/{LIBRARY}?{query}").status_code
