"""The words of a SPARQL query, one after the other, in time linear in its length.

Wherever two readings are possible this reads as Oxigraph does or refuses: Oxigraph's grammar knows no borders between
words (``trueSERVICE`` is two to it), so a word is known exactly or it is refused, and a prefix must be declared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from competence_graph.errors import QueryRefusedError
from competence_graph.sandbox.told import Told

_ESCAPE: Final = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
# Alternatives that begin differently and one repetition each: nothing to go back over. The prefix is bounded because
# "a.a.a.a" would otherwise be read anew from every letter.
_WORDS: Final = re.compile(
    rf"""
      (?P<space>[ \t\r\n]+|\#[^\r\n]*)
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_ESCAPE})*>)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?!"")(?:[^"\\\n\r]|\\.)*"|'(?!'')(?:[^'\\\n\r]|\\.)*')
    | (?P<variable>[?$][\w\u00b7\u203f\u2040]+)
    | (?P<blank>_:\w[\w\-\u00b7]*)
    | (?P<name>(?:[^\W\d_][\w.\-\u00b7]{{0,63}})?:(?:[\w:\-\u00b7]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%]
        |\.(?=[\w:\-.\u00b7%\\]))*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<sign>\^\^|&&|\|\||!=|<=|>=|[{{}}()\[\].;,*/|^+\-!=<>?])
    """,
    re.VERBOSE | re.DOTALL,
)

_STRUCTURE: Final = """
    BASE PREFIX SELECT CONSTRUCT DESCRIBE ASK DISTINCT REDUCED FROM NAMED WHERE GROUP BY HAVING ORDER ASC DESC LIMIT
    OFFSET VALUES UNDEF OPTIONAL GRAPH UNION MINUS FILTER BIND AS IN NOT EXISTS A TRUE FALSE SEPARATOR
"""
_FUNCTIONS: Final = """
    STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE
    ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW
    UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL
    ISNUMERIC REGEX SUBSTR REPLACE COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT
"""
_WRITING: Final = "INSERT DELETE CLEAR DROP CREATE ADD MOVE COPY WITH USING DATA TO INTO SILENT"
STRUCTURE: Final = frozenset(_STRUCTURE.split())
FUNCTIONS: Final = frozenset(_FUNCTIONS.split())
OUTWARD: Final = frozenset({"SERVICE", "LOAD"})
WRITING: Final = frozenset(_WRITING.split())


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind (iri, string, variable, blank, name, number, tag, word, sign), text, and where it begins.

    The text of a word is in capitals, that of an IRI without its angle brackets.
    """

    kind: str
    text: str
    at: int


def read_token(query: str, at: int, *, after_operand: bool) -> tuple[Token | None, int]:
    """Return the token that begins here, or None for white space and comments, and where the next one begins.

    Args:
        query: The whole query.
        at: Where to read.
        after_operand: Whether an expression stands just behind a value: there ``<`` compares, it opens no IRI.

    Raises:
        QueryRefusedError: If nothing can begin so, or the word is none of SPARQL 1.1's query words.
    """
    if after_operand and query[at] == "<":
        text = "<=" if query.startswith("<=", at) else "<"
        return Token("sign", text, at), at + len(text)
    found = _WORDS.match(query, at)
    if found is None:
        raise QueryRefusedError(_unreadable(query, at))
    kind = found.lastgroup or "space"
    if kind == "space":
        return None, found.end()
    text = found[0]
    if kind == "word":
        text = text.upper()
        _demand_known(text, found[0], at)
    elif kind == "iri":
        text = text[1:-1]
    return Token(kind, text, at), found.end()


def _demand_known(word: str, written: str, at: int) -> None:
    if word in STRUCTURE or word in FUNCTIONS:
        return
    if word in OUTWARD:
        raise QueryRefusedError(
            Told(
                "%(word)s at character %(at)s asks another server, and this service never does: "
                "leave it out, and join the two answers on your own machine.",
                word=word,
                at=at + 1,
            )
        )
    if word in WRITING:
        raise QueryRefusedError(
            Told(
                "%(word)s at character %(at)s belongs to an update, and this door only reads; nothing was changed. "
                "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
                word=word,
                at=at + 1,
            )
        )
    raise QueryRefusedError(
        Told(
            "“%(word)s” at character %(at)s is no word of SPARQL 1.1: put spaces between words, a question mark "
            "before a variable, quotes around text.",
            word=written[:40],
            at=at + 1,
        )
    )


def _unreadable(query: str, at: int) -> Told:
    character = query[at]
    if character in "\"'":
        return Told(
            "The text that begins at character %(at)s does not end: close its quotes, and write a backslash as two.",
            at=at + 1,
        )
    if character == "\\":
        return Told(
            "The backslash at character %(at)s stands outside text and IRIs: write the character itself, "
            "because code-point escapes are taken only inside quotes and angle brackets.",
            at=at + 1,
        )
    if character == "@":
        return Told("The @ at character %(at)s has no language after it: write one, such as @lt.", at=at + 1)
    return Told(
        "“%(character)s” at character %(at)s has no meaning in SPARQL: take it out, or put it in quotes.",
        character=repr(character)[1:-1],
        at=at + 1,
    )


def unescape_iri(text: str) -> str:
    """Return an IRI with its code-point escapes replaced; one beyond Unicode stays as it was."""

    def replaced(found: re.Match[str]) -> str:
        digits = found[0][2:]
        code = int(digits, base=16)
        return chr(code) if code < 0x110000 else found[0]

    return re.sub(_ESCAPE, replaced, text)
