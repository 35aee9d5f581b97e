"""Accounts and invitations: who may let whom in, and into what."""

import re

import pytest
from tests.web.conftest import local_of
from tests.web.signing import GOOD, as_demo, enrol, made, send, sign_in


def link_of(answer):
    return re.search(r'<code class="link">[^<]*(/\w\w/invitation/[\w-]+)</code>', answer.text)[1]


def test_admin_invites_hr_and_hands_the_link_over(guest, another, registry, museum_hr):
    admin = as_demo(guest, registry, "demo-admin")
    answer = send(
        admin, "/en/accounts", email="nauja@example.org", label="Nauja Personalistė", kind="hr",
        organisation=local_of(museum_hr.organisation),
    )  # fmt: skip
    send(another, link_of(answer), password=GOOD, again=GOOD)
    _, inside = enrol(another)

    assert answer.status_code == 200
    assert inside.headers["location"] == f"/en/organisations/{local_of(museum_hr.organisation)}"
    assert another.get(inside.headers["location"]).status_code == 200


def test_hr_invites_a_head_of_a_unit_who_sees_that_unit(guest, another, registry, library_hr):
    hr = as_demo(guest, registry, "demo-library-hr")
    page = hr.get("/en/accounts").text
    unit = re.search(r'<select id="unit".*?<option value="(o\w+)"', page, re.DOTALL)[1]
    answer = send(hr, "/en/accounts", email="vadove@example.org", label="Vadovė", kind="unit-lead", unit=unit)
    inside = send(another, link_of(answer), password=GOOD, again=GOOD)

    assert inside.headers["location"] == f"/en/organisations/{local_of(library_hr.organisation)}"
    seen = another.get(inside.headers["location"])
    assert seen.headers["location"].endswith(f"?unit={unit}")


def test_hr_sees_and_changes_the_accounts_of_the_own_institution_only(guest, registry, library_hr, museum_hr):
    foreign = made(registry, "hr", "foreign@example.org", museum_hr.organisation)
    hr = as_demo(guest, registry, "demo-library-hr")
    page = hr.get("/en/accounts")
    acts = [
        send(hr, f"/en/accounts/{foreign}", "/en/accounts", act=act) for act in ("disable", "link", "codes", "withdraw")
    ]

    assert "foreign@example.org" not in page.text
    assert [each.status_code for each in acts] == [404] * 4
    assert registry.accounts.of_account(foreign)[0].state == "active"


def test_hr_cannot_reach_an_account_that_is_others_too(guest, registry, library_hr, museum_hr):
    account = made(registry, "hr", "both@example.org", museum_hr.organisation)
    registry.accounts.grant(account, "learner", organisation=library_hr.organisation, person=library_hr.person)
    hr = as_demo(guest, registry, "demo-library-hr")
    acts = [send(hr, f"/en/accounts/{account}", "/en/accounts", act=act) for act in ("disable", "link", "codes")]

    assert [each.status_code for each in acts] == [404] * 3


def test_inviting_an_account_of_others_gives_no_link_into_it(guest, registry, library_hr, museum_hr):
    registry.accounts.create("hr", "Laukianti", "waiting@example.org", organisation=museum_hr.organisation)
    hr = as_demo(guest, registry, "demo-library-hr")
    answer = send(hr, "/en/accounts", email="waiting@example.org", label="Laukianti", kind="hr")

    assert "/invitation/" not in answer.text
    assert "has an account already" in answer.text


@pytest.mark.parametrize("kind", ["admin", "planner", "editor", "ministry", "operator", ""])
def test_hr_cannot_invite_above_the_own_institution(guest, registry, kind):
    hr = as_demo(guest, registry, "demo-library-hr")
    answer = send(hr, "/en/accounts", email="above@example.org", label="Aukštai", kind=kind)

    assert answer.status_code == 422
    assert registry.accounts.by_email("above@example.org") is None


def test_hr_cannot_put_a_person_or_unit_of_another_institution_into_an_invitation(guest, registry, museum_hr):
    hr = as_demo(guest, registry, "demo-library-hr")
    answer = send(
        hr, "/en/accounts", email="their@example.org", label="Kito", kind="learner", person=local_of(museum_hr.person),
        organisation=local_of(museum_hr.organisation),
    )  # fmt: skip

    assert answer.status_code == 422
    assert registry.accounts.by_email("their@example.org") is None


def test_closed_account_is_out_at_once(guest, another, registry, library_hr):
    account = made(registry, "learner", "closing@example.org", library_hr.organisation, library_hr.person)
    sign_in(another, "closing@example.org")
    hr = as_demo(guest, registry, "demo-library-hr")
    send(hr, f"/en/accounts/{account}", "/en/accounts", act="disable")

    assert another.get(f"/en/people/{local_of(library_hr.person)}").status_code == 303
    assert sign_in(another, "closing@example.org").status_code == 422


def test_nobody_closes_the_own_account(guest, registry, library_hr):
    hr = as_demo(guest, registry, "demo-library-hr")

    assert send(hr, "/en/accounts/demo-library-hr", "/en/accounts", act="disable").status_code == 404


@pytest.mark.parametrize("name", ["demo-library-learner", "demo-library-unit-lead", "demo-planner"])
def test_nobody_else_finds_the_accounts(guest, registry, name):
    assert as_demo(guest, registry, name).get("/en/accounts").status_code == 404


def test_invitations_stand_in_the_audit(guest, registry):
    hr = as_demo(guest, registry, "demo-library-hr")
    send(hr, "/en/accounts", email="audited@example.org", label="Įrašyta", kind="hr")

    assert registry.audit.lines(account="demo-library-hr", act="invite")[0].reason == "hr"
