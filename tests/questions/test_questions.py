"""Every question with a fixture gives exactly its rows, in memory and on disk.

A case is `<question>.csv`, or `<question>--<what>.csv`: lines `# param: name=value`, `# data: file.trig` (its own name
where it says none) and `# public` (only the public graphs are asked), then the columns, then the rows in order.
Values are written `id:...`, `cg:...`, `skos:...` or as they are; a text with its language is `text@lt`.
"""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.public import public
from competence_graph.graph.questions import ask, question
from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.iri import Iri
from competence_graph.model.text import Text

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*.csv"))
SHORT = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def written(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Iri):
        return next((f"{name}:{value[len(space) :]}" for name, space in SHORT if value.startswith(space)), value)
    return f"{value.value}@{value.lang}" if isinstance(value, Text) else str(value)


def read_value(text):
    if text.isdecimal():
        return int(text)
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES:
        return Iri(PREFIXES[prefix] + local)
    return Iri(text) if text.startswith(("http://", "https://")) else text


def read_case(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
    parameters = {}
    for line in head:
        if line.startswith("param:"):
            name, _, value = line.removeprefix("param:").strip().partition("=")
            parameters.setdefault(name, []).append(read_value(value))
    data = next((line.removeprefix("data:").strip() for line in head if line.startswith("data:")), f"{path.stem}.trig")
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    return path.stem.split("--")[0], HERE / data, parameters, "public" in head, rows


def stores(folder, data):
    quads = list(ox.parse(data.read_bytes(), format=ox.RdfFormat.TRIG))
    for store in (OxigraphStore(), OxigraphStore(folder / "store")):
        store.load(quads)
        yield store
        store.close()


@pytest.mark.parametrize("case", CASES, ids=[path.stem for path in CASES])
def test_question_gives_the_rows_of_its_case(case, tmp_path):
    name, data, parameters, bounded, expected = read_case(case)

    for store in stores(tmp_path, data):
        rows = public(store).ask(name, **parameters) if bounded else ask(store, name, **parameters)
        given = [[written(row[column]) for column in expected[0]] for row in rows]
        if question(name).order.startswith("none"):
            given, wanted = sorted(given), sorted(expected[1:])
        else:
            wanted = expected[1:]

        assert wanted == given


def test_there_are_cases():
    assert len(CASES) > 10
