"""How a command reaches the data: through the process that holds the store, or by opening it itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from competence_graph.errors import StoreHeldError
from competence_graph.graph.holder import HeldStore, HeldWriter
from competence_graph.graph.inventory import guard
from competence_graph.graph.store import Store, open_store
from competence_graph.graph.write import Writer
from competence_graph.settings import Settings


@dataclass(frozen=True, slots=True)
class Connection:
    """A store and its guarded write; ``held`` tells that another process holds them."""

    store: Store
    writer: Writer | HeldWriter
    held: bool


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """Reach the store: through its holder where there is one, else by opening it for the time of the command.

    Raises:
        StoreError: If neither can be.
    """
    store: Store
    if not settings.store:
        with contextlib.suppress(OSError):
            held = HeldStore(settings.data)
            held.request({"act": "who"})
            try:
                yield Connection(held, HeldWriter(held), held=True)
            finally:
                held.close()
            return
        Path(settings.data).mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        store = open_store(settings.store_url, durable=settings.durable)
    except StoreHeldError as error:
        # Between two looks a server may have come up or gone down; its socket says which.
        raise StoreHeldError(error.path, "a process that does not answer: is a server starting or stopping?") from error
    try:
        writer = guard(store, settings.base)
        writer.turn()
        yield Connection(store, writer, held=False)
    finally:
        store.close()
