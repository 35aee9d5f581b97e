from dataclasses import replace

import httpx
import pytest
from tests.serving import demo_app, serving
from tests.web.conftest import BROWSER, csrf_of

from competence_graph.web.access import _signed


def first(demo, kind):
    return next(each for each in demo.state.services.registry.demo_accounts() if each.actor.kind == kind)


def test_page_offers_every_demonstration_account_in_both_languages(person, demo):
    accounts = demo.state.services.registry.demo_accounts()
    kinds = {each.actor.kind for each in accounts}

    for lang in ("lt", "en"):
        page = person.get(f"/{lang}/sign-in").text
        assert all(f'name="account" value="{each.id}"' in page for each in accounts)
    assert {"hr", "unit-lead", "learner", "planner", "admin"} <= kinds


def test_one_click_signs_in_and_leads_to_ones_own_page(person, demo):
    hr = first(demo, "hr")
    token = csrf_of(person.get("/lt/sign-in"))

    answer = person.post("/lt/sign-in", data={"csrf": token, "account": hr.id})

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/lt/organisations/{hr.actor.organisation.rsplit('/', 1)[-1]}"
    assert hr.label in person.get("/lt/sign-in").text


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(person, demo):
    token = csrf_of(person.get("/lt/sign-in"))
    cookies = person.post("/lt/sign-in", data={"csrf": token, "account": first(demo, "hr").id}).headers.get_list(
        "set-cookie"
    )

    session = next(each for each in cookies if each.startswith("session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session


def test_over_https_cookies_are_bound_to_the_host(tmp_path):
    app = demo_app(tmp_path, https=True)
    with serving(app) as url, httpx.Client(base_url=url, headers={"Accept": BROWSER}) as browser:
        page = browser.get("/lt/sign-in")

    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-visit=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert page.headers["strict-transport-security"].startswith("max-age=")


def test_session_fixed_beforehand_is_worth_nothing(person, demo):
    person.cookies.set("session", "chosen-by-the-attacker")
    token = csrf_of(person.get("/lt/sign-in"))
    person.post("/lt/sign-in", data={"csrf": token, "account": first(demo, "hr").id})

    assert demo.state.services.registry.find_session("chosen-by-the-attacker") is None


def test_signing_in_again_ends_the_session_before(person, sign_in, demo):
    sign_in("hr")
    before = person.cookies["session"]
    sign_in("planner")

    assert demo.state.services.registry.find_session(before) is None
    assert person.cookies["session"] != before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_form_from_another_site_is_refused(person, demo, headers):
    token = csrf_of(person.get("/lt/sign-in"))

    answer = person.post("/lt/sign-in", data={"csrf": token, "account": first(demo, "hr").id}, headers=headers)

    assert answer.status_code == 403
    assert "session" not in person.cookies


@pytest.mark.parametrize("token", ["", "0" * 64, "ąž"])
def test_form_without_its_token_is_refused(person, demo, token):
    person.get("/lt/sign-in")

    assert person.post("/lt/sign-in", data={"csrf": token, "account": first(demo, "hr").id}).status_code == 403


def test_form_token_of_another_visit_is_refused(person, demo, address):
    with httpx.Client(base_url=address, headers={"Accept": BROWSER}) as attacker:
        stolen = csrf_of(attacker.get("/lt/sign-in"))
    person.get("/lt/sign-in")

    assert person.post("/lt/sign-in", data={"csrf": stolen, "account": first(demo, "hr").id}).status_code == 403


def test_account_that_is_none_signs_nobody_in(person):
    token = csrf_of(person.get("/lt/sign-in"))

    assert person.post("/lt/sign-in", data={"csrf": token, "account": "nobody"}).status_code == 403


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(person, sign_in, demo):
    sign_in("hr")
    token = person.cookies["session"]
    answer = person.post("/lt/sign-out", data={"csrf": csrf_of(person.get("/lt/sign-in"))})

    assert answer.status_code == 303
    assert "cache" in answer.headers["clear-site-data"]
    assert demo.state.services.registry.find_session(token) is None


def test_form_of_a_tab_left_open_is_refused_after_sign_out(person, sign_in):
    sign_in("hr")
    old = csrf_of(person.get("/lt/sign-in"))
    person.post("/lt/sign-out", data={"csrf": old})

    assert person.post("/lt/sign-out", data={"csrf": old}).status_code == 403


def test_signing_in_goes_on_to_the_page_that_asked_for_it(person, demo):
    page = person.get("/lt/sign-in?next=/lt/about")
    answer = person.post(
        "/lt/sign-in", data={"csrf": csrf_of(page), "account": first(demo, "hr").id, "next": "/lt/about"}
    )

    assert 'name="next" value="/lt/about"' in page.text
    assert answer.headers["location"] == "/lt/about"


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil", "/lt/\r\nX: y", "javascript:1"]
)
def test_signing_in_never_leads_off_this_host(person, demo, wanted):
    token = csrf_of(person.get("/lt/sign-in"))
    answer = person.post("/lt/sign-in", data={"csrf": token, "account": first(demo, "hr").id, "next": wanted})

    assert answer.headers["location"].startswith("/lt/organisations/")


def test_sign_in_is_closed_where_nothing_is_configured(tmp_path):
    app = demo_app(tmp_path)
    app.state.services = replace(app.state.services, demo=False)
    with serving(app) as url, httpx.Client(base_url=url, headers={"Accept": BROWSER}) as browser:
        page = browser.get("/en/sign-in")
        browser.cookies.set("visit", "x")
        token = _signed(app.state.services, "x")
        hr = first(app, "hr").id
        refused = browser.post("/en/sign-in", data={"csrf": token, "account": hr})

    assert "closed" in page.text
    assert "<button class" not in page.text.split("<main")[1]
    assert refused.status_code == 404


def test_sign_in_is_closed_to_whoever_comes_through_a_proxy(person):
    page = person.get("/lt/sign-in", headers={"X-Forwarded-For": "127.0.0.1"})

    assert "Prisijungti negalima" in page.text


def test_page_that_knows_its_reader_is_kept_by_nobody(sign_in):
    for path in ("/lt/", "/lt/sign-in"):
        answer = sign_in("hr").get(path)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "Cookie" in answer.headers["vary"]


def test_public_page_is_the_same_for_everybody(person, sign_in):
    before = person.get("/lt/about")
    after = sign_in("hr").get("/lt/about")

    assert before.content == after.content
    assert before.headers["etag"] == after.headers["etag"]


def test_sign_in_is_closed_under_a_name_that_is_not_this_machines(person):
    page = person.get("/lt/sign-in", headers={"Host": "rebound.example:8000"})

    assert "Prisijungti negalima" in page.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_sign_in_is_open_under_this_machines_own_names(person, host):
    page = person.get("/lt/sign-in", headers={"Host": host})

    assert "Prisijungti negalima" not in page.text
