"""T23: budgets go by seconds of query time and by who really asks; a header or a new address does not renew them."""

import httpx
import pytest
from tests.sandbox.server import stored, world_quads
from tests.serving import serving

from competence_graph.app import create_app
from competence_graph.registry import Registry
from competence_graph.settings import Settings
from competence_graph.web.budgets import Budgets

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SMALL = "ASK {}"


@pytest.fixture
def address_of(tmp_path):
    """Serves with a small budget and these settings; gives the address."""
    opened = []

    def starting(**settings):
        made = Settings(data=tmp_path, sparql_budget=1, sparql_seconds=1.5, **settings)
        server = serving(create_app(made, store=stored(world_quads(bulk=300)), registry=Registry("sqlite://")))
        opened.append(server)
        return server.__enter__()

    yield starting
    for each in opened:
        each.__exit__(None, None, None)


def ask(address, query, **headers):
    with httpx.Client(base_url=address, timeout=30) as client:
        return client.get("/sparql", params={"query": query}, headers={"Accept": "*/*"} | headers)


def use_up(address, **headers):
    """Ask until the budget is used up: it counts seconds of the processor, and of those a busy machine gives few."""
    answers = []
    while len(answers) < 20 and 429 not in answers:
        answers.append(ask(address, SLOW, **headers).status_code)
    return answers


def test_t23_rate_dodge_who_has_used_up_the_time_is_told_when_to_come_again(address_of):
    address = address_of(trusted_proxies="")
    answers = use_up(address)
    answer = ask(address, SMALL)

    assert answers[-1] == 429
    assert set(answers[:-1]) <= {503, 504}
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 600
    assert answer.headers["access-control-allow-origin"] == "*"


def test_t23_rate_dodge_small_questions_are_many(address_of):
    address = address_of(trusted_proxies="")

    assert {200} == {ask(address, SMALL).status_code for _ in range(60)}


def test_t23_rate_dodge_a_forged_header_renews_nothing(address_of):
    address = address_of(trusted_proxies="")
    use_up(address)
    forged = ("203.0.113.9", "203.0.113.10, 127.0.0.1", "::1", "nonsense", "", "127.0.0.1" + ", 10.0.0.1" * 500)
    headers = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")

    assert {429} == {ask(address, SMALL, **{header: value}).status_code for header in headers for value in forged}


def test_t23_rate_dodge_behind_a_trusted_proxy_clients_are_told_apart(address_of):
    address = address_of(trusted_proxies="127.0.0.1")
    use_up(address, **{"X-Forwarded-For": "203.0.113.9"})
    # What stands before the address that the proxy added came from the client.
    dodging = ask(address, SMALL, **{"X-Forwarded-For": "198.51.100.77, 203.0.113.9"})
    other = ask(address, SMALL, **{"X-Forwarded-For": "203.0.113.10"})

    assert (dodging.status_code, other.status_code) == (429, 200)


def test_t23_rate_dodge_a_whole_ipv6_network_is_one_asker(address_of):
    address = address_of(trusted_proxies="127.0.0.1")
    use_up(address, **{"X-Forwarded-For": "2001:db8:1:2::1"})
    hopping = {ask(address, SMALL, **{"X-Forwarded-For": f"2001:db8:1:2:{n:x}::{n}"}).status_code for n in range(20)}
    neighbour = ask(address, SMALL, **{"X-Forwarded-For": "2001:db8:1:3::1"})

    assert hopping == {429}
    assert neighbour.status_code == 200


def test_t23_rate_dodge_an_ipv4_address_in_ipv6_is_itself(address_of):
    address = address_of(trusted_proxies="127.0.0.1")
    use_up(address, **{"X-Forwarded-For": "203.0.113.9"})

    assert ask(address, SMALL, **{"X-Forwarded-For": "::ffff:203.0.113.9"}).status_code == 429


def test_t23_rate_dodge_attempts_to_sign_in_are_counted_by_address(address_of):
    budgets = Budgets(0, attempts=3)
    for _ in range(3):
        budgets.attempt("203.0.113.9")
    budgets.attempt("203.0.113.10")

    with pytest.raises(Exception, match="too much") as caught:
        budgets.attempt("203.0.113.9")
    assert 0 < caught.value.seconds <= 600
