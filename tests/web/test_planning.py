"""A person's learning plan: courses put into it, their days, what became of them, and what a completed one brings."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from tests.web.conftest import local_of
from tests.web.test_levels import HEADERS, account, history, own_day

from competence_graph.answers.erasing import erase
from competence_graph.answers.planning import person_plan
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri


@pytest.fixture
def learner(own):
    return account(own, "demo-library-learner").actor.person


def plan_of(own, person):
    return person_plan(OPERATOR, own.state.services.store, Iri(person))


def send(visitor, path, page, **fields):
    csrf = re.search(r'name="csrf" value="([^"]+)"', visitor.get(page, headers=HEADERS).text)[1]
    return visitor.post(path, data={"csrf": csrf, **fields}, headers=HEADERS)


def gaps_path(person):
    return f"/en/people/{local_of(person)}"


def suggested(page):
    """The courses of the plan that the page of gaps suggests, by id."""
    form = re.search(r'<form method="post" action="[^"]+/plan" class="filters.*?</form>', page.text, re.DOTALL)
    return re.findall(r'name="course" value="(k\w{7})"', form[0]) if form else []


def test_suggested_courses_go_into_the_plan_with_a_day_once(own, visitor, learner):
    reader, gaps = visitor("demo-library-learner"), gaps_path(learner)
    courses = suggested(reader.get(gaps, headers=HEADERS))
    due = own_day(own) + timedelta(days=200)
    answer = send(reader, f"{gaps}/plan", gaps, course=courses, due=due.isoformat())
    again = send(reader, f"{gaps}/plan", gaps, course=courses)
    items = plan_of(own, learner).ahead
    page = reader.get(gaps, headers=HEADERS)

    assert courses
    assert answer.headers["location"].endswith("?done=added")
    assert again.headers["location"].endswith("?done=there")
    assert [each.course.local for each in sorted(items, key=lambda each: each.position)] == courses
    assert {each.due for each in items} == {due}
    assert suggested(page) == []
    assert due.isoformat() in page.text


def test_completed_course_brings_its_levels_to_be_reviewed_and_the_lead_sees_them(own, visitor, learner):
    reader, gaps = visitor("demo-library-learner"), gaps_path(learner)
    plan = plan_of(own, learner)
    item = plan.ahead[0]
    number = item.iri.rsplit("-", 1)[-1]
    fields = {f"status-{number}": "done", f"due-{number}": item.due.isoformat()}
    answer = send(reader, f"{gaps}/plan/items", f"{gaps}/plan", **fields)
    brought = [each for each in history(own, learner).records if item.course in each.evidence]
    outcomes = plan.facts[item.course].outcomes

    assert answer.headers["location"].endswith("?done=changed")
    assert {each.competence: each.level for each in brought} == {iri: top for iri, (_, top) in outcomes.items()}
    assert {each.status for each in brought} == {"submitted"}
    # Said again it brings nothing again.
    send(reader, f"{gaps}/plan/items", f"{gaps}/plan", **fields)
    assert len([each for each in history(own, learner).records if item.course in each.evidence]) == len(brought)


def test_what_hr_marks_as_completed_counts_at_once(own, visitor, learner):
    hr, gaps = visitor("demo-library-hr"), gaps_path(learner)
    item = plan_of(own, learner).ahead[0]
    number = item.iri.rsplit("-", 1)[-1]
    send(hr, f"{gaps}/plan/items", f"{gaps}/plan", **{f"status-{number}": "done", f"due-{number}": ""})
    brought = [each for each in history(own, learner).records if item.course in each.evidence]

    assert brought
    assert {each.status for each in brought} == {"validated"}


@pytest.mark.parametrize("day", ["2020-01-01", "2026-02-30", "soon", "2050-01-01"])
def test_day_that_cannot_be_is_refused_and_nothing_is_written(own, visitor, learner, day):
    hr, gaps = visitor("demo-library-hr"), gaps_path(learner)
    before = plan_of(own, learner).items
    number = before[0].iri.rsplit("-", 1)[-1]
    answer = send(hr, f"{gaps}/plan/items", f"{gaps}/plan", **{f"status-{number}": "dropped", f"due-{number}": day})

    assert answer.status_code == 422
    assert "Write the day as 2027-06-30" in answer.text
    assert plan_of(own, learner).items == before


@pytest.mark.parametrize("course", ["k0000000", "cdqza9xn", "k123", "../x", ""])
def test_what_is_no_course_is_not_planned(own, visitor, learner, course):
    before = plan_of(own, learner).items
    answer = send(visitor("demo-library-hr"), f"{gaps_path(learner)}/plan", gaps_path(learner), course=course)

    assert answer.status_code == 404
    assert plan_of(own, learner).items == before


def test_wish_for_time_and_for_a_budget_changes_what_is_suggested(own, visitor):
    hr = visitor("demo-library-hr")
    organisation = account(own, "demo-library-hr").actor.organisation
    people = hr.get(f"/en/organisations/{local_of(organisation)}/people.csv")
    person = max(
        {row["person"] for row in csv.DictReader(io.StringIO(people.text))},
        key=lambda each: len(suggested(hr.get(gaps_path(each), headers=HEADERS))),
    )
    cheap, short, poor = (
        hr.get(gaps_path(person) + query, headers=HEADERS) for query in ("", "?least=hours", "?least=hours&budget=20")
    )

    def hours(page):
        caption = re.search(r'id="plan-caption"><span>[^<]*?([\d,.]+) h', page.text)
        return int(caption[1].replace(",", ""))

    assert hours(short) <= hours(cheap)
    assert hours(poor) <= 20
    assert "Within this budget" in poor.text
    assert hr.get(f"{gaps_path(person)}?budget=0&least=zzz", headers=HEADERS).status_code == 200


def test_own_data_tell_the_plan_and_erasing_takes_it_along(own, visitor, learner):
    reader = visitor("demo-library-learner")
    plan = plan_of(own, learner).plan
    data = json.dumps(json.loads(reader.get(f"/en/people/{local_of(learner)}/data.jsonld").text))
    assert local_of(plan.iri) in data
    assert f"{local_of(plan.iri)}-1" in data

    parts = own.state.services
    erase(OPERATOR, parts.writer, parts.registry, Iri(learner))
    assert local_of(plan.iri).encode() not in parts.store.dump()
