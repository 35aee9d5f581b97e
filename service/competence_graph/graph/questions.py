"""Questions are .rq files: read, their parameters checked and bound, their rows typed.

A parameter is written ``VALUES ?role { UNDEF }``, so that a file runs as it stands in any SPARQL tool; here the braces
are filled with terms serialised by pyoxigraph. Nothing else in the text is ever replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from competence_graph.errors import QuestionParameterError, UnknownQuestionError
from competence_graph.graph.store import Rows, Store
from competence_graph.graph.terms import Row, Value, to_rows, to_term

_PARAMETER: Final = re.compile(r"VALUES \?(\w+) \{ UNDEF \}")
_LINE: Final = re.compile(r"#\s*(in|out|order)\s+(?:\?(\w+)\s+)?(.*)")
# Questions are written so: the form of the query at the head of a line.
_CONSTRUCT: Final = re.compile(r"^CONSTRUCT\b", re.MULTILINE)
_FOLDER: Final = files("competence_graph.graph") / "questions"
_LOOKUPS: Final = files("competence_graph.graph") / "lookups"


@dataclass(frozen=True, slots=True)
class Question:
    """A question people ask: its sentence, its parameters and columns with their descriptions, its SPARQL."""

    name: str
    sentence: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    order: str
    sparql: str

    @property
    def describes(self) -> bool:
        """Whether the answer is a set of statements (CONSTRUCT), not rows."""
        return bool(_CONSTRUCT.search(self.sparql))

    def bind(self, **parameters: Value | Sequence[Value]) -> str:
        """Return the SPARQL with the parameters filled in; one left out stays UNDEF and matches everything.

        Raises:
            QuestionParameterError: If the question has no such parameter, or an empty list is given.
            InvalidIriError: If an IRI is none.
        """
        terms: dict[str, str] = {}
        for name, value in parameters.items():
            if name not in self.inputs:
                known = ", ".join(self.inputs) or "none"
                raise QuestionParameterError(self.name, name, f"there is no such parameter; there are: {known}.")
            if value is None:
                continue
            several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
            if not several:
                raise QuestionParameterError(self.name, name, "the list is empty: give at least one value.")
            terms[name] = " ".join(str(to_term(each)) for each in several)

        def filled(match: re.Match[str]) -> str:
            name = match[1]
            return f"VALUES ?{name} {{ {terms[name]} }}" if name in terms else match[0]

        return _PARAMETER.sub(filled, self.sparql)


def parse_question(name: str, text: str) -> Question:
    """Return the question that a file states.

    Raises:
        ValueError: If its header lacks the sentence, or its parameters differ from the header's ``in`` lines.
    """
    header = [line for line in text.split("\n\n", 1)[0].splitlines() if line.startswith("#")]
    sentence = header[0].lstrip("# ").strip() if header else ""
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    order = ""
    for line in header[1:]:
        found = _LINE.match(line)
        if found is None:
            continue
        kind, variable, words = found.groups()
        if kind == "in" and variable:
            inputs[variable] = words.strip()
        elif kind == "out" and variable:
            outputs[variable] = words.strip()
        elif kind == "order":
            order = words.strip()
    used = set(_PARAMETER.findall(text))
    if not sentence.endswith("?") or used != set(inputs):
        message = f"{name}: the header must open with a question, and its inputs {sorted(inputs)} be {sorted(used)}."
        raise ValueError(message)
    return Question(name, sentence, inputs, outputs, order, text)


@cache
def question(name: str) -> Question:
    """Return the question of that name.

    Raises:
        UnknownQuestionError: If there is none.
    """
    if name not in names():
        raise UnknownQuestionError(name, names())
    return parse_question(name, (_FOLDER / f"{name}.rq").read_text(encoding="utf-8"))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all questions, in order."""
    return tuple(sorted(each.name.removesuffix(".rq") for each in _FOLDER.iterdir() if each.name.endswith(".rq")))


def ask(store: Store, name: str, **parameters: Value | Sequence[Value]) -> list[Row]:
    """Ask a question and return its rows: variable -> Iri, int, bool, str, Decimal, date, Text or None."""
    return to_rows(store.select(question(name).bind(**parameters)))


@cache
def _lookup(name: str) -> Question:
    return parse_question(name, (_LOOKUPS / f"{name}.rq").read_text(encoding="utf-8"))


def look_up(store: Store, name: str, **parameters: Value | Sequence[Value]) -> Rows:
    """Return the terms that one of the write path's own small questions (graph/lookups/) finds."""
    return store.select(_lookup(name).bind(**parameters))
