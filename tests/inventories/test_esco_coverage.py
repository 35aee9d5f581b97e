"""What ESCO calls essential for the occupations of the sector is matched from ours, or it is said why not."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import SKOS

from competence_graph.graph.inventory import inventory_files

HERE = Path(__file__).resolve().parent
SKILL = "http://data.europa.eu/esco/skill/"
OCCUPATIONS = (
    "archivist",
    "collection manager",
    "conservator",
    "cultural centre director",
    "exhibition registrar",
    "librarian",
)
SHARE = 0.85


@pytest.fixture(scope="module")
def essential():
    """The skills of each occupation, each with the reason why none of ours matches it; empty where one must."""
    with (HERE / "esco_essential.csv").open(encoding="utf-8", newline="") as file:
        found = defaultdict(dict)
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            found[row["occupation"]][SKILL + row["skill"]] = row["unmatched"]
    return found


@pytest.fixture(scope="module")
def matched():
    graph = rdflib.Graph()
    for path in inventory_files(HERE.parent.parent / "inventories"):
        graph.parse(path, format="turtle")
    ways = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
    return {str(skill) for way in ways for skill in graph.objects(None, way)}


def test_the_list_holds_the_six_occupations(essential):
    assert sorted(essential) == list(OCCUPATIONS)
    assert len({skill for skills in essential.values() for skill in skills}) == 95


@pytest.mark.parametrize("occupation", OCCUPATIONS)
def test_most_of_what_is_essential_is_matched(essential, matched, occupation):
    skills = essential[occupation]

    assert len(skills.keys() & matched) >= SHARE * len(skills)


def test_what_is_not_matched_is_listed_with_its_reason_and_nothing_else_is(essential, matched):
    listed = {skill for skills in essential.values() for skill, reason in skills.items() if reason}

    assert listed == {skill for skills in essential.values() for skill in skills} - matched
