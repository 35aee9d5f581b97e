"""Run inside a small file system of its own: fill it, write, make room, write again; print what happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent))
from crash_writer import DAY, batch

from competence_graph.errors import StoreReadOnlyError
from competence_graph.graph.change import Change
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.actor import OPERATOR


def main(place: Path, sample: Path) -> None:
    """Fill the disk under a store, and print refused, kept and resumed as they come true."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=True)
    print("mounted")
    store = OxigraphStore(place / "store")
    store.load(ox.parse(path=str(sample)))
    writer = guard(store, today=lambda: DAY)
    writer.write(Change(put=tuple(batch(1, 0))), actor=OPERATOR)
    before = store.dump()
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536):
                pass
        except OSError:
            pass
    written = 0
    try:
        for number in range(1, 4000):
            writer.write(Change(put=tuple(batch(1, number))), actor=OPERATOR)
            written = number
            before = store.dump()
    except StoreReadOnlyError:
        print("refused", written)
    if store.dump() == before and store.read_only:
        print("kept")
    ballast.unlink()
    writer.write(Change(put=tuple(batch(1, written + 1))), actor=OPERATOR)
    if not store.read_only and len(store.dump()) > len(before):
        print("resumed")
    after = store.dump()
    store.close()
    if OxigraphStore(place / "store").dump() == after:
        print("durable")


main(Path(sys.argv[1]), Path(sys.argv[2]))
