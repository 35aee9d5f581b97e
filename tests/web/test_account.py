"""One's own sign-in: a new password asks for the old one, and ends what is open elsewhere."""

import pytest
from tests.web.signing import GOOD, OTHER, as_demo, made, send, sign_in


@pytest.fixture
def account(registry):
    known = registry.accounts.by_email("planuotoja@example.org")
    found = known or made(registry, "planner", "planuotoja@example.org")
    registry.credentials.set_password(found, GOOD)
    return found


@pytest.fixture
def inside(guest, account):
    sign_in(guest, "planuotoja@example.org")
    return guest


def change(visitor, **fields):
    return send(
        visitor, "/en/account", **({"act": "password", "current": GOOD, "password": OTHER, "again": OTHER} | fields)
    )


def test_new_password_holds_and_the_old_one_no_longer(inside, another, registry, account):
    answer = change(inside)

    assert answer.headers["location"] == "/en/account?done=password"
    assert registry.credentials.check_password("planuotoja@example.org", GOOD) is None
    assert registry.credentials.check_password("planuotoja@example.org", OTHER) == account
    assert registry.audit.lines(account=account, act="set-password")


def test_other_sessions_end_with_the_password_and_ones_own_goes_on(inside, another, registry, account):
    sign_in(another, "planuotoja@example.org")
    assert another.get("/en/account").status_code == 200
    change(inside)

    assert inside.get("/en/account").status_code == 200
    assert another.get("/en/account").headers["location"].startswith("/en/sign-in")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"current": "wrong"}, "current"), ({"current": ""}, "current"), ({"again": "another"}, "password"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "planuotoja12", "again": "planuotoja12"}, "password"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_changes_nothing(inside, registry, account, fields, field):
    answer = change(inside, **fields)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert registry.credentials.confirm(account, GOOD)


def test_guessing_the_old_password_locks(inside, registry, account):
    statuses = [change(inside, current=f"guess {number}").status_code for number in range(7)]

    assert statuses[-1] == 429
    assert change(inside).status_code == 429


def test_signing_out_elsewhere_asks_for_the_password(inside, another, registry, account):
    sign_in(another, "planuotoja@example.org")
    refused = send(inside, "/en/account", act="sessions", current="wrong")
    still = another.get("/en/account").status_code
    done = send(inside, "/en/account", act="sessions", current=GOOD)

    assert (refused.status_code, still, done.status_code) == (422, 200, 303)
    assert another.get("/en/account").status_code == 303
    assert inside.get("/en/account").status_code == 200


def test_whoever_has_no_password_signs_out_elsewhere_without(guest, another, registry):
    as_demo(another, registry, "demo-planner")
    visitor = as_demo(guest, registry, "demo-planner")

    assert "New password" not in visitor.get("/en/account").text
    assert change(visitor).status_code == 404
    assert send(visitor, "/en/account", act="sessions").status_code == 303
    assert another.get("/en/account").status_code == 303
