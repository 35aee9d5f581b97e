"""HR's SPARQL: over the public data and the own institution's, by session or token; names on the page alone."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest
from tests.web.conftest import local_of
from tests.web.signing import as_demo, send

from competence_graph.answers.people import staff
from competence_graph.graph.vocab import CG
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

PERSON = "http://xmlns.com/foaf/0.1/Person"
PEOPLE = f"SELECT DISTINCT ?person {{ GRAPH ?g {{ ?person a <{PERSON}> }} }} ORDER BY ?person"
DOOR = "/sparql/organisation"
CSV = {"Accept": "text/csv"}


@pytest.fixture
def hr(guest, registry):
    return as_demo(guest, registry, "demo-library-hr")


def token_of(registry, name, *scopes):
    grant = registry.accounts.of_account(name)[0].grant
    return registry.bearer.issue(name, grant, "test", scopes, timedelta(days=1))


def everybody(own, organisation):
    return set(staff(OPERATOR, own.state.services.store, Iri(organisation)).people)


def ask(visitor, query, **headers):
    return visitor.get(DOOR, params={"query": query}, headers=CSV | headers)


def answered(answer):
    assert answer.status_code == 200, answer.text
    return [row[0] for row in list(csv.reader(io.StringIO(answer.text)))[1:]]


def test_hr_finds_its_own_people_and_nobody_elses(hr, own, library_hr):
    found = answered(ask(hr, PEOPLE))

    assert set(found) == everybody(own, library_hr.organisation)
    assert len(found) > 10


def test_a_query_begun_after_an_acknowledged_write_sees_it(hr, own, library_hr):
    person = min(everybody(own, library_hr.organisation) - {library_hr.person})
    count = f"SELECT (COUNT(?record) AS ?n) {{ ?record <{CG.learner}> <{person}> }}"
    seen = [int(answered(ask(hr, count))[0])]
    competences = f"SELECT DISTINCT ?c {{ ?r <{CG.learner}> <{person}> ; <{CG.competence}> ?c }} ORDER BY ?c LIMIT 3"
    page = f"/en/people/{local_of(person)}/levels"
    for competence in answered(ask(hr, competences)):
        assert send(hr, page, competence=competence, level="2").status_code == 303
        seen.append(int(answered(ask(hr, count))[0]))

    assert seen == list(range(seen[0], seen[0] + 4))


def test_public_data_are_there_too(hr):
    query = "SELECT (COUNT(*) AS ?n) { ?c a <%s> }" % CG.Competence  # noqa: UP031 - braces of SPARQL

    assert int(answered(ask(hr, query))[0]) > 30


@pytest.mark.parametrize(
    "name", ["demo-library-learner", "demo-library-unit-lead", "demo-planner", "demo-admin", "nobody"]
)
def test_whoever_is_not_hr_finds_no_such_page(guest, registry, name):
    visitor = guest if name == "nobody" else as_demo(guest, registry, name)
    answers = [ask(visitor, PEOPLE), visitor.post(DOOR, data={"query": PEOPLE}), visitor.get(f"{DOOR}.csv")]

    assert [each.status_code for each in answers] == [404] * 3


def test_admin_asks_behind_a_broken_glass_only(guest, registry, library_hr):
    admin = as_demo(guest, registry, "demo-admin")
    before = ask(admin, PEOPLE).status_code
    page = f"/en/organisations/{local_of(library_hr.organisation)}/glass"
    send(admin, page, reason="The institution asked why a figure differs from its own.")

    assert (before, ask(admin, PEOPLE).status_code) == (404, 200)
    assert admin.get(DOOR, params={"query": PEOPLE, "organisation": "ovte458j"}).status_code == 404


def test_answers_are_kept_by_nobody_and_no_other_site_reads_them(hr):
    answer = ask(hr, PEOPLE)

    assert answer.headers["cache-control"] == "private, no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert "etag" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_ask_in_ones_name(hr, site):
    answer = ask(hr, PEOPLE, **{"Sec-Fetch-Site": site})

    assert answer.status_code == 403


@pytest.mark.parametrize("form", ["csv", "json", "xml", "tsv"])
def test_files_hold_codes_and_no_name(hr, own, registry, library_hr, form):
    names = registry.names(library_hr, library_hr.organisation, everybody(own, library_hr.organisation))
    answer = hr.get(f"{DOOR}.{form}", params={"query": PEOPLE})

    assert answer.status_code == 200
    assert [] == [name for name in names.values() if name in answer.text]


def test_page_adds_the_names(hr, own, registry, library_hr):
    names = registry.names(library_hr, library_hr.organisation, everybody(own, library_hr.organisation))
    page = hr.get("/en/sparql/organisation", params={"query": PEOPLE})

    assert page.status_code == 200
    assert [] == [name for name in names.values() if name not in page.text]
    assert [] == [each for each in names if f'href="/en/people/{local_of(each)}"' not in page.text]
    assert page.headers["cache-control"] == "private, no-store"


def test_every_ready_question_is_answered(hr):
    page = hr.get("/en/sparql/organisation")
    links = re.findall(r'<li><a href="(\?query=[^"]+)"', page.text)
    answers = [hr.get(f"/en/sparql/organisation{each}").status_code for each in links]

    assert len(links) > 12
    assert set(answers) == {200}


def test_browser_that_opens_the_address_is_led_to_the_page(hr):
    answer = hr.get(DOOR, params={"query": PEOPLE}, headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en/sparql/organisation?query=")


def test_question_is_in_the_audit_with_those_its_answer_names(hr, own, registry, library_hr):
    ask(hr, PEOPLE)
    line = registry.audit.lines(account="demo-library-hr", act="query")[0]

    assert set(line.people) == everybody(own, library_hr.organisation)
    assert (line.route, line.organisation) == (DOOR, library_hr.organisation)


def test_question_without_people_is_in_the_audit_too(hr, registry):
    before = len(registry.audit.lines(act="query"))
    ask(hr, "SELECT (1 AS ?one) {}")

    assert len(registry.audit.lines(act="query")) == before + 1


def test_token_asks_like_its_holder_and_a_cookie_beside_it_counts_for_nothing(at, registry, own, library_hr, museum_hr):
    token = token_of(registry, "demo-museum-hr", "sparql")
    with httpx.Client(base_url=at, timeout=60) as program:
        alone = ask(program, PEOPLE, Authorization=f"Bearer {token}")
        program.cookies.set("session", registry.open_session("demo-library-hr"))
        beside = ask(program, PEOPLE, Authorization=f"Bearer {token}")

    assert set(answered(alone)) == set(answered(beside)) == everybody(own, museum_hr.organisation)


def test_token_for_pages_asks_no_question(at, registry):
    token = token_of(registry, "demo-library-hr", "read")
    with httpx.Client(base_url=at, timeout=60) as program:
        answer = ask(program, PEOPLE, Authorization=f"Bearer {token}")

    assert answer.status_code == 403
    assert answer.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


def test_erasing_leaves_no_copy_of_the_person(hr, own, library_hr):
    person = sorted(everybody(own, library_hr.organisation) - {library_hr.person})[1]
    services = own.state.services
    assert person in answered(ask(hr, PEOPLE))
    copies = own.state.services.organisations
    folder = copies._current.__self__._folder

    def holding():
        return [each for each in folder.rglob("*") if each.is_file() and local_of(person).encode() in each.read_bytes()]

    before = holding()
    services.clear()

    assert before
    assert [] == holding()
    assert len(answered(ask(hr, PEOPLE))) > 10


def test_service_describes_itself_with_the_own_graphs(hr, museum_hr, library_hr):
    told = hr.get(DOOR, headers={"Accept": "text/turtle"}).text

    assert f"graph/people/{local_of(library_hr.organisation)}" in told
    assert local_of(museum_hr.organisation) not in told
