"""T20: the log of a server under attack: one JSON object a line, cut at 2 KB, without names, tokens or queries."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from competence_graph.model.iri import is_id

ROOT = Path(__file__).parents[2]
MARK = "Kanareliute"
ESCAPES = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x00",
    "\x7f",
    "\u2028",
    "\u202e",
    "\r\nlevel=error fake",
    '{"level": "fake"}',
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A real `serve --demo`, its log in a file."""
    folder = tmp_path_factory.mktemp("served")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "COMPETENCE_GRAPH_DATA": str(folder / "data"),
        "COMPETENCE_GRAPH_LOG_LEVEL": "debug",
        "PYTHONPATH": str(ROOT / "service"),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("competence-graph"), "serve", "--demo", "--port", str(port)],
            env=environment, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 90
    while True:
        try:
            httpx.get(f"{address}/health", timeout=2)
            break
        except httpx.HTTPError:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.2)
    yield address, folder / "log"
    process.terminate()
    process.wait(20)


def raw(address, request):
    """Send bytes as they are, and read what comes."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        try:
            return connection.recv(4096)
        except OSError:
            return b""


@pytest.fixture(scope="module")
def log(served):
    """The log after everything that somebody could try to write into it."""
    address, file = served
    with httpx.Client(base_url=address, timeout=30, headers={"Accept": "text/html"}) as client:
        for text in ESCAPES:
            client.get("/lt/search", params={"q": f"{MARK}{text}"})
            client.get("/sparql", params={"query": f"ASK {{ # {MARK}{text}"})
            client.get(f"/lt/{MARK}", params={"x": text})
            client.get("/lt/competences", headers={"X-Request-Id": f"{MARK}".encode()})
            client.get("/id/" + "".join(c for c in text if c.isprintable()) + MARK)
        client.get(f"/lt/invitation/{MARK * 4}")
        client.get("/en/tokens.csv", headers={"Authorization": f"Bearer cg_{MARK * 4}"})
        client.get("/sign-in/callback", params={"code": MARK * 3, "state": MARK})
        client.get("/sparql", params={"query": "SELECT * {", "token": f"cg_{MARK}"})
        page = client.get("/en/sign-in")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        client.post(
            "/en/sign-in/password", data={"csrf": token[1], "email": f"{MARK}@example.org", "password": f"{MARK}1"}
        )
        client.post(
            "/sparql",
            content=f"INSERT DATA {{ <a:a> <a:b> '{MARK}' }}",
            headers={"Content-Type": "application/sparql-update"},
        )
    raw(address, b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: " + MARK.encode() * 100_000 + b"\r\n\r\n")
    raw(address, f"GET /{MARK} HTTP/1.1\r\nHost: {MARK}\r\nX: a\x1b[31m\r\n\r\n".encode())
    raw(address, f"NONSENSE {MARK}\r\n\r\n".encode())
    raw(address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + MARK.encode())
    assert httpx.get(f"{address}/health").status_code == 200
    return file.read_bytes()


def test_t20_logs_each_line_is_one_json_object_of_at_most_two_kilobytes(log):
    lines = log.decode().splitlines()

    assert len(lines) > 30
    for line in lines:
        assert {"time", "level", "event"} <= set(json.loads(line))
        assert len(line.encode()) <= 2048


def test_t20_logs_no_control_character_or_escape_is_in_it(log):
    assert [] == sorted({byte for byte in log if byte < 32 and byte != 10} | {byte for byte in log if byte > 126})


def test_t20_logs_no_line_was_forged(log):
    assert {"debug", "info", "warning", "error"} >= {json.loads(line)["level"] for line in log.decode().splitlines()}


def test_t20_logs_nothing_that_somebody_sent_is_in_it(log):
    assert [] == [line[:300] for line in log.decode().splitlines() if MARK.lower() in line.lower()]


def test_t20_logs_a_name_of_the_registry_is_in_none(served, log):
    address, file = served
    names = set()
    with httpx.Client(base_url=address, timeout=60, headers={"Accept": "text/html"}) as client:
        page = client.get("/lt/sign-in")
        account = re.search(r'name="account" value="(demo-library-hr)"', page.text)[1]
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
        client.post("/lt/sign-in", data={"csrf": token, "account": account})
        organisation = re.search(r"/lt/organisations/(o\w+)", client.get("/lt/sign-in").text)[1]
        people = client.get(f"/lt/organisations/{organisation}/people")
        names |= set(re.findall(r'<th scope="row"><a href="/lt/people/p\w+">([^<]+)</a>', people.text))
        for person in re.findall(r'href="/lt/people/(p\w+)"', people.text)[:3]:
            client.get(f"/lt/people/{person}")
            client.get(f"/lt/people/{person}/nothing")
    text = file.read_text()

    assert len(names) > 10
    assert [] == [name for name in names if name in text]
    assert [] == [each for each in re.findall(r"\bp[0-9a-z]{7}\b", text) if is_id(each)]
