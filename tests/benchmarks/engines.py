"""The engines of the benchmarks: each answers the same three questions, in the same form."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pyoxigraph as ox

from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_figures import organisation_heat, sector_gaps
from competence_graph.graph.levels_plan import WHYS
from competence_graph.graph.questions import parse_question, question
from competence_graph.graph.store import Store
from competence_graph.graph.terms import to_rows
from competence_graph.model.gap import Figures, Gap
from competence_graph.model.heat import Column, Heat, HeatCell, HeatRow
from competence_graph.model.iri import Iri
from competence_graph.model.sector import CompetenceGap

HERE = Path(__file__).parent
HEAT = parse_question("organisation_heat", (HERE / "organisation_heat.rq").read_text(encoding="utf-8"))

Rows = list[tuple[object, ...]]
KEPT = ("role", "competence", "required", "attained", "gap", "weight", "why", "critical")


def texts(organisation: str, person: str) -> dict[str, str]:
    """Return the SPARQL of the three questions."""
    return {
        "person": question("gaps_of_person").bind(person=Iri(person)),
        "organisation": HEAT.bind(organisation=Iri(organisation)),
        "sector": question("sector_top_gaps").sparql,
    }


class Ours:
    """The level matrix; answers as the answer functions give them, and the same made comparable outside the clock."""

    name = "ours"

    def __init__(self, store: Store, organisation: str, places: list[str], person: str) -> None:
        self.matrix = LevelMatrix.build(store)
        self.organisation, self.places, self.person_iri = organisation, places, person

    def person(self) -> list[Gap]:
        return self.matrix.gaps_of([self.person_iri])

    def organisation_map(self) -> Heat:
        return organisation_heat(self.matrix.now, self.organisation, self.places)

    def sector(self) -> list[CompetenceGap]:
        return sector_gaps(self.matrix.now)

    def rows(self) -> dict[str, Rows]:
        return told(self.organisation, self.places, self.person(), self.organisation_map(), self.sector())


def told(
    organisation: str, places: list[str], gaps: list[Gap], heat: Heat, sector: list[CompetenceGap]
) -> dict[str, Rows]:
    """Return answers in the form in which all engines are compared."""
    cells = [(organisation, row.competence, *astuple(row.whole)) for row in heat.rows]
    for row in heat.rows:
        across = zip(places, row.cells, strict=True)
        cells += [(place, row.competence, *astuple(cell)) for place, cell in across if cell is not None]
    return {
        "person": [tuple(getattr(row, name) for name in KEPT) for row in gaps],
        "organisation": sorted(cells),
        "sector": [astuple(row) for row in sector],
    }


class Numpy:
    """The limit: numpy on arrays that lie ready, one entry a person and competence, giving the same output."""

    name = "numpy"

    def __init__(self, matrix: LevelMatrix, organisation: str, places: list[str], person: str) -> None:
        now = matrix.now
        self.columns = now.plan.columns
        blocks = list(now.blocks.values())
        column, known, required, weight, essential, owner = [], [], [], [], [], []
        for number, block in enumerate(blocks):
            rows = block.entries.rows()
            column.append(block.entries.columns)
            known.append(block.level[rows, block.entries.columns])
            required.append(block.entries.required)
            weight.append(block.entries.weight)
            essential.append(block.entries.essential)
            owner.append(np.full(len(rows), number, dtype=np.int64))
        self.column = np.concatenate(column).astype(np.int64)
        self.known, self.required = np.concatenate(known), np.concatenate(required)
        self.weight, self.essential = np.concatenate(weight), np.concatenate(essential)
        self.owner = np.concatenate(owner)
        self.number_of_owners = len(blocks)
        (block,) = now.of_organisation(organisation)
        own = blocks.index(block)
        self.part = slice(*(np.searchsorted(self.owner, own + side) for side in (0, 1)))
        self.rows_of = rows = block.entries.rows()
        inside = np.array([[place in block.places(row) for row in range(len(block.people))] for place in places])
        self.inside = np.vstack([np.ones(len(block.people), dtype=bool), inside])[:, rows]
        self.places = [organisation, *places]
        mine, row = matrix.find(person)
        assert mine is not None
        profile = now.plan.profile(mine.roles[row])
        self.who = person
        cells = (mine.level[row, profile.columns], mine.why[row, profile.columns], now.plan.tops[profile.columns])
        self.own = (profile, *cells, mine.as_of)

    def person(self) -> list[Gap]:
        profile, level, why, tops, day = self.own
        attained = np.maximum(level, 0)
        columns = np.stack([profile.columns, profile.required, attained, profile.weight, profile.essential, why, tops])
        asked = zip(profile.roles, columns.T.tolist(), strict=True)
        found = [
            Gap(self.who, role, self.columns[column], required, level, weight, "essential" if essential else "optional",
                WHYS[why], day, level < essential, top)
            for role, (column, required, level, weight, essential, why, top) in asked
        ]  # fmt: skip
        return sorted(found, key=lambda row: (-row.rank, row.competence))

    def organisation_map(self) -> Heat:
        column, known, required, weight = (
            each[self.part] for each in (self.column, self.known, self.required, self.weight)
        )
        width = len(self.columns)
        attained = np.maximum(known, 0)
        gap = np.maximum(required - attained, 0)
        essential = self.essential[self.part]
        values = (
            gap > 0,
            known < 0,
            attained < essential,
            gap,
            np.minimum(attained, required) * weight.astype(np.int64),
            required * weight.astype(np.int64),
        )
        chosen = [[inside, *(inside * value for value in values)] for inside in self.inside]
        counted = [[np.bincount(column, weights=each, minlength=width) for each in own] for own in chosen]
        tables = np.array(counted).astype(np.int64)
        sums = tables.sum(axis=2).tolist()
        heads = []
        for place, inside, (need, below, unknown, critical, levels, got, asked) in zip(
            self.places[1:], self.inside[1:], sums[1:], strict=True
        ):
            people = len(np.unique(self.rows_of[inside]))
            short = len(np.unique(self.rows_of[inside & (attained < essential)]))
            share = got / asked if asked else None
            heads.append(
                Column(
                    place,
                    people,
                    Figures(
                        need, need - below, need - unknown, below - unknown, critical, levels, people, short, share
                    ),
                )
            )
        shown = np.flatnonzero(tables[0, 0])
        cells = tables[:, :3, shown].transpose(2, 0, 1).tolist()
        found = [
            HeatRow(
                self.columns[each],
                HeatCell(*whole),
                tuple(HeatCell(*cell) if cell[0] else None for cell in across),
                levels,
            )
            for each, (whole, *across), levels in zip(shown.tolist(), cells, tables[0, 4, shown].tolist(), strict=True)
        ]
        found.sort(key=lambda row: (-row.whole.below, -row.whole.share, -row.levels, row.competence))
        return Heat(tuple(heads), tuple(found))

    def sector(self) -> list[CompetenceGap]:
        width = len(self.columns)
        attained = np.maximum(self.known, 0)
        gap = np.maximum(self.required - attained, 0)
        counted = [
            np.bincount(self.column, minlength=width),
            np.bincount(self.column, weights=gap > 0, minlength=width),
            np.bincount(self.column, weights=self.known < 0, minlength=width),
            np.bincount(self.column, weights=attained < self.essential, minlength=width),
            np.bincount(self.column, weights=gap, minlength=width),
            np.bincount(self.column, weights=gap * self.weight, minlength=width),
        ]
        both = np.bincount(self.owner * width + self.column, minlength=self.number_of_owners * width)
        counted.append((both.reshape(-1, width) > 0).sum(axis=0))
        table = np.stack(counted).astype(np.int64)
        shown = np.flatnonzero(table[0])
        figures = zip(shown.tolist(), table[:, shown].T.tolist(), strict=True)
        found = [CompetenceGap(self.columns[each], *row) for each, row in figures]
        return sorted(found, key=lambda row: (-row.score, row.competence))

    def rows(self) -> dict[str, Rows]:
        return told(self.places[0], self.places[1:], self.person(), self.organisation_map(), self.sector())


def comparable(name: str, rows: list[dict[str, object]]) -> Rows:
    """Return the rows of a question as the other engines give them."""
    found = [tuple(row[column] for column in (KEPT if name == "person" else row)) for row in rows]
    return sorted(found) if name == "organisation" else found  # type: ignore[type-var]


class Pyoxigraph:
    """The embedded store with the reference SPARQL."""

    def __init__(self, name: str, store: Store, asked: dict[str, str]) -> None:
        self.name, self.store, self.asked = name, store, asked

    def ask(self, name: str) -> object:
        return self.store.select(self.asked[name])

    def rows(self, name: str) -> Rows:
        return comparable(name, [dict(row) for row in to_rows(self.store.select(self.asked[name]))])


class Rdflib:
    """rdflib in memory with the same SPARQL."""

    name = "rdflib, memory"

    def __init__(self, quads: Iterator[ox.Quad], asked: dict[str, str]) -> None:
        import rdflib

        from competence_graph.graph.terms import to_rdflib

        self.asked = asked
        self.data = rdflib.Dataset(default_union=True)
        graphs: dict[str, rdflib.Graph] = {}
        for quad in quads:
            name = quad.graph_name.value
            graph = graphs.setdefault(name, self.data.graph(rdflib.URIRef(name)))
            graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))

    def ask(self, name: str) -> object:
        return list(self.data.query(self.asked[name]))

    def rows(self, name: str) -> Rows:
        from competence_graph.graph.store import Rows as StoreRows
        from competence_graph.graph.terms import from_rdflib

        answer = self.data.query(self.asked[name])
        columns = tuple(str(each) for each in answer.vars)
        rows = [tuple(None if term is None else from_rdflib(term) for term in row) for row in answer]
        return comparable(name, [dict(row) for row in to_rows(StoreRows(columns, rows))])


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def oxigraph_server(folder: Path) -> Iterator[str]:
    """Serve a folder with `oxigraph serve-read-only` while the block runs, and give the address of its queries."""
    program = Path(sys.executable).with_name("oxigraph")
    found = str(program) if program.exists() else shutil.which("oxigraph")
    if found is None:
        raise FileNotFoundError("oxigraph is missing: make install brings it.")
    port = free_port()
    arguments = [
        found,
        "serve-read-only",
        "--location",
        str(folder),
        "--bind",
        f"127.0.0.1:{port}",
        "--union-default-graph",
    ]
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, child)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        child.terminate()
        child.wait(20)


def wait_for(port: int, child: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Wait until a child listens.

    Raises:
        RuntimeError: If it ended or did not listen in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"The server ended at once: {child.args}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The server did not listen in {seconds:g} s: {child.args}")


class Served:
    """`oxigraph serve` over HTTP, one connection."""

    name = "oxigraph serve, HTTP"

    def __init__(self, url: str, asked: dict[str, str]) -> None:
        self.url, self.asked = url, asked

    def ask(self, name: str) -> bytes:
        body = urllib.parse.urlencode({"query": self.asked[name]}).encode()
        request = urllib.request.Request(self.url, body, {"Accept": "application/sparql-results+json"})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return bytes(answer.read())

    def rows(self, name: str) -> Rows:
        results = ox.parse_query_results(self.ask(name), format=ox.QueryResultsFormat.JSON)
        assert isinstance(results, ox.QuerySolutions)
        columns = tuple(variable.value for variable in results.variables)
        from competence_graph.graph.store import Rows as StoreRows

        return comparable(name, [dict(row) for row in to_rows(StoreRows(columns, [tuple(each) for each in results]))])


def size_of(answer: bytes) -> int:
    """Return how many rows a JSON answer has."""
    return len(json.loads(answer)["results"]["bindings"])
