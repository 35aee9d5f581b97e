"""Budgets: how much one asker may use in a while; query time in seconds, attempts by number.

The askers are told apart by their account, else by their address: of IPv6 the /64 that one household or office has. The
address is the one that the connection has, or that a trusted proxy says (setting ``trusted_proxies``).
"""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Final

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from competence_graph.errors import BudgetError
from competence_graph.model.actor import Actor

WINDOW: Final = 600
"""Seconds for which a budget holds."""
MOST_ATTEMPTS: Final = 300
"""Attempts to sign in, or to have a letter sent, that one address has in a window: a whole institution may sit behind
it; each account has a lock of its own."""
_MILLI: Final = 1000


class Budgets:
    """What everybody has used lately. Safe for any number of threads."""

    def __init__(self, seconds: float, *, attempts: int = MOST_ATTEMPTS, window: int = WINDOW) -> None:
        """Prepare.

        Args:
            seconds: Of query time that one asker has in a window; 0 sets no limit.
            attempts: That one address has in a window; 0 sets no limit.
            window: Its length in seconds.
        """
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._queries = RateLimitItemPerSecond(max(1, round(seconds * _MILLI)), window) if seconds else None
        self._attempts = RateLimitItemPerSecond(attempts, window) if attempts else None

    def check(self, asker: str) -> None:
        """Let an asker through who has query time left.

        Raises:
            BudgetError: If it is used up; it says when there is some again.
        """
        if self._queries is not None:
            self._refuse_spent(self._queries, "query", asker)

    def spend(self, asker: str, seconds: float) -> None:
        """Count query time, also of a query that was not answered."""
        if self._queries is not None:
            self._limiter.hit(self._queries, "query", asker, cost=max(1, round(seconds * _MILLI)))

    def attempt(self, asker: str) -> None:
        """Count an attempt to sign in or to have a letter sent.

        Raises:
            BudgetError: If there were too many.
        """
        if self._attempts is not None:
            self._refuse_spent(self._attempts, "attempt", asker)
            self._limiter.hit(self._attempts, "attempt", asker)

    def _refuse_spent(self, item: RateLimitItemPerSecond, what: str, asker: str) -> None:
        stats = self._limiter.get_window_stats(item, what, asker)
        if stats.remaining <= 0:
            raise BudgetError(math.ceil(stats.reset_time - time.time()))


def asker_of(request: Request, actor: Actor) -> str:
    """Return by what an asker is known to the budgets."""
    return f"account {actor.account}" if actor.signed_in else address_of(request)


def address_of(request: Request) -> str:
    """Return the network that a request comes from, as one asker: an IPv4 address, or the /64 of an IPv6 one."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
