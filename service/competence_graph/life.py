"""How the service starts, lives through midnight and stops: beside `app`, which puts the parts together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from competence_graph.answers.erasing import erase
from competence_graph.bundled import bundled
from competence_graph.demo import INSTITUTIONS, SEED, Institution, demo_world, read_catalogue
from competence_graph.errors import StoreError
from competence_graph.graph.change import Change
from competence_graph.graph.history import people_graphs
from competence_graph.graph.holder import Holder
from competence_graph.graph.inventory import load_inventories
from competence_graph.graph.store import Store
from competence_graph.graph.write import VILNIUS, Writer
from competence_graph.keeping import REGISTRY, back_up, clear_copies
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri
from competence_graph.registry import Registry
from competence_graph.registry.jobs import BACKUP

log = logging.getLogger(__name__)


def settle(writer: Writer, base: str) -> None:
    """Bring the store up to what ships with the product, and its people graphs to today."""
    receipt = load_inventories(writer, bundled("inventories"), base)
    if receipt.changed:
        log.info("inventories loaded", extra={"added": receipt.added, "removed": receipt.removed})
    writer.turn()


def invent(
    writer: Writer,
    registry: Registry,
    day: date,
    base: str,
    *,
    institutions: Sequence[Institution] = INSTITUTIONS,
    described: Sequence[ox.Quad] = (),
    seed: int = SEED,
    told: Callable[[str], None] = lambda _graph: None,
) -> None:
    """Put a demonstration world into a store and a registry that have none yet: names in the registry only.

    Args:
        writer: The store's guarded write.
        registry: Takes the names.
        day: Today.
        base: Of all IRIs.
        institutions: Of the world.
        described: What a file says of those of them that the world does not describe.
        seed: Of the people.
        told: Is told each graph before it is written.
    """
    if any(account.demo for account in registry.demo_accounts()):
        return
    world = demo_world(seed, day, read_catalogue(writer.store), base=base, institutions=institutions)
    registry.identify_all(
        [(each.pseudonym, each.organisation, each.given_name, each.family_name, None) for each in world.identities]
    )
    # A start that was cut off left people there already; the accounts come last and tell that all is done.
    there = {each.graph for each in people_graphs(writer.store)}
    first = [quad for graph, quads in world.graphs.items() if not _of_people(graph, base) for quad in quads]
    if not there & set(world.graphs):
        told("")
        writer.write(Change(put=(*described, *first)), actor=OPERATOR)
    for graph, quads in world.graphs.items():
        if _of_people(graph, base) and graph not in there:
            told(graph)
            writer.write(Change(put=quads), actor=OPERATOR)
    for each in world.accounts:
        registry.put_account(
            each.id,
            each.kind,
            each.label,
            organisation=each.organisation,
            person=each.person,
            units=each.units,
            demo=True,
        )
    log.info("demonstration world made", extra={"people": len(world.identities)})


def _of_people(graph: str, base: str) -> bool:
    return graph.startswith(f"{base}graph/people/")


class Life:
    """What runs beside the requests: the holder's socket and the turn at midnight."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        data: Path | None,
        registry: Registry | None = None,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            store: What is held.
            writer: Its guarded write.
            data: The data folder, where this process holds a store in it; None where it does not.
            registry: Who the people are; None where nobody can be erased through this process.
            forget: Lets go of copies of people's data that other parts of this process hold.
        """
        self._registry = registry
        self._forget = forget
        self._writer = writer
        self._stop = threading.Event()
        self._store = store
        self._data = data
        self._holder = (
            None
            if data is None
            else Holder(
                data, store, writer, backup=self._back_up, erase=None if registry is None else self._erase_person
            )
        )
        self._midnight = threading.Thread(target=self._wait_for_midnight, name="midnight", daemon=True)

    def start(self) -> None:
        """Listen, and wait for midnight.

        Raises:
            StoreHeldError: If another process holds the store.
        """
        if self._holder is not None:
            self._holder.listen()
        if self._registry is not None:
            self._registry.imports.resume()
        self._midnight.start()

    def stop(self) -> None:
        """Stop listening and waiting."""
        self._stop.set()
        if self._holder is not None:
            self._holder.close()

    def _back_up(self, folder: Path) -> Mapping[str, Any]:
        if self._registry is not None:
            self._registry.jobs.note(BACKUP)
        with self._writer.still():
            return back_up(self._store, None if self._data is None else self._data / REGISTRY, folder)

    def _erase_person(self, person: str) -> None:
        assert self._registry is not None
        erase(OPERATOR, self._writer, self._registry, Iri(person), clear=self.clear)

    def clear(self) -> None:
        """Remove copies of older states, so that an erasure leaves nobody in them."""
        self._forget()
        if self._data is not None:
            clear_copies(self._data)

    def _wait_for_midnight(self) -> None:
        while not self._stop.wait(seconds_to_midnight(datetime.now(VILNIUS))):
            # A full disk at midnight must not end the waiting: pages then say for which day they speak.
            with suppress(StoreError):
                log.info("people graphs turned", extra={"graphs": self._writer.turn()})


def seconds_to_midnight(now: datetime) -> float:
    """Return the seconds until the next day begins in Vilnius, one more for clocks that run ahead."""
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
    # In UTC: two times of one zone are subtracted by the clock on the wall, wrong by an hour when it is changed.
    return max((tomorrow.astimezone(UTC) - now.astimezone(UTC)).total_seconds(), 1.0)
