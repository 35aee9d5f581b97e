"""T19: nothing that anybody else sees changes by what is known about people: no total, no part, no date to compare.

National figures are not published yet (they are a release, suppressed as a whole: design/trust.md). Until then no page,
table or query tells those without a right over an institution anything that depends on its people. This holds it so:
every route is asked by every such role before and after people are hired, assessed and gone, and must answer the same.
"""

import re
from datetime import timedelta

import pyoxigraph as ox
import pytest
from tests.serving import demo_app, serving
from tests.trust.access import PLAIN, ROLES, World

from competence_graph.answers.erasing import erase
from competence_graph.answers.recording import assess
from competence_graph.answers.staffing import hire, leave
from competence_graph.graph.questions import ask
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri

OUTSIDE = tuple(role for role in ROLES if role not in {"hr", "unit-lead"})
# The audit and the accounts of an admin tell of acts, on purpose, one's own account of when one signed in; nothing in
# them is a level or a count of people.
TOLD = {
    "/{lang:lang}/audit",
    "/{lang:lang}/admin",
    "/{lang:lang}/account",
    "/{lang:lang}/accounts",
    "/{lang:lang}/jobs",
    "/health",
}
QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?o (COUNT(*) AS ?n) { ?s a ?o } GROUP BY ?o ORDER BY ?o",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(demo_app(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def address(world):
    with serving(world.app) as url:
        yield url


def plain(text):
    """An answer without what differs by itself: tokens and incident numbers."""
    return re.sub(r'value="[^"]{16,}"|"incident":"\w+"', "", text)


def seen(world, address):
    """Everything that those outside an institution see."""
    found = {}
    for role in OUTSIDE:
        with world.visitor(address, role) as visitor:
            for method, path in PLAIN:
                if method != "GET" or path in TOLD or "{" in path.replace("{lang:lang}", ""):
                    continue
                for face in ("", ".csv", ".json"):
                    answer = visitor.get(
                        path.replace("{lang:lang}", "en") + face, headers={"Accept": "*/*"} if face else {}
                    )
                    found[role, path, face] = (answer.status_code, plain(answer.text))
            for local in ("c57vh4eb", "r52xn9zv", "kpnt1xr7"):
                for face in ("ttl", "json", "html"):
                    found[role, local, face] = visitor.get(f"/doc/{local}.{face}").text
            found[role, "institution"] = visitor.get(f"/doc/{world.library.local}.ttl").text
            for query in QUERIES:
                answer = visitor.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
                found[role, query] = (answer.status_code, answer.text, answer.headers.get("etag"))
    return found


def test_t19_inference_before_and_after_people_come_grow_and_go_everything_outside_is_the_same(world, address):
    services = world.app.state.services
    hr = world.accounts["hr"].actor
    unit = next(iter(world.accounts["unit-lead"].actor.units))
    before = seen(world, address)
    days = services.today
    role = Iri(str(ask(services.store, "people_of_organisation", organisation=world.library)[0]["role"]))
    person = hire(
        hr, services.writer, services.registry, world.library, "Vienintelė", "Tokia", None,
        place=Iri(unit), role=role, start=days - timedelta(days=3), today=days, base=services.base,
    )  # fmt: skip
    assert seen(world, address) == before
    competence = ask(services.store, "role_requirements", role=role)[0]["competence"]
    assess(hr, services.writer, person, Iri(str(competence)), 5, day=days, base=services.base)
    assert seen(world, address) == before
    leave(hr, services.writer, services.registry, person, days - timedelta(days=1), today=days)
    assert seen(world, address) == before
    erase(OPERATOR, services.writer, services.registry, person)

    assert seen(world, address) == before


def test_t19_inference_the_comparison_would_notice_a_change_of_what_is_public(world, address):
    before = seen(world, address)
    services = world.app.state.services
    services.store.load(
        [
            ox.Quad(
                ox.NamedNode(f"{services.base}id/c57vh4eb"),
                ox.NamedNode("http://www.w3.org/2004/02/skos/core#note"),
                ox.Literal("new", language="en"),
                ox.NamedNode(f"{services.base}graph/framework/libraries"),
            )
        ]
    )

    assert seen(world, address) != before
