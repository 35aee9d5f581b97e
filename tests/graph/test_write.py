"""The one way in: what it derives, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.errors import RefusedError
from competence_graph.graph.change import Change, Difference
from competence_graph.graph.history import JUDGEMENTS, people_graphs
from competence_graph.graph.inventory import guard
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.questions import ask
from competence_graph.graph.vocab import CG, PREFIXES
from competence_graph.graph.write import Writer
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import Iri, graph_iri, id_iri

SAMPLE = Path(__file__).parents[1] / "sample"
DAY = date(2026, 11, 1)
LIBRARY = graph_iri("people/osh1z2bk")
MUSEUM = graph_iri("people/ovte458j")


def turtle(body: str, graph: str) -> tuple[ox.Quad, ...]:
    """Return the quads of a Turtle body in a graph."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    name = ox.NamedNode(graph)
    parsed = ox.parse((head + body).encode(), format=ox.RdfFormat.TURTLE)
    return tuple(ox.Quad(each.subject, each.predicate, each.object, name) for each in parsed)


def attainment(local: str, **changed: str) -> str:
    """Return an attainment in Turtle: the museum's keeper, event production at 2, today's manager."""
    facts = {
        "cg:learner": "id:p844jsjt",
        "cg:competence": "id:c33t63c7",
        "cg:level": "2",
        "dct:type": "cg:managerAssessment",
        "dct:issued": '"2026-10-20"^^xsd:date',
        "dct:created": '"2026-10-20"^^xsd:date',
        "prov:wasAttributedTo": "id:ppqm63zw",
        "adms:status": "cg:validated",
    } | {name.replace("__", ":"): value for name, value in changed.items()}
    return f"id:{local} a cg:Attainment ; " + " ; ".join(f"{name} {value}" for name, value in facts.items()) + " ."


def levels(writer: Writer, person: str) -> dict[str, tuple[int, str]]:
    rows = ask(writer.store, "gaps_of_person", person=id_iri(person))
    return {Iri(str(row["competence"])).local: (int(str(row["attained"])), str(row["why"])) for row in rows}


def test_questions_give_the_expected_rows_of_the_sample(world: Writer) -> None:
    with (SAMPLE / "expected.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    plain = {True: "true", False: "false"}
    rows = [
        row
        for each in ("osh1z2bk", "ovte458j")
        for row in ask(world.store, "gaps_of_organisation", organisation=id_iri(each))
    ]
    people = sorted({row["person"] for row in expected})
    single = [row for each in people for row in ask(world.store, "gaps_of_person", person=Iri(each))]

    def shown(found: list[dict[str, object]]) -> list[dict[str, str]]:
        return [
            {
                name: plain.get(row[name], str(row[name])) if isinstance(row[name], bool) else str(row[name])
                for name in expected[0]
            }
            for row in found
        ]

    assert sorted(shown(rows), key=lambda row: row["person"]) == expected  # type: ignore[arg-type]
    assert shown(single) == expected  # type: ignore[arg-type]


def test_pointers_are_derived_and_those_given_are_passed_over(sample_quads: tuple[ox.Quad, ...]) -> None:
    pointers = {str(CG.current), str(CG.provisional), str(CG.lapsed), str(CG.asOf)}
    given = {quad for quad in sample_quads if quad.predicate.value in pointers}
    wrong = ox.Quad(
        ox.NamedNode(id_iri("p34wc1mf")),
        ox.NamedNode(str(CG.current)),
        ox.NamedNode(id_iri("agsre13v")),
        ox.NamedNode(LIBRARY),
    )
    store = OxigraphStore()

    guard(store, today=lambda: DAY).write(
        Change(put=(*(each for each in sample_quads if each not in given), wrong)), actor=OPERATOR
    )

    assert {quad for quad in store.quads() if quad.predicate.value in pointers} == given


def test_new_assessment_counts_at_once(world: Writer) -> None:
    world.write(
        Change(put=turtle(attainment("agp1xf3n", cg__competence="id:ct6j7rb6", cg__level="2"), MUSEUM)),
        actor=OPERATOR,
    )

    assert levels(world, "p844jsjt")["ct6j7rb6"] == (2, "direct")


def test_same_content_again_changes_nothing(world: Writer, sample_quads: tuple[ox.Quad, ...]) -> None:
    before = world.store.dump()

    receipt = world.write(Change(put=sample_quads), actor=OPERATOR)

    assert not receipt.changed
    assert world.store.dump() == before


def test_refused_write_changes_nothing(world: Writer) -> None:
    before = world.store.dump()
    good = turtle(attainment("agp1xf3n"), MUSEUM)
    bad = turtle(attainment("aa7qyfrw", cg__level="9"), MUSEUM)

    with pytest.raises(RefusedError) as refused:
        world.write(Change(put=good + bad), actor=OPERATOR)

    assert {each.focus for each in refused.value.findings if each.refuses} == {id_iri("aa7qyfrw")}
    assert world.store.dump() == before


def test_record_of_an_attainment_is_never_overwritten(world: Writer) -> None:
    before = world.store.dump()
    changed = turtle(attainment("ah61nfp0", cg__competence="id:ct6j7rb6", cg__level="5"), MUSEUM)

    with pytest.raises(RefusedError) as refused:
        world.write(Change(put=changed), actor=OPERATOR)

    assert "check-history-overwritten" in {each.rule for each in refused.value.findings}
    assert world.store.dump() == before


def test_correction_is_a_new_record_and_replaces_the_old_one_from_its_day(world: Writer) -> None:
    body = attainment("agp1xf3n", cg__competence="id:ct6j7rb6", cg__level="3", prov__wasRevisionOf="id:ah61nfp0")

    world.write(Change(put=turtle(body, MUSEUM)), actor=OPERATOR)

    assert levels(world, "p844jsjt")["ct6j7rb6"] == (3, "direct")


def test_what_others_use_cannot_be_taken_away(world: Writer) -> None:
    framework = graph_iri("framework/managerial")
    store = world.store
    assert isinstance(store, OxigraphStore)
    gone = tuple(quad for quad in store.quads(framework) if quad.subject == ox.NamedNode(id_iri("cs9b8ymk")))

    with pytest.raises(RefusedError) as refused:
        world.write(Change(remove=gone), actor=OPERATOR)

    assert "check-still-used" in {each.rule for each in refused.value.findings}


def test_turn_of_the_day_lapses_what_expired_without_any_other_write(make_world: Callable[..., Writer]) -> None:
    today = [DAY]
    writer = make_world(today=lambda: today[0])
    before = levels(writer, "p844jsjt")["c2r811kk"]
    today[0] = date(2029, 5, 29)

    turned = writer.turn()

    assert before == (4, "equivalent")
    assert turned == 2
    assert levels(writer, "p844jsjt")["c2r811kk"] == (0, "not-assessed")
    assert {each.as_of for each in people_graphs(writer.store)} == {date(2029, 5, 29)}
    assert writer.turn() == 0


def test_write_turns_the_graph_to_today_first(make_world: Callable[..., Writer]) -> None:
    writer = make_world(today=lambda: date(2029, 5, 29))

    writer.write(Change(put=turtle(attainment("agp1xf3n"), MUSEUM)), actor=OPERATOR)

    by_graph = {each.graph: each.as_of for each in people_graphs(writer.store)}
    assert by_graph == {LIBRARY: DAY, MUSEUM: date(2029, 5, 29)}
    assert levels(writer, "p844jsjt")["c2r811kk"] == (0, "not-assessed")


def test_organisation_that_stops_counting_self_assessments_loses_what_was_provisional(world: Writer) -> None:
    switch = turtle("id:ovte458j cg:countsSelfAssessment false .", graph_iri("organisation/ovte458j"))
    before = levels(world, "ppqm63zw")["ct6j7rb6"]
    old = turtle("id:ovte458j cg:countsSelfAssessment true .", graph_iri("organisation/ovte458j"))

    world.write(Change(put=switch, remove=old), actor=OPERATOR)

    assert before == (3, "unreviewed")
    assert levels(world, "ppqm63zw")["ct6j7rb6"] == (0, "not-assessed")


def test_listeners_hear_what_changed_and_nothing_of_what_was_refused(world: Writer) -> None:
    heard: list[Difference] = []
    world.on_change(heard.append)

    world.write(Change(put=turtle(attainment("agp1xf3n"), MUSEUM)), actor=OPERATOR)
    with pytest.raises(RefusedError):
        world.write(Change(put=turtle(attainment("aa7qyfrw", cg__level="9"), MUSEUM)), actor=OPERATOR)

    assert len(heard) == 1
    assert id_iri("agp1xf3n") in {
        quad.subject.value for quad in heard[0].inserts if isinstance(quad.subject, ox.NamedNode)
    }


def test_fast_engine_finds_what_the_reference_finds(make_world: Callable[..., Writer]) -> None:
    bad = "\n".join(
        [
            attainment("agp1xf3n", cg__level="9"),
            attainment("aa7qyfrw", cg__level='"penki"'),
            attainment("a6f0dthm", schema__expires='"2026-01-01"^^xsd:date'),
            attainment("abra48w3", dct__type="id:ct6j7rb6"),
        ]
    )
    change = Change(put=turtle(bad, MUSEUM))
    reference, fast = make_world(), make_world()
    fast._bulk = 1

    def told(writer: Writer) -> set[tuple[str, str, str]]:
        return {(each.focus, each.rule, each.value) for each in writer.check(change)}

    assert told(fast) == told(reference)
    assert len({focus for focus, _, _ in told(reference)}) == 4


def test_judgements_are_those_of_the_ontology_in_its_order() -> None:
    ontology = (SAMPLE.parents[1] / "ontology" / "competence-graph.ttl").read_bytes()
    graph = ox.Store()
    graph.extend(
        ox.Quad(each.subject, each.predicate, each.object) for each in ox.parse(ontology, format=ox.RdfFormat.TURTLE)
    )
    skos, rdf = PREFIXES["skos"], PREFIXES["rdf"]
    at = next(graph.quads_for_pattern(ox.NamedNode(str(CG.judgement)), ox.NamedNode(f"{skos}memberList"), None)).object
    members = []
    while at != ox.NamedNode(f"{rdf}nil"):
        members.append(next(graph.quads_for_pattern(at, ox.NamedNode(f"{rdf}first"), None)).object.value)  # type: ignore[arg-type,union-attr]
        at = next(graph.quads_for_pattern(at, ox.NamedNode(f"{rdf}rest"), None)).object  # type: ignore[arg-type]

    assert tuple(members) == JUDGEMENTS
