"""docs/asvs.md: every line of ASVS 5.0, levels 1 and 2, once; each with a test that is there, or a word why not."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# How many lines of levels 1 and 2 each section has, by its numbers (facts of the standard); level 3 is left out.
LINES = {
    "1.1": "1 2", "1.2": "1 2 3 4 5 6 7 8 9", "1.3": "1 2 3 4 5 6 7 8 9 10 11", "1.4": "1 2 3", "1.5": "1 2",
    "2.1": "1 2 3", "2.2": "1 2 3", "2.3": "1 2 3 4", "2.4": "1",
    "3.2": "1 2", "3.3": "1 2 3 4", "3.4": "1 2 3 4 5 6", "3.5": "1 2 3 4 5", "3.7": "1 2",
    "4.1": "1 2 3", "4.2": "1", "4.3": "1 2", "4.4": "1 2 3 4",
    "5.1": "1", "5.2": "1 2 3", "5.3": "1 2", "5.4": "1 2 3",
    "6.1": "1 2 3", "6.2": "1 2 3 4 5 6 7 8 9 10 11", "6.3": "1 2 3", "6.4": "1 2 3 4", "6.5": "1 2 3 4 5",
    "6.6": "1 2 3", "6.8": "1 2 3 4",
    "7.1": "1 2 3", "7.2": "1 2 3 4", "7.3": "1 2", "7.4": "1 2 3 4 5", "7.5": "1 2", "7.6": "1 2",
    "8.1": "1 2", "8.2": "1 2 3", "8.3": "1", "8.4": "1",
    "9.1": "1 2 3", "9.2": "1 2 3 4",
    "10.1": "1 2", "10.2": "1 2", "10.3": "1 2 3 4", "10.4": "1 2 3 4 5 6 7 8 9 10 11", "10.5": "1 2 3 4 5",
    "10.6": "1 2", "10.7": "1 2 3",
    "11.1": "1 2", "11.2": "1 2 3", "11.3": "1 2 3", "11.4": "1 2 3 4", "11.5": "1", "11.6": "1",
    "12.1": "1 2 3", "12.2": "1 2", "12.3": "1 2 3 4",
    "13.1": "1", "13.2": "1 2 3 4 5", "13.3": "1 2", "13.4": "1 2 3 4 5",
    "14.1": "1 2", "14.2": "1 2 3 4", "14.3": "1 2 3",
    "15.1": "1 2 3", "15.2": "1 2 3", "15.3": "1 2 3 4 5 6 7",
    "16.1": "1", "16.2": "1 2 3 4 5", "16.3": "1 2 3 4", "16.4": "1 2 3", "16.5": "1 2 3",
}  # fmt: skip


def rows():
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\d+\.\d+\.\d+) \| (.*?) \| `?([^`|]*?)`? \|$", text, re.MULTILINE)


def test_every_line_of_levels_1_and_2_stands_once():
    wanted = [f"{section}.{number}" for section, numbers in LINES.items() for number in numbers.split()]

    assert [line for line, _, _ in rows()] == wanted


def test_every_line_has_a_test_that_is_there_or_says_why_not():
    without = [
        line for line, how, test in rows() if not test.strip() and not how.startswith(("n/a: ", "operator: ", "open"))
    ]
    missing = [line for line, _, test in rows() if test.strip() and not (ROOT / test.strip()).is_file()]

    assert without == []
    assert missing == []


def test_the_figures_at_its_head_are_those_of_its_lines():
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    told = [
        int(each)
        for each in re.findall(
            r"(\d+) (?:lines are tested|do not apply|are the operator|are open)", text.replace("\n", " ")
        )
    ]
    kinds = [
        "open"
        if how.startswith("open")
        else "none"
        if how.startswith("n/a")
        else "operator"
        if not test.strip()
        else "tested"
        for _, how, test in rows()
    ]

    assert told == [kinds.count(each) for each in ("tested", "none", "operator", "open")]
