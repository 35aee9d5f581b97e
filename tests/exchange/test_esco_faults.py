"""Faults in foreign tables are named with file, row as a spreadsheet shows it, value, mending; nothing is written."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import pytest
import typer
from rich.console import Console

from competence_graph.cli import foreign, show
from competence_graph.cli.connection import Connection
from competence_graph.cli.show import Said
from competence_graph.errors import UnreadableFileError
from competence_graph.exchange.esco import esco_change
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.iri import BASE, Iri

SKILL = "http://data.europa.eu/esco/skill/0000000{0}-aaaa-4aaa-8aaa-00000000000{0}"
LIBRARIAN = "http://data.europa.eu/esco/occupation/60f7eb23-a7ea-4cbe-98a5-1248291f62d5"
GROUP = "http://data.europa.eu/esco/skill/0000000{0}-bbbb-4bbb-8bbb-00000000000{0}"
ISCO = "http://data.europa.eu/esco/isco/C99"
ARCHIVIST = ",\nOccupation,http://data.europa.eu/esco/occupation/00000002"
LINK = f"{LIBRARIAN},,essential,skill/competence,{SKILL.format(1)}"

# file, what to replace, by what -> rule, row, column, a word of what is said in lt and en
CASES = {
    "no IRI": ("skills_en.csv", SKILL.format(2), "skill 2", "iri", 3, "conceptUri", "„skill 2“", '"skill 2"'),
    "no label": (
        "skills_en.csv",
        "mend torn pages",
        "",
        "label-missing",
        3,
        "preferredLabel",
        "Nėra pavadinimo",
        "no label",
    ),
    "unknown type": ("skills_en.csv", "knowledge", "wisdom", "code", 4, "skillType", "„wisdom“", '"wisdom"'),
    "unknown reuse level": ("skills_en.csv", "cross-sector", "all", "code", 4, "reuseLevel", "„all“", '"all"'),
    "unknown status": ("skills_en.csv", "obsolete", "old", "code", 6, "status", "„old“", '"old"'),
    "no date": ("skills_en.csv", "2024-05-01T", "May 2024", "date", 7, "modifiedDate", "„May 2024", '"May 2024'),
    "described twice": (
        "skills_en.csv",
        SKILL.format(5),
        SKILL.format(1),
        "row-twice",
        6,
        "",
        "skills_en.csv, 2",
        "skills_en.csv, 2",
    ),
    "too few cells": (
        "skills_en.csv",
        "Not the work of a restorer.,,",
        "Not the work,",
        "cell-count",
        3,
        "",
        "12",
        "13",
    ),
    "open quotation mark": (
        "skills_en.csv",
        ',"Close tears',
        ',"Close "tears',
        "not-csv",
        3,
        "",
        "nepavyko",
        "could not be read",
    ),
    "column missing": (
        "skills_en.csv",
        "preferredLabel",
        "label",
        "column-missing",
        1,
        "preferredLabel",
        "Nėra stulpelio",
        "Missing column",
    ),
    "second label": (
        "skills_lt.csv",
        SKILL.format(4),
        SKILL.format(1),
        "label-twice",
        3,
        "preferredLabel",
        "„padėti",
        '"padėti',
    ),
    "unknown relation": (
        "occupationSkillRelations_en.csv",
        LINK,
        LINK.replace("essential", "esential"),
        "code",
        2,
        "relationType",
        "„esential“",
        '"esential"',
    ),
    "unknown skill": (
        "occupationSkillRelations_en.csv",
        LINK,
        LINK.replace("00000001-aaaa", "00000009-aaaa"),
        "not-described",
        2,
        "skillUri",
        "neaprašyta",
        "described in none",
    ),
    "requirement of a group": (
        "occupationSkillRelations_en.csv",
        LINK,
        LINK.replace("aaaa-4aaa-8aaa", "bbbb-4bbb-8bbb"),
        "not-described",
        2,
        "skillUri",
        "neaprašyta",
        "described in none",
    ),
    "broader unknown": (
        "broaderRelationsSkillPillar_en.csv",
        "00000002-bbbb-4bbb-8bbb-000000000002,\nK",
        "0-bbbb,\nK",
        "not-described",
        4,
        "broaderUri",
        "neaprašyta",
        "described in none",
    ),
    "broader itself": (
        "broaderRelationsSkillPillar_en.csv",
        f",SkillGroup,{GROUP.format(2)},",
        f",SkillGroup,{SKILL.format(2)},",
        "broader-itself",
        4,
        "broaderUri",
        "už save",
        "than itself",
    ),
    "broader of another kind": (
        "broaderRelationsOccPillar_en.csv",
        f"ISCOGroup,{ISCO}{ARCHIVIST}",
        f"ISCOGroup,{SKILL.format(1)}{ARCHIVIST}",
        "broader-outside",
        3,
        "broaderUri",
        "kitos rūšies",
        "another kind",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_with_file_row_column_and_both_languages(world, tables, case):
    file, old, new, rule, row, column, lt, en = CASES[case]
    path = tables / file
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    got = esco_change(tables, world.store)
    found = [each for each in got.findings[file] if each.refuses]

    assert (rule, row, column) == (found[0].rule, found[0].line, found[0].path)
    assert lt in found[0].said["lt"]
    assert en in found[0].said["en"]
    assert all(found[0].mend[lang].strip() for lang in ("lt", "en"))
    assert () == got.change.put


def test_a_byte_that_is_not_utf_8_is_named_with_its_row(world, tables):
    path = tables / "occupations_lt.csv"
    path.write_bytes(path.read_bytes().replace("archyvarė".encode(), "archyvarė".encode("windows-1257")))
    found = esco_change(tables, world.store).findings["occupations_lt.csv"]

    assert [("encoding", 3, "violation")] == [(each.rule, each.line, each.severity) for each in found]


def test_a_missing_file_is_named(world, tables):
    (tables / "skills_en.csv").unlink()
    got = esco_change(tables, world.store)

    assert got.refuses
    assert "file-missing" in {each.rule for each in got.findings["skills_en.csv"]}


def test_a_file_cut_short_in_transfer_is_named(world, tables):
    path = tables / "skills_en.csv"
    (tables / "skills_en.csv.gz").write_bytes(gzip.compress(path.read_bytes())[:-40])
    path.unlink()
    found = esco_change(tables, world.store).findings["skills_en.csv.gz"]

    assert "file-unreadable" in {each.rule for each in found}


def test_a_repeated_row_with_another_day_is_told_and_the_newest_day_kept(world, tables):
    got = esco_change(tables, world.store)
    told = [(each.rule, each.line, each.severity) for each in got.findings["skills_en.csv"]]

    assert [("row-twice", 7, "info")] == told
    assert date(2024, 5, 1) == got.framework.concepts[Iri(SKILL.format(4))].modified


def test_a_label_of_a_concept_that_is_gone_is_told_and_left_out(world, tables):
    told = esco_change(tables, world.store).findings["skills_lt.csv"]

    assert [("not-described", 4, "info")] == [(each.rule, each.line, each.severity) for each in told]


def test_many_faults_of_a_kind_are_counted_and_not_all_named(world, tables):
    path = tables / "occupationSkillRelations_en.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([lines[0], *[LINK.replace("essential", "vital") + ","] * 50]), "utf-8")
    found = esco_change(tables, world.store).findings[path.name]

    assert 21 == len(found)
    assert "Further cases of the same kind: 30." == found[-1].said["en"]


def test_without_the_scale_nothing_is_loaded_and_the_way_out_is_told(tables):
    got = esco_change(tables, OxigraphStore())

    assert got.refuses
    assert "competence-graph load" in got.findings["esco.toml"][0].mend["en"]


def test_a_finding_of_the_guarded_write_is_led_back_to_its_row(world, tables):
    path = tables / "broaderRelationsSkillPillar_en.csv"
    text = (
        path.read_text("utf-8")
        + f"SkillGroup,http://data.europa.eu/esco/skill/00000001-bbbb-4bbb-8bbb-000000000001,,K,{SKILL.format(1)},\n"
    )
    path.write_text(text, "utf-8")
    got = esco_change(tables, world.store)
    found = got.placed(world.check(got.change, profile="foreign"))

    assert ("check-cycle-in-broader", 2) in {(each.rule, each.line) for each in found["skills_en.csv"]}
    assert ("check-cycle-in-broader", 2) in {(each.rule, each.line) for each in found["skillGroups_en.csv"]}


# --- The command ---


@pytest.fixture
def printed(monkeypatch):
    out, err = io.StringIO(), io.StringIO()
    for module in (foreign, show):
        monkeypatch.setattr(module, "OUT", Console(file=out, width=200))
        monkeypatch.setattr(module, "ERR", Console(file=err, width=200))
    return out, err


def load(world, folder: Path, **options):
    connection = Connection(world.store, world, held=False)
    foreign.load_tables([folder], "", connection, BASE, **{"lang": Said.BOTH, "advice": False} | options)


def test_load_says_how_much_came_and_a_second_time_that_nothing_changed(world, tables, printed):
    load(world, tables)
    load(world, tables)
    first, second = [line for line in printed[0].getvalue().splitlines() if "competences," in line]

    assert "5 competences, 3 roles, 5 requirements;" in first
    assert "0 statements added, 0 removed" in second


def test_load_of_faulty_tables_prints_file_and_row_and_leaves_the_store_byte_equal(world, tables, printed):
    before = world.store.dump()
    path = tables / "skills_en.csv"
    path.write_text(path.read_text("utf-8-sig").replace("mend torn pages", ""), "utf-8")

    with pytest.raises(typer.Exit) as left:
        load(world, tables)
    assert 1 == left.value.exit_code
    assert "skills_en.csv:3" in printed[0].getvalue()
    assert "nothing was written" in printed[1].getvalue()
    assert before == world.store.dump()


def test_load_of_a_cycle_prints_where_it_runs_and_leaves_the_store_byte_equal(world, tables, printed):
    before = world.store.dump()
    path = tables / "broaderRelationsOccPillar_en.csv"
    path.write_text(
        path.read_text("utf-8")
        + "ISCOGroup,http://data.europa.eu/esco/isco/C9,,ISCOGroup,http://data.europa.eu/esco/isco/C99,\n",
        "utf-8",
    )

    with pytest.raises(typer.Exit):
        load(world, tables)
    assert "ISCOGroups_en.csv:2" in printed[0].getvalue()
    assert before == world.store.dump()


def test_check_writes_nothing(world, tables, printed):
    before = world.store.dump()
    foreign.check_tables([tables], "", world.store, BASE, lang=Said.EN, advice=True)

    assert "Errors: 0." in printed[0].getvalue()
    assert before == world.store.dump()


def test_a_file_instead_of_a_folder_is_answered(world, tables):
    with pytest.raises(UnreadableFileError, match="give the folder"):
        foreign.check_tables([tables / "skills_en.csv"], "esco", world.store, BASE, lang=Said.EN, advice=False)
