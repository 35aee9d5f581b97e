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


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A world of the module's own: its tests write."""
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def at(own):
    """Where it is served."""
    with serving(own) as url:
        yield url


@pytest.fixture
def visitor(own, at):
    """Signs an account of the module's own world in, its second factor shown; gives the browser."""
    opened = []

    def signing(name, grant=None):
        made = httpx.Client(base_url=at, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=60)
        opened.append(made)
        made.cookies.set("session", own.state.services.registry.open_session(name, grant=grant, strong=True))
        return made

    yield signing
    for each in opened:
        each.close()


def actor_of(own, name):
    """The actor of a demonstration account of the module's own world."""
    return next(each.actor for each in own.state.services.registry.demo_accounts() if each.id == name)


def local_of(iri):
    """The id in an IRI."""
    return iri.rsplit("/", 1)[-1]


@pytest.fixture
def registry(own):
    """The registry of the module's own world."""
    return own.state.services.registry


@pytest.fixture
def guest(at):
    """A browser at the module's own world, signed in as nobody."""
    with httpx.Client(base_url=at, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=30) as made:
        yield made


@pytest.fixture
def another(at):
    """Another such browser."""
    with httpx.Client(base_url=at, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=30) as made:
        yield made


@pytest.fixture
def library_hr(own):
    """Who looks after the staff of the demonstration's library."""
    return actor_of(own, "demo-library-hr")


@pytest.fixture
def museum_hr(own):
    """Who looks after the staff of the demonstration's museum."""
    return actor_of(own, "demo-museum-hr")
