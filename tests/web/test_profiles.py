"""An institution's own role profiles: copied, changed, compared with the published role, held, removed."""

import csv
import io
import re

import pytest
from tests.web.conftest import local_of
from tests.web.test_levels import HEADERS, account

from competence_graph.graph.change import Change
from competence_graph.graph.inventory import read_file
from competence_graph.graph.own_roles import own_roles
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

COPIED = "rw77yqsy"


@pytest.fixture
def organisation(own):
    return Iri(account(own, "demo-library-hr").actor.organisation)


def base_of(organisation):
    return f"/en/organisations/{organisation.local}/roles"


def send(visitor, path, page, **fields):
    csrf = re.search(r'name="csrf" value="([^"]+)"', visitor.get(page, headers=HEADERS).text)[1]
    return visitor.post(path, data={"csrf": csrf, **fields}, headers=HEADERS)


def form_of(page):
    """What the form of a profile would send as it stands."""
    fields = dict(re.findall(r'<input id="(name_\w+)"[^>]*value="([^"]*)"', page.text))
    for name, body in re.findall(r'<select id="([^"]+)".*?>(.*?)</select>', page.text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        fields[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', body)[1]
    return fields


@pytest.fixture
def profile(own, visitor, organisation):
    """A fresh copy of a published role; gives the path of its page."""
    hr = visitor("demo-library-hr")
    answer = send(hr, base_of(organisation), base_of(organisation), role=COPIED, name_lt="Mūsų bibliotekininkas")
    assert answer.status_code == 303
    return answer.headers["location"].split("?")[0]


def rows(visitor, path):
    return list(csv.DictReader(io.StringIO(visitor.get(f"{path}.csv").text)))


def test_copy_asks_for_what_the_published_role_asks_for(own, visitor, organisation, profile):
    hr = visitor("demo-library-hr")
    page = hr.get(profile, headers=HEADERS)

    assert "It does not differ from it." in page.text
    assert "Nobody holds it today." in page.text
    assert all(
        row["level"] == row["published_level"] and row["weight"] == row["published_weight"] for row in rows(hr, profile)
    )
    assert len(rows(hr, profile)) > 10


def test_change_of_a_level_is_told_and_reaches_the_gaps_of_who_holds_it(own, visitor, organisation, profile):
    hr = visitor("demo-library-hr")
    role = profile.rsplit("/", 1)[-1]
    person = local_of(account(own, "demo-library-learner").actor.person)
    unit = re.search(r'<option value="(o\w{7})"', hr.get(f"/en/people/{person}/post", headers=HEADERS).text)[1]
    moved = send(
        hr, f"/en/people/{person}/post", f"/en/people/{person}/post",
        place=unit, role=role, start=own.state.services.today.isoformat(), beside="1",
    )  # fmt: skip
    assert moved.status_code == 303, moved.text
    first = rows(hr, profile)[0]
    competence = local_of(first["competence"])
    fields = form_of(hr.get(profile, headers=HEADERS))
    other = "5" if first["level"] != "5" else "4"
    answer = send(hr, profile, profile, **{**fields, f"level-{competence}": other})
    page = hr.get(profile, headers=HEADERS)
    gaps = hr.get(f"/en/people/{person}.json").json()["rows"]

    assert answer.headers["location"].endswith("?done=saved")
    assert "It differs from it in 1 competence." in page.text
    assert "1 person holds it today." in page.text
    assert next(row["required"] for row in gaps if row["competence"] == first["competence"]) >= int(other)
    # What somebody holds cannot be removed.
    assert send(hr, profile, profile, act="remove").headers["location"].endswith("?done=held")


def test_competence_is_left_out_and_another_put_in(own, visitor, organisation, profile):
    hr = visitor("demo-library-hr")
    before = rows(hr, profile)
    fields = form_of(hr.get(profile, headers=HEADERS))
    gone = local_of(before[0]["competence"])
    more = next(
        each
        for each in re.findall(r'<option value="(c\w{7})"', hr.get(profile, headers=HEADERS).text)
        if f"level-{each}" not in fields
    )
    changed = fields | {
        f"level-{gone}": "0",
        "more": more,
        "level-more": "2",
        "need-more": "optional",
        "weight-more": "1",
    }
    send(hr, profile, profile, **changed)
    after = {local_of(row["competence"]): row for row in rows(hr, profile)}
    text = hr.get(profile, headers=HEADERS).text

    assert after[gone]["level"] == ""
    assert (after[more]["level"], after[more]["published_level"], after[more]["weight"]) == ("2", "", "1")
    assert "left out with you" in text
    assert "only with you" in text
    role = profile.rsplit("/", 1)[-1]
    assert f"{role}-{gone}".encode() not in own.state.services.store.dump()


def test_what_a_new_release_of_the_role_changes_is_shown_until_it_was_looked_at(own, visitor, organisation, profile):
    hr, parts = visitor("demo-library-hr"), own.state.services
    row = next(each for each in rows(hr, profile) if each["level"] in "1234")
    requirement = f"{COPIED}-{local_of(row['competence'])}"
    new = int(row["published_level"]) + 1
    necessity = row["published_necessity"]
    text = f"""@prefix cg: <https://w3id.org/competence-graph/ns#> .
    <{parts.base}graph/roles> {{ <{parts.base}id/{requirement}> a cg:Requirement ; cg:competence <{row["competence"]}> ;
    cg:level {new} ; cg:necessity cg:{necessity} ; cg:weight {row["published_weight"]} . }}"""
    parts.writer.write(Change(put=read_file(text.encode(), "trig", parts.store).change.put), actor=OPERATOR)
    page = hr.get(profile, headers=HEADERS)
    listed = hr.get(base_of(organisation), headers=HEADERS).text

    assert f"the published level was {row['published_level']}, it is {new}" in page.text
    assert "1 change in the published role" in listed
    send(hr, profile, profile, looked="1", **form_of(page))
    assert "the published level was" not in hr.get(profile, headers=HEADERS).text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name_lt": ""}, "Write the name of the role"),
        ({"name_en": "x" * 201}, "Write the name of the role"),
        ({"name_en": "a\x00b"}, "Write the name of the role"),
        ({"more": "c0000000", "level-more": "2"}, "Choose a competence from the list"),
        ({"more": "../../x", "level-more": "2"}, "Choose a competence from the list"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(own, visitor, organisation, profile, change, says):
    hr = visitor("demo-library-hr")
    before = rows(hr, profile)
    answer = send(hr, profile, profile, **{**form_of(hr.get(profile, headers=HEADERS)), **change})

    assert answer.status_code == 422
    assert says in answer.text
    assert rows(hr, profile) == before


def test_profile_that_nobody_holds_is_removed_without_a_trace(own, visitor, organisation, profile):
    hr, parts = visitor("demo-library-hr"), own.state.services
    role = profile.rsplit("/", 1)[-1]
    answer = send(hr, profile, profile, act="remove")

    assert answer.headers["location"].endswith("?done=removed")
    assert hr.get(profile).status_code == 404
    assert role.encode() not in parts.store.dump()
    assert parts.registry.profiles.base(f"{parts.base}id/{role}") is None


def test_nobody_else_sees_a_profile(own, visitor, organisation, profile, guest):
    role = profile.rsplit("/", 1)[-1]
    assert role in {each.iri.local for each in own_roles(own.state.services.store, organisation)}
    for browser in (guest, visitor("demo-museum-hr")):
        assert browser.get(f"/en/roles/{role}").status_code == 404
        assert "Mūsų bibliotekininkas" not in browser.get("/en/roles").text
        assert role not in browser.get("/lt/search", params={"q": "Mūsų bibliotekininkas"}).text
        assert browser.get(f"/doc/{role}").status_code == 404
    museum = local_of(account(own, "demo-museum-hr").actor.organisation)
    staff = visitor("demo-museum-hr").get(f"/lt/organisations/{museum}/staff").text
    assert "Mūsų bibliotekininkas" not in staff
    assert (
        "Mūsų bibliotekininkas" in visitor("demo-library-hr").get(f"/lt/organisations/{organisation.local}/staff").text
    )
