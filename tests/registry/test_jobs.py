"""Jobs: due when they are due, run by one process, told how they ended."""

from datetime import timedelta

import pytest

from competence_graph.registry import Registry


@pytest.fixture
def registry(clock):
    opened = Registry("sqlite://", clock)
    yield opened
    opened.close()


@pytest.fixture
def jobs(registry, clock):
    registry.jobs.plan("tidy", clock.now)
    return registry.jobs


def test_job_is_taken_by_one(jobs):
    assert [jobs.claim("tidy", "a"), jobs.claim("tidy", "b")] == [True, False]


def test_job_is_not_taken_before_its_day(jobs, clock):
    jobs.claim("tidy", "a")
    jobs.finish("tidy", "3", clock.now + timedelta(days=1))

    assert not jobs.claim("tidy", "a")
    clock.now += timedelta(days=1)
    assert jobs.claim("tidy", "a")


def test_planning_again_keeps_the_day(jobs, clock):
    jobs.claim("tidy", "a")
    jobs.finish("tidy", "3", clock.now + timedelta(days=1))
    jobs.plan("tidy", clock.now)

    assert not jobs.claim("tidy", "a")


def test_job_of_a_process_that_ended_is_taken_over_after_an_hour(jobs, clock):
    jobs.claim("tidy", "a")
    clock.now += timedelta(minutes=59)
    assert not jobs.claim("tidy", "b")
    clock.now += timedelta(minutes=2)

    assert jobs.claim("tidy", "b")


def test_failure_is_told(jobs, clock):
    jobs.claim("tidy", "a")
    jobs.finish("tidy", "StoreReadOnlyError", clock.now, failed=True)
    found = jobs.find("tidy")

    assert (found.state, found.message, found.ended) == ("failed", "StoreReadOnlyError", clock.now)


def test_what_somebody_did_is_noted(jobs, clock):
    jobs.note("backup")
    clock.now += timedelta(days=3)
    jobs.note("backup")

    assert jobs.find("backup").ended == clock.now
    assert [each.name for each in jobs.all()] == ["backup", "tidy"]


def test_unknown_job_is_taken_by_nobody(jobs):
    assert not jobs.claim("nothing", "a")
    assert jobs.find("nothing") is None
