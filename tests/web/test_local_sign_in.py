"""Sign-in with a password and a code, invitations, resets, accounts: from outside, as browsers and attackers do it."""

import html
import re
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pyotp
import pytest
from tests.serving import demo_app, serving

from competence_graph.exchange.mail import Mailer

GOOD = "trys žali obuoliai ant stalo"
OTHER = "keturi mėlyni namai prie upės"


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return demo_app(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def at(own):
    with serving(own) as url:
        yield url


@pytest.fixture
def registry(own):
    return own.state.services.registry


@pytest.fixture
def visitor(at):
    with httpx.Client(base_url=at, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=30) as made:
        yield made


@pytest.fixture
def another(at):
    with httpx.Client(base_url=at, headers={"Accept": "text/html", "Accept-Language": "en"}, timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def library(own):
    found = own.state.services.registry.demo_accounts()
    return next(each.actor for each in found if each.id == "demo-library-hr")


@pytest.fixture(scope="module")
def museum(own):
    found = own.state.services.registry.demo_accounts()
    return next(each.actor for each in found if each.id == "demo-museum-hr")


def csrf(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def send(visitor, path, page=None, **fields):
    return visitor.post(path, data={"csrf": csrf(visitor.get(page or path)), **fields})


def sign_in(visitor, email, password=GOOD):
    return send(visitor, "/en/sign-in/password", "/en/sign-in", email=email, password=password)


def made(registry, kind, email, organisation=None, person=None, units=()):
    account = registry.accounts.create(
        kind, "Ona Bandytoja", email, organisation=organisation, person=person, units=units
    )
    registry.credentials.set_password(account, GOOD)
    return account


def code(seed):
    return pyotp.TOTP(seed).at(datetime.now(UTC))


def enrol(visitor):
    page = visitor.get("/en/sign-in/code")
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)[1].replace(" ", "")
    sealed = html.unescape(re.search(r'name="seed" value="([^"]+)"', page.text)[1])
    return seed, visitor.post("/en/sign-in/code", data={"csrf": csrf(page), "seed": sealed, "code": code(seed)})


def local(iri):
    return iri.rsplit("/", 1)[-1]


def as_demo(visitor, registry, name):
    visitor.cookies.set("session", registry.open_session(name))
    return visitor


def test_learner_signs_in_with_address_and_password(visitor, registry, library):
    made(registry, "learner", "learner@example.org", library.organisation, library.person)
    answer = sign_in(visitor, "Learner@Example.org")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/people/{local(library.person)}")
    assert visitor.get(answer.headers["location"]).status_code == 200


def test_wrong_address_and_wrong_password_get_the_same_answer(visitor, registry, library):
    made(registry, "learner", "same@example.org", library.organisation, library.person)
    unknown, wrong = sign_in(visitor, "nobody-at-all@example.org"), sign_in(visitor, "same@example.org", OTHER)

    def bare(answer, email):
        return re.sub(r'value="[^"]{20,}"', "", answer.text.replace(email, "E"))

    assert unknown.status_code == wrong.status_code == 422
    assert bare(unknown, "nobody-at-all@example.org") == bare(wrong, "same@example.org")


def test_password_is_echoed_nowhere(visitor):
    answer = sign_in(visitor, "x@example.org", "labai slaptas žodis 77")

    assert "labai slaptas" not in answer.text


def test_hr_is_nobody_until_the_code_is_shown(visitor, registry, library):
    made(registry, "hr", "hr@example.org", library.organisation)
    answer = sign_in(visitor, "hr@example.org")
    organisation = f"/en/organisations/{local(library.organisation)}"
    before = visitor.get(organisation)
    data = visitor.get(f"{organisation}.csv", headers={"Accept": "text/csv"})
    before_cookie = visitor.cookies["session"]
    _, after = enrol(visitor)

    assert answer.headers["location"] == "/en/sign-in/code"
    assert (before.status_code, before.headers["location"].split("?")[0]) == (303, "/en/sign-in/code")
    assert data.status_code in {303, 401}
    assert after.status_code == 303
    assert visitor.cookies["session"] != before_cookie
    assert visitor.get(organisation).status_code == 200


def test_session_before_the_code_is_worth_nothing_after_it(visitor, another, registry, library):
    made(registry, "hr", "fixed@example.org", library.organisation)
    sign_in(visitor, "fixed@example.org")
    another.cookies.set("session", visitor.cookies["session"])
    enrol(visitor)

    assert (
        another.get(f"/en/organisations/{local(library.organisation)}").headers["location"].startswith("/en/sign-in?")
    )


def test_next_sign_in_asks_for_the_code_and_shows_no_key(visitor, another, registry, library):
    account = made(registry, "admin", "admin@example.org")
    sign_in(visitor, "admin@example.org")
    seed, _ = enrol(visitor)
    sign_in(another, "admin@example.org")
    page = another.get("/en/sign-in/code")
    wrong = another.post("/en/sign-in/code", data={"csrf": csrf(page), "code": "000000"})

    assert seed not in page.text.replace(" ", "")
    assert 'name="seed"' not in page.text
    assert wrong.status_code == 422
    assert another.get("/en/admin").headers["location"].startswith("/en/sign-in/code")
    with registry._transactions.begin() as work:
        from competence_graph.registry.tables import AccountRow

        work.get(AccountRow, account).totp_step = 0
    right = another.post("/en/sign-in/code", data={"csrf": csrf(another.get("/en/sign-in/code")), "code": code(seed)})
    assert right.status_code == 303
    assert another.get("/en/admin").status_code == 200


def test_key_of_another_account_cannot_be_put_in_its_place(visitor, registry, library):
    made(registry, "hr", "swap@example.org", library.organisation)
    sign_in(visitor, "swap@example.org")
    seed = pyotp.random_base32()
    page = visitor.get("/en/sign-in/code")
    for sealed in (seed, registry.cipher.encrypt(f"somebody:{seed}"), ""):
        answer = visitor.post("/en/sign-in/code", data={"csrf": csrf(page), "seed": sealed, "code": code(seed)})
        assert answer.status_code == 404


def test_locked_account_is_told_how_long(visitor, registry, library):
    made(registry, "learner", "locked@example.org", library.organisation, library.person)
    for _ in range(5):
        sign_in(visitor, "locked@example.org", OTHER)
    answer = sign_in(visitor, "locked@example.org")

    assert answer.status_code == 429
    assert "Try again in 1 minute." in answer.text


def test_form_of_another_site_signs_nobody_in(visitor, registry, library):
    made(registry, "learner", "cross@example.org", library.organisation, library.person)
    token = csrf(visitor.get("/en/sign-in"))
    fields = {"csrf": token, "email": "cross@example.org", "password": GOOD}
    answers = [
        visitor.post("/en/sign-in/password", data=fields, headers={"Origin": "https://evil.example"}),
        visitor.post("/en/sign-in/password", data=fields, headers={"Sec-Fetch-Site": "cross-site"}),
        visitor.post("/en/sign-in/password", data=fields | {"csrf": "x" * 64}),
    ]

    assert [each.status_code for each in answers] == [403, 403, 403]


@pytest.mark.parametrize(
    "wanted", ["//evil.example/lt/", "https://evil.example/", "/lt/../../evil", "/en/x?y=//z", "\\\\evil"]
)
def test_next_page_is_one_of_this_host_or_none(visitor, registry, library, wanted):
    if registry.accounts.by_email("next@example.org") is None:
        made(registry, "learner", "next@example.org", library.organisation, library.person)
    token = csrf(visitor.get("/en/sign-in"))
    fields = {"csrf": token, "email": "next@example.org", "password": GOOD, "next": wanted}
    answer = visitor.post("/en/sign-in/password", data=fields)

    assert answer.headers["location"] == f"/en/people/{local(library.person)}"


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(visitor, registry, library):
    made(registry, "learner", "out@example.org", library.organisation, library.person)
    sign_in(visitor, "out@example.org")
    old = visitor.get(f"/en/people/{local(library.person)}")
    token, cookie = csrf(old), visitor.cookies["session"]
    answer = visitor.post("/en/sign-out", data={"csrf": token})
    visitor.cookies.set("session", cookie)

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert visitor.get(f"/en/people/{local(library.person)}").status_code == 303
    assert old.headers["cache-control"] == "private, no-store"


def test_invited_person_sets_a_password_once(visitor, another, registry, library):
    account = registry.accounts.create(
        "learner", "Petras", "petras@example.org", organisation=library.organisation, person=library.person
    )
    token = registry.tickets.give(account, "invite")
    path = f"/en/invitation/{token}"
    page = visitor.get(path)
    weak = send(visitor, path, password="trumpas", again="trumpas")
    differ = send(visitor, path, password=GOOD, again=OTHER)
    answer = send(visitor, path, password=GOOD, again=GOOD)

    assert f'action="{path}"' in page.text
    assert page.headers["referrer-policy"] == "strict-origin"
    assert (weak.status_code, differ.status_code) == (422, 422)
    assert answer.status_code == 303
    assert another.get(path).status_code == 404
    assert sign_in(another, "petras@example.org").status_code == 303


def test_reset_signs_the_account_out_everywhere_else(visitor, another, registry, library):
    account = made(registry, "learner", "reset@example.org", library.organisation, library.person)
    sign_in(visitor, "reset@example.org")
    token = registry.tickets.give(account, "reset")
    send(another, f"/en/invitation/{token}", password=OTHER, again=OTHER)

    assert visitor.get(f"/en/people/{local(library.person)}").status_code == 303
    assert sign_in(visitor, "reset@example.org", GOOD).status_code == 422


@pytest.mark.parametrize("token", ["x" * 43, "a" * 20, "not/one", "x"])
def test_link_that_is_none_says_so_and_nothing_more(visitor, token):
    answer = visitor.get(f"/en/invitation/{token}")

    assert answer.status_code in {404, 422}


def test_somebody_with_two_tasks_chooses_one_and_keeps_the_code(visitor, registry, library, museum):
    account = made(registry, "hr", "two@example.org", library.organisation)
    registry.accounts.grant(account, "learner", organisation=museum.organisation, person=museum.person)
    sign_in(visitor, "two@example.org")
    _, answer = enrol(visitor)
    page = visitor.get("/en/sign-in/role")
    grants = re.findall(r'name="grant" value="([^"]+)"', page.text)
    held = {each.grant: each.actor.kind for each in registry.accounts.of_account(account)}
    learner = next(each for each in grants if held[each] == "learner")
    chosen = visitor.post("/en/sign-in/role", data={"csrf": csrf(page), "grant": learner})

    assert answer.headers["location"] == "/en/sign-in/role"
    assert chosen.headers["location"] == f"/en/people/{local(museum.person)}"
    assert visitor.get(f"/en/organisations/{local(library.organisation)}").status_code == 404


def test_task_of_somebody_else_cannot_be_chosen(visitor, registry, library, museum):
    made(registry, "learner", "mine@example.org", library.organisation, library.person)
    theirs = registry.accounts.of_account("demo-museum-hr")[0].grant
    sign_in(visitor, "mine@example.org")

    assert send(visitor, "/en/sign-in/role", grant=theirs).status_code == 404


# --- accounts


def link_of(answer):
    return re.search(r'<code class="link">[^<]*(/\w\w/invitation/[\w-]+)</code>', answer.text)[1]


def test_admin_invites_hr_and_hands_the_link_over(visitor, another, registry, museum):
    admin = as_demo(visitor, registry, "demo-admin")
    answer = send(
        admin, "/en/accounts", email="nauja@example.org", label="Nauja Personalistė", kind="hr",
        organisation=local(museum.organisation),
    )  # fmt: skip
    send(another, link_of(answer), password=GOOD, again=GOOD)
    _, inside = enrol(another)

    assert answer.status_code == 200
    assert inside.headers["location"] == f"/en/organisations/{local(museum.organisation)}"
    assert another.get(inside.headers["location"]).status_code == 200


def test_hr_invites_a_head_of_a_unit_who_sees_that_unit(visitor, another, registry, library):
    hr = as_demo(visitor, registry, "demo-library-hr")
    page = hr.get("/en/accounts").text
    unit = re.search(r'<select id="unit".*?<option value="(o\w+)"', page, re.DOTALL)[1]
    answer = send(hr, "/en/accounts", email="vadove@example.org", label="Vadovė", kind="unit-lead", unit=unit)
    inside = send(another, link_of(answer), password=GOOD, again=GOOD)

    assert inside.headers["location"] == f"/en/organisations/{local(library.organisation)}"
    seen = another.get(inside.headers["location"])
    assert seen.headers["location"].endswith(f"?unit={unit}")


def test_hr_sees_and_changes_the_accounts_of_the_own_institution_only(visitor, registry, library, museum):
    foreign = made(registry, "hr", "foreign@example.org", museum.organisation)
    hr = as_demo(visitor, registry, "demo-library-hr")
    page = hr.get("/en/accounts")
    acts = [
        send(hr, f"/en/accounts/{foreign}", "/en/accounts", act=act) for act in ("disable", "link", "codes", "withdraw")
    ]

    assert "foreign@example.org" not in page.text
    assert [each.status_code for each in acts] == [404] * 4
    assert registry.accounts.of_account(foreign)[0].state == "active"


def test_hr_cannot_reach_an_account_that_is_others_too(visitor, registry, library, museum):
    account = made(registry, "hr", "both@example.org", museum.organisation)
    registry.accounts.grant(account, "learner", organisation=library.organisation, person=library.person)
    hr = as_demo(visitor, registry, "demo-library-hr")
    acts = [send(hr, f"/en/accounts/{account}", "/en/accounts", act=act) for act in ("disable", "link", "codes")]

    assert [each.status_code for each in acts] == [404] * 3


def test_inviting_an_account_of_others_gives_no_link_into_it(visitor, registry, library, museum):
    registry.accounts.create("hr", "Laukianti", "waiting@example.org", organisation=museum.organisation)
    hr = as_demo(visitor, registry, "demo-library-hr")
    answer = send(hr, "/en/accounts", email="waiting@example.org", label="Laukianti", kind="hr")

    assert "/invitation/" not in answer.text
    assert "has an account already" in answer.text


@pytest.mark.parametrize("kind", ["admin", "planner", "editor", "ministry", "operator", ""])
def test_hr_cannot_invite_above_the_own_institution(visitor, registry, kind):
    hr = as_demo(visitor, registry, "demo-library-hr")
    answer = send(hr, "/en/accounts", email="above@example.org", label="Aukštai", kind=kind)

    assert answer.status_code == 422
    assert registry.accounts.by_email("above@example.org") is None


def test_hr_cannot_put_a_person_or_unit_of_another_institution_into_an_invitation(visitor, registry, museum):
    hr = as_demo(visitor, registry, "demo-library-hr")
    answer = send(
        hr, "/en/accounts", email="their@example.org", label="Kito", kind="learner", person=local(museum.person),
        organisation=local(museum.organisation),
    )  # fmt: skip

    assert answer.status_code == 422
    assert registry.accounts.by_email("their@example.org") is None


def test_closed_account_is_out_at_once(visitor, another, registry, library):
    account = made(registry, "learner", "closing@example.org", library.organisation, library.person)
    sign_in(another, "closing@example.org")
    hr = as_demo(visitor, registry, "demo-library-hr")
    send(hr, f"/en/accounts/{account}", "/en/accounts", act="disable")

    assert another.get(f"/en/people/{local(library.person)}").status_code == 303
    assert sign_in(another, "closing@example.org").status_code == 422


def test_nobody_closes_the_own_account(visitor, registry, library):
    hr = as_demo(visitor, registry, "demo-library-hr")

    assert send(hr, "/en/accounts/demo-library-hr", "/en/accounts", act="disable").status_code == 404


@pytest.mark.parametrize("name", ["demo-library-learner", "demo-library-unit-lead", "demo-planner"])
def test_nobody_else_finds_the_accounts(visitor, registry, name):
    assert as_demo(visitor, registry, name).get("/en/accounts").status_code == 404


def test_invitations_stand_in_the_audit(visitor, registry):
    hr = as_demo(visitor, registry, "demo-library-hr")
    send(hr, "/en/accounts", email="audited@example.org", label="Įrašyta", kind="hr")

    assert registry.audit.lines(account="demo-library-hr", act="invite")[0].reason == "hr"


# --- letters


@contextmanager
def post_office():
    """A mail server that keeps what it is given."""
    letters = []

    class Clerk(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            reading, lines = False, []
            for line in self.rfile:
                if reading:
                    if line == b".\r\n":
                        letters.append(b"".join(lines).decode())
                        reading, lines = False, []
                        self.wfile.write(b"250 kept\r\n")
                    else:
                        lines.append(line)
                    continue
                word = line[:4].upper()
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                reading = word == b"DATA"
                self.wfile.write(b"354 go on\r\n" if reading else b"250 yes\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clerk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", letters
        server.shutdown()


def test_forgotten_password_sends_a_letter_to_whom_it_belongs_and_says_the_same_to_all(tmp_path):
    from dataclasses import replace

    with post_office() as (address, letters):
        app = demo_app(tmp_path)
        app.state.services = replace(
            app.state.services, mailer=Mailer(address, "kompetencijos@example.org"), address="https://example.org"
        )
        registry = app.state.services.registry
        made(registry, "planner", "forgets@example.org")
        with serving(app) as url, httpx.Client(base_url=url, headers={"Accept": "text/html"}) as visitor:
            known = send(visitor, "/en/sign-in/forgot", email="forgets@example.org")
            unknown = send(visitor, "/en/sign-in/forgot", email="nobody@example.org")
            waited = threading.Event()
            for _ in range(200):
                if letters:
                    break
                waited.wait(0.05)

    assert (
        known.text.count("If an account has this address") == unknown.text.count("If an account has this address") == 1
    )
    assert len(letters) == 1
    assert "To: forgets@example.org" in letters[0]
    assert "https://example.org/en/invitation/" in letters[0].replace("=\r\n", "")
