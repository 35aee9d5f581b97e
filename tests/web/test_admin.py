"""The admin's pages: institutions and licences, and nobody's data."""

import csv
import io
import re

import pytest
from tests.serving import demo_app


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    app = demo_app(tmp_path_factory.mktemp("data"))
    app.state.services.registry.put_account("demo-ministry", "ministry", "Ministerija", demo=True)
    return app


@pytest.fixture
def library(own):
    found = own.state.services.registry.demo_accounts()
    return next(each.actor.organisation for each in found if each.id == "demo-library-hr")


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.text)))


def send(visitor, **fields):
    page = visitor.get("/en/licences")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    return visitor.post("/en/licences", data={"csrf": csrf, **fields})


def licence(library, **changed):
    fields = {
        "organisation": library.rsplit("/", 1)[-1],
        "product": "mokymosi aplinka",
        "seats": "2",
        "since": "2026-01-01",
        "until": "",
    }
    return fields | changed


def test_admin_reads_which_institution_has_how_many_accounts(visitor):
    rows = rows_of(visitor("demo-admin").get("/en/admin.csv"))

    assert {row["accounts"] for row in rows if row["accounts"] != "0"} == {"1", "3"}
    assert len(rows) >= 3


def test_licence_is_recorded_and_tells_how_many_seats_are_used(visitor, library):
    admin = visitor("demo-admin")
    answer = send(admin, **licence(library))
    rows = rows_of(admin.get("/en/licences.csv"))

    assert answer.status_code == 303
    assert [(row["product"], row["seats"], row["used"], row["since"], row["until"]) for row in rows] == [
        ("mokymosi aplinka", "2", "3", "2026-01-01", "")
    ]
    assert "1 account has no seat" in admin.get("/en/admin").text


def test_ministry_reads_licences_and_cannot_change_them(visitor, library):
    ministry = visitor("demo-ministry")
    token = re.search(r'name="csrf" value="([^"]+)"', ministry.get("/en/licences").text)[1]

    assert ministry.get("/en/licences").status_code == 200
    assert ministry.post("/en/licences", data={"csrf": token, **licence(library)}).status_code == 404


@pytest.mark.parametrize("name", ["demo-library-hr", "demo-planner", "demo-library-learner", "demo-library-unit-lead"])
def test_nobody_else_finds_the_pages(visitor, name):
    assert [visitor(name).get(path).status_code for path in ("/en/admin", "/en/licences", "/en/admin.csv")] == [404] * 3


def test_licence_that_ends_soon_is_a_task_and_one_that_ended_is_gone(own, visitor, library):
    admin = visitor("demo-admin")
    end = own.state.services.today.isoformat()
    send(admin, **licence(library, product="iki šiandien", seats="9", until=end))
    listed = [row for row in rows_of(admin.get("/en/licences.csv")) if row["product"] == "iki šiandien"]
    told = "iki šiandien" in admin.get("/en/admin").text
    number = re.search(
        r'name="end" value="([^"]+)"[^<]*<span class="vh">[^<]*iki šiandien', admin.get("/en/licences").text
    )
    send(admin, end=number[1])

    assert ([row["until"] for row in listed], told) == ([end], True)
    assert "iki šiandien" not in admin.get("/en/licences.csv").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"organisation": "o0000000"}, "Choose an institution"),
        ({"organisation": ""}, "Choose an institution"),
        ({"product": ""}, "Write what the seats are for"),
        ({"product": "x" * 200}, "Write what the seats are for"),
        ({"seats": "-1"}, "Write how many seats"),
        ({"seats": "²"}, "Write how many seats"),
        ({"seats": "1e9"}, "Write how many seats"),
        ({"since": "31.01.2026"}, "Write the day like this"),
        ({"until": "2025-12-31"}, "The last day must not be before the first"),
    ],
)
def test_wrong_licence_comes_back_to_the_form_with_what_was_typed(visitor, library, changed, said):
    admin = visitor("demo-admin")
    before = admin.get("/en/licences.csv").text
    answer = send(admin, **licence(library, **changed))

    assert answer.status_code == 422
    assert said in answer.text
    assert admin.get("/en/licences.csv").text == before


def test_script_typed_as_a_product_is_text(visitor, library):
    admin = visitor("demo-admin")
    send(admin, **licence(library, product="<script>alert(1)</script>"))
    page = admin.get("/en/licences").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
