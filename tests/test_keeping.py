"""Backups hold store and registry of one moment; a restore proves itself or changes nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.errors import StoreError, UnreadableFileError
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.keeping import MANIFEST, REGISTRY, STORE, back_up, fingerprint, restore

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the sample world and a registry of one row."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = OxigraphStore(folder / STORE)
    store.load(ox.parse(path=str(SAMPLE / "example.trig")))
    store.close()
    with closing(sqlite3.connect(folder / REGISTRY)) as registry:
        registry.executescript("CREATE TABLE rows (value); INSERT INTO rows VALUES ('kept');")
    return folder


def backed_up(data: Path, folder: Path) -> dict[str, object]:
    store = OxigraphStore(data / STORE)
    try:
        return back_up(store, data / REGISTRY, folder)
    finally:
        store.close()


def test_restore_brings_back_every_statement_and_row(data: Path, tmp_path: Path) -> None:
    backed_up(data, tmp_path / "backup")
    store = OxigraphStore(data / STORE)
    before = fingerprint(store)
    store.update("DROP ALL")
    store.close()

    restore(tmp_path / "backup", data)

    store = OxigraphStore(data / STORE)
    assert fingerprint(store) == before
    store.close()
    with closing(sqlite3.connect(data / REGISTRY)) as registry:
        assert registry.execute("SELECT value FROM rows").fetchall() == [("kept",)]
    assert list(data.glob("store.before-*")), "what stood there must be kept"


def test_backup_is_of_the_moment_it_was_made(data: Path, tmp_path: Path) -> None:
    store = OxigraphStore(data / STORE)
    manifest = back_up(store, None, tmp_path / "backup")
    store.update("DROP ALL")
    copy = OxigraphStore(tmp_path / "backup" / STORE)

    assert fingerprint(copy) == manifest["graphs"]
    assert fingerprint(store) == {}
    copy.close()
    store.close()


def test_damaged_backup_is_refused_and_nothing_is_restored(data: Path, tmp_path: Path) -> None:
    backed_up(data, tmp_path / "backup")
    path = tmp_path / "backup" / MANIFEST
    manifest = json.loads(path.read_text())
    next(iter(manifest["graphs"].values()))["statements"] += 1
    path.write_text(json.dumps(manifest))
    store = OxigraphStore(data / STORE)
    before = store.dump()
    store.close()

    with pytest.raises(UnreadableFileError, match="1 graph"):
        restore(tmp_path / "backup", data)

    store = OxigraphStore(data / STORE)
    assert store.dump() == before
    store.close()
    assert not list(data.glob("*.before-*"))


def test_folder_that_is_no_backup_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="no backup"):
        restore(tmp_path, data)


def test_backup_overwrites_nothing(data: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        backed_up(data, tmp_path)
