"""Published URIs as strangers' tools meet them: over the wire, on whatever host and port the service answers."""

import csv
import io
import json
import re
import urllib.request
from decimal import Decimal

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from tests.library import library_app, library_store
from tests.serving import serving

ID = "https://w3id.org/competence-graph/id/"
DOC = "https://w3id.org/competence-graph/doc/"
SKOS = rdflib.SKOS
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
RDFLIB = "application/rdf+xml,text/rdf+n3;q=0.9,text/plain;q=0.7,application/xhtml+xml;q=0.5,*/*;q=0.1"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
FORMS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
TYPES = {
    "ttl": "text/turtle",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
}
PUBLISHED = [
    "c57vh4eb",
    "c8n1k29w",
    "c1777fp8",
    "r52xn9zv",
    "kf5k20jf",
    "libraries",
    "proficiency",
    "proficiency-2",
    "sector-library",
    "ofr23r1e",
    "roles",
]
HIDDEN = ["pb874da6", "p000000g", "aexample", "r9sfq4mb", "cbnpncjb", "c000000b", "nothing", "c57vh4eb-9"]


@pytest.fixture(scope="module")
def store():
    return library_store()


@pytest.fixture(scope="module")
def host(store, tmp_path_factory):
    with serving(library_app(tmp_path_factory.mktemp("data"), store)) as url:
        yield url


@pytest.fixture
def web(host):
    with httpx.Client(base_url=host, timeout=30) as made:
        yield made


@pytest.mark.parametrize("local", PUBLISHED)
def test_id_leads_to_its_document_on_the_host_that_was_asked(web, local):
    answer = web.get(f"/id/{local}", headers={"Host": "kompetencijos.example.lt"})

    assert (303, f"/doc/{local}") == (answer.status_code, answer.headers["location"])
    assert "*" == answer.headers["access-control-allow-origin"]


@pytest.mark.parametrize("local", HIDDEN)
@pytest.mark.parametrize("path", ["/id/", "/doc/", "/lt/competences/", "/lt/roles/", "/en/courses/"])
def test_people_drafts_and_what_nobody_published_look_alike_not_found(web, path, local):
    answer, unknown = web.get(f"{path}{local}"), web.get(f"{path}czzzzzzj")

    assert 404 == answer.status_code
    assert answer.text == unknown.text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("local", PUBLISHED)
def test_every_rdf_form_says_the_same(web, local, form):
    turtle = rdflib.Graph().parse(data=web.get(f"/doc/{local}.ttl").text, format="turtle")
    answer = web.get(f"/doc/{local}.{form}")
    graph = rdflib.Graph().parse(data=answer.text, format=FORMS[form])

    assert TYPES[form] == answer.headers["content-type"].split(";")[0]
    assert (rdflib.URIRef(DOC + local), rdflib.FOAF.primaryTopic, rdflib.URIRef(ID + local)) in graph
    assert set(turtle) == set(graph)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/n-triples", "application/n-triples"),
        ("text/plain", "text/plain"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        (RDFLIB, "application/rdf+xml"),
        (JENA, "text/turtle"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/turtle;q=0, */*", "text/html"),
    ],
)
def test_document_speaks_what_is_accepted(web, accept, media_type):
    request = web.build_request("GET", "/doc/c57vh4eb")
    del request.headers["accept"]
    if accept:
        request.headers["accept"] = accept
    answer = web.send(request)

    assert (200, media_type) == (answer.status_code, answer.headers["content-type"].split(";")[0])
    assert {"Accept", "Accept-Language"} <= {each.strip() for each in answer.headers["vary"].split(",")}


def test_what_is_not_there_is_406_with_what_is(web):
    answer = web.get("/doc/c57vh4eb", headers={"Accept": "image/png"})

    assert 406 == answer.status_code
    assert {"text/turtle", "text/html", "application/ld+json"} <= set(answer.json()["available"])


def test_rdflib_and_urllib_follow_a_uri_to_its_statements(host):
    graph = rdflib.Graph().parse(f"{host}/id/c57vh4eb")
    request = urllib.request.Request(f"{host}/id/c57vh4eb", headers={"Accept": "text/turtle"})
    with urllib.request.urlopen(request) as answer:
        turtle = rdflib.Graph().parse(data=answer.read(), format="turtle")

    assert len(graph) > 20
    assert rdflib.Literal("Katalogavimas ir metaduomenys", lang="lt") in set(
        graph.objects(rdflib.URIRef(f"{ID}c57vh4eb"), SKOS.prefLabel)
    )
    assert set(turtle) == set(graph)


def test_document_holds_the_thing_its_parts_and_the_names_of_its_neighbours_in_all_languages(web):
    graph = rdflib.Graph().parse(data=web.get("/doc/c57vh4eb.ttl").text, format="turtle")
    cg = rdflib.Namespace("https://w3id.org/competence-graph/ns#")

    parts = set(graph.subjects(cg.competence, rdflib.URIRef(f"{ID}c57vh4eb")))
    assert {rdflib.URIRef(f"{ID}c57vh4eb-{level}") for level in (1, 2, 3)} == parts
    for neighbour in ("c8n1k29w", "c459tdeg", "cd0cxp09"):
        assert {"lt", "en"} == {each.language for each in graph.objects(rdflib.URIRef(ID + neighbour), SKOS.prefLabel)}
    about = rdflib.URIRef(f"{DOC}c57vh4eb")
    assert rdflib.URIRef("https://creativecommons.org/licenses/by/4.0/") == graph.value(about, rdflib.DCTERMS.license)
    assert "2026-09-15" == str(graph.value(about, rdflib.DCTERMS.modified))
    dataset = graph.value(about, rdflib.URIRef("http://rdfs.org/ns/void#inDataset"))
    assert str(dataset).endswith("/.well-known/void#framework-libraries")


@pytest.mark.parametrize("local", PUBLISHED)
def test_no_document_holds_a_word_of_what_is_not_released(web, local):
    for suffix in TYPES:
        said = web.get(f"/doc/{local}.{suffix}").text

        assert not re.search(
            "juodrašt|Draft competence|vidinė pareigybė|house role|pb874da6|aexample|graph/people", said
        )


def test_role_and_course_documents_hold_their_requirements_and_outcomes(web):
    role = rdflib.Graph().parse(data=web.get("/doc/r52xn9zv.ttl").text, format="turtle")
    course = rdflib.Graph().parse(data=web.get("/doc/kf5k20jf.ttl").text, format="turtle")
    cg = rdflib.Namespace("https://w3id.org/competence-graph/ns#")

    assert 3 == int(role.value(rdflib.URIRef(f"{ID}r52xn9zv-c57vh4eb"), cg.level))
    assert 2 == int(course.value(rdflib.URIRef(f"{ID}kf5k20jf-c57vh4eb"), cg.toLevel))
    assert Decimal("95.5") == course.value(rdflib.URIRef(f"{ID}kf5k20jf-offer"), rdflib.SDO.price).toPython()


def test_deprecated_thing_answers_200_says_so_in_rdf_and_names_its_successor(web):
    answer = web.get("/doc/c1777fp8.ttl")
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    thing = rdflib.URIRef(f"{ID}c1777fp8")

    assert 200 == answer.status_code
    assert rdflib.Literal(True) == graph.value(thing, rdflib.OWL.deprecated)
    assert rdflib.URIRef(f"{ID}c459tdeg") == graph.value(thing, rdflib.DCTERMS.isReplacedBy)
    assert '</id/c459tdeg>; rel="successor-version"' in answer.headers["link"]


def test_link_header_and_head_name_formats_canonical_licence_and_collection(web):
    answer = web.get("/doc/c57vh4eb", headers={"Accept": "text/html"})
    header = answer.headers["link"]

    for wanted in (
        '</doc/c57vh4eb.ttl>; rel="alternate"; type="text/turtle"',
        '</doc/c57vh4eb.jsonld>; rel="alternate"; type="application/ld+json"',
        '</doc/c57vh4eb>; rel="canonical"',
        '</doc/c57vh4eb.ttl>; rel="describedby"; type="text/turtle"',
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
        '</id/libraries>; rel="collection"',
        f'<{ID}c57vh4eb>; rel="cite-as"',
    ):
        assert wanted in header
    assert '<link rel="canonical" href="/doc/c57vh4eb">' in answer.text
    assert '<link rel="alternate" type="text/turtle" href="/doc/c57vh4eb.ttl">' in answer.text


@pytest.mark.parametrize("suffix", ["", ".ttl", ".csv", ".json", ".html"])
def test_what_the_client_has_already_is_not_sent_again(web, suffix):
    first = web.get(f"/doc/c57vh4eb{suffix}")
    by_tag = web.get(f"/doc/c57vh4eb{suffix}", headers={"If-None-Match": first.headers["etag"]})
    by_day = web.get(f"/doc/c57vh4eb{suffix}", headers={"If-Modified-Since": first.headers["last-modified"]})

    assert not first.headers["etag"].startswith("W/")
    assert (304, b"", first.headers["etag"]) == (by_tag.status_code, by_tag.content, by_tag.headers["etag"])
    assert 304 == by_day.status_code


def test_each_form_and_language_has_a_tag_of_its_own(web):
    tags = {web.get(f"/doc/c57vh4eb.{suffix}").headers["etag"] for suffix in TYPES}
    tags |= {web.get("/doc/c57vh4eb.html", headers={"Accept-Language": lang}).headers["etag"] for lang in ("lt", "en")}

    assert len(TYPES) + 1 == len(tags)


@pytest.mark.parametrize(
    "path", ["/id/c57vh4eb", "/doc/c57vh4eb", "/doc/c57vh4eb.ttl", "/doc/pb874da6", "/resolve?uri=BIB-02"]
)
def test_head_is_get_without_a_body(web, path):
    got, head = web.get(path), web.head(path)

    assert (got.status_code, b"") == (head.status_code, head.content)
    assert (
        got.headers["content-type" if got.status_code != 303 else "location"]
        == head.headers["content-type" if got.status_code != 303 else "location"]
    )


def test_document_page_is_in_the_readers_language_or_the_one_asked_for(web):
    def lang(**request):
        return re.search('<html lang="(..)">', web.get("/doc/c57vh4eb.html", **request).text)[1]

    assert ["lt", "en", "en"] == [
        lang(headers={"Accept-Language": "lt"}),
        lang(headers={"Accept-Language": "de, en;q=0.5"}),
        lang(headers={"Accept-Language": "lt"}, params={"lang": "en"}),
    ]


def test_page_carries_skos_and_schema_org_as_data_that_no_one_runs(web):
    page = web.get("/doc/c57vh4eb.html").text
    blocks = [
        json.loads(each) for each in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    ]
    skos = rdflib.Graph().parse(data=json.dumps(blocks[0]), format="json-ld")

    assert (rdflib.URIRef(f"{ID}c57vh4eb"), SKOS.notation, rdflib.Literal("BIB-02")) in skos
    term = blocks[1]
    assert ("DefinedTerm", f"{ID}c57vh4eb", "BIB-02", f"{ID}libraries") == (
        term["@type"],
        term["@id"],
        term["termCode"],
        term["inDefinedTermSet"]["@id"],
    )


def test_words_of_the_graph_cannot_end_the_block_they_stand_in(store, host):
    graph = ox.NamedNode("https://w3id.org/competence-graph/graph/framework/libraries")
    evil = ox.Quad(
        ox.NamedNode(f"{ID}cd0cxp09"),
        ox.NamedNode(f"{SKOS}altLabel"),
        ox.Literal("</script><script>alert(1)</script>", language="lt"),
        graph,
    )
    store.load([evil])
    try:
        page = httpx.get(f"{host}/doc/cd0cxp09.html", timeout=30).text
    finally:
        store.update(f"DELETE DATA {{ GRAPH {graph} {{ {evil.triple} }} }}")

    assert "alert(1)" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("alias", "where"),
    [
        (f"{ID}cd0cxp09", "/doc/cd0cxp09"),
        (f"{ID}cd0cxp09".replace("https", "http"), "/doc/cd0cxp09"),
        ("BIB-08", "/doc/cd0cxp09"),
        ("http://data.europa.eu/esco/skill/ada9c570-1722-4f11-919c-c0b2c4a9e8b2", "/doc/cd0cxp09"),
        ("libraries", "/doc/libraries"),
    ],
)
def test_any_known_name_resolves(web, alias, where):
    answer = web.get("/resolve", params={"uri": alias})

    assert (303, where, "*") == (
        answer.status_code,
        answer.headers["location"],
        answer.headers["access-control-allow-origin"],
    )


@pytest.mark.parametrize(
    "alias", ["nothing", f"{ID}pb874da6", "//evil.example", "http://evil.example/", "\r\nSet-Cookie: a=b"]
)
def test_what_is_no_known_name_resolves_to_nothing(web, alias):
    answer = web.get("/resolve", params={"uri": alias})

    assert 404 == answer.status_code
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("wrong", "right"), [("c57vh4ec", "c57vh4eb"), ("c57hv4eb", "c57vh4eb"), ("librarys", "libraries")]
)
def test_page_for_a_wrong_id_guesses_the_right_one(web, wrong, right):
    for path in (f"/id/{wrong}", f"/doc/{wrong}"):
        answer = web.get(path, headers={"Accept": BROWSER})

        assert 404 == answer.status_code
        assert right in answer.text


@pytest.mark.parametrize(
    ("part", "owner"), [("c57vh4eb-2", "c57vh4eb"), ("r52xn9zv-c57vh4eb", "r52xn9zv"), ("kf5k20jf-offer", "kf5k20jf")]
)
def test_part_of_a_thing_leads_to_its_owners_document(web, part, owner):
    for path in (f"/id/{part}", f"/doc/{part}"):
        answer = web.get(path)

        assert (303, f"/doc/{owner}") == (answer.status_code, answer.headers["location"])


@pytest.mark.parametrize("local", PUBLISHED)
def test_json_and_csv_name_the_thing_by_its_uri(web, local):
    data = web.get(f"/doc/{local}.json").json()
    rows = list(csv.DictReader(io.StringIO(web.get(f"/doc/{local}.csv").text)))

    assert ID + local == data["uri"]
    assert rows
    if local in ("c57vh4eb", "c8n1k29w", "sector-library"):
        assert ID + local == rows[0]["uri"]


def test_no_cookie_is_set_and_none_is_looked_at(web):
    answer = web.get("/doc/c57vh4eb", headers={"Cookie": "session=x", "Accept": "text/html"})

    assert "set-cookie" not in answer.headers
    assert "Cookie" not in answer.headers["vary"]
    assert "no-store" not in answer.headers["cache-control"]
