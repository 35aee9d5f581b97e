"""Fifteen mistakes in one file: each named with line, rule, value and mending in both languages; nothing written."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.graph.holder import Holder
from competence_graph.graph.inventory import guard, load_inventories
from competence_graph.graph.oxigraph import OxigraphStore

sys.path.insert(0, str(Path(__file__).parent))
from test_commands import ROOT, SAMPLE, run

MISTAKES = Path(__file__).with_name("fifteen_mistakes.ttl")
# The comment above the mistake in the file -> the rule that must find it.
RULES = {
    "syntax": "syntax",
    "level 9": "Requirement-level-scale",
    'level "penki"': "Requirement-level-range",
    "unknown competence": "Requirement-competence-kind",
    "weight 0": "Requirement-weight-range",
    "requirement twice for one competence": "check-one-requirement-a-pair",
    "missing Lithuanian label": "Competence-label-lt",
    "two English labels": "Competence-label-once",
    "cycle in broader": "check-cycle-in-broader",
    "broader to itself": "check-cycle-in-broader",
    "duplicate notation": "check-notation-unique",
    "outcome with from >= to": "Outcome-order",
    "expiry before issue": "Attainment-expiry-order",
    "attainment by a learner of another graph": "check-same-people-graph",
    "a foaf:name": "Learner",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, OxigraphStore]]:
    """A held data folder with the inventories and the sample's people."""
    folder = tmp_path_factory.mktemp("data")
    store = OxigraphStore(folder / "store")
    writer = guard(store)
    load_inventories(writer, ROOT / "inventories")
    quads = ox.parse(path=str(SAMPLE / "example.trig"))
    store.load(
        [quad for quad in quads if "/people/" in str(quad.graph_name) or "/organisation" in str(quad.graph_name)]
    )
    writer.turn()
    holder = Holder(folder, store, writer)
    holder.listen()
    yield folder, store
    holder.close()
    store.close()


def sections() -> dict[str, tuple[int, int]]:
    """Return the first and the last line under each comment that names a mistake."""
    lines = MISTAKES.read_text(encoding="utf-8").splitlines()
    starts = [(number, line[2:]) for number, line in enumerate(lines, start=1) if line.startswith("# ") and number > 1]
    ends = [number for number, _ in starts[1:]] + [len(lines) + 1]
    return {name: (start, end) for (start, name), end in zip(starts, ends, strict=True)}


@pytest.fixture(scope="module")
def printed(data: tuple[Path, OxigraphStore]) -> str:
    """What `check` prints."""
    done = run(data[0], "check", str(MISTAKES))
    assert done.returncode == 1
    return done.stdout


@pytest.mark.parametrize(("mistake", "rule"), RULES.items())
def test_mistake_is_named_with_its_line_its_rule_and_its_mending(printed: str, mistake: str, rule: str) -> None:
    first, last = sections()[mistake]
    found = [
        (int(line), name)
        for line, name in re.findall(rf"^{re.escape(str(MISTAKES))}:(\d+) [^\n]*?\[([\w-]+)\]", printed, re.MULTILINE)
    ]

    assert (rule, True) in {(name, first <= line < last) for line, name in found}
    block = printed.split(f"[{rule}]")[1].splitlines()
    assert re.match(r"  lt klaida: .+\. .+\.", block[1])
    assert re.match(r"  en error: .+\. .+\.", block[2])


def test_only_the_mistakes_are_named(printed: str) -> None:
    errors = re.findall(r"\[([\w-]+)\][^\n]*\n  lt klaida", printed)

    assert set(errors) == set(RULES.values()) | {"check-requirement-iri"}


def test_values_are_shown_where_there_is_one(printed: str) -> None:
    for value in ("9", "penki", "c000000b", "0", "BIB-01", "2026-05-04"):
        assert value in printed


def test_load_refuses_and_the_dump_is_byte_equal(data: tuple[Path, OxigraphStore]) -> None:
    before = data[1].dump()

    done = run(data[0], "load", str(MISTAKES))

    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert data[1].dump() == before
