"""Passwords, codes and links: what opens, what locks, what works once."""

import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from competence_graph.errors import LockedError, WeakPasswordError
from competence_graph.registry import Registry
from competence_graph.registry.credentials import FREE, LONGEST_LOCK, lock_after, weakness
from competence_graph.registry.tickets import LASTS

GOOD = "trys žali obuoliai ant stalo"
OTHER = "keturi mėlyni namai prie upės"


@pytest.fixture
def registry(tmp_path, clock):
    opened = Registry(f"sqlite:///{tmp_path / 'registry.sqlite'}", clock)
    yield opened
    opened.close()


@pytest.fixture
def ona(registry):
    account = registry.accounts.create("hr", "Ona Žemaitė", "ona@example.org", organisation="urn:o:1")
    registry.credentials.set_password(account, GOOD)
    return account


def stored(registry):
    with registry._engine.connect() as connection:
        return [str(row) for row in connection.execute(text("SELECT * FROM accounts"))]


def code_at(seed, moment):
    return pyotp.TOTP(seed).at(moment)


def test_password_opens_its_account_however_the_address_is_written(registry, ona):
    assert registry.credentials.check_password(" ONA@example.org ", GOOD) == ona
    assert registry.credentials.check_password("ona@example.org", OTHER) is None


def test_password_is_stored_as_argon2id_and_nowhere_as_it_is(registry, ona):
    row = stored(registry)[0]

    assert "$argon2id$" in row
    assert GOOD not in row


def test_address_without_an_account_answers_like_one_with(registry, ona):
    def answers(address):
        found = []
        for _ in range(FREE + 2):
            try:
                found.append(registry.credentials.check_password(address, OTHER))
            except LockedError:
                found.append("locked")
        return found

    assert answers("nobody@example.org") == answers("ona@example.org") == [None] * FREE + ["locked"] * 2


def test_right_password_does_not_open_a_locked_account(registry, ona, clock):
    for _ in range(FREE):
        registry.credentials.check_password("ona@example.org", OTHER)
    with pytest.raises(LockedError) as error:
        registry.credentials.check_password("ona@example.org", GOOD)

    assert error.value.until - clock.now == timedelta(minutes=1)
    clock.now = error.value.until
    assert registry.credentials.check_password("ona@example.org", GOOD) == ona


def test_lock_doubles_to_an_hour_and_success_forgives(registry, ona, clock):
    waits = []
    for _ in range(10):
        try:
            registry.credentials.check_password("ona@example.org", OTHER)
        except LockedError as error:
            waits.append((error.until - clock.now) // timedelta(minutes=1))
            clock.now = error.until
    while True:
        try:
            registry.credentials.check_password("ona@example.org", GOOD)
            break
        except LockedError as error:
            clock.now = error.until

    assert waits == [1, 2, 4][: len(waits)]
    assert [lock_after(number) for number in (5, 6, 7)] == [timedelta(minutes=each) for each in (1, 2, 4)]
    assert lock_after(400) == LONGEST_LOCK
    for _ in range(FREE - 1):
        assert registry.credentials.check_password("ona@example.org", OTHER) is None
    assert registry.credentials.check_password("ona@example.org", GOOD) == ona


def test_many_guesses_at_once_are_counted_each(registry, ona):
    found = []

    def guess():
        try:
            found.append(registry.credentials.check_password("ona@example.org", OTHER))
        except LockedError:
            found.append("locked")

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found.count(None) <= FREE


def test_disabled_account_opens_to_no_password(registry, ona):
    registry.accounts.set_state(ona, "disabled")

    assert registry.credentials.check_password("ona@example.org", GOOD) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("trumpas1", "short"),
        ("x" * 129, "long"),
        ("Password2026!!", "common"),
        ("1234567890123", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("biblioteka2026", "common"),
        ("onazemaite@example.org", "own"),
        ("žemaitė žemaitė", "own"),
        (GOOD, ""),
        ("correct horse battery", ""),
        ("T7#kf9!mQz2w", ""),
    ],
)
def test_password_is_judged_by_length_and_by_what_people_try_first(password, fault):
    assert weakness(password, ["onazemaite@example.org", "Ona Žemaitė"]) == fault


def test_weak_password_is_not_taken(registry, ona):
    with pytest.raises(WeakPasswordError):
        registry.credentials.set_password(ona, "trumpas")

    assert registry.credentials.check_password("ona@example.org", GOOD) == ona


def test_seed_is_taken_with_a_right_code_only_and_stored_encrypted(registry, ona, clock):
    seed = registry.credentials.new_seed()
    wrong = registry.credentials.enrol(ona, seed, "000000" if code_at(seed, clock.now) != "000000" else "111111")
    right = registry.credentials.enrol(ona, seed, code_at(seed, clock.now))

    assert (wrong, right) == (False, True)
    assert seed not in stored(registry)[0]


def test_of_two_who_enrol_at_once_one_becomes_the_owner(registry, ona, clock):
    seeds = [registry.credentials.new_seed() for _ in range(4)]
    found = []
    threads = [
        threading.Thread(
            target=lambda seed=seed: found.append(registry.credentials.enrol(ona, seed, code_at(seed, clock.now)))
        )
        for seed in seeds
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(found) == [False, False, False, True]


def test_app_is_replaced_only_after_it_was_taken_off(registry, ona, clock):
    first, second = registry.credentials.new_seed(), registry.credentials.new_seed()
    registry.credentials.enrol(ona, first, code_at(first, clock.now))
    refused = registry.credentials.enrol(ona, second, code_at(second, clock.now))
    registry.credentials.drop_codes(ona)

    assert refused is False
    assert registry.credentials.enrol(ona, second, code_at(second, clock.now)) is True


def test_code_works_once(registry, ona, clock):
    seed = registry.credentials.new_seed()
    registry.credentials.enrol(ona, seed, code_at(seed, clock.now))
    again = registry.credentials.check_code(ona, code_at(seed, clock.now))
    clock.now += timedelta(seconds=30)
    code = code_at(seed, clock.now)

    assert again is False
    assert [registry.credentials.check_code(ona, code) for _ in range(2)] == [True, False]


def test_code_of_a_neighbouring_step_is_taken_and_an_older_one_is_not(registry, ona, clock):
    seed = registry.credentials.new_seed()
    registry.credentials.enrol(ona, seed, code_at(seed, clock.now))
    early = clock.now
    clock.now += timedelta(minutes=10)
    slow = code_at(seed, clock.now - timedelta(seconds=30))

    assert registry.credentials.check_code(ona, code_at(seed, early)) is False
    assert registry.credentials.check_code(ona, f" {slow[:3]} {slow[3:]} ") is True


def test_known_password_buys_no_more_guesses_at_the_code(registry, ona, clock):
    seed = registry.credentials.new_seed()
    registry.credentials.enrol(ona, seed, code_at(seed, clock.now))
    guesses = 0
    try:
        for _ in range(50):
            registry.credentials.check_password("ona@example.org", GOOD)
            registry.credentials.check_code(ona, "000000")
            guesses += 1
    except LockedError:
        pass

    assert 0 < guesses <= FREE


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "1234567", "12 34 5x"])
def test_code_that_is_none_is_wrong(registry, ona, clock, code):
    seed = registry.credentials.new_seed()
    registry.credentials.enrol(ona, seed, code_at(seed, clock.now))

    assert registry.credentials.check_code(ona, code) is False


def test_link_opens_once_even_for_two_at_a_time(registry, ona):
    token = registry.tickets.give(ona, "invite")
    found = []
    threads = [threading.Thread(target=lambda: found.append(registry.tickets.use(token))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(found, key=str) == [*[None] * 7, ona] if str(ona) > "None" else [ona, *[None] * 7]
    assert registry.tickets.find(token) is None


@pytest.mark.parametrize("purpose", ["invite", "reset"])
def test_link_is_over_after_its_time(registry, ona, clock, purpose):
    token = registry.tickets.give(ona, purpose)
    clock.now += LASTS[purpose]

    assert registry.tickets.find(token) is None
    assert registry.tickets.use(token) is None
    assert registry.tickets.drop_old() == 1


def test_newer_link_ends_the_older(registry, ona):
    older, newer = registry.tickets.give(ona, "reset"), registry.tickets.give(ona, "reset")

    assert registry.tickets.find(older) is None
    assert registry.tickets.find(newer).account == ona


def test_link_of_a_disabled_account_opens_nothing(registry, ona):
    token = registry.tickets.give(ona, "reset")
    registry.accounts.set_state(ona, "disabled")

    assert registry.tickets.find(token) is None


def test_link_itself_is_stored_nowhere(registry, ona, tmp_path):
    token = registry.tickets.give(ona, "reset")
    registry.close()

    assert token.encode() not in (tmp_path / "registry.sqlite").read_bytes()
