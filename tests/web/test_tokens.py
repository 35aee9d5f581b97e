"""Tokens for programs: made once, read what their maker reads, write nothing, and end."""

import csv
import io
import re

import httpx
import pytest
from tests.web.conftest import local_of
from tests.web.signing import as_demo, send

PAGE = "/en/tokens"


@pytest.fixture
def hr(guest, registry):
    return as_demo(guest, registry, "demo-library-hr")


@pytest.fixture
def program(at):
    with httpx.Client(base_url=at, headers={"Accept": "text/csv"}, timeout=60) as made:
        yield made


def make(visitor, rights="read", days="30", label="monthly report"):
    answer = send(visitor, PAGE, label=label, rights=rights, days=days)
    found = re.search(r'<code class="link">(cg_[\w-]+)</code>', answer.text)
    return answer, found and found[1]


def bearing(token):
    return {"Authorization": f"Bearer {token}"}


def test_token_is_shown_once_and_reads_what_its_maker_reads(hr, program, library_hr):
    answer, token = make(hr)
    page = f"/en/organisations/{local_of(library_hr.organisation)}.csv"
    read = program.get(page, headers=bearing(token))

    assert answer.headers["cache-control"] == "private, no-store"
    assert token not in hr.get(PAGE).text
    assert read.status_code == 200
    assert read.text == hr.get(page, headers={"Accept": "text/csv"}).text


def test_token_sees_no_other_institution(hr, program, museum_hr):
    _, token = make(hr)

    assert (
        program.get(f"/en/organisations/{local_of(museum_hr.organisation)}.csv", headers=bearing(token)).status_code
        == 404
    )


def test_reading_by_token_is_in_the_audit_as_its_holders(hr, program, registry, library_hr):
    _, token = make(hr)
    before = len(registry.audit.lines(account="demo-library-hr", act="export"))
    program.get(f"/en/organisations/{local_of(library_hr.organisation)}/people.csv", headers=bearing(token))

    assert len(registry.audit.lines(account="demo-library-hr", act="export")) == before + 1


def test_token_writes_nothing_even_with_a_cookie_and_its_form(hr, own, registry, library_hr):
    _, token = make(hr)
    page = f"/en/people/{local_of(library_hr.person)}/levels"
    csrf = re.search(r'name="csrf" value="([^"]+)"', hr.get(PAGE).text)[1]
    revision = own.state.services.store.revision
    answer = hr.post(page, data={"csrf": csrf, "competence": "x", "level": "5"}, headers=bearing(token))

    assert answer.status_code == 403
    assert own.state.services.store.revision == revision


def test_withdrawn_token_opens_nothing(hr, program):
    _, token = make(hr)
    own_id = re.search(r'name="end" value="(\w+)"', hr.get(PAGE).text)[1]
    gone = send(hr, PAGE, end=own_id)
    answer = program.get(PAGE + ".csv", headers=bearing(token))

    assert gone.status_code == 303
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_bad_token_is_refused_where_a_cookie_would_do(hr):
    assert hr.get(PAGE, headers=bearing("cg_" + "x" * 43)).status_code == 401


def test_token_leads_to_no_sign_in_page(program):
    answer = program.get(PAGE, headers={"Accept": "text/html", **bearing("nothing")})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 121}, "label"),
        ({"rights": ""}, "rights"),
        ({"rights": "write"}, "rights"),
        ({"days": "4000"}, "days"),
        ({"days": "-1"}, "days"),
    ],
)
def test_form_names_what_is_wrong_and_makes_no_token(hr, registry, fields, field):
    before = len(registry.bearer.of_account("demo-library-hr"))
    answer, token = make(hr, **fields)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert token is None
    assert len(registry.bearer.of_account("demo-library-hr")) == before


def test_only_hr_is_offered_questions(guest, registry):
    lead = as_demo(guest, registry, "demo-library-unit-lead")

    assert make(lead, rights="sparql")[0].status_code == 422


def test_admin_makes_none_and_ends_any(guest, another, registry):
    _, token = make(as_demo(another, registry, "demo-planner"))
    admin = as_demo(guest, registry, "demo-admin")
    refused = send(admin, PAGE, "/en/tokens", label="x", rights="read", days="30")
    page = admin.get(PAGE).text
    send(admin, PAGE, end=registry.bearer.of_account("demo-planner")[0].id)

    assert refused.status_code == 404
    assert token not in page
    assert registry.bearer.find(token) is None


def test_nobody_ends_a_token_of_others(guest, another, registry):
    _, token = make(as_demo(another, registry, "demo-planner"))
    hr = as_demo(guest, registry, "demo-library-hr")

    assert send(hr, PAGE, end=registry.bearer.of_account("demo-planner")[0].id).status_code == 404
    assert registry.bearer.find(token) is not None


def test_list_is_a_table_without_tokens(hr):
    _, token = make(hr, label="=1+1")
    rows = list(csv.DictReader(io.StringIO(hr.get(PAGE + ".csv").text)))

    assert token not in str(rows)
    assert {"label", "expires", "state"} <= set(rows[0])
