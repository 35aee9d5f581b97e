"""While the server runs: page, JSON, CSV, command, question and brute force over the export agree row for row."""

from __future__ import annotations

import csv
import io
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from python_calamine import CalamineWorkbook
from tests.oracle import rows as brute_force

from competence_graph.graph.vocab import PREFIXES
from competence_graph.graph.write import VILNIUS

COLUMNS = (
    "person",
    "role",
    "competence",
    "required",
    "attained",
    "gap",
    "weight",
    "necessity",
    "why",
    "as_of",
    "critical",
)


@dataclass(frozen=True)
class Demo:
    """A real server process, its address, and commands beside it."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def command(self, *words: str) -> str:
        """Return what a command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "competence_graph.cli.main", *words],
            capture_output=True, text=True, env=environment(self.data), check=True, timeout=60,
        )  # fmt: skip
        return done.stdout

    @contextmanager
    def hr(self, institution: str) -> Iterator[httpx.Client]:
        """Give a client that has signed in as HR of an institution."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.url}, follow_redirects=True) as client:
            group = client.get("/en/sign-in").text.split(institution, 1)[1]
            form = re.search(r"<form[^>]*>.*?</form>", group, re.DOTALL)
            assert form is not None
            fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form[0]))
            action = re.search(r'action="([^"]+)"', form[0])
            answer = client.post(action[1] if action else "/en/sign-in", data=fields)
            assert answer.status_code == 200, answer.text[:500]
            yield client


def environment(data: Path) -> dict[str, str]:
    """Return the environment of a process of ours: its data folder and nothing set by hand."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMPETENCE_GRAPH_")}
    return kept | {"COMPETENCE_GRAPH_DATA": str(data), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`competence-graph serve --demo` in a process of its own."""
    data = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "competence_graph.cli.main", "serve", "--demo", "--port", str(port)],
        env=environment(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200:
                break
        except httpx.TransportError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not answer in 60 s"
            time.sleep(0.2)
    yield Demo(f"http://127.0.0.1:{port}", data, process)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def library(demo: Demo) -> str:
    """The IRI of the demonstration's library."""
    quads = ox.parse(demo.command("export", "organisations").encode(), format=ox.RdfFormat.N_QUADS)
    library = ox.NamedNode(f"{PREFIXES['id']}sector-library")
    (found,) = {
        quad.subject.value for quad in quads if quad.object == library and "classification" in quad.predicate.value
    }  # type: ignore[union-attr]
    return found


def told(text: str) -> list[tuple[str, ...]]:
    """Return the rows of a CSV as tuples, without the mark that Excel wants before it."""
    return [tuple(row[name] for name in COLUMNS) for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]


def test_every_door_gives_the_same_rows(demo: Demo, library: str) -> None:
    local = library.rsplit("/", 1)[-1]
    with demo.hr("Dubysa Region Public Library") as hr:
        page = hr.get(f"/en/organisations/{local}.csv")
        answer = hr.get(f"/en/organisations/{local}.json")
    by_command = told(demo.command("gaps", "--organisation", local, "--format", "csv"))
    by_question = told(demo.command("ask", "gaps_of_organisation", f"organisation={local}", "--format", "csv"))
    plain = {True: "true", False: "false"}
    listed = answer.json()
    rows = listed if isinstance(listed, list) else next(value for value in listed.values() if isinstance(value, list))
    by_json = [
        tuple(plain.get(row[name], row[name]) if isinstance(row[name], bool) else str(row[name]) for name in COLUMNS)
        for row in rows
    ]

    assert len(by_command) > 500
    assert by_question == by_command
    assert told(page.text) == by_command
    assert by_json == by_command


def test_brute_force_over_the_exported_raw_data_gives_the_same_rows(demo: Demo, library: str) -> None:
    pointers = {f"{PREFIXES['cg']}{name}" for name in ("current", "provisional", "lapsed")}
    exported = ox.parse(demo.command("export").encode(), format=ox.RdfFormat.N_QUADS)
    raw = [quad for quad in exported if quad.predicate.value not in pointers]
    by_command = told(demo.command("gaps", "--organisation", library, "--format", "csv"))

    found = brute_force(raw, library, datetime.now(VILNIUS).date())

    plain = {True: "true", False: "false"}
    assert [
        tuple(plain.get(each, each) if isinstance(each, bool) else str(each) for each in row) for row in found
    ] == by_command


def test_page_of_a_person_shows_the_rows_of_the_command(demo: Demo, library: str) -> None:
    rows = told(demo.command("gaps", "--organisation", library, "--format", "csv"))
    person = rows[0][0].rsplit("/", 1)[-1]
    mine = [row for row in rows if row[0].endswith(person)]
    with demo.hr("Dubysa Region Public Library") as hr:
        page = hr.get(f"/en/people/{person}").text
        as_csv = told(hr.get(f"/en/people/{person}.csv").text)

    assert as_csv == mine
    assert f"{sum(row[5] == '0' for row in mine)} of {len(mine)}" in re.sub(r"<[^>]+>", "", page).replace("\xa0", " ")
    for row in mine:
        assert row[2].rsplit("/", 1)[-1] in page


def test_the_numbers_of_the_page_are_those_of_command_workbook_and_brute_force(demo: Demo, library: str) -> None:
    """Coverage, completeness, critical gaps, the largest gap, single points: five numbers, four ways to them."""
    local = library.rsplit("/", 1)[-1]
    with demo.hr("Dubysa Region Public Library") as hr:
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", hr.get(f"/en/organisations/{local}").text))
        book = CalamineWorkbook.from_filelike(io.BytesIO(hr.get(f"/en/organisations/{local}.xlsx").content))
    rows = told(demo.command("gaps", "--organisation", local, "--format", "csv"))
    exported = list(ox.parse(demo.command("export").encode(), format=ox.RdfFormat.N_QUADS))
    pointers = {f"{PREFIXES['cg']}{name}" for name in ("current", "provisional", "lapsed")}
    raw = brute_force(
        [quad for quad in exported if quad.predicate.value not in pointers], library, datetime.now(VILNIUS).date()
    )
    whole = dict(zip(*book.get_sheet_by_name("Summary").to_python()[:2], strict=True))

    for name, found in (("command", rows), ("brute force", raw)):
        met = sum(int(row[5]) == 0 for row in found)
        assessed = sum(row[8] != "not-assessed" for row in found)
        critical = sum(str(row[10]).lower() == "true" for row in found)
        assert (whole["Requirements"], whole["Met"], whole["Assessed"]) == (len(found), met, assessed), name
        assert whole["Gaps in essential competences"] == critical, name
        assert f"{round(100 * met / len(found))}% {met} of {len(found):,} " in page.replace("requirements met ", ""), (
            name
        )
        assert f"{round(100 * assessed / len(found))}% {assessed} of {len(found):,}" in page, name
        assert f"gaps in essential competences {critical} " in page, name
        # The competence that most people are below in, of those who need it.
        below = Counter(row[2] for row in found if int(row[5]) > 0)
        need = Counter(row[2] for row in found)
        largest = max(below.values())
        assert any(
            f", {largest} of {need[each]} employees" in page for each, count in below.items() if count == largest
        ), name
    # The same numbers person by person, and cell by cell of the matrix.
    people = book.get_sheet_by_name("People").to_python()
    at = {name: people[0].index(name) for name in ("Requirements", "Met", "Assessed")}
    for name, column in at.items():
        assert sum(row[column] for row in people[1:]) == whole[name]
    matrix = book.get_sheet_by_name("Matrix").to_python()
    assert sum(row[1] for row in matrix[1:]) == sum(int(row[5]) > 0 for row in rows)
    assert sum(row[2] for row in matrix[1:]) == len(rows)
    # A single point: a unit's highest requirement that one person of it, or nobody, attains.
    assert f"has the level required {single_points(exported, rows, library)} " in page


def single_points(exported: list[ox.Quad], rows: list[tuple[str, ...]], library: str) -> int:
    """Return the single points by counting over posts, requirements and levels attained."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for quad in exported:
        if isinstance(quad.subject, ox.NamedNode):
            said[quad.subject.value][quad.predicate.value].append(quad.object.value)  # type: ignore[union-attr]
    org, cg, schema = (PREFIXES[name] for name in ("org", "cg", "schema"))
    day = datetime.now(VILNIUS).date().isoformat()
    people: dict[str, set[str]] = defaultdict(set)
    wanted: dict[tuple[str, str], int] = {}
    mine = {row[0] for row in rows}
    for each in said.values():
        if not set(each.get(f"{org}member", ())) & mine:
            continue
        until = each.get(f"{schema}endDate", ["9999"])[0]
        if not each[f"{schema}startDate"][0] <= day <= until:
            continue
        place = each[f"{org}organization"][0]
        people[place].add(each[f"{org}member"][0])
        for role in each[f"{org}role"]:
            for requirement in said[role][f"{cg}requires"]:
                competence = said[requirement][f"{cg}competence"][0]
                level = int(said[requirement][f"{cg}level"][0])
                wanted[place, competence] = max(wanted.get((place, competence), 0), level)
    return sum(
        sum(_level(said, person, competence, rows) >= level for person in people[place]) <= 1
        for (place, competence), level in wanted.items()
    )


def _level(said: dict[str, dict[str, list[str]]], person: str, competence: str, rows: list[tuple[str, ...]]) -> int:
    """Return a level as the rows have it where it is asked of the person, else of the record that counts."""
    for row in rows:
        if (row[0], row[2]) == (person, competence):
            return int(row[4])
    cg = PREFIXES["cg"]
    for record in said[person].get(f"{cg}current", []):
        if said[record][f"{cg}competence"] == [competence]:
            return int(said[record][f"{cg}level"][0])
    return 0


def test_no_name_is_in_the_exported_graph(demo: Demo) -> None:
    with closing(sqlite3.connect(demo.data / "registry.sqlite")) as registry:
        names = {name for row in registry.execute("SELECT given_name, family_name FROM identities") for name in row}
    quads = ox.parse(demo.command("export").encode(), format=ox.RdfFormat.N_QUADS)
    literals = {
        quad.object.value
        for quad in quads
        if isinstance(quad.object, ox.Literal) and "/people/" in str(quad.graph_name)
    }

    assert len(names) > 60
    assert not names & {word for text in literals for word in re.findall(r"\w+", text)}
