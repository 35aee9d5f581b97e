"""The formatter states what it was given, in house order, and refuses what it would have to lose."""

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
import turtle_format  # noqa: E402 - a script beside the package, found by the line above

UNTIDY = """# What it is.

PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
@prefix unused: <https://example.org/unused#> .
@prefix id: <https://example.org/id/>.
# --- Competences ---

# Why this one stands first.
id:b skos:prefLabel "Care; of . things # [here"@en, "Priežiūra"@lt ; a skos:Concept;;
  skos:note \"\"\"two
lines, "quoted" \"\"\" ; skos:notation 5, -1.5, true , "x"^^<https://example.org/code>.
id:a skos:memberList (id:b id:a). id:a skos:altLabel "1"@en.
# The end.
"""
TIDY = """# What it is.

@prefix id: <https://example.org/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

# --- Competences ---

# Why this one stands first.
id:b
    a               skos:Concept ;
    skos:prefLabel  "Care; of . things # [here"@en , "Priežiūra"@lt ;
    skos:note       \"\"\"two
lines, "quoted" \"\"\" ;
    skos:notation   5 , -1.5 , true , "x"^^<https://example.org/code> .

id:a
    skos:memberList  ( id:b id:a ) .

id:a
    skos:altLabel  "1"@en .

# The end.
"""
PREFIX = "@prefix x: <https://example.org/> .\n"


def test_an_untidy_file_comes_out_in_house_order_with_its_comments():
    assert turtle_format.formatted(UNTIDY) == TIDY


def test_a_tidy_file_stays_as_it_is():
    assert turtle_format.formatted(TIDY) == TIDY


def test_what_the_file_states_is_the_same_before_and_after():
    assert turtle_format.graph(UNTIDY) == turtle_format.graph(turtle_format.formatted(UNTIDY))


def test_values_stand_below_each_other_where_the_line_is_too_long_for_them():
    long = PREFIX + f'x:a x:b "{"p" * 60}" , "{"q" * 60}" .\n'

    assert f'    x:b  "{"p" * 60}" ,\n         "{"q" * 60}" .\n' in turtle_format.formatted(long)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("x:a x:b 1 ; # lost\n x:c 2 .\n", "line 2"),
        ("x:a x:b 1\n x:c 2 .\n", "line 3"),
        ("x:a x:b _:c .\n", "line 2"),
        ("x:a x:b 'open .\n", "line 2"),
    ],
)
def test_what_has_no_place_in_house_order_is_refused_with_its_line(text, where):
    with pytest.raises(turtle_format.HouseOrderError, match=where):
        turtle_format.formatted(PREFIX + text)


def test_check_changes_nothing_and_fails_where_a_file_is_out_of_order(tmp_path, capsys, monkeypatch):
    file = tmp_path / "untidy.ttl"
    file.write_text(UNTIDY, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["turtle_format.py", "--check", str(tmp_path)])

    assert turtle_format.main() == 1
    assert "untidy.ttl:3: not in house order" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == UNTIDY


def test_formatting_writes_the_file_and_a_second_run_finds_nothing_to_do(tmp_path, capsys, monkeypatch):
    file = tmp_path / "untidy.ttl"
    file.write_text(UNTIDY, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["turtle_format.py", str(tmp_path)])

    assert (turtle_format.main(), turtle_format.main()) == (0, 0)
    assert file.read_text(encoding="utf-8") == TIDY
    assert capsys.readouterr().out.count("put in house order") == 1
