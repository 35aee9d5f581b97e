"""Whatever the OpenAPI document allows to be sent, as anonymous and as HR: no failure of ours, and answers as it says.

COMPETENCE_GRAPH_TESTS_EXAMPLES=500 tries as many a route; without it a few.
"""

import os

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks
from tests.serving import demo_app, serving

EXAMPLES = int(os.environ.get("COMPETENCE_GRAPH_TESTS_EXAMPLES", "8"))
HELD_TO = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
ACCEPTED = ("text/html", "application/json", "text/csv", "application/ld+json", "*/*", "text/turtle", "image/png")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as url:
        yield url


@pytest.fixture(scope="module")
def schema(address):
    return schemathesis.openapi.from_dict(httpx.get(f"{address}/openapi.json").json())


def known(app):
    """Ids that exist, so that more than refusals is tried."""
    hr = next(each.actor for each in app.state.services.registry.demo_accounts() if each.id == "demo-library-hr")
    local = {"person": hr.person.rsplit("/", 1)[-1], "organisation": hr.organisation.rsplit("/", 1)[-1]}
    return local | {"local": "c57vh4eb", "account": "demo-library-hr"}


@pytest.mark.parametrize("who", ["anyone", "hr"])
def test_no_request_that_the_document_allows_fails_or_is_answered_otherwise(app, address, schema, who):
    registry = app.state.services.registry
    cookies = {} if who == "anyone" else {"session": registry.open_session("demo-library-hr")}
    ids, asked, wrong = known(app), 0, []
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(
            case=operation.as_strategy(),
            real=st.booleans(),
            accept=st.sampled_from(ACCEPTED),
            lang=st.sampled_from(["lt", "en"]),
        )
        def ask(case, real, accept, lang):
            nonlocal asked
            if case.path_parameters and real:
                case.path_parameters |= {name: ids[name] for name in case.path_parameters if name in ids}
                case.path_parameters |= {"lang": lang} if "lang" in case.path_parameters else {}
            answer = case.call(base_url=address, headers={"Accept": accept}, cookies=cookies, allow_redirects=False)
            asked += 1
            case.validate_response(answer, checks=HELD_TO)

        try:
            ask()
        except (AssertionError, schemathesis.core.failures.FailureGroup) as failure:
            wrong.append(f"{operation.label}: {failure}"[:600])

    assert wrong == []
    assert asked > 40 * min(EXAMPLES, 3)
    print(f"{who}: {asked} requests, 0 failures")


def test_document_names_every_operation_for_somebody_signed_in(app):
    paths = app.openapi()["paths"]

    assert paths["/{lang}/people/{person}"]["get"]["security"] == [{"session": []}, {"token": []}]
    assert paths["/{lang}/tokens"]["post"]["security"] == [{"session": []}]
    assert "security" not in paths["/{lang}/competences"]["get"]


def test_document_tells_errors_as_they_come(address):
    answer = httpx.get(f"{address}/lt/people/p0000000", headers={"Accept": "application/json"})
    problem = httpx.get(f"{address}/openapi.json").json()["components"]["schemas"]["Problem"]

    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem["required"]) <= set(answer.json())
