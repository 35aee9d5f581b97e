"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime

import pytest

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()
