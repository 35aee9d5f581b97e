"""Whether a store answers rightly: a small world is put beside its data, asked about, and taken away again.

A remote store must pass before it is used (measured: Virtuoso 7.2.5 returns wrong levels where OPTIONAL, COALESCE and
FILTER meet; source: design/performance.md). The world is fitness.trig beside this file, its rows are fitness.csv.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from competence_graph.errors import StoreUnfitError
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row, delete_data
from competence_graph.model.iri import Iri

_HERE: Final = files("competence_graph.graph")
_SCOPES: Final = {"gaps_of_person": "person", "gaps_of_organisation": "organisation"}
_HOLDER: Final = "http://purl.org/dc/terms/rightsHolder"


def assert_fit(store: Store, product: str) -> None:
    """Ask the store about a world whose answers are known.

    Args:
        store: May be written; nothing else should write it meanwhile.
        product: What the server calls itself; never its address.

    Raises:
        StoreUnfitError: If an answer is wrong; the text names the product and the question.
        StoreStaleError: If the store does not answer or takes no update.
    """
    quads = list(ox.parse((_HERE / "fitness.trig").read_bytes(), format=ox.RdfFormat.TRIG))
    expected = list(csv.DictReader((_HERE / "fitness.csv").read_text(encoding="utf-8").splitlines()))
    scopes = {
        "person": sorted({Iri(each["person"]) for each in expected}),
        "organisation": sorted(Iri(each.object.value) for each in quads if each.predicate.value == _HOLDER),
    }
    # A check that was cut off may have left it there.
    store.update(delete_data(quads))
    store.load(quads)
    try:
        for name, parameter in _SCOPES.items():
            found = [_written(row) for row in ask(store, name, **{parameter: scopes[parameter]})]
            right = sum(row in expected for row in found)
            if found != expected:
                message = (
                    f"{product} answers {name} wrongly ({right} of {len(expected)} rows are right), so it is not used: "
                    "let its default graph be the union of the named ones, or take another product."
                )
                raise StoreUnfitError(message)
    finally:
        store.update(delete_data(quads))


def _written(row: Row) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in row.items()}
