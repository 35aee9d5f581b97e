"""README and docs/ say what is true: commands, defaults, codes and links are compared with the thing itself."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer.main

from competence_graph.cli.main import app
from competence_graph.cli.show import Exit
from competence_graph.graph.questions import names
from competence_graph.model.iri import is_id
from competence_graph.settings import table

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = typer.main.get_command(app).commands
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def told(path):
    return path.read_text(encoding="utf-8")


def of(path):
    return path.relative_to(ROOT).as_posix()


def rows(heading, columns):
    """The cells of the table under a heading."""
    part = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert all(len(row) == columns for row in cells)
    return cells


def anchors(path):
    """The places of a document that a link may name, as its readers make them of its headings."""
    headings = re.findall(r"^#+ (.+)$", told(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_readme_opens_with_the_two_commands():
    lines = README.splitlines()

    assert lines[0].startswith("# ")
    assert ["```", "make serve", "make test", "```"] == [line.split("#")[0].strip() for line in lines[2:6]]


@pytest.mark.parametrize("document", DOCUMENTS, ids=of)
def test_every_make_command_told_is_in_the_makefile(document):
    targets = set(re.findall(r"^([\w-]+):(?!=)", told(ROOT / "Makefile"), re.MULTILINE))
    code = re.findall(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", told(document), re.DOTALL)
    lines = [line for block in code for part in block for line in part.splitlines()]
    goals = {
        goal
        for line in lines
        for words in re.findall(r"\bmake((?: [a-z][\w-]*)+)", line.split("#")[0])
        for goal in words.split()
    }

    assert {"serve", "test"} <= targets
    assert goals <= targets, goals - targets


def test_readme_tells_every_command_and_no_other():
    listed = {re.match(r"`([\w-]+)", row[0])[1] for row in rows("Commands", 2)}

    assert set(COMMANDS) == listed


def test_readme_tells_every_option_as_it_is():
    known = {option for command in COMMANDS.values() for each in command.params for option in each.opts}
    options = {
        option for row in rows("Commands", 2) for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(row))
    }

    assert options
    assert options <= known, options - known


@pytest.mark.parametrize("document", DOCUMENTS, ids=of)
def test_every_command_of_the_program_told_in_a_document_exists(document):
    used = set(re.findall(r"competence-graph ([a-z]+)", told(document)))

    assert used <= set(COMMANDS), used - set(COMMANDS)


def test_every_setting_is_told_with_its_default_and_meaning():
    plain = [[cell.strip("`") if place < 2 else cell for place, cell in enumerate(row)] for row in rows("Settings", 3)]

    assert [list(row) for row in table()] == plain


def test_every_exit_code_is_told():
    sentence = README.split("**Exit codes**:", 1)[1].split("\n\n", 1)[0]

    assert [each.value for each in Exit] == [int(code) for code in re.findall(r"(?<!\w)(\d)(?= )", sentence)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=of)
def test_every_link_leads_somewhere(document):
    astray = []
    for target in LINK.findall(told(document)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, place = unquote(target).partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (place and place not in anchors(path)):
            astray.append(target)

    assert [] == astray


def test_map_leads_to_questions_shapes_checks_pages_and_inventories():
    where = {row[0].split(":")[0].split(",")[0]: LINK.findall(row[1]) for row in rows("Where things live", 3)}
    suffixes = {"a question": ".rq", "a shape": ".ttl", "a check": ".rq", "a page": ".py", "an inventory": ".ttl"}
    found = {kind: [path.suffix for path in (ROOT / where[kind][0]).iterdir()] for kind in suffixes}

    assert {} == {kind: suffix for kind, suffix in suffixes.items() if suffix not in found[kind]}
    assert ".html" in [path.suffix for path in (ROOT / where["a page"][1]).iterdir()]


def test_every_question_told_to_users_is_shipped():
    asked = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", told(ROOT / "docs" / "using.md")))

    assert asked
    assert asked <= set(names()), asked - set(names())


def test_every_id_told_has_a_right_check_character():
    wrong = [
        f"{of(document)}: {word}"
        for document in DOCUMENTS
        for word in re.findall(r"\b[crkop][0-9a-hjkmnp-tv-z]{7}\b", told(document))
        if re.search(r"\d", word) and not is_id(word)
    ]

    assert [] == wrong


def test_screenshots_are_small():
    pictures = [path for path in (ROOT / "docs" / "screens").iterdir() if path.suffix == ".png"]

    assert pictures
    assert {} == {of(path): path.stat().st_size for path in pictures if path.stat().st_size > 200_000}


def test_no_decision_is_longer_than_thirty_lines():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))

    assert [f"{number:04}" for number in range(1, len(decisions) + 1)] == [path.name[:4] for path in decisions]
    assert {} == {of(path): len(told(path).splitlines()) for path in decisions if len(told(path).splitlines()) > 30}


def test_the_tables_of_what_there_is_are_what_the_command_prints(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPETENCE_GRAPH_")}
    environment |= {"COMPETENCE_GRAPH_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "competence_graph.cli.main"]
    subprocess.run([*command, "load"], env=environment, check=True, capture_output=True, timeout=100)
    printed = subprocess.run(
        [*command, "counts"], env=environment, check=True, capture_output=True, text=True, timeout=100
    ).stdout

    assert printed in README
