"""T11: XML that declares entities, a document type or another encoding is refused at once and fetches nothing."""

import time

import pytest
from tests.sandbox.server import Canary

from competence_graph.graph.reading import read

HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://example.org/">'
BODY = '<rdf:Description rdf:about="https://example.org/a"><e:says>{}</e:says></rdf:Description></rdf:RDF>'


def laughs(depth, width=10):
    """An entity that grows tenfold with each line."""
    names = [f'<!ENTITY a{at} "{"".join(f"&a{at - 1};" for _ in range(width))}">' for at in range(1, depth)]
    return f'<!DOCTYPE rdf:RDF [<!ENTITY a0 "ha">{"".join(names)}]>{HEAD}{BODY.format(f"&a{depth - 1};")}'


BOMBS = {
    "entities that grow": lambda _url: laughs(10).encode(),
    "one long entity, often": lambda _url: (
        f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>{HEAD}{BODY.format("&a;" * 5_000)}'
    ).encode(),
    "external entity": lambda url: f'<!DOCTYPE r [<!ENTITY a SYSTEM "{url}">]>{HEAD}{BODY.format("&a;")}'.encode(),
    "a file": lambda _url: f'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}{BODY.format("&a;")}'.encode(),
    "external DTD": lambda url: f'<!DOCTYPE r SYSTEM "{url}">{HEAD}{BODY.format("x")}'.encode(),
    "parameter entity": lambda url: f'<!DOCTYPE r [<!ENTITY % a SYSTEM "{url}"> %a;]>{HEAD}{BODY.format("x")}'.encode(),
    "small letters": lambda _url: f"<!doctype r>{HEAD}{BODY.format('x')}".encode(),
    "after a comment": lambda _url: f"<!-- x --><!DOCTYPE r []>{HEAD}{BODY.format('x')}".encode(),
    "UTF-7": lambda _url: b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE r+AFs-+AF0-+AD4-',
    "UTF-16": lambda _url: f"<!DOCTYPE r []>{HEAD}{BODY.format('x')}".encode("utf-16"),
    "UTF-16 without a mark": lambda _url: f"<!DOCTYPE r []>{HEAD}{BODY.format('x')}".encode("utf-16-le"),
    "EBCDIC": lambda _url: f"<!DOCTYPE r []>{HEAD}{BODY.format('x')}".encode("cp037"),
    "another encoding by name": lambda _url: (
        f"<?xml version='1.0' encoding='ISO-8859-13'?>{HEAD}{BODY.format('x')}".encode()
    ),
    "nested deeply": lambda _url: (HEAD + "<e:a>" * 100_000).encode(),
    "never closed": lambda _url: (HEAD + '<rdf:Description rdf:about="' + "x" * 10**6).encode(),
    "10^5 namespaces": lambda _url: (
        "<rdf:RDF " + " ".join(f'xmlns:a{at}="https://example.org/{at}"' for at in range(100_000))
    ).encode(),
}


@pytest.fixture
def canary():
    made = Canary()
    yield made
    made.close()


@pytest.mark.parametrize("what", BOMBS)
def test_t11_xml_that_hides_or_grows_is_refused_at_once(canary, what):
    data = BOMBS[what](canary.url)
    started = time.perf_counter()
    found = read(data, "rdf")
    took = time.perf_counter() - started

    assert found.quads == []
    assert len(found.findings) == 1
    assert {"lt", "en"} <= set(found.findings[0].said)
    # A tenth of a second is the promise; a machine that is busy with other tests has ten times that.
    assert took < 1
    assert canary.heard == []
    assert "root:" not in str(found)


@pytest.mark.parametrize("what", ["entities that grow", "external entity", "external DTD", "small letters"])
def test_t11_xml_with_a_document_type_is_told_so(canary, what):
    assert "DOCTYPE not allowed" in read(BOMBS[what](canary.url), "rdf").findings[0].said["en"]


@pytest.mark.parametrize("end", range(10, 60, 7))
def test_t11_xml_that_was_cut_off_is_not_taken_for_a_whole(end):
    whole = HEAD + BODY.format("x")

    assert read(whole[:-end].encode(), "rdf").quads == []
    assert read(whole[:-end].encode(), "rdf").findings


def test_t11_xml_that_is_plain_is_read():
    assert [quad.object.value for quad in read((HEAD + BODY.format("ąžuolas")).encode(), "rdf").quads] == ["ąžuolas"]
