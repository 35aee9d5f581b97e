"""Plans that take longer than a page may: reckoned one after another beside the pages, kept for who asks again."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from competence_graph.answers.yearly import YearQuestion
from competence_graph.model.cohort import CohortPlan

log = logging.getLogger(__name__)

LARGE: Final = 30_000
"""People times courses above which a plan is reckoned beside the page."""
SECONDS: Final = 30.0
_KEPT: Final = 32


class PlanJobs:
    """The plans of all institutions that are reckoned beside the pages."""

    def __init__(self) -> None:
        """Begin with nothing; a thread starts with the first plan."""
        self._pool = ThreadPoolExecutor(1, "plans")
        self._known: OrderedDict[tuple[object, ...], Future[CohortPlan]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: tuple[object, ...], asked: YearQuestion) -> CohortPlan | None:
        """Return the plan: at once where it is small or reckoned already; None while it is being reckoned.

        Args:
            key: What it depends on, the state of the store among it.
            asked: What it is reckoned from.
        """
        if asked.size <= LARGE:
            return asked.solve()
        with self._lock:
            if key not in self._known:
                self._known[key] = self._pool.submit(asked.solve, SECONDS)
                while len(self._known) > _KEPT:
                    self._known.popitem(last=False)[1].cancel()
            found = self._known[key]
            self._known.move_to_end(key)
        if not found.done():
            return None
        try:
            return found.result()
        except BaseException:
            with self._lock:
                self._known.pop(key, None)
            raise


PLANS: Final = PlanJobs()
