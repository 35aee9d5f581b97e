"""Import on the pages: a table from the upload to the undoing, HR alone, every fault named, all or nothing."""

import html
import io
import re
import threading
import time

import openpyxl
import pytest
from tests.web.conftest import local_of
from tests.web.signing import as_demo, csrf

from competence_graph.answers.people import find_person
from competence_graph.errors import RefusedError
from competence_graph.graph.questions import ask
from competence_graph.model.iri import Iri
from competence_graph.web.routes import importing

HEAD = "Vardas,Pavardė,El. paštas,Padalinys,Pareigybė,Pirma diena"


@pytest.fixture
def hr(guest, registry):
    return as_demo(guest, registry, "demo-library-hr")


@pytest.fixture
def start(library_hr):
    return f"/en/organisations/{local_of(library_hr.organisation)}/import"


def upload(visitor, start, data, name="staff.csv"):
    given = data if isinstance(data, bytes) else data.encode()
    token = csrf(visitor.get(start))
    return visitor.post(start, data={"csrf": token}, files={"file": (name, given)})


def step(visitor, path, act, page=None, **fields):
    token = csrf(visitor.get(page or path))
    # As a browser sends it: the form has an upload's encoding whether a file is in it or not.
    return visitor.post(
        path, files=[(name, (None, value)) for name, value in {"csrf": token, "act": act, **fields}.items()]
    )


def chosen(page):
    """What the page of columns offers, as its form would send it."""
    fields = {}
    for name, inner in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        picked = re.search(r'value="([^"]*)" selected', inner)
        fields[name] = html.unescape(picked[1]) if picked else ""
    for name in ("start", "assessed"):
        fields[name] = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)[1]
    fields["profile"] = re.search(r'name="profile" value="([^"]*)" checked', page)[1]
    return fields


def ready(visitor, start, data, **choices):
    """Upload a table, confirm its columns, and return the address of the import."""
    sent = upload(visitor, start, data)
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    answer = step(visitor, path, "match", **(chosen(visitor.get(path).text) | choices))
    assert answer.status_code == 303, answer.text
    return path


@pytest.fixture
def words(hr, start):
    """A unit and two roles as the institution's template names them."""
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"{start}/template").content))
    lists = book[book.sheetnames[1]]
    return {
        "units": [cell.value for cell in lists["A"] if cell.value],
        "roles": [cell.value for cell in lists["B"] if cell.value],
    }


def numbers(page):
    return {
        html.unescape(says): int(number)
        for says, number in re.findall(r'<th scope="row">([^<]*)</th><td class="num">(\d+)</td></tr>', page)
    }


def state(own, organisation):
    """Everything that is known of an institution: statements of its people, names and its own statements."""
    services = own.state.services
    people = set(
        services.store.select(
            "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), '/people/') || STR(?g) = "
            f"'{services.base}graph/organisations') }}"
        ).rows
    )
    return people, services.registry.identities.present(organisation)


def test_a_table_of_people_becomes_people_with_gaps_and_is_undone_without_a_trace(hr, start, own, words, library_hr):
    before = state(own, library_hr.organisation)
    assert f'href="{start}/template"' in hr.get(start).text
    unit, role = words["units"][0], words["roles"][0]
    path = ready(
        hr, start, f"{HEAD}\nŽydrė,Šimkūnaitė,zydre@example.org,{unit},{role},2026-01-05\n"
        f"Ąžuolas,Čepaitis,,{unit},{role},2026-02-01\n",
    )  # fmt: skip

    preview = hr.get(path).text
    assert "What will change" in preview
    assert numbers(preview)["New people"] == 2
    assert state(own, library_hr.organisation) == before

    assert step(hr, path, "commit").status_code == 303
    done = hr.get(path).text
    assert "The table is imported" in done
    told = numbers(done)
    assert told.pop("People who are not in the table; they stay as they are") > 10
    assert told == {"Rows of the table": 2, "New people": 2, "Posts that begin": 2}
    people = hr.get(f"/en/organisations/{local_of(library_hr.organisation)}/people").text
    assert "Žydrė" in people
    assert "Ąžuolas" in people

    assert step(hr, path, "undo").status_code == 303
    assert state(own, library_hr.organisation) == before
    assert "was undone" in hr.get(path).text
    assert "Žydrė" not in hr.get(f"/en/organisations/{local_of(library_hr.organisation)}/people").text


def test_the_same_table_twice_changes_nothing_the_second_time(hr, start, own, words, library_hr):
    table = f"{HEAD}\nDukart,Įrašyta,dukart@example.org,{words['units'][0]},{words['roles'][1]},2026-01-05\n"
    first = ready(hr, start, table)
    step(hr, first, "commit")
    after = state(own, library_hr.organisation)

    second = ready(hr, start, table)
    shown = numbers(hr.get(second).text)
    step(hr, second, "commit")

    assert not {"New people", "Posts that begin", "Levels that are recorded"} & set(shown)
    assert shown["People for whom nothing changes"] == 1
    assert state(own, library_hr.organisation) == after


def test_faulty_rows_are_shown_alone_mended_in_place_and_left_out(hr, start, own, words, library_hr):
    unit, role = words["units"][0], words["roles"][0]
    before = state(own, library_hr.organisation)
    near = unit[:-1] + ("x" if unit[-1] != "x" else "y")
    path = ready(
        hr, start, f"{HEAD}\nGera,Eilutė,,{unit},{role},2026-01-05\nBlogas,Skyrius,,{near},{role},2026-01-05\n"
        f"Bloga,Pareigybė,,{unit},Kosmonautė,2026-01-05\nBe,Dienos,,{unit},{role},2026-13-45\n",
    )  # fmt: skip

    page = hr.get(path).text
    assert "4 rows: 1 is fine, 3 need you" in page
    assert "Gera" not in page
    assert re.findall(r'<th scope="row" class="num">(\d+)</th>', page) == ["3", "4", "5"]
    assert f"There is no unit “{html.escape(near)}”." in page
    assert f'name="fix-3-3" value="{html.escape(unit)}"' in page  # the nearest is offered
    assert "There is no role “Kosmonautė”." in page
    assert "“2026-13-45” is no day." in page
    # What is faulty cannot be written, whatever is sent.
    step(hr, path, "commit")
    assert state(own, library_hr.organisation) == before

    mended = {"fix-3-3": unit, "fix-4-4": role, "skip-5": "1"}
    assert step(hr, path, "mend", **mended).status_code == 303
    preview = hr.get(path).text
    assert "What will change" in preview
    assert numbers(preview)["New people"] == 3
    step(hr, path, "commit")
    names = {f"{given} {family}" for given, family, _ in state(own, library_hr.organisation)[1].values()}
    assert {"Gera Eilutė", "Blogas Skyrius", "Bloga Pareigybė"} <= names
    assert "Be Dienos" not in names


def test_marked_workbook_keeps_the_rows_with_a_note_at_each_fault(hr, start, words):
    unit, role = words["units"][0], words["roles"][0]
    path = ready(hr, start, f"{HEAD}\nGera,Eilutė,,{unit},{role},2026-01-05\n=1+1,Pareigybė,,{unit},Kosmonautė,\n")

    sheet = openpyxl.load_workbook(io.BytesIO(hr.get(f"{path}/marked").content)).active

    assert sheet.cell(1, 7).value == "What to mend"
    assert [cell.value for cell in sheet[2]][:5] == ["Gera", "Eilutė", None, unit, role]
    assert sheet.cell(2, 7).value is None
    assert sheet.cell(3, 1).value == "=1+1"
    assert sheet.cell(3, 1).data_type != "f"
    assert "There is no role “Kosmonautė”." in sheet.cell(3, 5).comment.text
    assert sheet.cell(3, 7).value == "There is no role “Kosmonautė”."


def test_levels_in_columns_of_competences_are_recorded_once(hr, start, own, words, library_hr):
    known = library_hr.person
    given, family, _ = state(own, library_hr.organisation)[1][known]
    held = ask(own.state.services.store, "history_of_level", person=Iri(known))
    competences = ["B-02", "B-03"]
    table = f"Vardas;Pavardė;{';'.join(competences)}\n{given};{family};4;0\n"
    path = ready(hr, start, table, assessed="2026-03-01")

    shown = numbers(hr.get(path).text)
    assert shown["Levels that are recorded"] == 1  # 0: not assessed
    assert "New people" not in shown
    step(hr, path, "commit")
    earlier = {row["record"] for row in held}
    now = ask(own.state.services.store, "history_of_level", person=Iri(known))
    rows = [row for row in now if row["record"] not in earlier]
    assert {str(row["issued"]) for row in rows} == {"2026-03-01"}
    assert [row["level"] for row in rows] == [4]
    again = ready(hr, start, table, assessed="2026-03-01")
    assert numbers(hr.get(again).text)["Levels that are recorded already"] == 1
    assert len(held) > 0
    person = hr.get(f"/en/people/{local_of(known)}")
    assert person.status_code == 200


@pytest.mark.parametrize("encoding", ["cp1257", "utf-16", "utf-8-sig"])
def test_encodings_are_offered_not_guessed(hr, start, words, encoding):
    unit, role = words["units"][0], words["roles"][0]
    data = f"{HEAD.replace(',', ';')}\nŠarūnė;Žąsytė;;{unit};{role};05.01.2026\n".encode(encoding)
    path = upload(hr, start, data).headers["location"]
    page = hr.get(path).text
    if encoding != "utf-8-sig":
        assert "Which line can be read?" in page
        assert "Pavardė" in page
        assert step(hr, path, "read", encoding=encoding).status_code == 303
        page = hr.get(path).text
    assert "What does each column hold?" in page
    assert "Šarūnė" in page

    refused = step(hr, path, "match", **chosen(page))
    assert refused.status_code == 422
    assert "Say in which order day and month stand." in refused.text
    assert step(hr, path, "match", **chosen(page), order="dmy").status_code == 303
    assert numbers(hr.get(path).text)["New people"] == 1


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"column-0": ""}, "Say which column holds the names of people."),
        ({"column-0": "family_name"}, "Two columns mean the same: choose one of them."),
        ({"start": "yesterday"}, "Write the day like this: 2026-01-31."),
    ],
)
def test_columns_have_to_say_who_and_when(hr, start, words, columns, says):
    path = upload(hr, start, f"{HEAD}\nOna,Onaitė,,{words['units'][0]},{words['roles'][0]},2026-01-05\n").headers[
        "location"
    ]
    answer = step(hr, path, "match", **(chosen(hr.get(path).text) | {"column-2": ""} | columns))

    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("staff.csv", b"", "row"),
        ("staff.csv", b"Vardas,Pavarde\n", "The table has no rows below its column names."),
        ("staff.xlsx", b"PK\x03\x04nonsense", "workbook"),
        ("staff.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xlsx"),
    ],
)
def test_what_is_no_table_is_refused_in_words(hr, start, name, data, says):
    answer = upload(hr, start, data, name)

    assert answer.status_code == 422
    assert says in re.search(r'class="[^"]*error[^"]*".*?</div>', answer.text, re.DOTALL)[0]


def test_a_form_without_its_size_or_above_it_is_refused_before_it_is_read(hr, start):
    token = csrf(hr.get(start))
    body = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + token.encode() + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    streamed = hr.post(start, content=iter([body]), headers=kind)
    large = hr.post(start, content=b"\0" * (22 << 20), headers=kind)

    assert streamed.status_code == large.status_code == 413


@pytest.mark.parametrize(
    "name", ["demo-museum-hr", "demo-library-unit-lead", "demo-library-learner", "demo-planner", "demo-admin"]
)
def test_nobody_else_sees_that_there_is_an_import(own, registry, hr, start, visitor, words, name):
    path = ready(hr, start, f"{HEAD}\nSlapta,Eilutė,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")
    other = visitor(name)

    for each in (start, path, f"{path}/marked", f"{start}/template"):
        told = other.get(each)
        assert told.status_code in {403, 404}
        assert "Slapta" not in told.text


def test_undo_is_refused_when_something_rests_on_the_import(hr, start, own, words, library_hr):
    path = ready(
        hr, start, f"{HEAD}\nLiks,Įrašyta,liks@example.org,{words['units'][0]},{words['roles'][0]},2026-01-05\n"
    )
    step(hr, path, "commit")
    table = "El. paštas,B-02\nliks@example.org,3\n"
    levels = ready(hr, start, table)
    step(hr, levels, "commit")
    before = state(own, library_hr.organisation)

    refused = step(hr, path, "undo")

    assert refused.status_code == 409
    assert state(own, library_hr.organisation) == before
    assert step(hr, levels, "undo").status_code == 303
    assert step(hr, path, "undo").status_code == 303
    names = [told[0] for told in state(own, library_hr.organisation)[1].values()]
    assert "Liks" not in names


def test_dropped_table_is_gone(hr, start, words, registry, library_hr):
    path = ready(hr, start, f"{HEAD}\nNereikalinga,Lentelė,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")

    assert step(hr, path, "drop").status_code == 303
    assert "Nereikalinga" not in hr.get(path).text
    assert registry.imports.find(library_hr.organisation, local_of(path)).content == {}


def test_new_units_are_made_when_asked(hr, start, own, words, library_hr):
    before = state(own, library_hr.organisation)
    path = ready(hr, start, f"{HEAD}\nNaujas,Skyrius,,Keliaujanti biblioteka,{words['roles'][0]},2026-01-05\n")
    assert "Make the unit that is not there" in hr.get(path).text
    step(hr, path, "mend", make_units="1")
    page = hr.get(path).text
    assert numbers(page)["New units"] == 1
    step(hr, path, "commit")

    assert "Keliaujanti biblioteka" in hr.get(start.removesuffix("/import")).text
    step(hr, path, "undo")
    assert state(own, library_hr.organisation) == before


def test_find_person_sees_who_was_imported(hr, start, own, words, library_hr):
    path = ready(hr, start, f"{HEAD}\nRasta,Iškart,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")
    step(hr, path, "commit")
    made = next(each for each, told in state(own, library_hr.organisation)[1].items() if told[0] == "Rasta")

    assert find_person(library_hr, own.state.services.store, Iri(made)) is not None


def test_long_table_is_written_after_the_answer_and_its_page_says_so(hr, start, own, words, library_hr, monkeypatch):
    monkeypatch.setattr(importing, "LONG", 1)
    held = threading.Event()
    carry_out = importing.importing.carry_out

    def waiting(*args, **kwargs):
        held.wait(20)
        return carry_out(*args, **kwargs)

    monkeypatch.setattr(importing.importing, "carry_out", waiting)
    row = f"Ilga,Lentelė{{}},,{words['units'][0]},{words['roles'][0]},2026-01-05\n"
    path = ready(hr, start, f"{HEAD}\n{row.format('')}{row.format('tė')}")

    assert step(hr, path, "commit").status_code == 303
    running = hr.get(path)
    assert "is being imported" in running.text
    assert running.headers["refresh"] == "5"
    # Neither again nor undone while it runs.
    assert step(hr, path, "commit", page=start).status_code == 303
    assert step(hr, path, "undo", page=start).status_code == 303
    held.set()
    shown = until(lambda: hr.get(path), lambda page: "The table is imported" in page.text)

    assert "refresh" not in shown.headers
    assert numbers(shown.text)["New people"] == 2


def test_long_table_that_cannot_be_written_says_so_and_waits(hr, start, own, words, library_hr, monkeypatch):
    monkeypatch.setattr(importing, "LONG", 0)

    def broken(*_args, **_kwargs):
        raise RefusedError(())

    path = ready(hr, start, f"{HEAD}\nNe,Įrašyta,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")
    before = state(own, library_hr.organisation)
    with monkeypatch.context() as broke:
        broke.setattr(importing.importing, "carry_out", broken)
        step(hr, path, "commit")
        shown = until(lambda: hr.get(path), lambda page: "could not be written" in page.text)

    assert "What will change" in shown.text
    assert state(own, library_hr.organisation) == before
    step(hr, path, "commit")
    until(lambda: hr.get(path), lambda page: "The table is imported" in page.text)


def test_long_table_is_taken_back_after_the_answer_too(hr, start, own, words, library_hr, monkeypatch):
    monkeypatch.setattr(importing, "LONG", 0)
    before = state(own, library_hr.organisation)
    path = ready(hr, start, f"{HEAD}\nIlga,Atšaukiama,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")
    step(hr, path, "commit")
    until(lambda: hr.get(path), lambda page: "The table is imported" in page.text)
    made = local_of(path)
    known = next(
        each
        for each, told in own.state.services.registry.identities.present(library_hr.organisation).items()
        if told[1] == "Atšaukiama"
    )
    # Something rests on it: the page says so, and nothing is taken back.
    other = ready(hr, start, "Vardas,Pavardė,B-02\nIlga,Atšaukiama,3\n")
    step(hr, other, "commit")
    until(lambda: hr.get(other), lambda page: "The table is imported" in page.text)
    step(hr, path, "undo")
    until(lambda: hr.get(path), lambda page: "could not be undone" in page.text)
    assert known in own.state.services.registry.identities.present(library_hr.organisation)

    step(hr, other, "undo")
    until(lambda: hr.get(other), lambda page: "The import was undone" in page.text)
    step(hr, path, "undo")
    until(lambda: hr.get(path), lambda page: "The import was undone" in page.text)
    assert state(own, library_hr.organisation) == before
    # One whose process ended meanwhile can be undone again.
    registry = own.state.services.registry
    registry.imports.claim(made, "undone", "undoing")
    assert registry.imports.resume() == 1
    assert "The table is imported" in hr.get(path).text


def test_import_whose_process_ended_is_open_again(hr, start, words, registry, library_hr):
    path = ready(hr, start, f"{HEAD}\nNutrūkusi,Lentelė,,{words['units'][0]},{words['roles'][0]},2026-01-05\n")
    made = local_of(path)
    registry.imports.claim(made, "open", "running")

    assert registry.imports.resume() == 1
    assert "What will change" in hr.get(path).text


def until(ask, holds):
    """Ask until it holds, for some seconds."""
    for _ in range(200):
        answer = ask()
        if holds(answer):
            return answer
        time.sleep(0.1)
    raise AssertionError(answer.text)
