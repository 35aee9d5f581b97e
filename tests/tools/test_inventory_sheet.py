"""An edited table goes back into the inventory file it came from: one line of difference for one cell."""

import difflib
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.bundled import bundled
from competence_graph.exchange.framework_sheet import framework_sheet
from competence_graph.exchange.tables import to_csv
from competence_graph.graph.inventory import guard, load_inventories
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.iri import BASE, id_iri

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def table():
    store = OxigraphStore()
    load_inventories(guard(store, BASE), bundled("inventories"), BASE)
    return to_csv(framework_sheet(store, id_iri("museums"))).decode()


@pytest.fixture
def checkout(tmp_path):
    """The parts of the checkout that the tool works on; the tool runs there."""
    for name in ("inventories", "ontology", "shapes", "tools", "service"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(checkout, text):
    (checkout / "edited.csv").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "tools.inventory_sheet", "edited.csv"],
        cwd=checkout,
        env={"PYTHONPATH": f"{checkout / 'service'}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def lines_changed(checkout):
    found = {}
    for path in sorted((ROOT / "inventories").rglob("*.ttl")):
        before = path.read_text(encoding="utf-8").splitlines()
        after = (checkout / path.relative_to(ROOT)).read_text(encoding="utf-8").splitlines()
        changed = [line for line in difflib.ndiff(before, after) if line[:2] in ("+ ", "- ")]
        if changed:
            found[path.name] = changed
    return found


def test_a_table_that_was_not_edited_leaves_every_file_as_it_is(checkout, table):
    done = run(checkout, table)

    assert (done.returncode, done.stderr) == (0, "")
    assert lines_changed(checkout) == {}


def test_one_edited_cell_is_one_changed_line(checkout, table):
    done = run(checkout, table.replace(",Exhibition curating,", ",Curating of exhibitions,"))

    assert done.stdout == "museums.ttl: 1 statements added, 1 removed\n"
    (changed,) = lines_changed(checkout).values()
    assert len(changed) == 2
    assert "Curating of exhibitions" in changed[1]
    assert list(ox.parse((checkout / "inventories" / "museums.ttl").read_bytes(), format=ox.RdfFormat.TURTLE))


def test_a_table_with_a_mistake_changes_nothing_and_says_where(checkout, table):
    done = run(checkout, table.replace(",Exhibition curating,", ",,"))

    assert done.returncode == 1
    assert "edited.csv:" in done.stdout
    assert "nothing was written" in done.stderr
    assert lines_changed(checkout) == {}
