"""A binary program: a minimum under sums that are at least something, solved exactly by HiGHS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array


def with_unknown_last(values: Sequence[float | None]) -> np.ndarray:
    """Return the values; an unknown one costs more than all known ones together."""
    most = sum(each for each in values if each is not None) + 1
    return np.array([most if each is None else each for each in values])


@dataclass(frozen=True, slots=True)
class Solution:
    """The variables that are 1; ``bound`` is what no solution costs less than; ``proven``: nothing is cheaper."""

    chosen: tuple[int, ...]
    bound: float
    proven: bool


class Program:
    """A binary program: a minimum under sums that are at least something."""

    def __init__(self, size: int) -> None:
        """Begin with ``size`` variables that cost nothing; `objective` holds what each costs."""
        self.objective = np.zeros(size)
        self.rows: list[list[tuple[int, float]]] = []
        self.least: list[float] = []

    def variable(self) -> int:
        """Add a variable that costs nothing."""
        self.objective = np.append(self.objective, 0.0)
        return len(self.objective) - 1

    def at_least(self, least: float, terms: list[tuple[int, float]]) -> None:
        """Ask that the sum of the terms is at least this."""
        self.rows.append(terms)
        self.least.append(least)

    def solve(self, seconds: float) -> Solution | None:
        """Return the least found within these seconds; None where nothing was found."""
        size = len(self.objective)
        constraints: tuple[LinearConstraint, ...] = ()
        if self.rows:
            data = [factor for row in self.rows for _, factor in row]
            columns = [at for row in self.rows for at, _ in row]
            pointers = np.cumsum([0, *(len(row) for row in self.rows)])
            matrix = csr_array((data, columns, pointers), shape=(len(self.rows), size))
            constraints = (LinearConstraint(matrix, lb=np.array(self.least)),)
        found = milp(
            self.objective,
            integrality=np.ones(size),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={"mip_rel_gap": 0.0, "time_limit": seconds},
        )
        if found.x is None:
            return None
        chosen = tuple(at for at, value in enumerate(found.x) if value > 0.5)
        bound = found.mip_dual_bound
        return Solution(chosen, float(found.fun if bound is None else bound), found.status == 0)
