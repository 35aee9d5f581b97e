"""The year's plan of an institution: what to book for whom, at the least price, and into everybody's plan."""

import csv
import io
import re
import time
from decimal import Decimal

import openpyxl
import pytest
from tests.web.conftest import local_of
from tests.web.test_levels import HEADERS, account

from competence_graph.answers.planning import person_plan
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri
from competence_graph.web import plan_jobs


@pytest.fixture
def organisation(own):
    return account(own, "demo-library-hr").actor.organisation


def path_of(organisation, lang="en"):
    return f"/{lang}/organisations/{local_of(organisation)}/plan"


def takers(visitor, organisation, query=""):
    """Who takes what, from the CSV."""
    rows = csv.DictReader(io.StringIO(visitor.get(f"{path_of(organisation)}.csv{query}").text))
    return [(row["person"], row["course"]) for row in rows]


def price(page):
    return Decimal(re.search(r"<h1>.*?EUR ([\d,.]+)", page.text)[1].replace(",", ""))


def test_each_course_is_paid_once_for_a_group_and_each_time_for_each_person(visitor, organisation):
    hr = visitor("demo-library-hr")
    group = hr.get(path_of(organisation), headers=HEADERS)
    single = hr.get(path_of(organisation) + "?pays=person", headers=HEADERS)
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"{path_of(organisation)}.xlsx").content))
    rows = list(book["Summary"].iter_rows(min_row=2, values_only=True))

    assert price(group) < price(single)
    assert price(group) == sum(Decimal(str(row[3])) for row in rows)
    assert sum(row[1] for row in rows) == len(takers(hr, organisation))
    assert "No other choice of courses brings everybody as far for less." in group.text


def test_people_of_the_plan_are_those_with_known_gaps_and_files_have_no_name(own, visitor, organisation):
    hr = visitor("demo-library-hr")
    people = hr.get(f"/en/organisations/{local_of(organisation)}/people.csv").text
    short = {
        row["person"] for row in csv.DictReader(io.StringIO(people)) if int(row["gap"]) and row["why"] != "not-assessed"
    }
    taking = {person for person, _ in takers(hr, organisation)}
    page = hr.get(path_of(organisation), headers=HEADERS).text
    known = own.state.services.registry.identities
    name = known.find(next(iter(taking))).family_name

    assert taking <= short
    assert name in page
    assert name not in hr.get(f"{path_of(organisation)}.csv").text
    assert set(re.findall(r"/en/people/(p\w{7})", page)) == {local_of(each) for each in taking}


def test_unit_has_a_plan_of_its_own_and_its_lead_sees_no_other(own, visitor, organisation):
    accounts = own.state.services.registry.demo_accounts()
    lead = visitor(
        next(each.id for each in accounts if (each.actor.kind, each.actor.organisation) == ("unit-lead", organisation))
    )
    answer = lead.get(path_of(organisation), headers=HEADERS)
    assert answer.status_code == 303
    unit = re.search(r"unit=(o\w{7})", answer.headers["location"])[1]
    hr = visitor("demo-library-hr")
    assert takers(lead, organisation, f"?unit={unit}") == takers(hr, organisation, f"?unit={unit}")
    units = set(re.findall(r'<option value="(o\w{7})"', hr.get(path_of(organisation), headers=HEADERS).text))
    for other in units - {unit}:
        assert lead.get(f"{path_of(organisation)}?unit={other}").status_code == 404


def test_plan_goes_into_everybodys_plan_once(own, visitor, organisation):
    hr = visitor("demo-library-hr")
    page = hr.get(path_of(organisation), headers=HEADERS)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    wanted = takers(hr, organisation)
    day = own.state.services.today.replace(year=own.state.services.today.year + 1).isoformat()
    wrong = hr.post(path_of(organisation), data={"csrf": csrf, "due": "yesterday"}, headers=HEADERS)
    first = hr.post(path_of(organisation), data={"csrf": csrf, "due": day}, headers=HEADERS)
    second = hr.post(path_of(organisation), data={"csrf": csrf, "due": day}, headers=HEADERS)

    assert wrong.status_code == 422
    assert "Write the day as" in wrong.text
    assert int(first.headers["location"].rsplit("=", 1)[-1]) == len(wanted)
    assert second.headers["location"].endswith("done=0")
    store = own.state.services.store
    for person in {person for person, _ in wanted}:
        plan = person_plan(OPERATOR, store, Iri(person))
        assert {item.course for item in plan.ahead} == {course for who, course in wanted if who == person}
        assert {item.due.isoformat() for item in plan.ahead} == {day}


def test_large_plan_is_reckoned_beside_the_page_and_is_the_same(visitor, organisation, monkeypatch):
    hr = visitor("demo-library-hr")
    at_once = takers(hr, organisation)
    monkeypatch.setattr(plan_jobs, "LARGE", 0)
    first = hr.get(path_of(organisation), headers=HEADERS)
    until = time.monotonic() + 60
    while "being reckoned" in hr.get(path_of(organisation), headers=HEADERS).text:
        assert time.monotonic() < until
        time.sleep(0.1)

    assert "being reckoned" in first.text
    assert first.headers["refresh"] == "5"
    assert takers(hr, organisation) == at_once
    # Nobody else gets it from where it is kept.
    assert visitor("demo-museum-hr").get(path_of(organisation), headers=HEADERS).status_code == 404
