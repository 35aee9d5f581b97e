"""The shape of a query as its tokens pass: how deep, how many triple patterns, path steps and operators.

One stack of frames of our own, one step a token. It counts what Oxigraph will have to nest, plan and join; it does not
decide whether the query is well formed, which the child's parser says better.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from competence_graph.errors import QueryRefusedError
from competence_graph.sandbox.tokens import Token
from competence_graph.sandbox.told import Told

DEPTH: Final = 256
OPERATORS: Final = 256
PATTERNS: Final = 64
STEPS: Final = 32


class Kind(Enum):
    """What a bracket opened."""

    TOP = auto()
    GROUP = auto()
    EXPRESSION = auto()
    DATA = auto()  # the rows of VALUES
    PROPERTIES = auto()  # [ ... ]
    LIST = auto()  # ( ... ) where a triple's subject or object stands
    PATH = auto()  # ( ... ) where its predicate stands


class Place(Enum):
    """What comes next inside a group."""

    SUBJECT = auto()
    VERB = auto()
    OBJECT = auto()
    AFTER = auto()
    CONDITION = auto()  # behind FILTER or BIND, up to its bracket
    GRAPH = auto()  # behind GRAPH, up to its brace
    ROWS = auto()  # behind VALUES, up to its brace
    HEAD = auto()  # behind an inner SELECT, up to its brace
    TAIL = auto()  # behind the inner SELECT's brace: GROUP BY, ORDER BY ...


@dataclass(slots=True)
class _Frame:
    kind: Kind
    place: Place = Place.SUBJECT
    operators: int = 0


_CLOSES: Final = {
    "}": {Kind.GROUP, Kind.DATA},
    ")": {Kind.EXPRESSION, Kind.LIST, Kind.PATH},
    "]": {Kind.PROPERTIES},
}
_TRIPLES: Final = {Kind.GROUP, Kind.PROPERTIES}
_PASSIVE: Final = {Place.CONDITION, Place.GRAPH, Place.ROWS, Place.HEAD, Place.TAIL}
_OPERATORS: Final = frozenset({"+", "-", "*", "/", "!", "=", "!=", "<", ">", "<=", ">=", "&&", "||"})
_PATH_SIGNS: Final = frozenset({"/", "|", "^", "^^", "*", "+", "?", "!"})
_VALUES: Final = frozenset({"iri", "name", "string", "number", "variable", "blank"})
_PARTS: Final = {
    "FILTER": Place.CONDITION,
    "BIND": Place.CONDITION,
    "GRAPH": Place.GRAPH,
    "VALUES": Place.ROWS,
    "SELECT": Place.HEAD,
    "OPTIONAL": Place.SUBJECT,
    "MINUS": Place.SUBJECT,
    "UNION": Place.SUBJECT,
}


class Shape:
    """Takes the tokens of a query in order and refuses the first that is one too many."""

    def __init__(self) -> None:
        self._stack = [_Frame(Kind.TOP)]
        self._patterns = 0
        self._steps = 0
        self._typed = False
        self._last_word = ""
        self.after_operand = False

    @property
    def at_top(self) -> bool:
        """Whether we are outside all brackets."""
        return len(self._stack) == 1

    def take(self, token: Token) -> None:
        """Count one token.

        Raises:
            QueryRefusedError: If it is one too many, or closes what is not open.
        """
        frame = self._stack[-1]
        if token.kind == "sign":
            self._sign(token, frame)
        elif token.kind == "word":
            self._word(token.text, frame)
        elif token.kind in _VALUES:
            self._value(frame)
        inside = self._stack[-1].kind is Kind.EXPRESSION
        operand = token.kind in _VALUES or token.kind == "tag" or token.text in {")", "TRUE", "FALSE"}
        self.after_operand = inside and operand

    def finish(self) -> None:
        """Say that the query ends here.

        Raises:
            QueryRefusedError: If a bracket is still open.
        """
        if len(self._stack) > 1:
            raise QueryRefusedError(
                Told("Brackets that are not closed at the end: %(count)s. Close them.", count=len(self._stack) - 1)
            )

    def _word(self, word: str, frame: _Frame) -> None:
        self._last_word = word
        if frame.kind is Kind.GROUP:
            if word in _PARTS:
                self._count_operator(frame)
                if word == "VALUES":
                    self._count_pattern()
                if frame.place is Place.TAIL and word != "VALUES":
                    return
                frame.place = _PARTS[word]
                return
            if frame.place in _PASSIVE:
                return
        if word in {"A", "TRUE", "FALSE"}:
            self._value(frame)

    def _value(self, frame: _Frame) -> None:
        if self._typed:  # the datatype behind ^^ belongs to its text
            self._typed = False
        elif frame.kind is Kind.LIST:
            self._count_pattern(2)
        elif frame.kind in _TRIPLES and frame.place not in _PASSIVE:
            self._advance(frame)

    def _advance(self, frame: _Frame) -> None:
        """A subject, verb or object has passed."""
        if frame.place is Place.OBJECT:
            self._count_pattern()
            frame.place = Place.AFTER
        else:
            frame.place = Place.OBJECT if frame.place is Place.VERB else Place.VERB

    def _sign(self, token: Token, frame: _Frame) -> None:
        sign = token.text
        if sign in "({[":
            self._open(sign, frame)
        elif sign in _CLOSES:
            if frame.kind not in _CLOSES[sign]:
                raise QueryRefusedError(
                    Told("%(sign)s at character %(at)s closes nothing: take it out.", sign=sign, at=token.at + 1)
                )
            self._stack.pop()
        elif sign == "^^" and frame.kind is not Kind.PATH and frame.place is not Place.VERB:
            self._typed = True
        elif frame.kind is Kind.PATH:
            self._count_step(sign)
        elif frame.kind in _TRIPLES and frame.place not in _PASSIVE:
            self._triple_sign(token, frame)
        elif sign in _OPERATORS:
            self._count_operator(frame)

    def _triple_sign(self, token: Token, frame: _Frame) -> None:
        sign = token.text
        if sign == ".":
            frame.place = Place.SUBJECT
        elif sign == ";":
            frame.place = Place.VERB
        elif sign == ",":
            frame.place = Place.OBJECT
        elif sign in _PATH_SIGNS and frame.place in {Place.VERB, Place.OBJECT}:
            self._count_step(sign)
            if sign in {"/", "|"}:
                frame.place = Place.VERB
        elif sign not in {"+", "-"}:
            raise QueryRefusedError(
                Told(
                    "%(sign)s at character %(at)s has no place among triple patterns: "
                    "comparisons stand in FILTER(...), and triples about triples are not SPARQL 1.1.",
                    sign=sign,
                    at=token.at + 1,
                )
            )

    def _open(self, sign: str, frame: _Frame) -> None:
        if len(self._stack) > DEPTH:
            raise QueryRefusedError(
                Told("The query nests deeper than %(most)s brackets: write it flatter.", most=DEPTH)
            )
        if sign == "{":
            kind = self._brace(frame)
        elif sign == "[":
            kind = self._bracket(frame)
        else:
            kind = self._parenthesis(frame)
        place = Place.VERB if kind is Kind.PROPERTIES else Place.SUBJECT
        self._stack.append(_Frame(kind, place))

    def _brace(self, frame: _Frame) -> Kind:
        if frame.kind is Kind.TOP:
            return Kind.DATA if self._last_word == "VALUES" else Kind.GROUP
        self._count_operator(frame)
        place = frame.place
        frame.place = Place.TAIL if place is Place.HEAD else Place.SUBJECT
        return Kind.DATA if place is Place.ROWS and frame.kind is Kind.GROUP else Kind.GROUP

    def _bracket(self, frame: _Frame) -> Kind:
        if frame.kind is Kind.LIST:
            self._count_pattern(2)
        elif frame.kind in _TRIPLES and frame.place not in _PASSIVE:
            self._advance(frame)
        return Kind.PROPERTIES

    def _parenthesis(self, frame: _Frame) -> Kind:
        if frame.kind is Kind.PATH:
            return Kind.PATH
        if frame.kind is Kind.LIST:
            self._count_pattern(2)
            return Kind.LIST
        if frame.kind not in _TRIPLES:
            return Kind.EXPRESSION
        if frame.place in _PASSIVE:
            if frame.place is Place.CONDITION:
                frame.place = Place.SUBJECT
            return Kind.EXPRESSION
        if frame.place is Place.VERB:
            frame.place = Place.OBJECT
            return Kind.PATH
        self._advance(frame)
        return Kind.LIST

    def _count_pattern(self, many: int = 1) -> None:
        self._patterns += many
        if self._patterns > PATTERNS:
            raise QueryRefusedError(
                Told(
                    "The query has more than %(most)s triple patterns (VALUES blocks count too): "
                    "ask it in parts, or take a dump.",
                    most=PATTERNS,
                )
            )

    def _count_step(self, sign: str) -> None:
        self._steps += len(sign) if sign in _PATH_SIGNS else 0
        if self._steps > STEPS:
            raise QueryRefusedError(
                Told("The query's paths have more than %(most)s steps (/ | ^ * + ? !): ask it in parts.", most=STEPS)
            )

    def _count_operator(self, frame: _Frame) -> None:
        frame.operators += 1
        if frame.operators > OPERATORS:
            raise QueryRefusedError(
                Told(
                    "More than %(most)s operators or blocks stand in a row: "
                    "use IN (...) or VALUES, or ask it in parts.",
                    most=OPERATORS,
                )
            )
