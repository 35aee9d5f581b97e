"""Joiners, movers and leavers on the pages: HR alone, for its own institution, with what is wrong named."""

import re
from datetime import timedelta

import pytest
from tests.web.conftest import local_of
from tests.web.signing import as_demo, send

from competence_graph.answers.people import find_person
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri


@pytest.fixture
def hr(guest, registry):
    return as_demo(guest, registry, "demo-library-hr")


@pytest.fixture
def page(library_hr):
    return f"/en/organisations/{local_of(library_hr.organisation)}/staff"


@pytest.fixture
def day(own):
    return own.state.services.today


def options(visitor, page, field):
    found = re.search(rf'<select id="{field}".*?</select>', visitor.get(page).text, re.DOTALL)[0]
    return [each for each in re.findall(r'<option value="([^"]*)"', found) if each]


def fields(visitor, page, **more):
    return {
        "given_name": "Naujokė", "family_name": "Bandytoja", "email": "", "start": "2026-02-01",
        "place": options(visitor, page, "place")[0], "role": options(visitor, page, "role")[0],
    } | more  # fmt: skip


def join(visitor, page, **more):
    answer = send(visitor, page, **fields(visitor, page, **more))
    return answer, re.match(r"/en/people/(p\w+)/post", answer.headers.get("location", ""))


def test_hr_adds_a_person_whose_gaps_are_there_at_once(hr, page, own, registry, library_hr):
    answer, found = join(hr, page, given_name="Žydrė", family_name="Šimkūnaitė")

    assert answer.status_code == 303
    shown = hr.get(answer.headers["location"]).text
    assert "Žydrė Šimkūnaitė" in shown
    assert "The person is added" in shown
    gaps = hr.get(f"/en/people/{found[1]}")
    assert gaps.status_code == 200
    assert "Žydrė Šimkūnaitė" in gaps.text
    assert "Žydrė" in hr.get(f"/en/organisations/{local_of(library_hr.organisation)}/people").text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"family_name": "x" * 201}, "family_name"),
        ({"given_name": "a\x00b"}, "given_name"),
        ({"email": "nonsense"}, "email"),
        ({"place": ""}, "place"),
        ({"place": "ovte458j"}, "place"),
        ({"role": "c57vh4eb"}, "role"),
        ({"start": "1.2.2026"}, "start"),
        ({"start": "1850-01-01"}, "start"),
        ({"start": "9999-12-31"}, "start"),
    ],
)
def test_form_names_what_is_wrong_keeps_what_was_typed_and_adds_nobody(hr, page, own, registry, change, field):
    before, names = own.state.services.store.revision, registry.identities.pseudonyms()
    answer, _ = join(hr, page, **change)

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert 'value="Bandytoja"' in answer.text or field == "family_name"
    assert (own.state.services.store.revision, registry.identities.pseudonyms()) == (before, names)


def test_person_moves_and_leaves_and_stands_among_those_who_left(hr, page, own, day):
    _, found = join(hr, page, given_name="Keliaujanti")
    post = f"/en/people/{found[1]}/post"
    moved = send(
        hr,
        post,
        act="move",
        place=options(hr, post, "place")[-1],
        role=options(hr, post, "role")[1],
        start="2026-06-01",
    )
    last = day - timedelta(days=2)
    left = send(hr, post, act="leave", last=last.isoformat())
    person = find_person(OPERATOR, own.state.services.store, Iri(f"{own.state.services.base}id/{found[1]}"))

    assert (moved.status_code, left.status_code) == (303, 303)
    assert [each.end and each.end.isoformat() for each in person.posts] == ["2026-05-31", last.isoformat()]
    listed = hr.get(page).text
    assert "Keliaujanti" in listed
    assert last.isoformat() in listed


def test_what_cannot_be_is_said_in_words(hr, page):
    _, found = join(hr, page)
    post = f"/en/people/{found[1]}/post"
    place, role = options(hr, post, "place")[0], options(hr, post, "role")[0]
    same = send(hr, post, act="move", place=place, role=role, start="2026-06-01")
    gone = send(hr, post, act="leave", last="1850-01-01")

    assert (same.status_code, gone.status_code) == (422, 422)
    assert "holds this post already" in same.text
    assert 'href="#last"' in gone.text


def test_hr_of_another_institution_finds_nothing(guest, another, registry, page):
    hr = as_demo(guest, registry, "demo-library-hr")
    _, found = join(hr, page)
    foreign = as_demo(another, registry, "demo-museum-hr")

    assert foreign.get(page).status_code == 404
    assert foreign.get(f"/en/people/{found[1]}/post").status_code == 404
    assert (
        send(foreign, f"/en/people/{found[1]}/post", "/en/accounts", act="leave", last="2026-03-01").status_code == 404
    )


def test_admin_behind_broken_glass_reads_and_changes_no_post(guest, registry, page, library_hr):
    admin = as_demo(guest, registry, "demo-admin")
    glass = f"/en/organisations/{local_of(library_hr.organisation)}/glass"
    send(admin, glass, reason="The institution asked why a figure differs from its own.")

    assert admin.get(f"/en/organisations/{local_of(library_hr.organisation)}").status_code == 200
    assert admin.get(page).status_code == 404


def test_admin_sees_jobs_and_the_age_of_backups(guest, registry, own):
    admin = as_demo(guest, registry, "demo-admin")
    before = admin.get("/en/jobs").text
    registry.jobs.note("backup")
    after = admin.get("/en/jobs").text

    assert "No backup has been made yet" in before
    assert own.state.services.today.isoformat() in after
    assert "It should be made every night" not in after


def test_jobs_ran_when_the_service_started_and_tell_what_they_did(guest, registry):
    admin = as_demo(guest, registry, "demo-admin")
    page = admin.get("/en/jobs").text

    assert "0 people erased" in page
    assert page.count("done") >= 3
