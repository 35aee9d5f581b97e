"""One holder: a second one is refused by name, and commands reach the store through the first."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.errors import RefusedError, StoreError, StoreHeldError
from competence_graph.graph.change import Change
from competence_graph.graph.holder import SOCKET, HeldStore, HeldWriter, Holder
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.keeping import back_up
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import id_iri

sys.path.insert(0, str(Path(__file__).parent))
from crash_writer import DAY, batch

SAMPLE = Path(__file__).parents[1] / "sample"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, OxigraphStore]]:
    """A data folder whose store is held by this process."""
    folder = tmp_path_factory.mktemp("data")
    store = OxigraphStore(folder / "store")
    store.load(ox.parse(path=str(SAMPLE / "example.trig")))
    holder = Holder(folder, store, guard(store, today=lambda: DAY), backup=lambda path: back_up(store, None, path))
    holder.listen()
    yield folder, store
    holder.close()
    store.close()


def test_second_process_is_refused_the_store(held: tuple[Path, OxigraphStore]) -> None:
    opening = f"OxigraphStore(Path({str(held[0] / 'store')!r}))"
    script = f"from pathlib import Path\nfrom competence_graph.graph.oxigraph import OxigraphStore\n{opening}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert done.returncode != 0
    assert "StoreHeldError" in done.stderr


def test_second_holder_is_refused_with_the_name_of_the_first(held: tuple[Path, OxigraphStore]) -> None:
    store = OxigraphStore()
    with pytest.raises(StoreHeldError, match=f"process {os.getpid()}"):
        Holder(held[0], store, guard(store)).listen()


def test_socket_of_a_holder_that_died_is_taken_over(tmp_path: Path) -> None:
    store = OxigraphStore()
    (tmp_path / SOCKET).touch()
    holder = Holder(tmp_path, store, guard(store))

    holder.listen()

    connection = HeldStore(tmp_path)
    assert connection.graphs() == []
    connection.close()
    holder.close()
    assert not (tmp_path / SOCKET).exists()


def test_only_the_same_user_may_reach_the_socket(held: tuple[Path, OxigraphStore]) -> None:
    assert stat.S_IMODE((held[0] / SOCKET).stat().st_mode) == 0o600


def test_answers_through_the_socket_are_those_of_the_store(held: tuple[Path, OxigraphStore]) -> None:
    folder, store = held
    connection = HeldStore(folder)

    through = ask(connection, "gaps_of_organisation", organisation=id_iri("osh1z2bk"))

    assert through == ask(store, "gaps_of_organisation", organisation=id_iri("osh1z2bk"))
    assert connection.dump() == store.dump()
    assert connection.graphs() == store.graphs()
    assert connection.ask("ASK { ?thing ?property ?value }")
    query = "CONSTRUCT { ?thing a ?kind } WHERE { ?thing a ?kind }"
    assert set(connection.construct(query)) == set(store.construct(query))
    connection.close()


def test_write_through_the_socket_is_guarded(held: tuple[Path, OxigraphStore]) -> None:
    folder, store = held
    connection = HeldStore(folder)
    writer = HeldWriter(connection)
    good = tuple(batch(3, 0))
    level = next(quad for quad in good if isinstance(quad.object, ox.Literal) and quad.object.value == "0")
    bad = ox.Quad(level.subject, level.predicate, ox.Literal("9", datatype=level.object.datatype), level.graph_name)  # type: ignore[union-attr]
    before = store.dump()

    with pytest.raises(RefusedError) as refused:
        writer.write(Change(put=tuple(bad if quad == level else quad for quad in good)), actor=OPERATOR)
    unchanged = store.dump() == before
    receipt = writer.write(Change(put=good), actor=OPERATOR)

    assert unchanged
    assert refused.value.findings[0].said["lt"]
    assert receipt.added == len(good) + 1
    assert not writer.write(Change(put=good), actor=OPERATOR).changed
    with pytest.raises(StoreError):
        connection.update("DROP ALL")
    connection.close()


def test_error_of_the_holder_keeps_its_class_and_text(held: tuple[Path, OxigraphStore], tmp_path: Path) -> None:
    connection = HeldStore(held[0])

    with pytest.raises(SyntaxError):
        connection.select("SELECT nonsense")
    with pytest.raises(StoreError, match="exists already"):
        connection.backup(tmp_path)
    connection.close()


def test_holder_that_goes_away_is_said_so(tmp_path: Path) -> None:
    store = OxigraphStore()
    holder = Holder(tmp_path, store, guard(store, today=lambda: date(2026, 1, 1)))
    holder.listen()
    connection = HeldStore(tmp_path)
    connection._socket.shutdown(2)

    with pytest.raises(StoreError, match="start the command again"):
        connection.graphs()
    connection.close()
    holder.close()
