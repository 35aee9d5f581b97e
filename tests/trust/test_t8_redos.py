"""T8: no pattern makes a regular expression run away: not the asker's, not the policy's own."""

import time

import pytest

TEXT = "a" * 3000 + "!"
PATTERNS = ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){25}$", "([a-zA-Z]+)*$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y"]
CALLS = ["REGEX('{text}', '{pattern}')", "REPLACE('{text}', '{pattern}', 'b') = 'c'"]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("call", CALLS)
def test_t8_redos_in_a_filter_takes_no_time(served, pattern, call):
    condition = call.format(text=TEXT, pattern=pattern)
    started = time.monotonic()
    answer = served.ask(f"ASK {{ FILTER({condition}) }}")

    assert 200 == answer.status_code
    assert time.monotonic() - started < 1


def test_t8_redos_a_pattern_too_large_for_the_engine_matches_nothing_and_harms_nobody(served):
    answer = served.ask("ASK { FILTER(REGEX('a', '((a{1000}){1000}){1000}')) }")

    assert answer.status_code in {200, 504}
    assert 200 == served.ask("ASK {}").status_code


@pytest.mark.parametrize(
    "piece", ["a.", "'\\'", '""" ""', "<a<", "a:a.", "?a?", "@a-", "1.", "\\u00", "#\n", "_:", "{ "]
)
def test_t8_redos_the_policys_own_patterns_stay_linear(served, piece):
    started = time.monotonic()
    answer = served.ask(("ASK { FILTER(" + piece * 8000)[:16_000])

    assert 400 == answer.status_code
    assert time.monotonic() - started < 1
