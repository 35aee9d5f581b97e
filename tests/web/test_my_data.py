"""My data: all that is held about oneself, at every employer; and taking levels along."""

import io
import json
import re

import openpyxl
import pyoxigraph as ox
import pytest
from tests.web.conftest import local_of

from competence_graph.answers.recording import person_history
from competence_graph.graph.questions import ask
from competence_graph.graph.vocab import CG, expand
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri


def account(own, name):
    return next(each for each in own.state.services.registry.demo_accounts() if each.id == name)


@pytest.fixture(scope="module")
def learner(own):
    registry = own.state.services.registry
    person = account(own, "demo-library-learner").actor.person
    known = registry.identities.find(person)
    registry.identify(person, known.organisation, known.given_name, known.family_name, "manau@example.org")
    return person


def path(person):
    return f"/en/people/{local_of(person)}/data"


def history(own, person):
    return person_history(OPERATOR, own.state.services.store, Iri(person))


def test_page_holds_name_address_posts_and_every_record(own, visitor, learner):
    page = visitor("demo-library-learner").get(path(learner))

    assert page.status_code == 200
    assert account(own, "demo-library-learner").label in page.text
    assert "manau@example.org" in page.text
    assert f"{len(history(own, learner).records)} records of levels" in page.text


def test_workbook_holds_the_same_and_who_looked(own, visitor, learner):
    visitor("demo-library-hr").get(f"/en/people/{local_of(learner)}")
    book = openpyxl.load_workbook(io.BytesIO(visitor("demo-library-learner").get(f"{path(learner)}.xlsx").content))
    sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}

    assert list(sheets) == ["records", "Who I am", "Posts", "Objections", "Who looked"]
    assert len(sheets["records"]) == 1 + len(history(own, learner).records)
    assert sheets["Who I am"][1][3] == "manau@example.org"
    assert [row[1] for row in sheets["Who looked"][1:2]] == ["a personnel specialist"]


def test_json_ld_holds_every_statement_of_the_graph_and_the_name(own, visitor, learner):
    answer = visitor("demo-library-learner").get(f"{path(learner)}.jsonld")
    quads = list(ox.parse(answer.content, format=ox.RdfFormat.JSON_LD))
    records = {quad.subject.value for quad in quads if quad.predicate.value == str(CG.learner)}
    names = [quad.object.value for quad in quads if quad.predicate.value == expand("foaf:familyName")]
    stored = own.state.services.store.select(
        f"SELECT ?s ?p ?o {{ GRAPH ?g {{ ?s ?p ?o . ?s <{CG.learner}> <{learner}> }} }}"
    )

    assert records == {str(each.iri) for each in history(own, learner).records}
    assert names == [own.state.services.registry.identities.find(learner).family_name]
    triples = {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads}
    assert {(str(s), str(p), str(o)) for s, p, o in stored.rows} <= triples


def test_nobody_else_gets_anything_of_it(visitor, learner):
    for name in ("demo-library-hr", "demo-library-unit-lead", "demo-museum-hr", "demo-admin", "demo-planner"):
        browser = visitor(name)
        for suffix in ("", ".json", ".csv", ".xlsx", ".jsonld", ".ttl"):
            assert browser.get(path(learner) + suffix).status_code == 404, (name, suffix)


@pytest.fixture(scope="module")
def moved(own, learner):
    """The learner has a post at the museum now: one account, two employers."""
    registry = own.state.services.registry
    there = account(own, "demo-museum-hr").actor
    people = sorted({row[0] for row in own.state.services.registry.names(
        OPERATOR, there.organisation, _everybody(own, there.organisation)).items()} - {there.person})  # fmt: skip
    newcomer = people[0]
    grant = registry.accounts.grant("demo-library-learner", "learner", organisation=there.organisation, person=newcomer)
    return newcomer, grant


def _everybody(own, organisation):
    return [
        row["person"] for row in ask(own.state.services.store, "people_of_organisation", organisation=Iri(organisation))
    ]


def test_person_sees_both_employers_side_by_side_and_only_they_do(own, visitor, learner, moved):
    newcomer, grant = moved
    data = visitor("demo-library-learner", grant).get(f"{path(newcomer)}.json").json()
    hr = visitor("demo-museum-hr")

    assert [each["identifier"] for each in data["people"]] == [newcomer, learner]
    assert local_of(learner) not in hr.get(f"/en/people/{local_of(newcomer)}").text
    assert hr.get(f"/en/people/{local_of(learner)}").status_code == 404


def test_levels_taken_along_are_copies_that_name_their_institution_and_nothing_else_of_it(own, visitor, learner, moved):
    newcomer, grant = moved
    browser = visitor("demo-library-learner", grant)
    page = browser.get(path(newcomer)).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    offered = re.findall(r'name="record" value="([^"]+)"', page)
    counting = {str(each.iri) for each in history(own, learner).records if each.counts == "current"}
    assert set(offered) == counting
    before = {each.iri for each in history(own, newcomer).records}
    answer = browser.post(path(newcomer), data={"csrf": csrf, "record": offered[:2]})
    made = [each for each in history(own, newcomer).records if each.iri not in before]
    sources = {each.iri: each for each in history(own, learner).records}
    library = own.state.services.registry.identities.find(learner).organisation

    assert answer.status_code == 303
    assert sorted((each.competence, each.level, each.method, each.issued) for each in made) == sorted(
        (sources[each].competence, sources[each].level, sources[each].method, sources[each].issued)
        for each in offered[:2]
    )
    assert {(each.status, each.counts, each.assessor) for each in made} == {("submitted", "", library)}
    graph = own.state.services.store.dump().decode()
    museum = [line for line in graph.splitlines() if any(f"<{each.iri}>" in line for each in made)]
    assert not any(f"<{each}>" in line for line in museum for each in (*offered, learner))


def test_level_is_taken_along_once(own, visitor, learner, moved):
    newcomer, grant = moved
    browser = visitor("demo-library-learner", grant)
    page = browser.get(path(newcomer)).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    record = re.findall(r'name="record" value="([^"]+)"', page)[0]
    first = browser.post(path(newcomer), data={"csrf": csrf, "record": record})
    again = browser.post(path(newcomer), data={"csrf": csrf, "record": record})

    assert (first.status_code, again.status_code) == (303, 404)


def test_record_of_somebody_else_cannot_be_taken_along(own, visitor, learner, moved):
    newcomer, grant = moved
    theirs = history(own, account(own, "demo-library-hr").actor.person).records[0].iri
    browser = visitor("demo-library-learner", grant)
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get(path(newcomer)).text)[1]

    assert browser.post(path(newcomer), data={"csrf": csrf, "record": theirs}).status_code == 404


def test_everything_is_there_in_ten_seconds(visitor, learner):
    answer = visitor("demo-library-learner").get(f"{path(learner)}.jsonld")

    assert answer.elapsed.total_seconds() < 10
    assert json.loads(answer.content)
