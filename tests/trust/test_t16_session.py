"""T16: forms of other sites, sessions fixed beforehand, and old tabs after sign-out."""

import httpx
import pytest
from tests.serving import demo_app, serving
from tests.trust.access import OF_INSTITUTION, PERSONAL, PLAIN, World
from tests.web.conftest import csrf_of

# Not forms: the protocol of free SPARQL only reads.
FORMS = sorted(
    path
    for table in (PLAIN, PERSONAL, OF_INSTITUTION)
    for method, path in table
    if method == "POST" and "/sparql" not in path
)
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(demo_app(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def address(world):
    with serving(world.app) as url:
        yield url


def filled(world, path):
    given = {
        "person": world.targets["own"].local, "organisation": world.library.local, "token": "a" * 43,
        "made": world.imports[world.library], "role": world.profiles[world.library],
        "account": world.accounts["planner"].id,
    }  # fmt: skip
    return path.replace("{lang:lang}", "en").format(**given)


def state(world):
    registry = world.app.state.services.registry
    acts = [each for each in registry.audit.lines(most=10_000) if each.act not in {"view", "export", "query"}]
    return world.app.state.services.store.revision, len(acts), len(registry.bearer.everybody())


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_t16_session_no_form_is_taken_from_another_site(world, address, headers):
    before = state(world)
    with world.visitor(address, "hr") as hr:
        token = csrf_of(hr.get("/en/tokens"))
        answers = {path: hr.post(filled(world, path), data={"csrf": token}, headers=headers) for path in FORMS}

    assert {path: each.status_code for path, each in answers.items()} == dict.fromkeys(FORMS, 403)
    assert state(world) == before


@pytest.mark.parametrize("how", ["none", "empty", "another's", "another visit's", "cut", "twice", "in the address"])
def test_t16_session_no_form_is_taken_without_its_own_token(world, address, how):
    before = state(world)
    with world.visitor(address, "hr") as hr, world.visitor(address, "planner") as other:
        token = csrf_of(hr.get("/en/tokens"))
        with httpx.Client(base_url=address, headers={"Accept": "text/html"}) as stranger:
            visit = csrf_of(stranger.get("/en/sign-in"))
        sent = {
            "none": {}, "empty": {"csrf": ""}, "another's": {"csrf": csrf_of(other.get("/en/tokens"))},
            "another visit's": {"csrf": visit}, "cut": {"csrf": token[:-1]}, "twice": {"csrf": ["x", "y"]},
            "in the address": {},
        }[how]  # fmt: skip
        query = {"csrf": token} if how == "in the address" else {}
        answers = [hr.post(filled(world, path), data=sent, params=query) for path in FORMS]

    assert {each.status_code for each in answers} == {403}
    assert state(world) == before


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/xml"]
)
def test_t16_session_a_form_of_another_type_is_no_way_round(world, address, kind):
    before = state(world)
    with world.visitor(address, "hr") as hr:
        token = csrf_of(hr.get("/en/tokens"))
        body = f'{{"csrf": "{token}", "label": "x", "rights": "read", "days": "30"}}'
        answer = hr.post("/en/tokens", content=body, headers={"Content-Type": kind})

    assert answer.status_code in {400, 403, 415}
    assert state(world) == before


def test_t16_session_a_get_changes_nothing(world, address):
    before = state(world)
    with world.visitor(address, "hr") as hr:
        for path in FORMS:
            hr.get(filled(world, path), params={"act": "leave", "last": "2026-01-01", "end": "x", "csrf": "x"})

    assert state(world)[0] == before[0]
    assert state(world)[2] == before[2]


def test_t16_session_the_one_fixed_beforehand_is_not_signed_in(world, address):
    account = world.accounts["learner"].id
    with httpx.Client(base_url=address, headers={"Accept": "text/html"}) as victim:
        victim.cookies.set("session", "fixed-by-somebody-else", domain="127.0.0.1")
        page = victim.get("/en/sign-in")
        answer = victim.post("/en/sign-in", data={"csrf": csrf_of(page), "account": account})
    given = answer.headers["set-cookie"]

    assert answer.status_code == 303
    assert "fixed-by-somebody-else" not in given
    assert world.app.state.services.registry.find_session("fixed-by-somebody-else") is None
    assert "httponly" in given.lower()
    assert "samesite=lax" in given.lower()


def test_t16_session_a_new_one_begins_at_each_sign_in_and_ends_the_old(world, address):
    registry = world.app.state.services.registry
    old = registry.open_session(world.accounts["learner"].id)
    with httpx.Client(base_url=address, headers={"Accept": "text/html"}) as visitor:
        visitor.cookies.set("session", old, domain="127.0.0.1")
        page = visitor.get("/en/sign-in")
        answer = visitor.post("/en/sign-in", data={"csrf": csrf_of(page), "account": world.accounts["learner"].id})

    assert f"session={old}" not in answer.headers["set-cookie"]
    assert registry.find_session(old) is None


def test_t16_session_an_old_tab_after_sign_out_shows_nothing_and_changes_nothing(world, address):
    with world.visitor(address, "hr") as hr:
        page = hr.get(f"/en/organisations/{world.library.local}")
        token, cookie = csrf_of(hr.get("/en/tokens")), hr.cookies["session"]
        out = hr.post("/en/sign-out", data={"csrf": token})
        hr.cookies.set("session", cookie, domain="127.0.0.1")
        again = hr.get(f"/en/organisations/{world.library.local}")
        sent = hr.post("/en/tokens", data={"csrf": token, "label": "x", "rights": "read", "days": "30"})

    assert page.headers["cache-control"] == "private, no-store"
    assert '"cache"' in out.headers["clear-site-data"]
    assert again.status_code in {303, 404}
    assert world.library.local not in again.text.replace(f"/organisations/{world.library.local}", "")
    assert sent.status_code in {401, 403}


def test_t16_session_over_https_the_cookie_is_bound_to_the_host(tmp_path):
    app = demo_app(tmp_path, https=True)
    with serving(app) as url, httpx.Client(base_url=url, headers={"Accept": "text/html"}) as visitor:
        cookies = visitor.get("/en/sign-in").headers.get_list("set-cookie")

    assert cookies
    for each in cookies:
        assert each.startswith("__Host-")
        assert "Secure" in each
        assert "Path=/" in each
        assert "Domain" not in each
