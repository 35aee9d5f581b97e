"""T14: what begins like a formula is text in every file that leaves, and refused where it would be a name."""

import csv
import io
import zipfile

import pyoxigraph as ox
import pytest
from openpyxl import load_workbook

from competence_graph.exchange.tables import Table, to_csv, to_xlsx
from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.vocab import expand
from competence_graph.life import settle
from competence_graph.model.iri import BASE

FORMULAS = [
    "=1+1", '=HYPERLINK("https://example.org?x="&A1,"Spauskite")', "+1+1", "-1+1", "@SUM(A1)",
    "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠x", "=cmd|'/c calc'!A0", "  =1+1", "\u200b=1+1",
    "%0A=1+1", '"=1+1"', "'=1+1", ";=1+1", ",=1+1", "{=1+1}", '=DDE("cmd";"/C calc";"x")', "−1",
]  # fmt: skip
HARMLESS = ["ąžuolas", "1 + 1 = 2", "a=b", "C++", "e-paslauga", "vardas@example.org", "100 %", ""]


def table():
    return Table(("text", "number"), [(each, at) for at, each in enumerate((*FORMULAS, *HARMLESS))], title="=1+1")


def test_t14_formula_is_a_string_cell_in_every_workbook():
    book = load_workbook(io.BytesIO(to_xlsx(table(), table())))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]

    assert {"f"} & {cell.data_type for cell in cells} == set()
    for sheet in book.worksheets:
        shown = [sheet.cell(row, 1).value or "" for row in range(2, 2 + len(FORMULAS) + len(HARMLESS))]
        # The text itself is whole; XML has no carriage return of its own.
        assert [each.replace("\r", "\n") for each in shown] == [
            each.replace("\r", "\n") for each in (*FORMULAS, *HARMLESS)
        ]


def test_t14_formula_no_formula_element_is_in_the_file():
    with zipfile.ZipFile(io.BytesIO(to_xlsx(table()))) as packed:
        sheets = [packed.read(name).decode() for name in packed.namelist() if "worksheets/" in name]

    assert sheets
    assert [] == [each for each in sheets if "<f>" in each or "<f " in each]


@pytest.mark.parametrize("text", FORMULAS)
def test_t14_formula_begins_no_field_of_a_csv(text):
    fields = [
        field
        for row in csv.reader(io.StringIO(to_csv(Table(("a", "b"), [(text, "x")])).decode("utf-8-sig"), newline=""))
        for field in row
    ]
    dangerous = "=+-@\t\r\n＝＋－＠"

    assert [] == [each for each in fields if each and each.lstrip(" \u200b\ufeff")[:1] in dangerous]


@pytest.mark.parametrize("text", HARMLESS)
def test_t14_formula_what_is_none_stays_as_it_is(text):
    rows = list(csv.reader(io.StringIO(to_csv(Table(("a", "b"), [(text, -1)])).decode("utf-8-sig"))))

    assert rows[1] == [text, "-1"]


@pytest.fixture(scope="module")
def writer():
    made = guard(OxigraphStore())
    settle(made, BASE)
    return made


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@x", "＝1", "\t=1"])
@pytest.mark.parametrize("property_", ["altLabel", "hiddenLabel", "prefLabel"])
def test_t14_formula_is_refused_as_a_label_with_the_reason(writer, text, property_):
    graph, thing = f"{BASE}graph/framework/libraries", ox.NamedNode(f"{BASE}id/c57vh4eb")
    said = [quad for quad in writer.store.quads(graph) if quad.subject == thing]
    predicate = ox.NamedNode(expand(f"skos:{property_}"))
    label = ox.Quad(thing, predicate, ox.Literal(text, language="lt"), ox.NamedNode(graph))
    findings = writer.check(Change(put=(*said, label)))
    told = [each for each in findings if "formula" in each.rule and each.refuses]

    assert said
    assert told, [each.rule for each in findings]
    assert {"lt", "en"} <= set(told[0].said)
