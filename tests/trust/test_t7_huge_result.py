"""T7: a huge answer is refused with its size, and a reader that does not read is cut."""

import socket
import time
from urllib.parse import quote

import pytest
from tests.sandbox.server import serving_sparql, world_quads

LONG = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 40000"


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("SELECT * { ?s ?p ?o }", "application/sparql-results+json"),
        ("SELECT * { ?s ?p ?o }", "text/csv"),
        ("SELECT * { ?s ?p ?o }", "application/sparql-results+xml"),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", "text/tab-separated-values"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "text/turtle"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "application/ld+json"),
    ],
)
def test_t7_huge_result_is_refused_with_its_count_and_the_way_to_the_dump(served, query, accept):
    answer = served.ask(query, accept=accept)
    detail = answer.json()["detail"]

    assert 413 == answer.status_code
    assert int(detail.split()[3]) > 12_000
    assert "LIMIT" in detail
    assert "/dumps/" in detail


def test_t7_huge_result_no_answer_is_ever_cut(served):
    answer = served.ask("SELECT * { ?s ?p ?o } LIMIT 12000")

    assert 200 == answer.status_code
    assert 12_000 == len(answer.json()["results"]["bindings"])


def test_t7_huge_result_a_slow_reader_is_cut():
    with serving_sparql(world_quads(bulk=1000), patience=1.5, seconds=10) as served:
        port = int(served.url.rpartition(":")[2])
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", port))
            slow.settimeout(15)
            slow.sendall(f"GET /sparql?query={quote(LONG)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
            assert slow.recv(1)
            started = time.monotonic()
            got = 1
            while time.monotonic() - started < 3:
                got += len(slow.recv(1))
                time.sleep(0.05)
            # What was on its way may still come; then the line is dead, and megabytes are missing.
            lost = False
            while not lost:
                try:
                    got += len(slow.recv(65_536))
                except ConnectionResetError:
                    lost = True
                assert got < 1_000_000

        assert 200 == served.ask("ASK {}").status_code


def test_t7_huge_result_a_patient_reader_gets_it_whole():
    with serving_sparql(world_quads(bulk=1000), patience=1.5, seconds=10) as served:
        port = int(served.url.rpartition(":")[2])
        with socket.socket() as steady:
            steady.connect(("127.0.0.1", port))
            steady.settimeout(15)
            request = (
                f"GET /sparql?query={quote(LONG)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nConnection: close\r\n\r\n"
            )
            steady.sendall(request.encode())
            received = b""
            while part := steady.recv(300_000):
                received += part
                time.sleep(0.02)

    head, _, body = received.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert 1 + 40_000 == body.count(b"\n")
