"""Signing in with an issuer of OpenID Connect: the whole flow against a real one, npm's oidc-provider."""

import re
import time

import httpx
import pytest
from tests.oidc.server import SECRET, issuing, walk
from tests.web.conftest import local_of
from tests.web.signing import as_demo, made, send

pytestmark = pytest.mark.oidc

DOMAIN = "muziejus.example"
REFUSED, UNKNOWN = "/en/sign-in?problem=refused", "/en/sign-in?problem=unknown"


@pytest.fixture(scope="module")
def issuer_url(at):
    with issuing(f"{at}/sign-in/callback") as url:
        yield url


@pytest.fixture
def issuer(registry, issuer_url):
    """The issuer as the registry knows it."""
    return registry.issuers.put("Muziejaus paskyra", issuer_url, "graph", SECRET, domains=[DOMAIN])


@pytest.fixture
def hr(registry, museum_hr):
    """An account of the museum's HR under the address that the issuer verifies; only once a module."""
    known = registry.accounts.by_email(f"rasa@{DOMAIN}")
    return known or made(registry, "hr", f"rasa@{DOMAIN}", museum_hr.organisation)


def sign_in(visitor, at, issuer, person, query=""):
    """Sign in as a person and return our answer to the way back."""
    start = visitor.get(f"{at}/en/sign-in/with/{issuer}{query}")
    assert start.status_code == 303, start.text
    return visitor.get(walk(visitor, start, person, at))


def test_sign_in_page_offers_the_issuer(guest, issuer):
    page = guest.get("/en/sign-in").text

    assert f'href="/en/sign-in/with/{issuer}"' in page
    assert "Sign in with Muziejaus paskyra" in page


def test_whoever_has_an_account_under_a_verified_address_gets_in_and_shows_our_second_factor(guest, at, issuer, hr):
    answer = sign_in(guest, at, issuer, "rasa")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/sign-in/code"
    assert guest.get("/en/accounts").headers["location"].startswith("/en/sign-in/code")


def test_issuer_that_asks_for_a_second_factor_spares_ours(guest, at, registry, issuer_url, hr, museum_hr):
    strong = registry.issuers.put("Muziejus", issuer_url, "graph", SECRET, domains=[DOMAIN], strong=True)
    answer = sign_in(guest, at, strong, "rasa", "?next=/en/accounts")

    assert answer.headers["location"] == "/en/accounts"
    assert guest.get("/en/accounts").status_code == 200
    assert registry.audit.lines(account=hr, act="sign-in")


@pytest.mark.parametrize("person", ["unverified", "elsewhere", "somebody"])
def test_others_are_let_into_nothing(guest, at, issuer, registry, person):
    made_before = registry.accounts.by_email("kita@kitur.example")
    if person == "elsewhere" and made_before is None:
        made(registry, "planner", "kita@kitur.example")
    answer = sign_in(guest, at, issuer, person)

    assert answer.headers["location"] == UNKNOWN
    assert "no account here is yours yet" in guest.get(UNKNOWN).text
    assert "session" not in guest.cookies
    assert guest.get("/en/tokens").headers["location"].startswith("/en/sign-in")


def test_one_subject_of_an_issuer_takes_no_account_that_another_has(registry, issuer, hr):
    known = registry.issuers.find(issuer)

    assert registry.issuers.account_of(known, "rasa", f"rasa@{DOMAIN}") == hr
    assert registry.issuers.account_of(known, "a later owner of the address", f"rasa@{DOMAIN}") is None


def test_invitation_is_taken_with_the_issuers_account_instead_of_a_password(guest, another, at, registry, issuer):
    admin = as_demo(guest, registry, "demo-admin")
    invited = send(admin, "/en/accounts", email="kvieciama@kitur.example", label="Kviečiama", kind="planner")
    link = re.search(r'<code class="link">[^<]*(/\w\w/invitation/[\w-]+)</code>', invited.text)[1]
    offer = another.get(link).text
    start = another.get(f"{link}/with/{issuer}")
    answer = another.get(walk(another, start, "invited-person", at))
    account = registry.accounts.by_email("kvieciama@kitur.example")

    assert f'href="{link}/with/{issuer}"' in offer
    assert answer.status_code == 303
    assert another.get("/en/tokens").status_code == 200
    # From now on the subject is known; the link is used up.
    assert registry.issuers.account_of(registry.issuers.find(issuer), "invited-person", None) == account
    assert another.get(link).status_code == 404
    assert another.get(f"{link}/with/{issuer}").status_code == 404


def test_subject_of_one_account_takes_no_invitation_to_another(guest, another, at, registry, issuer):
    admin = as_demo(guest, registry, "demo-admin")
    invited = send(admin, "/en/accounts", email="antra@kitur.example", label="Antra", kind="planner")
    link = re.search(r'<code class="link">[^<]*(/\w\w/invitation/[\w-]+)</code>', invited.text)[1]
    registry.issuers.link(registry.issuers.find(issuer), "taken", "demo-planner")
    answer = another.get(walk(another, another.get(f"{link}/with/{issuer}"), "taken", at))

    assert answer.headers["location"] == UNKNOWN
    assert another.get(link).status_code == 200


def test_answer_that_another_browser_brings_is_worth_nothing(guest, another, at, issuer, hr):
    stolen = walk(guest, guest.get(f"{at}/en/sign-in/with/{issuer}"), "rasa", at)
    # The attacker's own sign-in has begun, so there is a cookie, of another state.
    another.get(f"{at}/en/sign-in/with/{issuer}")

    assert another.get(stolen).headers["location"] == REFUSED
    another.cookies.clear()
    assert another.get(stolen).headers["location"] == REFUSED
    assert "session" not in another.cookies


def test_answer_is_worth_something_once(guest, at, issuer, hr):
    back = walk(guest, guest.get(f"{at}/en/sign-in/with/{issuer}"), "rasa", at)
    cookie = guest.cookies["issuer"]
    first = guest.get(back)
    guest.cookies.set("issuer", cookie)
    second = guest.get(back)

    assert [each.headers["location"] for each in (first, second)] == ["/en/sign-in/code", REFUSED]


@pytest.mark.parametrize("change", ["state", "iss", "code", "error"])
def test_changed_answer_is_refused(guest, at, issuer, hr, change):
    back = httpx.URL(walk(guest, guest.get(f"{at}/en/sign-in/with/{issuer}"), "rasa", at))
    changed = back.copy_merge_params({change: "access_denied" if change == "error" else "https://other.example"})
    answer = guest.get(changed)

    assert answer.headers["location"] == REFUSED
    assert "session" not in guest.cookies


def test_closed_issuer_and_closed_account_open_nothing(guest, at, registry, issuer, hr):
    registry.accounts.set_state(hr, "disabled")
    refused = sign_in(guest, at, issuer, "rasa")
    registry.accounts.set_state(hr, "active")
    registry.issuers.set_enabled(issuer, enabled=False)

    assert refused.headers["location"] == UNKNOWN
    assert guest.get(f"/en/sign-in/with/{issuer}").status_code == 404
    assert f"/with/{issuer}" not in guest.get("/en/sign-in").text


def test_session_fixed_beforehand_is_not_the_one_that_is_signed_in(guest, at, registry, issuer, hr):
    fixed = registry.open_session("demo-library-learner")
    guest.cookies.set("session", fixed, domain="127.0.0.1")
    answer = sign_in(guest, at, issuer, "rasa")

    assert f"session={fixed}" not in answer.headers["set-cookie"]
    assert registry.find_session(fixed) is None


def test_whole_flow_takes_little_time(guest, at, issuer, hr):
    started = time.perf_counter()
    sign_in(guest, at, issuer, "rasa")

    assert time.perf_counter() - started < 10


class TestAdmin:
    """The page where issuers are kept."""

    def fields(self, issuer, **more):
        return {"label": "Kita", "url": issuer, "client_id": "graph", "client_secret": SECRET, "domains": ""} | more

    def test_admin_records_an_issuer_that_answers(self, guest, registry, issuer_url):
        admin = as_demo(guest, registry, "demo-admin")
        answer = send(admin, "/en/issuers", **self.fields(issuer_url, domains="Muziejus.example, @kitas.example"))
        page = admin.get("/en/issuers").text

        assert answer.status_code == 303
        assert next(each.domains for each in registry.issuers.everybody() if each.url == issuer_url) == {
            "muziejus.example", "kitas.example",
        }  # fmt: skip
        assert "/sign-in/callback" in page
        assert SECRET not in page

    def test_secret_is_stored_encrypted(self, registry, issuer):
        with registry._transactions() as session:
            stored = session.connection().exec_driver_sql("SELECT client_secret FROM issuers").scalars().all()

        assert SECRET not in str(stored)
        assert registry.issuers.find(issuer).client_secret == SECRET

    @pytest.mark.parametrize(
        ("change", "field", "says"),
        [
            ({"url": "http://login.example.org"}, "url", "begins with https://"),
            ({"url": "https://user:secret@login.example.org"}, "url", "begins with https://"),
            ({"url": "javascript:alert(1)"}, "url", "begins with https://"),
            ({"url": "http://127.0.0.1:1"}, "url", "does not answer"),
            ({"url": "{issuer}/"}, "url", "calls itself by another address"),
            ({"label": ""}, "label", "what people call"),
            ({"client_id": ""}, "client_id", "client ID"),
            ({"domains": "nonsense"}, "domains", "after the @"),
        ],
    )
    def test_form_names_what_is_wrong_and_records_nothing(self, guest, registry, issuer_url, change, field, says):
        admin = as_demo(guest, registry, "demo-admin")
        before = registry.issuers.everybody()
        change = {name: value.format(issuer=issuer_url) for name, value in change.items()}
        answer = send(admin, "/en/issuers", **self.fields(issuer_url, **change))

        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text
        assert says in answer.text
        assert registry.issuers.everybody() == before

    def test_nobody_else_sees_them(self, guest, registry):
        hr = as_demo(guest, registry, "demo-library-hr")

        assert hr.get("/en/issuers").status_code == 404
        assert send(hr, "/en/issuers", "/en/accounts", **self.fields("https://x.example")).status_code == 404


def test_account_of_one_person_stays_theirs(guest, at, issuer, hr, museum_hr):
    sign_in(guest, at, issuer, "rasa")
    page = guest.get("/en/sign-in/code")

    assert page.status_code == 200
    assert local_of(museum_hr.organisation) not in page.text
