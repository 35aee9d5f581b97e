"""Does time tell what may not be seen? What is another institution's beside what does not exist, request by request.

Run it with ``python -m tests.benchmarks.foreign``. Both are asked in turns, so that a busy machine slows both alike.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.serving import demo_app, serving
from tests.trust.access import OF_INSTITUTION, PERSONAL, World, nobody

TURNS = 60
GOAL = 1.15
"""The longer median may be that many times the shorter."""


def main() -> int:
    """Print the ratio of medians of each route; 1 where one is above the goal."""
    worst = 1.0
    with tempfile.TemporaryDirectory() as data:
        world = World(demo_app(Path(data)))
        with serving(world.app) as address, world.visitor(address, "hr") as visitor:
            for table, field, thing, kind in (
                (PERSONAL, "person", world.targets["foreign"].local, "p"),
                (OF_INSTITUTION, "organisation", world.museum.local, "o"),
            ):
                for method, path in sorted(table):
                    if method != "GET" or table[method, path]["foreign"]["hr"]:
                        continue
                    times: dict[str, list[float]] = {thing: [], nobody(kind): []}
                    for _ in range(TURNS):
                        for local, took in times.items():
                            made = {"made": world.imports[world.museum], "role": world.profiles[world.museum]}
                            given = {field: local, **made}
                            start = time.perf_counter()
                            visitor.get(path.replace("{lang:lang}", "en").format(**given))
                            took.append(time.perf_counter() - start)
                    foreign, none = (statistics.median(each) for each in times.values())
                    ratio = max(foreign, none) / min(foreign, none)
                    worst = max(worst, ratio)
                    print(f"{ratio:.3f}  {foreign * 1000:.2f} ms, {none * 1000:.2f} ms  {path}")
    print(f"largest ratio {worst:.3f}, goal {GOAL}")
    return 0 if worst <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
