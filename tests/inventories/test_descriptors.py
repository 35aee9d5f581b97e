"""Each level of a competence says something of its own: another kind of behaviour, not the same one with an adverb."""

import itertools
import re
from pathlib import Path

import pytest
import rdflib

from competence_graph.graph.vocab import CG

INVENTORIES = Path(__file__).resolve().parent.parent.parent / "inventories"
COMPLETE = ("generic", "managerial", "libraries", "museums", "archives", "cultural-centres")
ALIKE = 0.6


def descriptors(framework, lang):
    """The texts of every competence of a framework in one language, by level."""
    graph = rdflib.Graph().parse(INVENTORIES / f"{framework}.ttl", format="turtle")
    return {
        competence: {
            int(graph.value(each, CG.level).value): str(text)
            for each in graph.subjects(CG.competence, competence)
            for text in graph.objects(each, rdflib.SKOS.definition)
            if text.language == lang
        }
        for competence in graph.subjects(rdflib.RDF.type, CG.Competence)
    }


def alike(one, other):
    """The share of the shorter text's words that the longer one has too."""
    words, others = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(words & others) / min(len(words), len(others))


@pytest.mark.parametrize("lang", ["lt", "en"])
@pytest.mark.parametrize("framework", COMPLETE)
def test_every_competence_of_a_complete_framework_is_described_at_five_levels(framework, lang):
    found = descriptors(framework, lang)

    assert len(found) >= 12
    assert {} == {str(each): sorted(texts) for each, texts in found.items() if sorted(texts) != [1, 2, 3, 4, 5]}


@pytest.mark.parametrize("lang", ["lt", "en"])
@pytest.mark.parametrize("framework", COMPLETE)
def test_no_two_levels_of_a_competence_share_more_than_60_percent_of_their_words(framework, lang):
    repeated = {
        (str(each), low, high)
        for each, texts in descriptors(framework, lang).items()
        for low, high in itertools.combinations(sorted(texts), 2)
        if alike(texts[low], texts[high]) > ALIKE
    }

    assert set() == repeated


@pytest.mark.parametrize("lang", ["lt", "en"])
def test_competences_of_restorers_are_described_for_all_six_categories_that_differ(lang):
    found = descriptors("restorers", lang)

    assert len(found) == 6
    assert all(sorted(texts) == [1, 2, 3, 4, 5, 6] for texts in found.values())
    assert not [
        each
        for each, texts in found.items()
        for low, high in itertools.combinations(sorted(texts), 2)
        if alike(texts[low], texts[high]) > ALIKE
    ]


def test_an_adverb_more_does_not_make_another_level():
    assert alike("Describes objects by the rules.", "Independently describes objects by the rules.") > ALIKE
