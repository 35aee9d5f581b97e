"""One real server for all tests of the web; httpx speaks to it as any client would."""

import re

import httpx
import pytest
from tests.serving import demo_app, serving

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The service with the demonstration world; tests that write make their own."""
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def address(demo):
    """Where it is served."""
    with serving(demo) as url:
        yield url


@pytest.fixture
def client(address):
    """A program without cookies."""
    with httpx.Client(base_url=address, timeout=30) as made:
        yield made


@pytest.fixture
def person(address):
    """A browser without JavaScript: it asks for pages as browsers do and keeps cookies."""
    headers = {"Accept": BROWSER, "Accept-Language": "lt,en;q=0.5"}
    with httpx.Client(base_url=address, headers=headers, timeout=30) as made:
        yield made


def csrf_of(page):
    """The token of the first form of a page."""
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


@pytest.fixture
def sign_in(person, demo):
    """Sign in as the first demonstration account of a kind, or as one account by id; gives the browser."""

    def signing(kind, account=None):
        registry = demo.state.services.registry
        found = [each for each in registry.demo_accounts() if each.actor.kind == kind or each.id == account]
        token = csrf_of(person.get("/lt/sign-in"))
        answer = person.post("/lt/sign-in", data={"csrf": token, "account": found[0].id})
        assert answer.status_code == 303, answer.text
        return person

    return signing
