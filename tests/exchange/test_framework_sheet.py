"""A framework goes out as a table and comes back exactly: what was not edited stays, what was is one change."""

import csv
import io
import random
from datetime import date, datetime

import openpyxl
import pyoxigraph as ox
import pytest

from competence_graph.bundled import bundled
from competence_graph.exchange.framework_edit import sheet_change
from competence_graph.exchange.framework_sheet import framework_sheet
from competence_graph.exchange.spreadsheets import read_csv, read_workbook
from competence_graph.exchange.tables import to_csv, to_xlsx
from competence_graph.graph.change import difference
from competence_graph.graph.inventory import guard, load_inventories
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.graph.terms import node
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import BASE, id_iri, is_id, mint

FRAMEWORKS = ("generic", "managerial", "libraries", "archives", "museums", "cultural-centres", "restorers")
TODAY = date(2026, 11, 27)
TEXTS = ("label_lt", "definition_en", "level_1_lt", "level_5_en", "alternative_lt")


@pytest.fixture(scope="module")
def writer():
    writer = guard(OxigraphStore(), BASE)
    load_inventories(writer, bundled("inventories"), BASE)
    return writer


@pytest.fixture(scope="module")
def store(writer):
    return writer.store


def rows_of(store, framework):
    """The table as a program reads it: a dict a row."""
    data = to_csv(framework_sheet(store, id_iri(framework)))
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def written(rows, delimiter=","):
    made = io.StringIO(newline="")
    table = csv.DictWriter(made, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return made.getvalue().encode()


def change_of(data, store, delimiter=","):
    got = read_workbook(data) if data[:2] == b"PK" else read_csv(data, delimiter=delimiter)
    assert got.findings == ()
    return sheet_change(got.sheets[0], store, today=TODAY, mint=lambda: mint("c", taken=lambda _: False), base=BASE)


def differs(made, store):
    found = difference(made.change, store)
    return sorted(map(str, found.inserts)), sorted(map(str, found.deletes))


def test_there_is_a_table_of_every_framework(store):
    names = {str(row["framework"]).rsplit("/", 1)[-1] for row in ask(store, "framework_counts")}

    assert names == set(FRAMEWORKS)
    assert framework_sheet(store, id_iri("no-such-framework")) is None


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("form", [to_csv, to_xlsx])
def test_a_table_that_was_not_edited_changes_nothing(store, framework, form):
    made = change_of(form(framework_sheet(store, id_iri(framework))), store)

    assert made.findings == ()
    assert differs(made, store) == ([], [])
    assert len(made.rows) == len(rows_of(store, framework))


def test_nor_does_one_that_a_spreadsheet_program_saved_its_own_way(store):
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(framework_sheet(store, id_iri("libraries")))))
    sheet = book.active
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        row[head.index("modified")].value = datetime.fromisoformat(row[head.index("modified")].value or "2026-01-01")
        if not row[head.index("created")].value:
            row[head.index("modified")].value = None
    saved = io.BytesIO()
    book.save(saved)
    semicolons = written(rows_of(store, "libraries"), ";").replace(b"\r\n", b"\n")

    assert differs(change_of(saved.getvalue(), store), store) == ([], [])
    assert differs(change_of(semicolons, store, ";"), store) == ([], [])


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_changed_cell_is_exactly_one_change(store, framework):
    chooses = random.Random(framework)
    rows = rows_of(store, framework)
    for column in TEXTS:
        row = chooses.choice([each for each in rows if each[column] and each["kind"] == "competence"])
        whole = row[column]
        row[column] = whole + " pataisyta"
        inserts, deletes = differs(change_of(written(rows), store), store)
        row[column] = whole

        assert (len(inserts), len(deletes)) == (1, 1)
        assert "pataisyta" in inserts[0]


def test_a_table_with_rows_and_columns_left_out_takes_nothing_away(store):
    rows = [{name: row[name] for name in ("uri", "framework", "label_en")} for row in rows_of(store, "museums")[3:9]]
    rows[0]["label_en"] = "Another label"
    inserts, deletes = differs(change_of(written(rows), store), store)

    assert (len(inserts), len(deletes)) == (1, 1)


def test_values_with_the_mark_that_parts_them_and_with_formula_signs_come_back(writer):
    store = OxigraphStore()
    store.load(ox.parse(writer.store.dump(None), format=ox.RdfFormat.N_QUADS))
    thing, graph = node(id_iri("c57vh4eb")), node(f"{BASE}graph/framework/libraries")
    alternative = node("http://www.w3.org/2004/02/skos/core#altLabel")
    odd = ["a|b", "c\\d", "=1+1", "  apart  ", "cafe\u0301"]
    store.load(ox.Quad(thing, alternative, ox.Literal(each, language="en"), graph) for each in odd)
    rows = rows_of(store, "libraries")
    row = next(each for each in rows if each["uri"] == "c57vh4eb")

    assert differs(change_of(written(rows), store), store) == ([], [])
    row["label_en"] += " now"
    assert tuple(map(len, differs(change_of(written(rows), store), store))) == (1, 1)


def test_a_new_row_gets_an_id_and_what_all_others_of_the_framework_have(writer):
    rows = rows_of(writer.store, "museums")
    blank = dict.fromkeys(rows[0], "")
    area = blank | {
        "kind": "sritis",
        "notation": "MUZ-Z",
        "label_lt": "Nauja sritis",
        "label_en": "New area",
        "definition_lt": "Kuo ši sritis rūpinasi.",
        "definition_en": "What this area is about.",
    }
    new = blank | {
        "kind": "competence",
        "notation": "MUZ-99",
        "broader": "MUZ-Z",
        "label_lt": "Lėlių taisymas",
        "label_en": "Mending of puppets",
        "definition_lt": "Gebėjimas taisyti lėles taip, kad jomis vėl būtų galima vaidinti.",
        "definition_en": "The ability to mend puppets so that they can play again.",
    }
    new |= {
        f"level_{n}_{lang}": f"{word} {n}"
        for n in range(1, 6)
        for lang, word in (("lt", "Taiso lėlę"), ("en", "Mends puppet"))
    }
    made = change_of(written([*rows, new, area]), writer.store)

    assert made.findings == ()
    assert not [each for each in writer.check(made.change) if each.refuses]
    inserts = difference(made.change, writer.store).inserts
    things = {each.subject.value.rsplit("/", 1)[-1] for each in inserts}
    assert all(is_id(each.split("-")[0]) or each == "museums" for each in things)
    assert {str(each.predicate).rsplit("/", 1)[-1].rsplit("#", 1)[-1].strip("<>") for each in inserts} >= {
        "created", "modified", "status", "type", "skillReuseLevel", "topConceptOf", "hasTopConcept", "broader", "level",
    }  # fmt: skip
    store = OxigraphStore()
    again = guard(store, BASE)
    load_inventories(again, bundled("inventories"), BASE)
    again.write(made.change, actor=OPERATOR)
    assert {"MUZ-99", "MUZ-Z"} <= {row["notation"] for row in rows_of(store, "museums")}


def test_an_emptied_cell_takes_its_statement_and_an_emptied_level_its_descriptor(store):
    rows = rows_of(store, "generic")
    row = next(each for each in rows if each["level_5_lt"])
    row["level_5_lt"] = row["level_5_en"] = ""
    inserts, deletes = differs(change_of(written(rows), store), store)

    assert inserts == []
    assert len(deletes) == 5
    assert len({each.split()[0] for each in deletes}) == 1


@pytest.mark.parametrize(
    ("mistake", "rule"),
    [
        ({"uri": "c0000000"}, "unknown-row"),
        ({"uri": "not an id"}, "unknown-row"),
        ({"framework": "galleries"}, "framework"),
        ({"broader": "MUZ-404"}, "link"),
        ({"exact_match": "somewhere else"}, "link"),
        ({"modified": "27.11.2026"}, "date"),
        ({"kind": "area"}, "kind"),
        ({"uri": "", "kind": ""}, "kind"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_row_in_both_languages_and_nothing_of_the_row_is_taken(store, mistake, rule):
    rows = rows_of(store, "museums")
    place = next(at for at, row in enumerate(rows) if row["kind"] == "competence")
    rows[place] |= mistake
    made = change_of(written(rows), store)

    assert [(each.rule, each.line) for each in made.findings] == [(f"sheet-{rule}", place + 2)]
    assert all(each.said[lang] and each.mend[lang] for each in made.findings for lang in ("lt", "en"))


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("uri,framework,label_xx", "column"),
        ("uri,framework,label_en,label_en", "column-twice"),
        ("uri,label_en", "column-missing"),
    ],
)
def test_a_head_with_a_mistake_is_told_before_any_row_is_read(store, head, rule):
    made = change_of(f"{head}\nc57vh4eb,libraries,x\n".encode(), store)

    assert [each.rule for each in made.findings] == [f"sheet-{rule}"]
    assert made.change.put == ()


def test_an_empty_table_is_told_so(store):
    assert [each.rule for each in change_of(b"\n", store).findings] == ["sheet-empty"]


def test_a_text_for_a_level_that_the_scale_does_not_have_is_refused(store):
    rows = [row | {"level_6_lt": "Per aukštai"} for row in rows_of(store, "museums")]
    made = change_of(written(rows), store)

    assert {each.rule for each in made.findings} == {"sheet-level"}
