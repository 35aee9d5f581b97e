"""The two engines say the same; the ways of asking them that hide faults are known."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest

from competence_graph.bundled import bundled
from competence_graph.graph.inventory import shipped_shapes
from competence_graph.graph.terms import to_rdflib_graph
from competence_graph.graph.validate import validate
from competence_graph.graph.vocab import PREFIXES, expand
from competence_graph.model.finding import Finding

MISTAKES = Path(__file__).parents[1] / "cli" / "fifteen_mistakes.ttl"


@pytest.fixture(scope="module")
def faulty() -> tuple[set[ox.Triple], dict[str, list[str]]]:
    """The libraries inventory with the mistakes beside it (the syntax error cut out), and what is to be judged."""
    triples: set[ox.Triple] = set()
    for name in ("scales", "libraries", "organisations/sectors"):
        path = bundled("inventories") / f"{name}.ttl"
        triples |= {quad.triple for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)}
    head, rest = MISTAKES.read_text(encoding="utf-8").split("# syntax")
    text = head + "\n\n".join(rest.split("\n\n")[1:])
    triples |= {quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)}
    kinds: dict[str, list[str]] = {}
    for each in triples:
        if each.predicate.value == expand("rdf:type") and isinstance(each.subject, ox.NamedNode):
            kinds.setdefault(each.subject.value, []).append(each.object.value)  # type: ignore[union-attr]
    # Every mistake, and a few competences that have none.
    mistaken = set(re.findall(r"^id:([\w-]+)", text, re.MULTILINE)) | {"c57vh4eb", "cd0cxp09", "c1777fp8", "cmegghqr"}
    return triples, {iri: found for iri, found in kinds.items() if iri.rsplit("/", 1)[-1] in mistaken}


@pytest.fixture(scope="module")
def reference(faulty: tuple[set[ox.Triple], dict[str, list[str]]]) -> list[Finding]:
    """What pySHACL finds."""
    triples, kinds = faulty
    return validate(triples, kinds, shipped_shapes()["own"], bulk=10**9)


def test_both_engines_find_the_same_in_an_inventory_with_mistakes(
    faulty: tuple[set[ox.Triple], dict[str, list[str]]], reference: list[Finding]
) -> None:
    triples, kinds = faulty

    fast = validate(triples, kinds, shipped_shapes()["own"], bulk=1)

    def told(found: list[Finding]) -> set[tuple[str, str, str]]:
        return {(each.focus, each.rule, each.value) for each in found}

    assert told(fast) == told(reference)
    assert len([each for each in reference if each.refuses]) >= 8


def test_missing_language_beside_another_is_found(reference: list[Finding]) -> None:
    assert "Competence-label-lt" in {each.rule for each in reference}


def test_focus_nodes_of_pyshacl_hide_a_missing_language() -> None:
    """The trap that `Shapes.report` goes round; when this fails, pySHACL is mended and focus nodes may be used."""
    iri = f"{PREFIXES['id']}x"
    data = f'<{iri}> a <{expand("cg:Competence")}> ; <{expand("skos:prefLabel")}> "x"@en .'
    graph = to_rdflib_graph(quad.triple for quad in ox.parse(data.encode(), format=ox.RdfFormat.TURTLE))
    shapes = shipped_shapes()["own"]
    closure = shapes.closure(shapes.chosen([expand("cg:Competence")]))

    whole = pyshacl.validate(graph, shacl_graph=closure, inference="none")[2]
    focused = pyshacl.validate(graph, shacl_graph=closure, inference="none", focus_nodes=[iri])[2]

    assert "Competence-label-lt" in whole
    assert "Competence-label-lt" not in focused
