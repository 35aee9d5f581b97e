"""Who may use a child when: places for queries, and a queue that is fair by what was used, not by who pushes."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_REMEMBERED: Final = 4096
_FORGETS_IN: Final = 30.0  # seconds until half of what somebody used is forgotten
_LIGHT: Final = 0.5  # seconds used lately up to which somebody counts as asking little
_HEAVY: Final = 2.0  # seconds used lately from which on what somebody asks anew counts as long
QUICK: Final = 0.05  # a query that took no longer is known as quick
_SLOW: Final = 0.2


class BusyError(Exception):
    """No place: the queue is full, or the wait was too long."""


class Place(Enum):
    """What kind of place a query holds."""

    NONE = auto()
    QUICK = auto()
    KEPT = auto()  # only for the quick and for those who ask little
    LONG = auto()


@dataclass(slots=True, eq=False)
class Ticket:
    """A query that waits for a place or holds one; ``worked`` is the processor time seen so far, in seconds."""

    client: str
    key: bytes
    light: bool
    used: float
    wants_long: bool
    place: Place = Place.NONE
    began: float = 0.0
    worked: float = 0.0

    @property
    def long(self) -> bool:
        """Whether it holds a place for long queries."""
        return self.place is Place.LONG


class Places:
    """The places and those who wait. Safe for any number of threads."""

    def __init__(self, *, quick: int, kept: int, long: int, waiting: int) -> None:
        """Make so many places of each kind and let so many wait."""
        self._free = {Place.QUICK: quick, Place.KEPT: kept, Place.LONG: long}
        self._most_waiting = waiting
        self._queue: list[Ticket] = []
        self._changed = threading.Condition()
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._took: OrderedDict[bytes, float] = OrderedDict()

    def enter(self, client: str, query: str, *, until: float) -> Ticket:
        """Wait for a place.

        Args:
            client: Who asks.
            query: What is asked: how long the same text took before decides where it may go.
            until: When to give up, by `time.monotonic`.

        Raises:
            BusyError: If the queue is full, or no place came free in time.
        """
        key = hashlib.blake2b(query.encode("utf-8", "replace"), digest_size=16).digest()
        with self._changed:
            took = self._took.get(key)
            used = self._used_lately(client)
            light = used < _LIGHT if took is None else took <= QUICK
            # Who has used much lately is not believed to ask something quick until it is known to be.
            wants_long = used > _HEAVY if took is None else took > _SLOW
            ticket = Ticket(client, key, light, used, wants_long)
            if len(self._queue) >= self._most_waiting:
                raise BusyError
            self._queue.append(ticket)
            self._deal()
            if not self._changed.wait_for(lambda: ticket not in self._queue, until - time.monotonic()):
                self._queue.remove(ticket)
                raise BusyError
            ticket.began = time.monotonic()
            return ticket

    def leave(self, ticket: Ticket) -> float:
        """Give the place up, remember what was used, and return it in seconds."""
        with self._changed:
            # What was over before anybody looked took at most as long as the clock says, and little.
            seconds = ticket.worked or min(time.monotonic() - ticket.began, QUICK)
            self._free[ticket.place] += 1
            self._used[ticket.client] = (self._used_lately(ticket.client) + seconds, time.monotonic())
            self._used.move_to_end(ticket.client)
            self._took[ticket.key] = seconds
            self._took.move_to_end(ticket.key)
            if len(self._used) > _REMEMBERED:
                self._used.popitem(last=False)
            if len(self._took) > _REMEMBERED:
                self._took.popitem(last=False)
            self._deal()
            return seconds

    def make_long(self, ticket: Ticket) -> bool:
        """Move a query that has become long to a place for such; say whether there was one."""
        with self._changed:
            if not self._free[Place.LONG]:
                return False
            self._free[Place.LONG] -= 1
            self._free[ticket.place] += 1
            ticket.place = Place.LONG
            self._deal()
            return True

    def others_wait(self, ticket: Ticket) -> bool:
        """Whether somebody waits for the kind of place that this query holds."""
        with self._changed:
            return any(self._fits(other, ticket.place) for other in self._queue)

    @staticmethod
    def _fits(ticket: Ticket, place: Place) -> bool:
        if place is Place.LONG:
            return ticket.wants_long
        return not ticket.wants_long and (place is Place.QUICK or ticket.light)

    def _deal(self) -> None:
        """Hand free places to those who wait, who has used least first."""
        for place in (Place.QUICK, Place.KEPT, Place.LONG):
            while self._free[place]:
                fitting = [ticket for ticket in self._queue if self._fits(ticket, place)]
                if not fitting:
                    break
                first = min(fitting, key=lambda ticket: (not ticket.light, ticket.used))
                self._queue.remove(first)
                first.place = place
                self._free[place] -= 1
                self._changed.notify_all()

    def _used_lately(self, client: str) -> float:
        seconds, at = self._used.get(client, (0.0, 0.0))
        return seconds * math.exp2(-(time.monotonic() - at) / _FORGETS_IN)
