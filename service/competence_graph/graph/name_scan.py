"""Looks for what must not be in the graph: words about people, and names among an organisation's own words.

The shapes let no name in; this finds one that came another way: by a store that was written to from outside, or by a
text of an organisation's own that spells somebody out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection

import pyoxigraph as ox

from competence_graph.graph.questions import look_up
from competence_graph.graph.store import Store

_SHORTEST = 5
"""Names of fewer letters are words too often."""


def named(store: Store, names_of: Callable[[str], Collection[str]]) -> list[tuple[str, str]]:
    """Return (graph, property) of each text that should not be where it is; the text itself goes nowhere.

    Args:
        store: Where to look.
        names_of: Gives the names of an organisation's people, by the last part of its IRI.
    """
    found: list[tuple[str, str]] = []
    own: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for graph, _, path, text in look_up(store, "texts_of_closed_graphs").rows:
        if not (isinstance(graph, ox.NamedNode) and isinstance(path, ox.NamedNode) and isinstance(text, ox.Literal)):
            continue
        if "/graph/people/" in graph.value:
            # About people there are ids, levels and days, and nothing that could be a name.
            found.append((graph.value, path.value))
        else:
            own[graph.value].append((path.value, text.value.casefold()))
    for where, texts in own.items():
        names = [name.casefold() for name in names_of(where.rsplit("/", 1)[-1]) if len(name) >= _SHORTEST]
        found += [(where, path) for path, text in texts if any(name in text for name in names)]
    return sorted(found)
