"""One person over HTTP: our service against `oxigraph serve` with the equal SPARQL, sixteen connections."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from tests.benchmarks.engines import free_port, oxigraph_server, wait_for
from tests.benchmarks.world import folder, iri

from competence_graph.graph.questions import question
from competence_graph.model.iri import Iri

if TYPE_CHECKING:
    from tests.benchmarks.__main__ import Report

CONNECTIONS, SECONDS, ROUNDS = 16, 4.0, 3


@dataclass(frozen=True)
class Load:
    """Requests a second and the 99th percentile in seconds."""

    rate: float
    p99: float


def one_person(report: Report, size: float, seed: int, cache: Path) -> None:
    """Measure both servers in turns and print requests a second and the slowest of a hundred."""
    world, path = folder(size, cache, seed)
    people = world.people[world.small]
    found: dict[str, list[Load]] = {"ours": [], "oxigraph serve": []}
    for _ in range(ROUNDS):
        port = free_port()
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.serving", str(path), str(port), iri(world.small)],
            stdout=subprocess.PIPE,
        )
        try:
            wait_for(port, child)
            assert child.stdout is not None
            cookie = child.stdout.readline().decode().strip()
            asked = [_ours(port, person, cookie) for person in people]
            ours = asyncio.run(_bodies(port, asked[:3]))
            found["ours"].append(asyncio.run(_load(port, asked)))
        finally:
            child.terminate()
            child.wait(20)
        with oxigraph_server(path) as url:
            port = int(url.split(":")[2].split("/")[0])
            asked = [_theirs(port, iri(person)) for person in people]
            theirs = asyncio.run(_bodies(port, asked[:3]))
            found["oxigraph serve"].append(asyncio.run(_load(port, asked)))
        _check(ours, theirs)
    for name, loads in found.items():
        rate, p99 = statistics.median(each.rate for each in loads), statistics.median(each.p99 for each in loads)
        Console(width=130).print(
            f"  one person over HTTP, {CONNECTIONS} connections, {name}: {rate:,.0f}/s, p99 {p99 * 1000:.1f} ms"
        )
    ratio = statistics.median(
        mine.rate / other.rate for mine, other in zip(found["ours"], found["oxigraph serve"], strict=True)
    )
    report.goal(
        "one person over HTTP >= 1 x oxigraph serve (the design wants 2)", met=ratio >= 1, figure=f"{ratio:.2f} x"
    )


def _ours(port: int, person: str, cookie: str) -> bytes:
    return (
        f"GET /lt/people/{person}.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept: */*\r\n\r\n"
    ).encode()


def _theirs(port: int, person: str) -> bytes:
    body = urllib.parse.urlencode({"query": question("gaps_of_person").bind(person=Iri(person))})
    return (
        f"POST /query HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/sparql-results+json\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head:
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, body
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return status, await reader.readexactly(length)


async def _bodies(port: int, requests: list[bytes]) -> list[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    found = []
    for each in requests:
        status, body = await _one(reader, writer, each)
        assert status == 200, (status, body[:300])
        found.append(body)
    writer.close()
    return found


async def _load(port: int, requests: list[bytes]) -> Load:
    times: list[float] = []
    ends = time.perf_counter() + SECONDS

    async def run(start: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        number = start
        while (begun := time.perf_counter()) < ends:
            status, _ = await _one(reader, writer, requests[number % len(requests)])
            assert status == 200, status
            times.append(time.perf_counter() - begun)
            number += CONNECTIONS
        writer.close()

    await _bodies(port, requests)
    ends = time.perf_counter() + SECONDS
    await asyncio.gather(*(run(each) for each in range(CONNECTIONS)))
    return Load(len(times) / SECONDS, sorted(times)[int(len(times) * 0.99)])


def _check(ours: list[bytes], theirs: list[bytes]) -> None:
    """Hold the rows of both equal: competence, required and attained level, weight, reason.

    Raises:
        SystemExit: If they differ.
    """
    for mine, other in zip(ours, theirs, strict=True):
        rows = [
            (row["competence"], int(row["required"]), int(row["attained"]), row["why"])
            for row in json.loads(mine)["rows"]
        ]
        bound = [
            (
                row["competence"]["value"],
                int(row["required"]["value"]),
                int(row["attained"]["value"]),
                row["why"]["value"],
            )
            for row in json.loads(other)["results"]["bindings"]
        ]
        if sorted(rows) != sorted(bound):
            sys.exit("oxigraph serve and our service answer one person otherwise: nothing was timed.")
