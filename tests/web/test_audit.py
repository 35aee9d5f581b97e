"""The audit page, and the admin's look behind broken glass: reasoned, short, shown to the institution."""

import csv
import io
import re
from datetime import timedelta

import pytest
from tests.web.conftest import actor_of, local_of

from competence_graph.registry.glasses import OPEN_FOR

REASON = "Prašymas 4812: įstaigos personalo specialistė negali atverti puslapio."


@pytest.fixture
def library(own):
    return actor_of(own, "demo-library-hr").organisation


def glass(visitor, organisation, **fields):
    admin = visitor("demo-admin")
    page = admin.get(f"/en/organisations/{local_of(organisation)}/glass")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    return admin, admin.post(f"/en/organisations/{local_of(organisation)}/glass", data={"csrf": csrf, **fields})


def close(own, organisation):
    own.state.services.registry.glasses.close("demo-admin", organisation)


def test_admin_sees_nobody_s_data(own, visitor, library):
    person = actor_of(own, "demo-library-learner").person
    admin = visitor("demo-admin")
    paths = [
        f"/en/organisations/{local_of(library)}",
        f"/en/people/{local_of(person)}",
        f"/en/people/{local_of(person)}/levels",
    ]

    assert [admin.get(path).status_code for path in paths] == [404, 404, 404]


def test_admin_with_a_reason_sees_one_institution_and_no_other(own, visitor, library):
    admin, answer = glass(visitor, library, reason=REASON)
    museum = actor_of(own, "demo-museum-hr").organisation

    assert answer.status_code == 303
    assert admin.get(f"/en/organisations/{local_of(library)}").status_code == 200
    assert admin.get(f"/en/organisations/{local_of(museum)}").status_code == 404
    close(own, library)


def test_glass_lets_the_admin_read_and_not_write(own, visitor, library):
    admin, _ = glass(visitor, library, reason=REASON)
    person = actor_of(own, "demo-library-learner").person
    path = f"/en/people/{local_of(person)}/levels"
    csv_text = admin.get(f"{path}.csv").text
    record = next(csv.DictReader(io.StringIO(csv_text)))
    token = re.search(r'name="csrf" value="([^"]+)"', admin.get(path).text)[1]
    answer = admin.post(path, data={"csrf": token, "competence": record["competence"], "level": "1"})

    assert answer.status_code == 403
    close(own, library)


@pytest.mark.parametrize("reason", ["", "reikia", " " * 60])
def test_glass_does_not_break_without_a_reason(own, visitor, library, reason):
    admin, answer = glass(visitor, library, reason=reason)

    assert answer.status_code == 422
    assert admin.get(f"/en/organisations/{local_of(library)}").status_code == 404


def test_glass_mends_itself(own, visitor, library, monkeypatch):
    admin, _ = glass(visitor, library, reason=REASON)
    glasses = own.state.services.registry.glasses
    later = glasses.now() + OPEN_FOR + timedelta(seconds=1)
    monkeypatch.setattr(type(glasses), "now", lambda self: later)

    assert admin.get(f"/en/organisations/{local_of(library)}").status_code == 404


def test_glass_is_mended_by_hand(own, visitor, library):
    glass(visitor, library, reason=REASON)
    admin, _ = glass(visitor, library, end="1")

    assert admin.get(f"/en/organisations/{local_of(library)}").status_code == 404


def test_institution_is_shown_that_and_why_an_admin_looked_and_at_whom(own, visitor, library):
    admin, _ = glass(visitor, library, reason=REASON)
    person = actor_of(own, "demo-library-learner").person
    admin.get(f"/en/people/{local_of(person)}")
    close(own, library)
    hr = visitor("demo-library-hr")

    assert "in the last 30 days" in hr.get(f"/en/organisations/{local_of(library)}").text
    assert REASON in hr.get("/en/audit").text
    rows = list(csv.DictReader(io.StringIO(hr.get("/en/audit.csv?account=demo-admin").text)))
    assert (rows[0]["act"], rows[0]["people"]) == ("view", person)
    assert (
        "in the last 30 days"
        not in visitor("demo-museum-hr")
        .get(f"/en/organisations/{local_of(actor_of(own, 'demo-museum-hr').organisation)}")
        .text
    )


def test_learner_reads_of_the_admin_s_look(own, visitor, library):
    admin, _ = glass(visitor, library, reason=REASON)
    person = actor_of(own, "demo-library-learner").person
    admin.get(f"/en/people/{local_of(person)}")
    close(own, library)

    assert (
        "An administrator of the service"
        in visitor("demo-library-learner").get(f"/en/people/{local_of(person)}/data").text
    )


def test_hr_reads_the_lines_of_the_own_institution_only(own, visitor, library):
    museum = actor_of(own, "demo-museum-hr").organisation
    visitor("demo-museum-hr").get(f"/en/organisations/{local_of(museum)}")
    visitor("demo-library-hr").get(f"/en/organisations/{local_of(library)}")
    rows = list(csv.DictReader(io.StringIO(visitor("demo-library-hr").get("/en/audit.csv").text)))

    assert {row["organisation"] for row in rows} == {library}
    assert "demo-museum-hr" not in {row["account"] for row in rows}


def test_hr_cannot_ask_for_another_institution_s_lines(own, visitor, library):
    museum = actor_of(own, "demo-museum-hr")
    visitor("demo-museum-hr").get(f"/en/organisations/{local_of(museum.organisation)}")
    hr = visitor("demo-library-hr")
    for query in (
        f"organisation={local_of(museum.organisation)}",
        "account=demo-museum-hr",
        f"person={local_of(museum.person)}",
    ):
        rows = list(csv.DictReader(io.StringIO(hr.get(f"/en/audit.csv?{query}").text)))
        assert {row["organisation"] for row in rows} <= {library}, query


@pytest.mark.parametrize("name", ["demo-library-learner", "demo-library-unit-lead", "demo-planner"])
def test_nobody_else_reads_the_audit(visitor, name):
    assert visitor(name).get("/en/audit").status_code == 404
    assert visitor(name).get("/en/audit.csv").status_code == 404


def test_page_answers_whose_data_an_account_saw(own, visitor, library):
    person = actor_of(own, "demo-library-learner").person
    visitor("demo-library-unit-lead").get(f"/en/people/{local_of(person)}")
    page = visitor("demo-library-hr").get("/en/audit?account=demo-library-unit-lead&from=2026-01-01")
    name = own.state.services.registry.identities.find(person).name

    assert re.search(r"The account saw the data of \d+ (person|people)", page.text)
    assert name in page.text


def test_admin_s_audit_shows_no_name_of_a_person(own, visitor, library):
    person = actor_of(own, "demo-library-learner").person
    visitor("demo-library-hr").get(f"/en/people/{local_of(person)}")
    page = visitor("demo-admin").get("/en/audit")

    assert page.status_code == 200
    assert local_of(person) in page.text
    assert own.state.services.registry.identities.find(person).family_name not in page.text.replace(
        next(each.label for each in own.state.services.registry.demo_accounts() if each.id == "demo-library-learner"),
        "",
    )


@pytest.mark.parametrize(
    "query", ["from=yesterday", "to=0000-00-00", "from=9999-12-31&to=9999-12-31", "act=%00", "before=1"]
)
def test_filters_that_make_no_sense_are_harmless(visitor, query):
    assert visitor("demo-library-hr").get(f"/en/audit?{query}").status_code == 200
