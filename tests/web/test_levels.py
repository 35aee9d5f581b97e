"""A person's levels and how they came about: assess, review, object, answer, and who may."""

import csv
import io
import re

import pytest
from tests.web.conftest import local_of

from competence_graph.answers.people import find_person
from competence_graph.answers.recording import person_history
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

HEADERS = {"Accept": "text/html", "Accept-Language": "en"}


def account(own, name):
    return next(each for each in own.state.services.registry.demo_accounts() if each.id == name)


@pytest.fixture
def learner(own):
    return account(own, "demo-library-learner").actor.person


def send(visitor, path, **fields):
    page = visitor.get(path)
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    return visitor.post(fields.pop("to", path), data={"csrf": csrf[1] if csrf else "", **fields})


def history(own, person):
    return person_history(OPERATOR, own.state.services.store, Iri(person))


def own_day(own):
    return own.state.services.today


def waiting(own, person):
    return [each for each in history(own, person).records if each.waits]


def test_person_sees_every_record_with_its_source(own, visitor, learner):
    page = visitor("demo-library-learner").get(f"/en/people/{local_of(learner)}/levels")

    assert page.status_code == 200
    assert page.text.count("<tr") - page.text.count("<thead><tr") == len(history(own, learner).records)


def test_records_are_a_table_without_a_name(own, visitor, learner):
    answer = visitor("demo-library-hr").get(f"/en/people/{local_of(learner)}/levels.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    name = own.state.services.registry.identities.find(learner).family_name

    assert {each["record"] for each in rows} == {str(each.iri) for each in history(own, learner).records}
    assert name not in answer.text


def test_self_assessment_waits_and_does_not_count(own, visitor, learner):
    competence = history(own, learner).records[0].competence
    before = [each.counts for each in history(own, learner).records if each.counts == "current"]
    answer = send(
        visitor("demo-library-learner"), f"/en/people/{local_of(learner)}/levels", competence=competence, level="2"
    )

    newest = [each for each in waiting(own, learner) if each.competence == competence]
    assert answer.status_code == 303
    assert [(each.level, each.assessor, each.counts) for each in newest] == [(2, learner, "")]
    assert [each.counts for each in history(own, learner).records if each.counts == "current"] == before


def test_second_thought_takes_the_place_of_the_first(own, visitor, learner):
    competence = history(own, learner).records[-1].competence
    for level in ("1", "3"):
        send(
            visitor("demo-library-learner"),
            f"/en/people/{local_of(learner)}/levels",
            competence=competence,
            level=level,
        )

    assert [each.level for each in waiting(own, learner) if each.competence == competence] == [3]


@pytest.mark.parametrize("decision", ["validated", "rejected"])
def test_lead_reviews_what_waits_in_the_unit(own, visitor, learner, decision):
    competence = history(own, learner).records[3 if decision == "validated" else 6].competence
    send(visitor("demo-library-learner"), f"/en/people/{local_of(learner)}/levels", competence=competence, level="4")
    record = next(each for each in waiting(own, learner) if each.competence == competence)
    answer = send(
        visitor("demo-library-unit-lead"),
        f"/en/people/{local_of(learner)}/levels",
        to=f"/en/people/{local_of(learner)}/levels/review",
        record=record.iri,
        decision=decision,
    )
    after = [each for each in history(own, learner).records if each.revises == record.iri]

    assert answer.status_code == 303
    assert [(each.status, each.level, each.assessor) for each in after] == [(decision, 4, learner)]


def test_lead_records_a_level_that_counts_at_once_and_shows_on_the_gaps_page(own, visitor, learner):
    lead = visitor("demo-library-unit-lead")
    rows = lead.get(f"/en/people/{local_of(learner)}.json").json()["rows"]
    row = next(each for each in rows if each["why"] == "direct")
    level = 1 if row["attained"] != 1 else 2
    send(lead, f"/en/people/{local_of(learner)}/levels", competence=row["competence"], level=str(level))
    records = [each for each in history(own, learner).records if each.competence == row["competence"]]

    assert level in [each.level for each in records if each.status == "validated" and each.issued == own_day(own)]
    now = lead.get(f"/en/people/{local_of(learner)}.json").json()["rows"]
    found = next(each for each in now if each["competence"] == row["competence"])
    assert found["attained"] == max(
        [level, *(each.level for each in records if each.is_proof and each.counts == "current")]
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("demo-museum-hr", 404),
        ("demo-cultural-centre-hr", 404),
        ("demo-planner", 404),
        ("demo-ministry", 404),
        ("demo-editor", 404),
        ("demo-admin", 404),
    ],
)
def test_nobody_else_sees_or_records_levels(own, visitor, learner, name, status):
    known = {each.id for each in own.state.services.registry.demo_accounts()}
    if name not in known:
        own.state.services.registry.put_account(name, name.removeprefix("demo-"), name, demo=True)
    stranger = visitor(name)
    path = f"/en/people/{local_of(learner)}/levels"
    before = len(history(own, learner).records)
    token = re.search(r'name="csrf" value="([^"]+)"', stranger.get("/en/sign-in").text)[1]
    competence = history(own, learner).records[0].competence
    record = history(own, learner).records[0].iri
    answers = [
        stranger.get(path),
        stranger.get(f"{path}.csv"),
        stranger.get(f"/en/people/{local_of(learner)}/data"),
        stranger.post(path, data={"csrf": token, "competence": competence, "level": "5"}),
        stranger.post(f"{path}/review", data={"csrf": token, "record": record, "decision": "validated"}),
        stranger.post(f"{path}/contest", data={"csrf": token, "record": record, "reason": "x" * 40}),
        stranger.post(f"{path}/answer", data={"csrf": token, "contest": "x", "level": "keep", "answer": "x" * 40}),
    ]

    assert [each.status_code for each in answers] == [status] * len(answers)
    assert len(history(own, learner).records) == before


def test_hr_cannot_assess_themselves_as_anything_but_themselves(own, visitor):
    hr = account(own, "demo-library-hr").actor
    competence = history(own, hr.person).records[0].competence
    send(visitor("demo-library-hr"), f"/en/people/{local_of(hr.person)}/levels", competence=competence, level="5")
    record = next(each for each in waiting(own, hr.person) if each.competence == competence)
    answer = send(
        visitor("demo-library-hr"),
        f"/en/people/{local_of(hr.person)}/levels",
        to=f"/en/people/{local_of(hr.person)}/levels/review",
        record=record.iri,
        decision="validated",
    )

    assert answer.status_code == 403
    assert next(each for each in waiting(own, hr.person) if each.competence == competence).iri == record.iri


@pytest.mark.parametrize("level", ["9", "77"])
def test_level_that_the_scale_has_not_is_refused_with_what_there_is(own, visitor, learner, level):
    competence = history(own, learner).records[0].competence
    before = len(history(own, learner).records)
    answer = send(
        visitor("demo-library-unit-lead"), f"/en/people/{local_of(learner)}/levels", competence=competence, level=level
    )

    assert answer.status_code == 400
    assert "1 to 5" in answer.text
    assert len(history(own, learner).records) == before


@pytest.mark.parametrize("level", ["", "-1", "two", "2.5", "²"])
def test_level_that_is_no_number_comes_back_to_the_form(visitor, own, learner, level):
    competence = history(own, learner).records[0].competence
    answer = send(
        visitor("demo-library-unit-lead"), f"/en/people/{local_of(learner)}/levels", competence=competence, level=level
    )

    assert answer.status_code == 422
    assert "Choose a level from the list." in answer.text


def test_competence_that_does_not_exist_is_not_recorded(own, visitor, learner):
    before = len(history(own, learner).records)
    answer = send(
        visitor("demo-library-unit-lead"),
        f"/en/people/{local_of(learner)}/levels",
        competence="https://example.org/no-such-thing",
        level="2",
    )

    assert answer.status_code == 404
    assert len(history(own, learner).records) == before


def contested(own, visitor, learner, number):
    record = [
        each for each in history(own, learner).records if not each.replaced and each.assessor != learner
    ][number]  # fmt: skip
    path = f"/en/people/{local_of(learner)}/levels"
    answer = send(
        visitor("demo-library-learner"), path, to=f"{path}/contest", record=record.iri,
        reason="Vertinta prieš man baigiant kursą.",
    )  # fmt: skip
    assert answer.status_code == 303
    found = own.state.services.registry.contests.of_person(learner)
    return record, next(each for each in found if each.record == record.iri)


def test_objection_that_is_accepted_puts_another_level_in_place_of_the_first(own, visitor, learner):
    record, contest = contested(own, visitor, learner, 0)
    path = f"/en/people/{local_of(learner)}/levels"
    answer = send(
        visitor("demo-library-hr"), path, to=f"{path}/answer", contest=contest.id, level="5",
        answer="Taip, kursas baigtas anksčiau.",
    )  # fmt: skip

    assert answer.status_code == 303
    after = [each for each in history(own, learner).records if each.revises == record.iri]
    assert [(each.level, each.status) for each in after] == [(5, "validated")]
    assert own.state.services.registry.contests.find(contest.id).state == "accepted"


def test_objection_that_is_declined_leaves_the_level_and_says_why(own, visitor, learner):
    record, contest = contested(own, visitor, learner, 1)
    path = f"/en/people/{local_of(learner)}/levels"
    send(
        visitor("demo-library-unit-lead"), path, to=f"{path}/answer", contest=contest.id, level="keep",
        answer="Testas laikytas jau po kurso.",
    )  # fmt: skip
    page = visitor("demo-library-learner").get(path)

    assert [each for each in history(own, learner).records if each.revises == record.iri] == []
    assert "Testas laikytas jau po kurso." in page.text


def test_objection_is_answered_once(own, visitor, learner):
    _, contest = contested(own, visitor, learner, 2)
    path = f"/en/people/{local_of(learner)}/levels"
    answers = [
        send(
            visitor(name), path, to=f"{path}/answer", contest=contest.id, level="keep", answer=f"Atsako {name}."
        ).status_code
        for name in ("demo-library-unit-lead", "demo-library-hr")
    ]  # fmt: skip

    assert answers == [303, 403]
    assert "demo-library-unit-lead" in own.state.services.registry.contests.find(contest.id).answer


def test_nobody_answers_the_own_objection(own, visitor, learner):
    _, contest = contested(own, visitor, learner, 3)
    path = f"/en/people/{local_of(learner)}/levels"
    answer = send(
        visitor("demo-library-learner"), path, to=f"{path}/answer", contest=contest.id, level="5", answer="x" * 40
    )

    assert answer.status_code == 403
    assert own.state.services.registry.contests.find(contest.id).state == "open"


def test_objection_without_a_reason_comes_back_to_the_form(own, visitor, learner):
    record = next(each for each in history(own, learner).records if not each.replaced and each.assessor != learner)
    path = f"/en/people/{local_of(learner)}/levels"
    answer = send(visitor("demo-library-learner"), path, to=f"{path}/contest", record=record.iri, reason="ne")

    assert answer.status_code == 422
    assert "Write in a sentence or two" in answer.text


def test_acts_stand_in_the_audit_and_the_person_sees_them(own, visitor, learner):
    lead = visitor("demo-library-unit-lead")
    competence = history(own, learner).records[0].competence
    send(lead, f"/en/people/{local_of(learner)}/levels", competence=competence, level="3")
    lead.get(f"/en/people/{local_of(learner)}.xlsx")
    found = own.state.services.registry.audit.lines(person=learner, account=account(own, "demo-library-unit-lead").id)
    page = visitor("demo-library-learner").get(f"/en/people/{local_of(learner)}/data")

    assert {"assess", "export", "view"} <= {each.act for each in found}
    assert "saved the data as a file" in page.text


def test_own_look_at_the_own_data_is_no_line(own, visitor, learner):
    mine = visitor("demo-library-learner")
    before = len(own.state.services.registry.audit.lines(person=learner, most=5000))
    mine.get(f"/en/people/{local_of(learner)}")
    mine.get(f"/en/people/{local_of(learner)}/data.xlsx")

    assert len(own.state.services.registry.audit.lines(person=learner, most=5000)) == before


def test_heat_map_is_a_look_at_everybody_on_it(own, visitor):
    hr = account(own, "demo-museum-hr").actor
    visitor("demo-museum-hr").get(f"/en/organisations/{local_of(hr.organisation)}")
    found = own.state.services.registry.audit.lines(account="demo-museum-hr", act="view", most=1)

    assert hr.person not in found[0].people
    assert len(found[0].people) > 10
    assert find_person(hr, own.state.services.store, Iri(found[0].people[0])).organisation == hr.organisation
