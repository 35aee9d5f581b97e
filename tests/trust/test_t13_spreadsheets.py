"""T13: spreadsheets that unpack to a bomb, hide macros or links, or lie about their size: refused in time, with why.

What is honest is read with the row numbers that a spreadsheet program shows, and no encoding is guessed.
"""

import io
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from competence_graph.exchange.faults import Faults
from competence_graph.exchange.sheets import rows
from competence_graph.exchange.spreadsheets import MOST_COLUMNS, MOST_ROWS, read_csv, read_workbook


def workbook(fill=None, **sheets):
    """An .xlsx with the rows of each sheet."""
    book = Workbook()
    book.remove(book.active)
    for title, content in (sheets or {"Žmonės": [["vardas", "lygis"], ["Rasa", 3]]}).items():
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
    if fill is not None:
        fill(book.worksheets[0])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def packed(data, *, add=(), change=None, drop=()):
    """The package with parts added, changed or dropped."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            if each.filename not in drop:
                content = old.read(each)
                new.writestr(each.filename, change(each.filename, content) if change else content)
        for name, content in add:
            new.writestr(name, content)
    return made.getvalue()


def bomb():
    """759 KB that unpack to 303 MB."""
    return packed(workbook(), add=[("xl/media/x.bin", b"0" * 303_000_000)])


def bomb_sheet():
    zeros = "<row>" + '<c t="inlineStr"><is><t>0</t></is></c>' * 100 + "</row>"
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    whole = (sheet + zeros * 60_000 + "</sheetData></worksheet>").encode()
    return packed(workbook(), change=lambda name, old: whole if name.startswith("xl/worksheets/sheet") else old)


def with_entity(name):
    """A document type with an entity at the head of a part."""
    head = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    return packed(workbook(), change=lambda each, old: head + old if each == name else old)


def written_in(name, encoding):
    """A part in another encoding."""
    return packed(workbook(), change=lambda each, old: old.decode().encode(encoding) if each == name else old)


def declared_as(encoding):
    """The book's first part says that it is in another encoding."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    return packed(workbook(), change=lambda each, old: head + old if each == "xl/workbook.xml" else old)


def replaced(old_text, new_text):
    """Something in every part replaced by something else."""
    return packed(workbook(), change=lambda _name, old: old.replace(old_text, new_text))


def added(name, content=b"<x/>"):
    """One part more."""
    return packed(workbook(), add=[(name, content)])


def huge_extent(sheet):
    sheet["XFD1048576"] = "far away"


TENS = b"9" * 10_000_000
BAD = {
    "a bomb": (bomb, "unpacks-to-too-much"),
    "a bomb in a sheet": (bomb_sheet, {"unpacks-to-too-much", "too-many-rows"}),
    "1,000 sheets": (
        lambda: workbook(**{f"s{at}": [["a"]] for at in range(1000)}), {"too-many-sheets", "unpacks-to-too-much"},
    ),
    "a cell at the far end": (lambda: workbook(huge_extent), {"too-many-rows", "too-many-columns"}),
    "too many columns": (lambda: workbook(a=[list(range(MOST_COLUMNS + 1))]), "too-many-columns"),
    "too many rows": (lambda: workbook(a=[["a"]] * (MOST_ROWS + 1)), "too-many-rows"),
    "a link to another file": (lambda: added("xl/externalLinks/externalLink1.xml"), "links"),
    "a query of its own": (lambda: added("xl/connections.xml"), "links"),
    "a file within": (lambda: added("xl/embeddings/a.docx"), "links"),
    "macros": (lambda: added("xl/vbaProject.bin"), "macros"),
    "macros in capitals": (lambda: added("XL/VBAPROJECT.BIN"), "macros"),
    "old macros": (lambda: added("xl/macrosheets/sheet1.xml"), "macros"),
    "a way out": (lambda: added("../../etc/cron.d/x"), "not-a-workbook"),
    "a way out, backwards": (lambda: added("xl\\..\\..\\x"), "not-a-workbook"),
    "a drive": (lambda: added("C:/x"), "not-a-workbook"),
    "two of one name": (lambda: added("xl/WORKBOOK.xml"), "not-a-workbook"),
    "entities in the book": (lambda: with_entity("xl/workbook.xml"), "entities"),
    "entities in a sheet": (lambda: with_entity("xl/worksheets/sheet1.xml"), "entities"),
    "UTF-16": (lambda: written_in("xl/workbook.xml", "utf-16"), "not-a-workbook"),
    "UTF-7": (lambda: declared_as("UTF-7"), "not-a-workbook"),
    "10,000 parts": (
        lambda: packed(workbook(), add=[(f"x/{at}", b"") for at in range(10_000)]), "unpacks-to-too-much",
    ),
    "a number of 10 MB": (lambda: replaced(b"<v>3</v>", b"<v>" + TENS + b"</v>"), {"long-cell", "not-a-workbook"}),
    "a text of 10 MB": (lambda: replaced(b"Rasa", TENS), "long-cell"),
    "an old .xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, "old-or-locked"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 1000, "not-a-workbook"),
    "a zip of something": (lambda: packed(workbook(), drop=["xl/workbook.xml"]), "not-a-workbook"),
    "cut": (lambda: workbook()[:-200], "not-a-workbook"),
    "empty": (lambda: b"", "not-a-workbook"),
    "21 MB": (lambda: b"PK\x03\x04" + b"\0" * (21 << 20), "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_t13_spreadsheet_that_is_bad_is_refused_in_time_with_the_reason(what):
    make, rule = BAD[what]
    data = make()
    started = time.perf_counter()
    found = read_workbook(data)
    took = time.perf_counter() - started
    wanted = rule if isinstance(rule, set) else {rule}

    assert {each.rule for each in found.findings} <= wanted, what
    assert len(found.findings) == 1
    assert {"lt", "en"} <= set(found.findings[0].said)
    assert found.sheets == ()
    # A second is the promise; where rows have to be counted, or the machine is busy, it may be a few.
    assert took < (20 if wanted & {"too-many-rows"} else 3)


def test_t13_spreadsheet_the_bomb_is_one():
    data = bomb()

    assert len(data) < 1_000_000
    started = time.perf_counter()
    read_workbook(data)
    assert time.perf_counter() - started < 1


def test_t13_spreadsheet_rows_keep_the_numbers_that_people_see():
    def gaps(sheet):
        sheet["A5"] = "penkta"
        sheet["C9"] = "devinta"

    found = read_workbook(workbook(gaps, a=[["pirma"]])).sheets[0].rows

    assert [(each.number, each.cells[-1]) for each in found] == [(1, "pirma"), (5, "penkta"), (9, "devinta")]


def test_t13_spreadsheet_a_coloured_column_is_no_data():
    def coloured(sheet):
        for at in range(1, 2000):
            sheet.cell(at, 150).number_format = "0.00"

    found = read_workbook(workbook(coloured, a=[["a"], ["b"]]))

    assert [each.cells for each in found.sheets[0].rows] == [("a",), ("b",)]


def test_t13_spreadsheet_a_formula_is_what_it_was_computed_to_last():
    book = load_workbook(io.BytesIO(workbook(a=[["a"], ["=1+1"]])))
    made = io.BytesIO()
    book.save(made)
    found = read_workbook(made.getvalue())

    assert "=1+1" not in str(found)


LITHUANIAN = "vardas;padalinys\nRasa Žąsinė;Knygų saugykla „Šaltinis“\nĄžuolas;ė\n"


@pytest.mark.parametrize("encoding", ["cp1257", "iso8859-13", "utf-16"])
def test_t13_spreadsheet_an_encoding_is_offered_and_not_guessed(encoding):
    text = LITHUANIAN.replace("„", '"').replace("“", '"') if encoding == "iso8859-13" else LITHUANIAN
    text = text.replace('"', "")
    data = text.encode(encoding)
    found = read_csv(data, delimiter=";")
    offered = {each.encoding: each.sample for each in found.offers}

    assert found.sheets == ()
    assert [each.rule for each in found.findings] == ["encoding"]
    assert encoding in offered
    if encoding != "utf-16":
        assert "Žąsinė" in offered[encoding]
        assert found.findings[0].line == 2
    chosen = read_csv(data, encoding=encoding, delimiter=";")
    assert chosen.sheets[0].rows[1].cells[0] == "Rasa Žąsinė"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_t13_spreadsheet_utf_8_is_read_as_it_is(mark):
    found = read_csv(mark + LITHUANIAN.encode(), delimiter=";")

    assert found.sheets[0].rows[0].cells == ("vardas", "padalinys")


def test_t13_spreadsheet_a_row_of_several_lines_is_one_row():
    found = read_csv(b'a,b\n"x\ny\nz",1\n\nlast,2\n')

    assert [(each.number, each.cells[0]) for each in found.sheets[0].rows] == [(1, "a"), (2, "x\ny\nz"), (4, "last")]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"a,b\n1,\x002\n", "nul"),
        (b"a\n" * (MOST_ROWS + 1), "too-many-rows"),
        (b"a," * (MOST_COLUMNS + 1) + b"a\n", "too-many-columns"),
        (b"a\n" + b"x" * 120_000 + b"\n", {"long-cell", "not-csv"}),
        (b'a\n"' + b"x" * 10_000_000, {"long-cell", "not-csv"}),
        (b"x" * (21 << 20), "too-large"),
        (b'a\n"never closed\n', "not-csv"),
    ],
)
def test_t13_spreadsheet_csv_that_is_bad_is_refused_with_the_row(data, rule):
    started = time.perf_counter()
    found = read_csv(data)

    assert found.findings[0].rule in (rule if isinstance(rule, set) else {rule})
    assert found.sheets == ()
    assert time.perf_counter() - started < 3


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_t13_spreadsheet_no_bytes_break_the_readers(data):
    for found in (
        read_workbook(data),
        read_workbook(b"PK\x03\x04" + data),
        read_csv(data),
        read_csv(data, encoding="cp1257"),
    ):
        assert found.sheets or found.findings


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_t13_spreadsheet_no_change_of_a_real_one_breaks_the_reader(data):
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    found = read_workbook(bytes(whole))

    assert found.sheets or found.findings


WHOLE = workbook()


def test_t13_spreadsheet_is_a_table_of_a_foreign_framework_like_a_csv(tmp_path):
    file = tmp_path / "skills.xlsx"
    file.write_bytes(
        workbook(
            a=[
                ["uri", "name"],
                ["https://example.org/1", "Šaltinių paieška"],
                [None, None],
                ["https://example.org/2", 7.0],
            ]
        )
    )
    faults = Faults()
    read = list(rows(file, {"uri": True, "name": False}, faults))

    assert [(each.number, dict(each.cells)) for each in read] == [
        (2, {"uri": "https://example.org/1", "name": "Šaltinių paieška"}),
        (4, {"uri": "https://example.org/2", "name": "7"}),
    ]
    file.write_bytes(bomb())
    assert list(rows(file, {"uri": True}, faults)) == []
    assert faults.refuse
