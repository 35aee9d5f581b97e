"""T17: HR of one institution and everything of another's, by ids that were guessed right: as if it were not there.

The whole table of routes and roles is test_access_matrix.py; here are what has no route of its own, and timing.
"""

import statistics
import time
from datetime import timedelta

import pytest
from tests.serving import demo_app, serving
from tests.trust.access import World, nobody
from tests.web.conftest import csrf_of

ROUNDS = 60


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(demo_app(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def address(world):
    with serving(world.app) as url:
        yield url


@pytest.fixture
def hr(world, address):
    with world.visitor(address, "hr") as made:
        yield made


def foreign(world):
    """A person of the other institution, and an id that was never given."""
    return world.targets["foreign"].local, nobody("p")


PATHS = (
    "/en/people/{}",
    "/en/people/{}.xlsx",
    "/en/people/{}/levels",
    "/en/people/{}/levels.csv",
    "/en/people/{}/assessment",
    "/en/people/{}/plan",
    "/en/people/{}/plan.csv",
    "/en/people/{}/erase",
)


@pytest.mark.parametrize("path", PATHS)
def test_t17_foreign_objects_take_no_longer_than_what_does_not_exist(hr, world, path):
    """The medians of requests that take turns differ less than those of one and the same request do by themselves."""
    there, never = (path.format(each) for each in foreign(world))
    took = {there: [], never: []}
    for each in (there, never):
        hr.get(each)
    for number in range(ROUNDS):
        for each in ((there, never), (never, there))[number % 2]:
            started = time.perf_counter()
            answer = hr.get(each)
            took[each].append(time.perf_counter() - started)
            assert answer.status_code == 404
    medians = [statistics.median(took[each]) for each in (there, never)]

    # A look at the foreign person's data would cost several times what a refusal does.
    assert max(medians) < 1.5 * min(medians)


def test_t17_foreign_objects_a_search_of_ones_own_table_finds_no_foreign_name(hr, world):
    name = next(
        known.name
        for each in sorted(world.people[world.museum])
        if (known := world.app.state.services.registry.identities.find(each)) is not None
    )
    family = name.rsplit(" ", 1)[-1]
    answers = [
        hr.get(f"/en/organisations/{world.library.local}/people", params={"q": family}),
        hr.get("/en/search", params={"q": name}),
        hr.get("/en/suggest", params={"q": family}),
    ]

    assert [] == [
        each.url
        for each in answers
        if name in each.text.replace(f'value="{name}"', "") and each.url.path != "/en/search"
    ]


def test_t17_foreign_objects_lines_of_the_audit_are_asked_for_in_vain(hr, world):
    registry = world.app.state.services.registry
    person = str(world.targets["foreign"])
    registry.audit.record(world.accounts["admin"].actor, "export", organisation=world.museum, people=[person])
    own = {"person": world.targets["foreign"].local}
    page = hr.get("/en/audit.csv", params=own)
    other = hr.get("/en/audit.csv", params={"organisation": world.museum.local})

    assert world.museum.local not in page.text + other.text
    assert len(page.text.splitlines()) == 1


def test_t17_foreign_objects_a_query_finds_no_person_of_another_institution(hr, world):
    person = world.targets["foreign"]
    for query in (f"DESCRIBE <{person}>", f"ASK {{ GRAPH ?g {{ <{person}> ?p ?o }} }}"):
        answer = hr.get("/sparql/organisation", params={"query": query}, headers={"Accept": "*/*"})
        never = hr.get(
            "/sparql/organisation",
            params={"query": query.replace(person.local, nobody("p"))},
            headers={"Accept": "*/*"},
        )
        assert answer.status_code == never.status_code == 200
        assert answer.content == never.content


def test_t17_foreign_objects_tokens_and_accounts_of_others_are_ended_by_nobody_else(world, address):
    registry = world.app.state.services.registry
    account = world.accounts["planner"]
    grant = registry.accounts.of_account(account.id)[0].grant
    token = registry.bearer.issue(account.id, grant, "x", ["read"], timedelta(days=1))
    with world.visitor(address, "hr") as hr:
        csrf = csrf_of(hr.get("/en/tokens"))
        ended = hr.post("/en/tokens", data={"csrf": csrf, "end": registry.bearer.of_account(account.id)[0].id})

    assert ended.status_code == 404
    assert registry.bearer.find(token) is not None
