import stat
from datetime import timedelta

import pytest

from competence_graph.errors import AccountExistsError, StoreError
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.registry import Registry
from competence_graph.registry.cipher import KEY_FILE, Cipher

LIBRARY, MUSEUM = "urn:o:library", "urn:o:museum"
RASA, ONA = "urn:p:rasa", "urn:p:ona"


@pytest.fixture
def registry(clock):
    opened = Registry("sqlite://", clock)
    yield opened
    opened.close()


def actor_of(registry, token):
    found = registry.find_session(token)
    return None if found is None else found.account.actor


def test_account_acts_under_the_grant_it_signed_in_with(registry, clock):
    account = registry.accounts.create("hr", "Ona", "ona@example.org", organisation=LIBRARY)
    clock.now += timedelta(minutes=1)
    second = registry.accounts.grant(account, "hr", organisation=MUSEUM)

    assert actor_of(registry, registry.open_session(account)) == Actor("hr", account=account, organisation=LIBRARY)
    at_museum = registry.open_session(account, grant=second)
    assert actor_of(registry, at_museum) == Actor("hr", account=account, organisation=MUSEUM)


def test_withdrawn_grant_ends_its_sessions_and_leaves_the_other(registry, clock):
    account = registry.accounts.create("hr", "Ona", "ona@example.org", organisation=LIBRARY)
    clock.now += timedelta(minutes=1)
    second = registry.accounts.grant(account, "unit-lead", organisation=MUSEUM, units=["urn:u:1"])
    one, two = registry.open_session(account), registry.open_session(account, grant=second)
    registry.accounts.withdraw(second)

    assert actor_of(registry, two) is None
    assert actor_of(registry, one) == Actor("hr", account=account, organisation=LIBRARY)
    assert registry.open_session(account, grant=second) is None


def test_grant_for_a_time_is_over_when_the_time_is(registry, clock):
    account = registry.accounts.create("learner", "Ona", "ona@example.org", organisation=LIBRARY)
    short = registry.accounts.grant(account, "planner", until=clock.now + timedelta(hours=1))
    token = registry.open_session(account, grant=short)
    clock.now += timedelta(hours=1)

    assert actor_of(registry, token) is None


def test_grant_of_another_account_opens_nothing(registry):
    mine = registry.accounts.create("learner", "Ona", "ona@example.org", organisation=LIBRARY)
    theirs = registry.accounts.create("hr", "Rasa", "rasa@example.org", organisation=LIBRARY)
    grant = registry.accounts.of_account(theirs)[0].grant

    assert registry.open_session(mine, grant=grant) is None


def test_disabled_account_is_out_at_once_and_cannot_come_back(registry):
    account = registry.accounts.create("learner", "Ona", "ona@example.org", organisation=LIBRARY)
    token = registry.open_session(account)
    registry.accounts.set_state(account, "disabled")

    assert actor_of(registry, token) is None
    assert registry.open_session(account) is None


def test_e_mail_address_is_one_account_however_it_is_written(registry):
    registry.accounts.create("learner", "Ona", "Ona@Example.org", organisation=LIBRARY)

    with pytest.raises(AccountExistsError):
        registry.accounts.create("hr", "Ona", " ona@example.ORG ", organisation=MUSEUM)
    assert registry.accounts.by_email("ONA@example.org") is not None


@pytest.mark.parametrize(
    ("kind", "waits"), [("hr", True), ("admin", True), ("learner", False), ("unit-lead", False), ("planner", False)]
)
def test_hr_and_admin_wait_for_their_second_factor(registry, kind, waits):
    account = registry.accounts.create(kind, "Ona", "ona@example.org", organisation=LIBRARY)

    assert registry.find_session(registry.open_session(account)).waits is waits
    assert registry.find_session(registry.open_session(account, strong=True)).waits is False


def test_demonstration_account_needs_no_second_factor(registry):
    registry.put_account("hr", "hr", "HR", organisation=LIBRARY, demo=True)

    assert registry.find_session(registry.open_session("hr")).waits is False


def test_hr_lists_the_accounts_of_its_organisation_only(registry):
    registry.accounts.create("hr", "Ona", "ona@example.org", organisation=LIBRARY)
    registry.accounts.create("hr", "Rasa", "rasa@example.org", organisation=MUSEUM)

    assert [each.label for each in registry.accounts.of_organisation(LIBRARY)] == ["Ona"]
    assert [each.label for each in registry.accounts.everybody()] == ["Ona", "Rasa"]


def test_service_knows_whether_anybody_administers_it(registry):
    before = registry.accounts.any_admin()
    registry.accounts.create("admin", "Ona", "ona@example.org")

    assert (before, registry.accounts.any_admin()) == (False, True)


def test_pseudonyms_of_one_human_being_are_joined_by_their_act_only(registry):
    registry.identify(RASA, LIBRARY, "Rasa", "Giedrytė")
    registry.identify(ONA, MUSEUM, "Rasa", "Giedrytė")
    human = registry.identities.human(RASA)
    apart = [each.pseudonym for each in registry.identities.of_human(human)]
    registry.identities.join(ONA, human)

    assert apart == [RASA]
    assert [each.pseudonym for each in registry.identities.of_human(human)] == [ONA, RASA]


def test_recording_a_person_again_keeps_who_they_are(registry):
    registry.identify(RASA, LIBRARY, "Rasa", "Giedrytė")
    human = registry.identities.human(RASA)
    registry.identify(RASA, LIBRARY, "Rasa", "Ąžuolienė")

    assert registry.identities.human(RASA) == human
    assert registry.names(OPERATOR, LIBRARY, [RASA]) == {RASA: "Rasa Ąžuolienė"}


def test_those_who_left_long_ago_are_found(registry, clock):
    registry.identify(RASA, LIBRARY, "Rasa", "Giedrytė")
    registry.identify(ONA, LIBRARY, "Ona", "Žemaitė")
    registry.identities.leave(RASA, registry.identities.now())
    clock.now += timedelta(days=400)
    registry.identities.leave(ONA, registry.identities.now())

    found = registry.identities.left_before(clock.now - timedelta(days=365))
    assert [each.pseudonym for each in found] == [RASA]


def test_forgotten_person_keeps_the_account_where_it_is_more_than_that_person(registry):
    registry.identify(RASA, LIBRARY, "Rasa", "Giedrytė")
    account = registry.accounts.create("learner", "Rasa", "rasa@example.org", organisation=LIBRARY, person=RASA)
    registry.accounts.grant(account, "editor")
    registry.forget(RASA)

    assert [each.actor.kind for each in registry.accounts.of_account(account)] == ["editor"]


def test_key_is_made_once_and_for_its_owner_only(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    first = Registry(url)
    secret = first.cipher.encrypt("JBSWY3DPEHPK3PXP")
    first.close()
    second = Registry(url)

    assert second.cipher.decrypt(secret) == "JBSWY3DPEHPK3PXP"
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    second.close()


def test_secret_made_with_another_key_is_an_error_that_tells_what_to_do():
    secret = Cipher.of_file(None).encrypt("JBSWY3DPEHPK3PXP")

    with pytest.raises(StoreError, match="backup"):
        Cipher.of_file(None).decrypt(secret)


def test_file_that_holds_no_key_is_an_error_that_tells_what_to_do(tmp_path):
    (tmp_path / KEY_FILE).write_text("no key")

    with pytest.raises(StoreError, match="backup"):
        Cipher.of_file(tmp_path / KEY_FILE)
