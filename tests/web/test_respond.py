import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import openpyxl
import pyoxigraph as ox
import pytest
import rdflib
from fastapi import FastAPI, Request
from tests.serving import serving

from competence_graph.exchange.tables import Table
from competence_graph.model.text import Text
from competence_graph.web import problems
from competence_graph.web.edge import Edge
from competence_graph.web.respond import Answer, respond
from competence_graph.web.templates import Link

SKOS = "http://www.w3.org/2004/02/skos/core#"
THING = "https://w3id.org/competence-graph/id/ct6j7rb6"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"]
ROWS = Table(
    columns=("name", "level", "day", "hours", "known"),
    rows=[
        (Text("Bendradarbiavimas, „kartu“", "lt"), 3, date(2026, 11, 22), Decimal("1.5"), True),
        (None, -1, None, Decimal(8), False),
        *[(formula, 0, None, None, None) for formula in FORMULAS],
    ],
    title="Competences: all / some",
)
GRAPH = [
    ox.Triple(ox.NamedNode(THING), ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal("Bendradarbiavimas", language="lt")),
    ox.Triple(ox.NamedNode(THING), ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal("Collaboration", language="en")),
    ox.Triple(ox.NamedNode(THING), ox.NamedNode(f"{SKOS}notation"), ox.Literal("B-02")),
]
ALL = ("html", "json", "csv", "xlsx", "ttl", "rdf", "jsonld", "nt")


@pytest.fixture(scope="module")
def faces(demo):
    """A page with every face, public and personal, behind the service's own edge."""
    app = FastAPI()
    app.state.services = demo.state.services
    problems.install(app)
    app.add_middleware(Edge, https=False)

    def answer(public):
        return Answer(
            page="about.html", context={"parts": []}, rows=ROWS, graph=GRAPH, public=public, name="ct6j7rb6",
            modified=datetime(2026, 11, 22, 12, tzinfo=UTC), links=(Link(THING, "canonical"),),
        )  # fmt: skip

    @app.get("/doc/thing")
    def public(request: Request):
        return respond(request, answer(public=True))

    @app.get("/lt/people/thing")
    def personal(request: Request):
        return respond(request, answer(public=False))

    @app.get("/lt/broken")
    def broken(request: Request):
        raise ValueError("Rasa Giedrytė, 3")

    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("suffix", ALL)
def test_suffix_gives_the_same_bytes_as_its_media_type(faces, suffix):
    by_suffix = faces.get(f"/doc/thing.{suffix}")
    by_accept = faces.get("/doc/thing", headers={"Accept": by_suffix.headers["content-type"].split(";")[0]})

    assert by_suffix.status_code == by_accept.status_code == 200
    if suffix == "xlsx":  # a workbook holds the moment it was made
        assert cells(by_suffix.content) == cells(by_accept.content)
    else:
        assert by_suffix.content == by_accept.content


@pytest.mark.parametrize("suffix", ALL)
def test_head_says_what_get_says_without_a_body(faces, suffix):
    head, get = faces.head(f"/doc/thing.{suffix}"), faces.get(f"/doc/thing.{suffix}")

    assert head.content == b""
    if suffix != "xlsx":
        assert {name: head.headers[name] for name in ("content-type", "content-length", "etag", "link", "vary")} == {
            name: get.headers[name] for name in ("content-type", "content-length", "etag", "link", "vary")
        }


@pytest.mark.parametrize(("suffix", "form"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"), ("nt", "nt")])
def test_every_rdf_face_says_the_same_triples(faces, suffix, form):
    read = rdflib.Graph().parse(data=faces.get(f"/doc/thing.{suffix}").content, format=form)

    expected = rdflib.Graph().parse(data=faces.get("/doc/thing.nt").content, format="nt")
    assert set(expected) == set(read)
    assert len(read) == 3


def test_json_ld_carries_its_context_itself(faces):
    document = faces.get("/doc/thing.jsonld").json()

    assert isinstance(document["@context"], dict)


def test_public_document_has_a_strong_etag_that_answers_304(faces):
    first = faces.get("/doc/thing.ttl")
    etag = first.headers["etag"]

    again = faces.get("/doc/thing.ttl", headers={"If-None-Match": f'"other", {etag}'})

    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == etag
    assert again.headers["vary"] == first.headers["vary"]


def test_faces_have_different_etags(faces):
    assert len({faces.get(f"/doc/thing.{suffix}").headers["etag"] for suffix in ALL}) == len(ALL)


def test_if_modified_since_counts_only_without_if_none_match(faces):
    since = {"If-Modified-Since": "Sun, 22 Nov 2026 12:00:00 GMT"}

    assert faces.get("/doc/thing.ttl", headers=since).status_code == 304
    assert faces.get("/doc/thing.ttl", headers={**since, "If-None-Match": '"old"'}).status_code == 200
    assert (
        faces.get("/doc/thing.ttl", headers={"If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"}).status_code == 200
    )
    assert faces.get("/doc/thing.ttl", headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_public_answer_may_be_read_by_pages_of_other_sites_without_cookies(faces):
    headers = faces.get("/doc/thing.ttl", headers={"Origin": "https://example.org"}).headers

    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers
    assert headers["vary"] == "Accept, Accept-Language"


def test_preflight_of_a_public_path_is_answered(faces):
    answer = faces.options(
        "/doc/thing", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    )

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"


def test_personal_answer_is_kept_by_nobody_and_open_to_no_other_site(faces):
    headers = faces.get("/lt/people/thing.json").headers

    assert headers["cache-control"] == "private, no-store"
    assert "Cookie" in headers["vary"]
    assert "etag" not in headers
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_link_header_names_every_face_and_the_canonical_address(faces):
    links = faces.get("/doc/thing?lang=lt").headers["link"]

    for suffix in ALL:
        assert f"</doc/thing.{suffix}?lang=lt>" in links
    assert f'<{THING}>; rel="canonical"' in links


def test_page_mirrors_its_faces_in_its_head(faces):
    page = faces.get("/doc/thing", headers={"Accept": "text/html"}).text

    assert '<link rel="alternate" type="text/turtle" href="/doc/thing.ttl">' in page
    assert f'<link rel="canonical" href="{THING}">' in page


def test_csv_is_rfc_4180_in_utf_8_and_no_cell_is_a_formula(faces):
    answer = faces.get("/doc/thing.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.count(b"\r\n") >= len(ROWS.rows) + 1
    assert rows[1] == ["Bendradarbiavimas, „kartu“", "3", "2026-11-22", "1.5", "true"]
    assert rows[2] == ["", "-1", "", "8", "false"]  # a number is no formula
    assert [row[0] for row in rows[3:]] == [f"'{formula}" for formula in FORMULAS]


def cells(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_xlsx_holds_texts_as_strings_and_no_formula(faces):
    content = faces.get("/doc/thing.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]

    assert {cell.data_type for row in sheet.iter_rows(min_row=3, max_col=1) for cell in row} <= {"s", "n"}
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert sheet["B2"].value == 3
    assert sheet["C2"].value.date() == date(2026, 11, 22)
    assert sheet["A4"].value == "=1+1"


def test_json_rows_say_what_csv_rows_say(faces):
    shown = faces.get("/doc/thing.json").json()

    assert shown[0] == {
        "name": "Bendradarbiavimas, „kartu“", "level": 3, "day": "2026-11-22", "hours": 1.5, "known": True,
    }  # fmt: skip
    assert len(shown) == len(ROWS.rows)


def test_saved_file_is_named_after_the_thing(faces):
    assert faces.get("/doc/thing.csv").headers["content-disposition"] == 'attachment; filename="ct6j7rb6.csv"'


def test_unforeseen_error_tells_nobody_what_it_said(faces, caplog):
    answer = faces.get("/lt/broken", headers={"Accept": "text/html"})

    assert answer.status_code == 500
    assert "Rasa" not in answer.text
    assert "Įvyko klaida" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    incident = re.search(r'class="mono">([0-9a-f]{8})<', answer.text)[1]
    assert any(getattr(record, "incident", "") == incident for record in caplog.records)


def test_nothing_in_a_link_can_end_the_header():
    from competence_graph.web.respond import _header

    assert _header(Link('https://x/>\r\nSet-Cookie: a="b"', "next")) == '<https://x/Set-Cookie:a=b>; rel="next"'


def test_dates_and_decimals_are_plain_in_json():
    from competence_graph.exchange.tables import plain

    assert json.dumps([plain(Decimal("2.50")), plain(Decimal(3)), plain(date(2026, 1, 2))]) == '[2.5, 3, "2026-01-02"]'
