"""Whatever a person reads is spelt as the dictionaries of both languages have it, or as a reviewed word list has it.

The lists are tests/spelling/lt.txt and en.txt: a word a line; a star at the end stands for any ending.
"""

import re
import subprocess
from pathlib import Path

import pytest
import rdflib
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "spelling"
CATALOGUES = ROOT / "service" / "competence_graph" / "web" / "locale" / "lt"
DICTIONARIES = {"lt": "lt_LT", "en": "en_GB"}
# Placeholders of messages, markup, addresses, prefixed names and quoted field names are no words of a language.
NO_WORDS = re.compile(
    r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>|https?://\S+|\b[\w-]+:\w[\w-]*|`[^`]*`|\b\w+_\w+\b|[./]\w[\w/{}.-]*"
    r"|\b[A-Z]{2,}-?\d\w*"
)

pytestmark = pytest.mark.spelling


def texts_of_data(lang):
    for folder in ("ontology", "shapes", "inventories"):
        for path in sorted((ROOT / folder).rglob("*.ttl")):
            if "demo" not in path.parts:  # invented names
                for value in rdflib.Graph().parse(path, format="turtle").objects():
                    if isinstance(value, rdflib.Literal) and value.language == lang:
                        yield path, str(value)


def texts_of_pages(lang):
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as file:
            messages = [message for message in read_po(file, locale="lt") if message.id]  # the header has none
            for message in messages:
                told = message.id if lang == "en" else message.string
                for each in told if isinstance(told, list | tuple) else [told]:
                    yield path, each


def reviewed(lang):
    lines = (LISTS / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if (word := line.split("#")[0].strip())]
    return re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) or "(?!)", re.IGNORECASE)


def unknown_words(lang, texts):
    """The words that hunspell does not know, in the order of the alphabet."""
    said = "\n".join(NO_WORDS.sub(" ", text) for text in texts)
    done = subprocess.run(
        ["hunspell", "-i", "utf-8", "-l", "-d", DICTIONARIES[lang]],
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(set(done.stdout.split()))


@pytest.mark.parametrize("lang", DICTIONARIES)
def test_every_word_of_the_data_and_the_pages_is_in_the_dictionary_or_was_reviewed(lang):
    found = [*texts_of_data(lang), *texts_of_pages(lang)]
    known = reviewed(lang)
    strange = [word for word in unknown_words(lang, [text for _, text in found]) if not known.fullmatch(word)]
    where = {
        word: next((path.relative_to(ROOT).as_posix() for path, text in found if word in text), "?") for word in strange
    }

    assert found
    assert {} == where


@pytest.mark.parametrize(("lang", "wrong"), [("lt", "kompetenciją kompetencja"), ("en", "competence competense")])
def test_a_misspelt_word_is_found_and_its_neighbour_is_not(lang, wrong):
    assert [wrong.split()[1]] == unknown_words(lang, [wrong])
