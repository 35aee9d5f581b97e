"""Which attainment counts: the newest validated judgement, but never less than valid proof shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from competence_graph.model.level import Attainment, pointers

DAY = date(2026, 11, 1)
MANAGER = Attainment("a1", "p", "c", 3, 0, False, "validated", date(2025, 1, 1), date(2025, 1, 1))
PROOF = replace(MANAGER, iri="a2", rank=None)
SELF = replace(MANAGER, iri="a3", rank=2, is_self=True, status="submitted")


def current(*history: Attainment, day: date = DAY, counts_self: bool = False) -> str | None:
    held = pointers(history, day, counts_self=counts_self).current
    return held["c"].iri if "c" in held else None


def test_newest_judgement_counts_though_it_is_lower() -> None:
    newer = replace(MANAGER, iri="a9", level=1, issued=date(2026, 1, 1), created=date(2026, 1, 1))

    assert current(MANAGER, newer) == "a9"


def test_old_proof_holds_the_floor_under_a_newer_judgement() -> None:
    judged = replace(MANAGER, level=2, issued=date(2026, 5, 1), created=date(2026, 5, 1))

    assert current(replace(PROOF, issued=date(2015, 1, 1)), judged) == "a2"


def test_low_proof_does_not_cap_what_a_manager_sees() -> None:
    assert current(replace(PROOF, level=2), MANAGER) == "a1"


def test_tie_between_judgement_and_proof_goes_to_the_proof() -> None:
    assert current(MANAGER, PROOF) == "a2"


def test_same_day_goes_to_the_manager_before_peer_and_self() -> None:
    peer = replace(MANAGER, iri="a0", rank=1, level=5)

    assert current(peer, MANAGER) == "a1"


def test_last_tie_goes_to_later_record_then_higher_level_then_smaller_iri() -> None:
    later = replace(MANAGER, iri="a9", created=date(2025, 2, 1), level=1)
    higher = replace(MANAGER, iri="a8", level=4)
    twin = replace(MANAGER, iri="a0")

    assert current(MANAGER, later, higher) == "a9"
    assert current(MANAGER, higher) == "a8"
    assert current(MANAGER, twin) == "a0"


def test_expired_counts_on_its_last_day_and_lapses_after_it() -> None:
    expiring = replace(PROOF, expires=DAY)

    assert current(expiring) == "a2"
    held = pointers([expiring], date(2026, 11, 2), counts_self=False)
    assert held.current == {}
    assert held.lapsed["c"].iri == "a2"


def test_expired_never_shadows_one_that_holds() -> None:
    expired = replace(PROOF, level=5, expires=date(2026, 1, 1))
    held = pointers([expired, MANAGER], DAY, counts_self=False)

    assert held.current["c"].iri == "a1"
    assert held.lapsed == {}


def test_revision_replaces_what_it_revises_from_the_day_it_was_recorded() -> None:
    revoked = replace(MANAGER, iri="a5", status="revoked", created=date(2025, 3, 1), revises="a1")

    assert current(MANAGER, revoked, day=date(2025, 2, 28)) == "a1"
    assert current(MANAGER, revoked, day=date(2025, 3, 1)) is None


def test_what_was_recorded_later_changes_no_past_day() -> None:
    late = replace(MANAGER, iri="a6", issued=date(2025, 1, 2), created=date(2026, 1, 1), level=5)

    assert current(MANAGER, late, day=date(2025, 6, 1)) == "a1"


def test_submitted_self_assessment_is_provisional_only_where_the_organisation_counts_it() -> None:
    assert pointers([SELF], DAY, counts_self=False).provisional == {}
    assert pointers([SELF], DAY, counts_self=True).provisional["c"].iri == "a3"
    assert pointers([SELF, MANAGER], DAY, counts_self=True).provisional == {}


def test_draft_rejected_and_revoked_count_nowhere() -> None:
    for status in ("draft", "rejected", "revoked"):
        held = pointers([replace(SELF, status=status)], DAY, counts_self=True)
        assert (held.current, held.provisional, held.lapsed) == ({}, {}, {})


def test_assessed_at_0_is_current() -> None:
    held = pointers([replace(MANAGER, level=0)], DAY, counts_self=False)

    assert held.current["c"].level == 0
