"""What if: a person or an institution against a role; equal to the gaps of who takes that role; never a ranking."""

import csv
import io
import re

import pytest
from tests.web.conftest import local_of
from tests.web.test_levels import HEADERS, account
from tests.web.test_profiles import send

from competence_graph.model.iri import Iri
from competence_graph.model.text import lithuanian_key

ROLE = "rz1fyw2g"


@pytest.fixture
def organisation(own):
    return Iri(account(own, "demo-library-hr").actor.organisation)


@pytest.fixture
def learner(own):
    return Iri(account(own, "demo-library-learner").actor.person)


def table(visitor, path):
    return list(csv.DictReader(io.StringIO(visitor.get(path).text)))


def test_rows_are_those_that_the_person_has_after_taking_the_role(own, visitor, organisation, learner):
    hr = visitor("demo-library-hr")
    before = table(hr, f"/en/people/{learner.local}/what-if.csv?role={ROLE}")
    unit = re.search(r'<option value="(o\w{7})"', hr.get(f"/en/people/{learner.local}/post", headers=HEADERS).text)[1]
    post = f"/en/people/{learner.local}/post"
    send(hr, post, post, place=unit, role=ROLE, start=own.state.services.today.isoformat())
    after = table(hr, f"/en/people/{learner.local}.csv")
    columns = ("competence", "required", "attained", "gap", "weight", "necessity", "why")

    assert before
    assert {tuple(row[each] for each in columns) for row in before} == {
        tuple(row[each] for each in columns) for row in after
    }


def test_everybody_is_compared_in_order_of_names_and_files_have_none(own, visitor, organisation):
    hr = visitor("demo-library-hr")
    rows = table(hr, f"/en/organisations/{organisation.local}/what-if.csv?role={ROLE}")
    page = hr.get(f"/lt/organisations/{organisation.local}/what-if?role={ROLE}", headers=HEADERS).text
    people = re.findall(r'<th scope="row"><a href="/lt/people/p\w+/what-if\?role=\w+">([^<]+)</a>', page)
    for row in rows:
        assert int(row["requirements"]) == sum(int(row[each]) for each in ("met", "near", "far", "not_assessed"))
    alone = rows[0]["person"]
    single = table(hr, f"/en/people/{local_of(alone)}/what-if.csv?role={ROLE}")

    assert len(people) == len(rows) > 20
    assert people == sorted(people, key=lithuanian_key)
    assert [row["person"] for row in rows] == sorted(row["person"] for row in rows)
    assert sum(row["gap"] == "0" for row in single) == int(rows[0]["met"])
    assert "Tai skaičiavimas, ne sprendimas" in page


def test_goal_of_the_plan_is_set_shown_and_taken_away(own, visitor, learner):
    reader = visitor("demo-library-learner")
    here = f"/en/people/{learner.local}/what-if"
    answer = send(reader, here, f"{here}?role={ROLE}", role=ROLE)
    assert answer.headers["location"].endswith("done=goal")
    plan = reader.get(f"/en/people/{learner.local}/plan", headers=HEADERS).text
    assert "Goal:" in plan
    assert f"what-if?role={ROLE}" in plan
    send(reader, here, f"{here}?role={ROLE}", role=ROLE, act="none")
    assert "Goal:" not in reader.get(f"/en/people/{learner.local}/plan", headers=HEADERS).text


def test_question_is_saved_for_the_account_alone_and_removed(own, visitor, organisation):
    hr = visitor("demo-library-hr")
    here = f"/en/organisations/{organisation.local}/what-if"
    for _ in range(2):
        send(hr, here, f"{here}?role={ROLE}", role=ROLE)
    page = hr.get(here, headers=HEADERS).text
    assert page.count('name="drop"') == 1
    lead = visitor("demo-library-unit-lead")
    assert 'name="drop"' not in lead.get(here, headers=HEADERS, follow_redirects=True).text
    drop = re.search(r'name="drop" value="([^"]+)"', page)[1]
    unit = re.search(r"unit=(o\w+)", lead.get(here, headers=HEADERS).headers["location"])[1]
    send(lead, here, f"{here}?unit={unit}", drop=drop, unit=unit)
    assert 'name="drop"' in hr.get(here, headers=HEADERS).text
    send(hr, here, here, drop=drop)
    assert 'name="drop"' not in hr.get(here, headers=HEADERS).text


@pytest.mark.parametrize("role", ["r0000000", "cdqza9xn", "x", "../../etc"])
def test_what_is_no_role_is_not_found(visitor, organisation, learner, role):
    hr = visitor("demo-library-hr")
    assert hr.get(f"/en/people/{learner.local}/what-if", params={"role": role}).status_code == 404
    assert hr.get(f"/en/organisations/{organisation.local}/what-if", params={"role": role}).status_code == 404


def test_profile_of_another_institution_cannot_be_asked_about(own, visitor, organisation):
    museum = account(own, "demo-museum-hr").actor.organisation
    hr, other = visitor("demo-museum-hr"), visitor("demo-library-hr")
    base = f"/en/organisations/{local_of(museum)}/roles"
    made = send(hr, base, base, role=ROLE).headers["location"].split("?")[0].rsplit("/", 1)[-1]

    assert hr.get(f"/en/organisations/{local_of(museum)}/what-if?role={made}").status_code == 200
    assert other.get(f"/en/organisations/{organisation.local}/what-if?role={made}").status_code == 404
