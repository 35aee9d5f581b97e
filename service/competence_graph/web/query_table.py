"""The answer of a free query as a table that a page shows: names beside addresses, numbers to the right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from competence_graph.graph.vocab import PREFIXES
from competence_graph.model.iri import BASE
from competence_graph.model.text import Lang, Text, pick

SHOWN: Final = 200
_XSD: Final = PREFIXES["xsd"]
_NUMBERS: Final = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float", "int", "long")}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of the answer: its text and language, where it leads, its name where it has one."""

    text: str = ""
    lang: str = ""
    href: str = ""
    name: Text | None = None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A variable: its name, whether numbers stand in it, whether the things in it have names."""

    name: str
    number: bool
    named: bool


@dataclass(frozen=True, slots=True)
class QueryTable:
    """The rows that are shown, and how many there are."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    count: int

    @property
    def shown(self) -> int:
        """How many rows are shown."""
        return len(self.rows)


def query_table(
    content: bytes, lang: Lang, base: str, find_names: Callable[[set[str]], Mapping[str, list[Text]]]
) -> QueryTable:
    """Return the answer of a SELECT as a table.

    Args:
        content: The answer as SPARQL Results JSON.
        lang: The language of the page, in which things are named first.
        base: What the IRIs minted here begin with.
        find_names: Gives the names of things, in all languages.
    """
    answer = json.loads(content)
    found: list[dict[str, Any]] = answer["results"]["bindings"]
    shown = found[:SHOWN]
    iris = {term["value"] for row in shown for term in row.values() if term["type"] == "uri"}
    names = {iri: name for iri, labels in find_names(iris).items() if (name := pick(labels, lang))}
    variables: list[str] = answer["head"]["vars"]
    rows = tuple(tuple(_cell(row.get(each), names, lang, base) for each in variables) for row in shown)
    columns = tuple(
        Column(each, any(row[at].number for row in rows), any(row[at].name for row in rows))
        for at, each in enumerate(variables)
    )
    return QueryTable(columns, rows, len(found))


def _cell(term: dict[str, str] | None, names: Mapping[str, Text], lang: Lang, base: str) -> Cell:
    if term is None:
        return Cell()
    value = term["value"]
    if term["type"] == "uri":
        return Cell(shortened(value), href=_address(value, lang, base), name=names.get(value))
    tag = term.get("xml:lang", "")
    return Cell(value, lang=tag if tag != lang else "", number=term.get("datatype") in _NUMBERS)


def shortened(iri: str) -> str:
    """Return an IRI as a prefixed name where a prefix of ours fits, else as it is."""
    for prefix, space in PREFIXES.items():
        local = iri.removeprefix(space)
        if local != iri and local.replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{local}"
    return iri


def _address(iri: str, lang: Lang, base: str) -> str:
    for start in (f"{BASE}id/", f"{base}id/"):
        if iri.startswith(start):
            local = iri.removeprefix(start)
            # People have a page and no document: nothing about them is published.
            return f"/{lang}/people/{local}" if local.startswith("p") else f"/id/{local}?lang={lang}"
    # Nothing but the web: an address in the data must not become a script in the page.
    return iri if iri.startswith(("http://", "https://")) else ""
