"""Reading on past faults, naming blank parts, and finding each thing its place."""

from __future__ import annotations

import pytest

from competence_graph.graph.inventory import read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.reading import name_parts, read
from competence_graph.graph.vocab import PREFIXES

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
FIRST = HEAD.count("\n") + 1


def lines_of(body: str) -> list[int | None]:
    return [each.line for each in read((HEAD + body).encode(), "ttl").findings]


def test_each_fault_is_named_with_its_line_and_the_rest_is_read() -> None:
    first = "id:a a cg:Competence ;\n  cg:level [ .\n\nid:b cg:level 2 .\n\n"
    body = first + 'id:c cg:level "x ;\n  cg:level 3 .\n\nid:d cg:level 4 .\n'
    document = read((HEAD + body).encode(), "ttl")

    assert [each.line for each in document.findings] == [FIRST + 1, FIRST + 5]
    assert {quad.subject.value[-1] for quad in document.quads} == {"b", "d"}  # type: ignore[union-attr]


def test_sound_file_has_no_finding() -> None:
    assert lines_of("id:a cg:level 1 .\n") == []


def test_file_that_is_not_utf_8_is_named_with_its_line() -> None:
    document = read(HEAD.encode() + 'id:a skos:prefLabel "ą"@lt .'.encode("cp1257"), "ttl")

    assert [(each.rule, each.line) for each in document.findings] == [("encoding", FIRST)]
    assert document.quads == []


def test_line_of_a_value_is_found_within_its_thing() -> None:
    document = read(
        (HEAD + "id:a a cg:Requirement ;\n  cg:level 3 ;\n  cg:weight 0 .\n\nid:b cg:weight 7 .\n").encode(), "ttl"
    )

    assert document.line_of(f"{PREFIXES['id']}a", "0") == FIRST + 2
    assert document.line_of(f"{PREFIXES['id']}b") == FIRST + 4
    assert document.line_of(f"{PREFIXES['id']}zzz") is None


def test_members_of_a_list_are_named_after_their_owner_the_same_way_each_time() -> None:
    body = (HEAD + "id:order skos:memberList ( id:a id:b ) .\n").encode()

    once, twice = (sorted(map(str, read(body, "ttl").quads)) for _ in range(2))

    assert once == twice
    assert any("order-list-2" in each for each in once)
    assert not any("_:" in each for each in once)


def test_parts_without_blank_nodes_are_left_as_they_are() -> None:
    quads = read((HEAD + "id:a cg:level 1 .\n").encode(), "ttl").quads

    assert name_parts(quads) == quads


PLACES = {
    "id:libraries a skos:ConceptScheme ; cg:scale id:proficiency .": "framework/libraries",
    "id:c000000b a cg:Competence , skos:Concept ; skos:inScheme id:libraries .": "framework/libraries",
    "id:c0-1 a cg:LevelDescriptor ; cg:competence id:c0 . id:c0 skos:inScheme id:libraries .": "framework/libraries",
    "id:proficiency-1 a skos:Concept ; skos:inScheme id:proficiency ; cg:level 1 .": "scale/proficiency",
    "id:r52xn9zv a org:Role , skos:Concept ; skos:inScheme id:roles .": "roles",
    "id:r52xn9zv-c000000b a cg:Requirement .": "roles",
    "id:kf5k20jf a schema:Course .": "courses",
    "id:kf5k20jf-offer a schema:Offer .": "courses",
    "id:o0a1b2cn a org:FormalOrganization .": "organisations",
    "id:o0a1b2cn cg:countsSelfAssessment true .": "organisation/o0a1b2cn",
}


@pytest.mark.parametrize(("body", "place"), PLACES.items())
def test_each_kind_of_thing_has_its_graph(body: str, place: str) -> None:
    got = read_file((HEAD + body).encode(), "ttl", OxigraphStore())

    assert {quad.graph_name.value.split("/graph/")[1] for quad in got.change.put} == {place}  # type: ignore[union-attr]


def test_attainment_goes_to_the_people_graph_that_the_file_names() -> None:
    graph = "<https://w3id.org/competence-graph/graph/people/o0a1b2cn>"
    body = (
        f"{graph} dct:rightsHolder id:o0a1b2cn .\n"
        "id:p000000g a foaf:Person .\nid:a0 a cg:Attainment ; cg:learner id:p000000g .\n"
    )
    got = read_file((HEAD + body).encode(), "ttl", OxigraphStore())

    assert {quad.graph_name.value.split("/graph/")[1] for quad in got.change.put} == {"people/o0a1b2cn"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "body",
    [
        "shape:Competence a sh:NodeShape .",
        "<https://example.org/> owl:imports <https://example.org/evil> .",
        "id:p000000g a foaf:Person .",
        '<https://example.org/x> skos:prefLabel "x"@en .',
    ],
)
def test_what_has_no_place_is_refused_by_name(body: str) -> None:
    got = read_file((HEAD + body).encode(), "ttl", OxigraphStore())

    assert [each.rule for each in got.findings] == ["placeless"]
    assert got.change.put == ()


def test_graphs_of_another_base_are_refused() -> None:
    body = HEAD + "<https://example.org/graph/people/x> { id:a cg:level 1 . }"

    assert "foreign-graph" in [each.rule for each in read_file(body.encode(), "trig", OxigraphStore()).findings]


def test_document_type_declaration_in_rdf_xml_is_a_fault() -> None:
    rdf = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE rdf [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>'
        b'<rdf:RDF xmlns:rdf="' + rdf + b'"><x xmlns="u:" rdf:about="u:&c;"/></rdf:RDF>'
    )

    seven = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-'

    for data in (bomb, seven):
        document = read(data, "rdf")
        assert [each.rule for each in document.findings] == ["xml-declaration"]
        assert document.quads == []
