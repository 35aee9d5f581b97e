"""ESCO in its official layout becomes a framework with roles, loaded whole through the guarded write."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest

from competence_graph.errors import RefusedError, UnreadableFileError
from competence_graph.exchange.column_map import read_map, shipped
from competence_graph.exchange.esco import esco_change, framework_change, map_for
from competence_graph.exchange.foreign_quads import levels_note, requirement_iri
from competence_graph.graph.inventory import inventory_change, read_file
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.graph.public import is_public, public
from competence_graph.graph.questions import ask
from competence_graph.graph.vocab import CG, expand
from competence_graph.graph.write import Writer
from competence_graph.model.actor import OPERATOR
from competence_graph.model.iri import BASE, Iri

ROOT = Path(__file__).parents[2]
SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
OCCUPATIONS = "http://data.europa.eu/esco/concept-scheme/occupations"
LIBRARIAN = Iri("http://data.europa.eu/esco/occupation/60f7eb23-a7ea-4cbe-98a5-1248291f62d5")
ARCHIVIST = Iri("http://data.europa.eu/esco/occupation/00000002-cccc-4ccc-8ccc-000000000002")
MAP_LIBRARIAN = Iri("http://data.europa.eu/esco/occupation/00000003-cccc-4ccc-8ccc-000000000003")
GRAPHS = (f"{BASE}graph/framework/esco", f"{BASE}graph/framework/esco-occupations")


def skill(number: int) -> Iri:
    return Iri(f"http://data.europa.eu/esco/skill/0000000{number}-aaaa-4aaa-8aaa-00000000000{number}")


def group(number: int) -> Iri:
    return Iri(f"http://data.europa.eu/esco/skill/0000000{number}-bbbb-4bbb-8bbb-00000000000{number}")


def loaded(world: Writer, folder: Path) -> OxigraphStore:
    got = esco_change(folder, world.store)
    assert not got.refuses, got.findings
    world.write(got.change, actor=OPERATOR, profile="foreign")
    assert isinstance(world.store, OxigraphStore)
    return world.store


def values(store: OxigraphStore, subject: str, predicate: str) -> set[str]:
    """What a subject says: texts with their language, the rest plain."""
    found = {
        quad.object for quad in store.quads() if quad.subject.value == subject and quad.predicate.value == predicate
    }
    return {f"{each.value}@{each.language}" if getattr(each, "language", None) else each.value for each in found}


def test_skills_keep_their_uris_and_become_competences_with_all_that_their_rows_say(world, tables):
    store = loaded(world, tables)

    assert {str(CG.Competence), expand("skos:Concept")} == values(store, skill(1), expand("rdf:type"))
    assert {SKILLS} == values(store, skill(1), expand("skos:inScheme"))
    assert {"shelve documents@en", "statyti dokumentus į lentynas@lt"} == values(
        store, skill(1), expand("skos:prefLabel")
    )
    assert {"http://data.europa.eu/esco/skill-type/knowledge"} == values(store, skill(3), expand("esco:skillType"))
    assert {expand("reuse:cross-sector")} == values(store, skill(3), expand("esco:skillReuseLevel"))
    assert {"Not the work of a restorer.@en"} == values(store, skill(2), expand("skos:scopeNote"))
    assert {"2024-03-01"} == values(store, skill(1), expand("dct:modified"))


def test_a_definition_goes_before_a_description(world, tables):
    store = loaded(world, tables)

    assert {"How paper was made and used from its beginning.@en"} == values(store, skill(3), expand("skos:definition"))


def test_alternative_labels_stand_on_lines_of_one_cell_and_never_repeat_the_preferred_one(world, tables):
    store = loaded(world, tables)

    assert {"put documents on shelves@en", "reshelve documents@en", "dėti dokumentus į vietas@lt"} == values(
        store, skill(1), expand("skos:altLabel")
    )


def test_a_skill_may_lie_in_several_groups_and_below_a_skill(world, tables):
    store = loaded(world, tables)

    assert {group(1), group(2)} == values(store, skill(2), expand("skos:broader"))
    assert {skill(2)} == values(store, skill(3), expand("skos:broader"))


def test_a_group_is_an_area_and_carries_no_levels(world, tables):
    store = loaded(world, tables)

    assert {expand("skos:Concept")} == values(store, group(1), expand("rdf:type"))
    assert {SKILLS} == values(store, group(1), expand("skos:topConceptOf"))
    assert set() == values(store, group(2), expand("skos:topConceptOf"))


def test_an_obsolete_skill_is_deprecated(world, tables):
    store = loaded(world, tables)

    assert {expand("status:Deprecated")} == values(store, skill(5), expand("adms:status"))
    assert {"true"} == values(store, skill(5), expand("owl:deprecated"))


def test_occupations_become_roles_with_both_forms_of_their_lithuanian_title(world, tables):
    store = loaded(world, tables)

    assert {expand("org:Role"), expand("skos:Concept")} == values(store, LIBRARIAN, expand("rdf:type"))
    assert {"librarian@en", "bibliotekininkas@lt"} == values(store, LIBRARIAN, expand("skos:prefLabel"))
    assert "bibliotekininkė@lt" in values(store, LIBRARIAN, expand("skos:altLabel"))
    assert {LIBRARIAN} == values(store, MAP_LIBRARIAN, expand("skos:broader"))


def test_essential_asks_for_level_3_and_optional_for_level_2(world, tables):
    store = loaded(world, tables)
    rows = ask(store, "role_requirements", role=LIBRARIAN)

    assert {
        (skill(1), 3, str(CG.essential), 3),
        (skill(4), 3, str(CG.essential), 3),
        (skill(3), 2, str(CG.optional), 1),
    } == {(row["competence"], row["level"], row["necessity"], row["weight"]) for row in rows}


@pytest.mark.parametrize(("role", "number"), [(LIBRARIAN, 4), (ARCHIVIST, 2)])
def test_of_essential_and_optional_essential_wins_in_either_order_and_is_told(world, tables, role, number):
    got = esco_change(tables, world.store)
    rule = [each for each in got.findings["occupationSkillRelations_en.csv"] if each.focus == role]

    assert ("essential", "info", skill(number)) == (
        got.framework.requirements[role, skill(number)][0],
        rule[0].severity,
        rule[0].value,
    )


def test_the_schemes_say_in_both_languages_that_the_levels_are_ours(world, tables):
    store = loaded(world, tables)
    note = levels_note(read_map("esco"))

    for scheme in (SKILLS, OCCUPATIONS):
        assert {f"{note['lt']}@lt", f"{note['en']}@en"} == values(store, scheme, expand("skos:editorialNote"))
    assert "level 3 (weight 3)" in note["en"]
    assert "2 lygį (svoris 1)" in note["lt"]


def test_the_schemes_name_their_publisher_licence_and_notice(world, tables):
    store = loaded(world, tables)

    for scheme in (SKILLS, OCCUPATIONS):
        assert {"https://creativecommons.org/licenses/by/4.0/"} == values(store, scheme, expand("dct:license"))
        assert "This service uses the ESCO classification of the European Commission.@en" in values(
            store, scheme, expand("schema:creditText")
        )
    assert {f"{BASE}id/proficiency"} == values(store, SKILLS, str(CG.scale))


def test_the_requirement_is_named_under_our_base_since_its_level_is_ours():
    named = requirement_iri(read_map("esco"), LIBRARIAN, skill(1))

    assert f"{BASE}id/esco-60f7eb23-a7ea-4cbe-98a5-1248291f62d5-00000001-aaaa-4aaa-8aaa-000000000001" == named


def test_requirements_of_frameworks_without_uuids_do_not_share_a_name():
    said = read_map("esco")
    roles = ["https://a.example/roles/1", "https://a.example/jobs/1", "https://b.example/roles#1"]

    assert len({requirement_iri(said, role, "https://a.example/skills/1") for role in roles}) == 3


def test_a_second_load_changes_nothing(world, tables):
    store = loaded(world, tables)
    before = store.dump()
    receipt = world.write(esco_change(tables, store).change, actor=OPERATOR, profile="foreign")

    assert not receipt.changed
    assert before == store.dump()


def test_a_newer_version_changes_only_what_differs(world, tables):
    store = loaded(world, tables)
    path = tables / "skills_en.csv"
    path.write_text(path.read_text("utf-8-sig").replace("mend torn pages", "mend pages"), "utf-8")
    receipt = world.write(esco_change(tables, store).change, actor=OPERATOR, profile="foreign")

    assert (1, 1) == (receipt.added, receipt.removed)


def test_a_skill_that_a_person_has_attained_cannot_vanish_with_a_newer_version(world, tables):
    store = loaded(world, tables)
    employ(world)
    for name in (
        "skills_en.csv",
        "skills_lt.csv",
        "broaderRelationsSkillPillar_en.csv",
        "occupationSkillRelations_en.csv",
    ):
        path = tables / name
        with_quotes = path.read_text("utf-8-sig").replace(
            '"put documents on shelves\nreshelve documents\nshelve documents"', ""
        )
        path.write_text(
            "".join(line for line in with_quotes.splitlines(keepends=True) if skill(1) not in line), "utf-8"
        )
    before = store.dump()
    got = esco_change(tables, store)

    with pytest.raises(RefusedError) as refused:
        world.write(got.change, actor=OPERATOR, profile="foreign")
    assert [("check-still-used", skill(1))] == [
        (each.rule, each.focus) for each in refused.value.findings if each.refuses
    ]
    assert before == store.dump()


def test_our_inventories_loaded_again_leave_the_foreign_framework_alone(world, tables):
    loaded(world, tables)
    ours = inventory_change(ROOT / "inventories", world.store).change

    assert set() == set(GRAPHS) & ours.whole


def test_the_framework_and_its_roles_are_public(world, tables):
    store = loaded(world, tables)
    rows = public(store).ask("role_requirements", role=LIBRARIAN)

    assert all(is_public(graph) for graph in GRAPHS)
    assert len(rows) == 3


PERSON, POST = Iri(f"{BASE}id/pcc0000y"), Iri(f"{BASE}id/mcc00005")


def employ(world: Writer) -> None:
    """Employ a person as ESCO's librarian: level 2 of skill 1, level 3 of skill 4, nothing known of skill 3."""
    said = f"""
        PREFIX adms: <http://www.w3.org/ns/adms#>
        PREFIX cg: <https://w3id.org/competence-graph/ns#>
        PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        PREFIX id: <https://w3id.org/competence-graph/id/>
        PREFIX org: <http://www.w3.org/ns/org#>
        PREFIX prov: <http://www.w3.org/ns/prov#>
        PREFIX schema: <https://schema.org/>
        PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

        GRAPH <{BASE}graph/people/osh1z2bk> {{
          <{PERSON}> a foaf:Person .
          <{POST}> a org:Membership ; org:member <{PERSON}> ; org:organization id:osh1z2bk ; org:role <{LIBRARIAN}> ;
            schema:startDate "2025-01-01"^^xsd:date .
          id:acc00001 a cg:Attainment ; cg:learner <{PERSON}> ; cg:competence <{skill(1)}> ; cg:level 2 ;
            dct:type cg:managerAssessment ; dct:issued "2026-01-15"^^xsd:date ; dct:created "2026-01-15"^^xsd:date ;
            prov:wasAttributedTo id:pb874da6 ; adms:status cg:validated .
          id:acc00002 a cg:Attainment ; cg:learner <{PERSON}> ; cg:competence <{skill(4)}> ; cg:level 3 ;
            dct:type cg:managerAssessment ; dct:issued "2026-01-15"^^xsd:date ; dct:created "2026-01-15"^^xsd:date ;
            prov:wasAttributedTo id:pb874da6 ; adms:status cg:validated .
        }}"""
    got = read_file(said.encode(), "trig", world.store)
    assert not got.findings, got.findings
    world.write(got.change, actor=OPERATOR)


def test_a_person_employed_as_escos_librarian_can_be_asked_for_gaps(world, tables):
    store = loaded(world, tables)
    employ(world)
    rows = ask(store, "gaps_of_person", person=PERSON)

    assert {
        (skill(1), 3, 2, 1, "direct", True),
        (skill(4), 3, 3, 0, "direct", False),
        (skill(3), 2, 0, 2, "not-assessed", False),
    } == {
        (row["competence"], row["required"], row["attained"], row["gap"], row["why"], row["critical"]) for row in rows
    }
    assert {LIBRARIAN} == {row["role"] for row in rows}


# --- Other layouts ---


def test_each_shipped_map_reads_and_is_chosen_by_its_own_files(tables):
    assert {"esco", "esco-core-en", "esco-cultural"} == set(shipped())
    assert "esco" == map_for([tables]).name


def test_packed_tables_read_the_same(world, tables):
    plain = esco_change(tables, world.store)
    for path in tables.glob("skills_*.csv"):
        (tables / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    packed = esco_change(tables, world.store)

    assert set(plain.change.put) == set(packed.change.put)


def test_a_folder_of_no_known_layout_is_answered_with_the_layouts_there_are(tmp_path):
    with pytest.raises(UnreadableFileError, match=r"esco-cultural: skill_groups\.csv, skills\.csv.*Give --map"):
        map_for([tmp_path])


OWN_MAP = """
[framework]
short = "Guild"
language = "lt"
word = "guild"
scheme = "https://guild.example/skills"
scale = "https://w3id.org/competence-graph/id/proficiency"
license = "https://creativecommons.org/licenses/by/4.0/"
publisher = "https://guild.example/"
delimiter = ";"
title = { lt = "Cecho įgūdžiai", en = "Skills of the guild" }
description = { lt = "Bandymas.", en = "A trial." }
notice = { lt = "Cechas.", en = "The guild." }
publisher_name = { lt = "Cechas", en = "Guild" }

[[files]]
name = "įgūdžiai.csv"
holds = "competences"
separator = ","
[files.columns]
"iri" = "adresas"
"label@lt" = "pavadinimas"
"label@en" = "angliškai"
"alternative@lt" = "kiti?"
"""


def test_a_map_of_ones_own_reads_a_framework_without_roles(world, tmp_path):
    (tmp_path / "guild.toml").write_text(OWN_MAP, "utf-8")
    (tmp_path / "įgūdžiai.csv").write_text(
        "adresas;pavadinimas;angliškai;kiti\n"
        "https://guild.example/s/1;lankstyti popierių;fold paper;lenkti, sulenkti\n",
        "utf-8",
    )
    said = map_for([tmp_path], str(tmp_path / "guild.toml"))
    got = framework_change(said, [tmp_path], world.store)
    world.write(got.change, actor=OPERATOR, profile="foreign")

    assert {f"{BASE}graph/framework/guild"} == got.change.whole
    assert {"fold paper@en", "lankstyti popierių@lt"} == values(
        world.store, "https://guild.example/s/1", expand("skos:prefLabel")
    )
    assert {"lenkti@lt", "sulenkti@lt"} == values(world.store, "https://guild.example/s/1", expand("skos:altLabel"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('holds = "competences"', 'holds = "skills"', r"files\[1\].holds: 'skills' is not known: use competences"),
        ('"iri" = "adresas"', "", r"files\[1\].columns: competences need iri"),
        ('"label@lt"', '"label@lithuanian!"', "'lithuanian!' is not the tag of a language"),
        ('word = "guild"', 'word = "The Guild"', "framework.word: use lower-case letters"),
        ('scheme = "https://guild.example/skills"', 'scheme = "guild"', "framework.scheme: 'guild' is not an absol"),
        ('holds = "competences"', 'holds = "roles"', "roles: this part is needed where files hold roles"),
        ("[framework]", "[framework", "this is not TOML"),
    ],
)  # fmt: skip
def test_a_faulty_map_says_where_and_what_to_write(tmp_path, old, new, says):
    assert old in OWN_MAP
    (tmp_path / "guild.toml").write_text(OWN_MAP.replace(old, new, 1), "utf-8")

    with pytest.raises(UnreadableFileError, match=says):
        map_for([tmp_path], str(tmp_path / "guild.toml"))


def test_statements_hold_no_blank_node(world, tables):
    put = esco_change(tables, world.store).change.put

    assert all(isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode) for quad in put)
