"""What a role calls essential can be learnt: some chain of courses leads there from nothing, or a list names it.

The list is tests/inventories/untaught.txt: a requirement a line, reviewed, with the reason.
"""

from collections import defaultdict
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import Namespace

from competence_graph.graph.vocab import CG

ROOT = Path(__file__).resolve().parent.parent.parent
COMPLETE = ("roles/shared.ttl", "roles/libraries.ttl", "roles/museums.ttl", "roles/archives.ttl")
ELM = Namespace("http://data.europa.eu/snb/model/elm/")


@pytest.fixture(scope="module")
def graph():
    found = rdflib.Graph()
    inventories = ROOT / "inventories"
    for path in (*(inventories / each for each in COMPLETE), *sorted((inventories / "courses").glob("*.ttl"))):
        found.parse(path, format="turtle")
    return found


def highest(steps):
    """The level to which steps from one level to another lead a person who starts at 0."""
    level = 0
    while higher := [end for start, end in steps if start <= level < end]:
        level = max(higher)
    return level


def untaught(graph):
    """The essential requirements above what courses lead to."""
    steps = defaultdict(list)
    for outcome, competence in graph.subject_objects(ELM.relatedSkill):
        steps[competence].append((graph.value(outcome, CG.fromLevel).value, graph.value(outcome, CG.toLevel).value))
    return {
        str(each).rsplit("/", 1)[-1]
        for each in graph.subjects(CG.necessity, CG.essential)
        if graph.value(each, CG.level).value > highest(steps[graph.value(each, CG.competence)])
    }


def test_every_essential_requirement_is_reachable_by_courses_or_named_as_untaught(graph):
    lines = (ROOT / "tests" / "inventories" / "untaught.txt").read_text(encoding="utf-8").splitlines()
    named = {line.split()[0] for line in lines if line and not line.startswith("#")}

    assert named == untaught(graph)


def test_a_course_that_nobody_can_enter_leads_nowhere():
    assert highest([(0, 2), (3, 4)]) == 2
