"""Sign-in with a password and a code, by links, in several tasks: from outside, as browsers and attackers do it."""

import re
import socketserver
import threading
from contextlib import contextmanager

import httpx
import pyotp
import pytest
from tests.serving import demo_app, serving
from tests.web.conftest import local_of
from tests.web.signing import GOOD, OTHER, code, csrf, enrol, made, send, sign_in

from competence_graph.exchange.mail import Mailer


def test_learner_signs_in_with_address_and_password(guest, registry, library_hr):
    made(registry, "learner", "learner@example.org", library_hr.organisation, library_hr.person)
    answer = sign_in(guest, "Learner@Example.org")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/people/{local_of(library_hr.person)}")
    assert guest.get(answer.headers["location"]).status_code == 200


def test_wrong_address_and_wrong_password_get_the_same_answer(guest, registry, library_hr):
    made(registry, "learner", "same@example.org", library_hr.organisation, library_hr.person)
    unknown, wrong = (
        sign_in(guest, "nobody-at-all@example.org"),
        sign_in(guest, "same@example.org", OTHER),
    )

    def bare(answer, email):
        return re.sub(r'value="[^"]{20,}"', "", answer.text.replace(email, "E"))

    assert unknown.status_code == wrong.status_code == 422
    assert bare(unknown, "nobody-at-all@example.org") == bare(wrong, "same@example.org")


def test_password_is_echoed_nowhere(guest):
    answer = sign_in(guest, "x@example.org", "labai slaptas žodis 77")

    assert "labai slaptas" not in answer.text


def test_hr_is_nobody_until_the_code_is_shown(guest, registry, library_hr):
    made(registry, "hr", "hr@example.org", library_hr.organisation)
    answer = sign_in(guest, "hr@example.org")
    organisation = f"/en/organisations/{local_of(library_hr.organisation)}"
    before = guest.get(organisation)
    data = guest.get(f"{organisation}.csv", headers={"Accept": "text/csv"})
    before_cookie = guest.cookies["session"]
    _, after = enrol(guest)

    assert answer.headers["location"] == "/en/sign-in/code"
    assert (before.status_code, before.headers["location"].split("?")[0]) == (303, "/en/sign-in/code")
    assert data.status_code in {303, 401}
    assert after.status_code == 303
    assert guest.cookies["session"] != before_cookie
    assert guest.get(organisation).status_code == 200


def test_session_before_the_code_is_worth_nothing_after_it(guest, another, registry, library_hr):
    made(registry, "hr", "fixed@example.org", library_hr.organisation)
    sign_in(guest, "fixed@example.org")
    another.cookies.set("session", guest.cookies["session"])
    enrol(guest)

    assert (
        another.get(f"/en/organisations/{local_of(library_hr.organisation)}")
        .headers["location"]
        .startswith("/en/sign-in?")
    )


def test_next_sign_in_asks_for_the_code_and_shows_no_key(guest, another, registry, library_hr):
    account = made(registry, "admin", "admin@example.org")
    sign_in(guest, "admin@example.org")
    seed, _ = enrol(guest)
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


def test_key_of_another_account_cannot_be_put_in_its_place(guest, registry, library_hr):
    made(registry, "hr", "swap@example.org", library_hr.organisation)
    sign_in(guest, "swap@example.org")
    seed = pyotp.random_base32()
    page = guest.get("/en/sign-in/code")
    for sealed in (seed, registry.cipher.encrypt(f"somebody:{seed}"), ""):
        answer = guest.post("/en/sign-in/code", data={"csrf": csrf(page), "seed": sealed, "code": code(seed)})
        assert answer.status_code == 404


def test_locked_account_is_told_how_long(guest, registry, library_hr):
    made(registry, "learner", "locked@example.org", library_hr.organisation, library_hr.person)
    for _ in range(5):
        sign_in(guest, "locked@example.org", OTHER)
    answer = sign_in(guest, "locked@example.org")

    assert answer.status_code == 429
    assert "Try again in 1 minute." in answer.text


def test_form_of_another_site_signs_nobody_in(guest, registry, library_hr):
    made(registry, "learner", "cross@example.org", library_hr.organisation, library_hr.person)
    token = csrf(guest.get("/en/sign-in"))
    fields = {"csrf": token, "email": "cross@example.org", "password": GOOD}
    answers = [
        guest.post("/en/sign-in/password", data=fields, headers={"Origin": "https://evil.example"}),
        guest.post("/en/sign-in/password", data=fields, headers={"Sec-Fetch-Site": "cross-site"}),
        guest.post("/en/sign-in/password", data=fields | {"csrf": "x" * 64}),
    ]

    assert [each.status_code for each in answers] == [403, 403, 403]


@pytest.mark.parametrize(
    "wanted", ["//evil.example/lt/", "https://evil.example/", "/lt/../../evil", "/en/x?y=//z", "\\\\evil"]
)
def test_next_page_is_one_of_this_host_or_none(guest, registry, library_hr, wanted):
    if registry.accounts.by_email("next@example.org") is None:
        made(registry, "learner", "next@example.org", library_hr.organisation, library_hr.person)
    token = csrf(guest.get("/en/sign-in"))
    fields = {"csrf": token, "email": "next@example.org", "password": GOOD, "next": wanted}
    answer = guest.post("/en/sign-in/password", data=fields)

    assert answer.headers["location"] == f"/en/people/{local_of(library_hr.person)}"


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(guest, registry, library_hr):
    made(registry, "learner", "out@example.org", library_hr.organisation, library_hr.person)
    sign_in(guest, "out@example.org")
    old = guest.get(f"/en/people/{local_of(library_hr.person)}")
    token, cookie = csrf(old), guest.cookies["session"]
    answer = guest.post("/en/sign-out", data={"csrf": token})
    guest.cookies.set("session", cookie)

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert guest.get(f"/en/people/{local_of(library_hr.person)}").status_code == 303
    assert old.headers["cache-control"] == "private, no-store"


def test_invited_person_sets_a_password_once(guest, another, registry, library_hr):
    account = registry.accounts.create(
        "learner", "Petras", "petras@example.org", organisation=library_hr.organisation, person=library_hr.person
    )
    token = registry.tickets.give(account, "invite")
    path = f"/en/invitation/{token}"
    page = guest.get(path)
    weak = send(guest, path, password="trumpas", again="trumpas")
    differ = send(guest, path, password=GOOD, again=OTHER)
    answer = send(guest, path, password=GOOD, again=GOOD)

    assert f'action="{path}"' in page.text
    assert page.headers["referrer-policy"] == "strict-origin"
    assert (weak.status_code, differ.status_code) == (422, 422)
    assert answer.status_code == 303
    assert another.get(path).status_code == 404
    assert sign_in(another, "petras@example.org").status_code == 303


def test_reset_signs_the_account_out_everywhere_else(guest, another, registry, library_hr):
    account = made(registry, "learner", "reset@example.org", library_hr.organisation, library_hr.person)
    sign_in(guest, "reset@example.org")
    token = registry.tickets.give(account, "reset")
    send(another, f"/en/invitation/{token}", password=OTHER, again=OTHER)

    assert guest.get(f"/en/people/{local_of(library_hr.person)}").status_code == 303
    assert sign_in(guest, "reset@example.org", GOOD).status_code == 422


@pytest.mark.parametrize("token", ["x" * 43, "a" * 20, "not/one", "x"])
def test_link_that_is_none_says_so_and_nothing_more(guest, token):
    answer = guest.get(f"/en/invitation/{token}")

    assert answer.status_code in {404, 422}


def test_somebody_with_two_tasks_chooses_one_and_keeps_the_code(guest, registry, library_hr, museum_hr):
    account = made(registry, "hr", "two@example.org", library_hr.organisation)
    registry.accounts.grant(account, "learner", organisation=museum_hr.organisation, person=museum_hr.person)
    sign_in(guest, "two@example.org")
    _, answer = enrol(guest)
    page = guest.get("/en/sign-in/role")
    grants = re.findall(r'name="grant" value="([^"]+)"', page.text)
    held = {each.grant: each.actor.kind for each in registry.accounts.of_account(account)}
    learner = next(each for each in grants if held[each] == "learner")
    chosen = guest.post("/en/sign-in/role", data={"csrf": csrf(page), "grant": learner})

    assert answer.headers["location"] == "/en/sign-in/role"
    assert chosen.headers["location"] == f"/en/people/{local_of(museum_hr.person)}"
    assert guest.get(f"/en/organisations/{local_of(library_hr.organisation)}").status_code == 404


def test_task_of_somebody_else_cannot_be_chosen(guest, registry, library_hr, museum_hr):
    made(registry, "learner", "mine@example.org", library_hr.organisation, library_hr.person)
    theirs = registry.accounts.of_account("demo-museum-hr")[0].grant
    sign_in(guest, "mine@example.org")

    assert send(guest, "/en/sign-in/role", grant=theirs).status_code == 404


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
        with serving(app) as url, httpx.Client(base_url=url, headers={"Accept": "text/html"}) as guest:
            known = send(guest, "/en/sign-in/forgot", email="forgets@example.org")
            unknown = send(guest, "/en/sign-in/forgot", email="nobody@example.org")
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
