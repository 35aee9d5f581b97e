"""Backups and restores: the store and the registry together, one manifest, proved by counts and hashes.

A graph's hash is SHA-256 over its canonical N-Quads; stored graphs have no blank nodes, so the sorted N-Quads are what
RDFC-1.0 (W3C, 2024) gives.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from competence_graph import __version__
from competence_graph.errors import StoreError, UnreadableFileError
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.store import Store
from competence_graph.registry.cipher import KEY_FILE
from competence_graph.registry.journal import JOURNAL, read_journal

MANIFEST: Final = "manifest.json"
STORE: Final = "store"
REGISTRY: Final = "registry.sqlite"
ORGANISATION_SNAPSHOTS: Final = "organisation-snapshots"
"""Where copies of organisations' data for their own questions are kept; made anew whenever they are missing."""


def fingerprint(store: Store) -> dict[str, dict[str, Any]]:
    """Return, for each graph, how many statements it has and their hash."""
    lines: dict[str, list[bytes]] = defaultdict(list)
    for line in store.dump().splitlines(keepends=True):
        graph = line.rsplit(b" ", 2)[-2].strip(b"<>").decode()
        lines[graph].append(line)
    return {
        graph: {"statements": len(found), "sha256": hashlib.sha256(b"".join(found)).hexdigest()}
        for graph, found in sorted(lines.items())
    }


def back_up(store: Store, registry: Path | None, folder: Path) -> dict[str, Any]:
    """Write a backup to a new folder and return its manifest; a half-written one is left under another name.

    Args:
        store: Open, and not written to meanwhile: call it inside the writer's lock.
        registry: The registry's SQLite file; None where it lives elsewhere and has its own backups.
        folder: Must not exist.

    Raises:
        StoreError: If the folder exists, or the store cannot be copied.
    """
    if folder.exists():
        message = f"{folder.name} exists already: give the name of a new folder."
        raise StoreError(message)
    part = folder.with_name(folder.name + ".part")
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(mode=0o700, parents=True)
    store.backup(part / STORE)
    if registry is not None and registry.exists():
        with closing(sqlite3.connect(registry)) as source, closing(sqlite3.connect(part / REGISTRY)) as target:
            source.backup(target)
    for name in (KEY_FILE, JOURNAL):
        beside = None if registry is None else registry.with_name(name)
        if beside is not None and beside.exists():
            shutil.copy2(beside, part / name)
    manifest = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "registry": (part / REGISTRY).exists(),
        "graphs": fingerprint(store),
    }
    (part / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for each in part.rglob("*"):
        if each.is_file() and each.parent == part:
            each.chmod(0o600)
    part.replace(folder)
    return manifest


def restore(folder: Path, data: Path) -> Mapping[str, Any]:
    """Put a backup in the place of a data folder's store and registry, proved against its manifest first.

    What stood there before is kept beside it, under the name of the moment.

    Raises:
        UnreadableFileError: If the folder is no backup, or what it holds is not what its manifest says.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFileError(folder.name, "this is no backup: it has no readable manifest.json.") from error
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep_journal(folder, data)
    part = data / "restoring"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(mode=0o700)
    shutil.copytree(folder / STORE, part / STORE)
    if manifest["registry"]:
        shutil.copy2(folder / REGISTRY, part / REGISTRY)
    copy = OxigraphStore(part / STORE)
    try:
        found = fingerprint(copy)
    finally:
        copy.close()
    if found != manifest["graphs"]:
        wrong = sorted(
            graph for graph in {*found, *manifest["graphs"]} if found.get(graph) != manifest["graphs"].get(graph)
        )
        shutil.rmtree(part)
        raise UnreadableFileError(
            folder.name, f"the content differs from the manifest in {len(wrong)} graph(s); nothing was restored."
        )
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    if (folder / KEY_FILE).exists() and not (data / KEY_FILE).exists():
        shutil.copy2(folder / KEY_FILE, data / KEY_FILE)
    for name in (STORE, REGISTRY):
        if (data / name).exists():
            (data / name).rename(data / f"{name}.before-{moment}")
        for rest in data.glob(f"{name}-*"):
            # SQLite's own journals belong to the file that was moved away.
            rest.rename(data / f"{rest.name}.before-{moment}")
        if (part / name).exists():
            (part / name).rename(data / name)
    part.rmdir()
    return manifest


def clear_copies(data: Path) -> None:
    """Remove the copies of older states beside the data: those of restores, of upgrades and for questions.

    An erasure must not leave the person in any of them.
    """
    shutil.rmtree(data / ORGANISATION_SNAPSHOTS, ignore_errors=True)
    for each in data.glob("*.before-*"):
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)


def _keep_journal(folder: Path, data: Path) -> None:
    """Join the journals of backup and data: what was erased since the backup must not come back.

    Raises:
        UnreadableFileError: If the two were kept with different keys, so that one cannot be read with the other's.
    """
    theirs, ours = folder / JOURNAL, data / JOURNAL
    if (folder / KEY_FILE).exists() and (data / KEY_FILE).exists():
        same = (folder / KEY_FILE).read_bytes() == (data / KEY_FILE).read_bytes()
        if not same and read_journal(ours):
            raise UnreadableFileError(
                folder.name,
                f"its {KEY_FILE} is another than that of the data folder, so the erasures since then cannot be done "
                "again: put the matching key back, or restore into an empty folder. Nothing was restored.",
            )
        if not same:
            shutil.copy2(folder / KEY_FILE, data / KEY_FILE)
    known = {entry["id"] for entry in read_journal(ours)}
    missing = [entry for entry in read_journal(theirs) if entry["id"] not in known]
    if missing:
        with ours.open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(entry) + "\n" for entry in missing)
        ours.chmod(0o600)
