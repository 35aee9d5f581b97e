"""Bearer tokens: known by their hash, within their scopes, for a time, and never longer than their holder's task."""

from datetime import timedelta

import pytest

from competence_graph.registry import Registry
from competence_graph.registry.bearer import LONGEST, MOST
from competence_graph.registry.tables import TokenRow

LIBRARY = "https://w3id.org/competence-graph/id/osh1z2bk"


@pytest.fixture
def registry(clock):
    opened = Registry("sqlite://", clock)
    opened.put_account("hr", "hr", "Personalo specialistė", organisation=LIBRARY)
    opened.put_account("other", "planner", "Planuotoja")
    yield opened
    opened.close()


@pytest.fixture
def issue(registry):
    def issuing(account="hr", *, days=30, scopes=("sparql",)):
        grant = registry.accounts.of_account(account)[0].grant
        return registry.bearer.issue(account, grant, "ataskaita", scopes, timedelta(days=days))

    return issuing


def test_token_acts_under_its_grant_within_its_scopes(registry, issue):
    found = registry.bearer.find(issue())

    assert (found.account.actor.kind, found.account.actor.organisation) == ("hr", LIBRARY)
    assert found.scopes == {"sparql"}


def test_the_token_itself_is_stored_nowhere(registry, issue):
    token = issue()
    with registry._transactions() as at:
        row = at.query(TokenRow).one()

    assert token not in str(vars(row))
    assert token.startswith("cg_")
    assert len(token) > 40


def test_token_ends_with_its_time(registry, issue, clock):
    token = issue(days=30)
    clock.now += timedelta(days=30)

    assert registry.bearer.find(token) is None


def test_no_token_lasts_longer_than_a_year(registry, issue, clock):
    token = issue(days=5000)
    clock.now += LONGEST

    assert registry.bearer.find(token) is None


@pytest.mark.parametrize("how", ["revoked", "all revoked", "account closed", "grant withdrawn"])
def test_token_ends_with_what_it_stands_on(registry, issue, how):
    token = issue()
    assert registry.bearer.find(token) is not None
    if how == "revoked":
        registry.bearer.revoke(registry.bearer.of_account("hr")[0].id)
    elif how == "all revoked":
        registry.bearer.revoke_all("hr")
    elif how == "account closed":
        registry.accounts.set_state("hr", "disabled")
    else:
        registry.accounts.withdraw(registry.accounts.of_account("hr")[0].grant)

    assert registry.bearer.find(token) is None


def test_nobody_ends_a_token_of_others(registry, issue):
    token = issue()

    assert registry.bearer.revoke(registry.bearer.of_account("hr")[0].id, account="other") is None
    assert registry.bearer.find(token) is not None


def test_no_token_is_made_under_a_grant_of_others(registry):
    foreign = registry.accounts.of_account("other")[0].grant

    assert registry.bearer.issue("hr", foreign, "x", ["read"], timedelta(days=1)) is None


def test_account_has_so_many_tokens_at_most(issue, clock):
    made = [issue() for _ in range(MOST + 1)]
    clock.now += timedelta(days=31)

    assert made[-1] is None
    assert None not in made[:-1]
    # Those that are over take no room.
    assert issue() is not None


def test_use_is_noted(registry, issue, clock):
    token = issue()
    assert registry.bearer.of_account("hr")[0].used is None
    registry.bearer.find(token)

    assert registry.bearer.of_account("hr")[0].used == clock.now


def test_old_ones_are_dropped_three_months_after_their_end(registry, issue, clock):
    issue(days=30)
    clock.now += timedelta(days=100)
    assert registry.bearer.drop_old() == 0
    clock.now += timedelta(days=30)

    assert registry.bearer.drop_old() == 1
    assert registry.bearer.everybody() == []


@pytest.mark.parametrize(
    "text", ["", "cg_", "cg_" + "a" * 43, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJociJ9.", "cg_\x00", "cg_ž" * 1000]
)
def test_what_was_never_made_stands_for_nobody(registry, issue, text):
    issue()

    assert registry.bearer.find(text) is None
