"""Files of statements: read as far as they can be, every fault named with its line.

Turtle and TriG are read on past a fault: the statement it stands in is left out and the rest is read, so that one run
names them all. Nothing that had a fault is ever written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

import pyoxigraph as ox

from competence_graph.graph.contexts import OURS, resolved
from competence_graph.model.finding import Finding
from competence_graph.model.iri import BASE
from competence_graph.model.look_alikes import composed

_MOST_FAULTS: Final = 100
_PREFIX: Final = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.IGNORECASE)
# XML that declares a document type or another encoding can hide what it says: entities, UTF-7 (trust.md, T11).
_DECLARED: Final = re.compile(r"<!DOCTYPE|<!ENTITY|encoding\s*=\s*[\"'](?!utf-?8[\"'])[^\"']*", re.IGNORECASE)
_SUBJECT: Final = re.compile(r"^\s*(?:<([^>]+)>|([\w-]*):([\w.-]*[\w-])?)")
_ERROR_PLACE: Final = re.compile(r"^Parser error (?:at|between) .*?: ")
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, what is wrong with its writing, and where each thing stands in it (lines from 1)."""

    quads: list[ox.Quad]
    findings: list[Finding]
    lines: dict[str, int] = field(default_factory=dict)
    text: tuple[str, ...] = ()

    def line_of(self, thing: str, value: str = "") -> int | None:
        """Return the line of a value within the block of a thing, else of the thing; None where it is not found."""
        start = self.lines.get(thing)
        if start is None or not value:
            return start
        wanted = re.split(r"[/#]", value)[-1] if value.startswith("http") else value
        for number in range(start, min(start + 400, len(self.text) + 1)):
            line = self.text[number - 1]
            if number > start and line.strip() and not line[0].isspace() and _SUBJECT.match(line):
                break
            if wanted in line:
                return number
        return start


def read(data: bytes, form: str) -> Document:
    """Read a file.

    Args:
        data: Its content.
        form: A key of `FORMATS`.

    Raises:
        KeyError: If the form is none of them.
    """
    try:
        # Equal letters are equal characters from here on: "ė" typed as e and a dot is the same name.
        text = composed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Document([], [_syntax(line, "", encoding=True)])
    if form == "rdf" and (declared := _DECLARED.search(text)):
        return Document([], [_declaration(text.count("\n", 0, declared.start()) + 1, declared[0])])
    if form == "rdf" and (broken := _broken_xml(text)) is not None:
        return Document([], [broken])
    if form == "jsonld":
        given = text
        text, unknown = resolved(given)
        if unknown:
            return Document([], [_remote_context(each, given) for each in unknown])
    lines = text.splitlines()
    quads: list[ox.Quad] = []
    findings: list[Finding] = []
    while True:
        try:
            quads = list(ox.parse("\n".join(lines).encode(), format=FORMATS[form], base_iri=BASE))
            break
        except SyntaxError as error:
            number = min(max(error.lineno or 1, 1), max(len(lines), 1))
            here = lines[number - 1].strip() if lines else ""
            findings.append(_syntax(number, here, said=_ERROR_PLACE.sub("", str(error.msg))))
            if form not in ("ttl", "trig") or len(findings) >= _MOST_FAULTS or not _cut(lines, number):
                quads = []
                break
    original = tuple(text.splitlines())
    return Document(name_parts(quads), findings, _subject_lines(original), original)


def _cut(lines: list[str], number: int) -> bool:
    """Blank the statement that holds this line; return whether anything was there to blank."""
    first = number - 1
    while first > 0 and not _ends(lines[first - 1]):
        first -= 1
    last = number - 1
    while last < len(lines) - 1 and not _ends(lines[last]):
        last += 1
        if _starts(lines[last]) and last > number - 1:
            last -= 1
            break
    found = any(line.strip() for line in lines[first : last + 1])
    for index in range(first, last + 1):
        lines[index] = ""
    return found


def _ends(line: str) -> bool:
    bare = line.strip()
    return (
        not bare
        or bare.endswith((" .", "{", "}"))
        or (bare.endswith(".") and not bare.endswith(".."))
        or bare.startswith("#")
    )


def _starts(line: str) -> bool:
    return bool(line) and not line[0].isspace() and bool(_SUBJECT.match(line))


def _declaration(line: int, what: str) -> Finding:
    return Finding(
        "", "", what[:80], "violation", "xml-declaration",
        {
            "lt": f"XML faile neleidžiama: „{what[:80]}“.",
            "en": f'DOCTYPE not allowed, nor another encoding: "{what[:80]}".',
        },
        {
            "lt": "Išsaugokite duomenis be DOCTYPE ir UTF-8 koduote arba pateikite „Turtle“ failą.",
            "en": "Save the data without DOCTYPE and in UTF-8, or give a Turtle file.",
        },
        line,
    )  # fmt: skip


def _broken_xml(text: str) -> Finding | None:
    """Return what keeps a text from being XML: the RDF parser takes a file that was cut off for a whole one."""
    try:
        ParserCreate().Parse(text, True)
    except ExpatError as error:
        lines = text.splitlines()
        here = lines[error.lineno - 1].strip() if 0 < error.lineno <= len(lines) else ""
        return _syntax(error.lineno, here, said=ErrorString(error.code))
    return None


def _remote_context(address: str, text: str) -> Finding:
    at = text.find(json.dumps(address, ensure_ascii=False))
    shown = address[:200]
    return Finding(
        "", "@context", shown, "violation", "remote-context",
        {
            "lt": f"Kontekstas „{shown}“ nežinomas, o iš tinklo niekas neskaitoma.",
            "en": f'The context "{shown}" is not known, and nothing is read from the network.',
        },
        {
            "lt": f"Kontekstą įrašykite pačiame faile arba nurodykite „{OURS}“.",
            "en": f'Write the context into the file itself, or name "{OURS}".',
        },
        text.count("\n", 0, at) + 1 if at >= 0 else None,
    )  # fmt: skip


def _syntax(line: int, here: str, *, said: str = "", encoding: bool = False) -> Finding:
    if encoding:
        return Finding(
            "", "", "", "violation", "encoding",
            {"lt": "Failo rašmenys ne UTF-8 koduotės.", "en": "The file is not in UTF-8."},
            {
                "lt": "Įrašykite failą UTF-8 koduote ir bandykite dar kartą.",
                "en": "Save the file in UTF-8 and try again.",
            },
            line,
        )  # fmt: skip
    shown = here[:80]
    return Finding(
        "", "", shown, "violation", "syntax",
        {
            "lt": f"Sintaksės klaida, eilutės čia perskaityti nepavyko: „{shown}“ ({said}).",
            "en": f'Syntax error, the line could not be read: "{shown}" ({said}).',
        },
        {
            "lt": "Patikrinkite šią ir ankstesnę eilutę: gal trūksta kabutės, kabliataškio, skliausto ar taško.",
            "en": "Look at this line and the one before: a quotation mark, semicolon, bracket or full stop may be "
            "missing.",
        },
        line,
    )  # fmt: skip


def _subject_lines(lines: Iterable[str]) -> dict[str, int]:
    """Return the line on which each subject first stands at the head of a statement."""
    prefixes: dict[str, str] = {}
    found: dict[str, int] = {}
    open_statement = False
    for number, line in enumerate(lines, start=1):
        declared = _PREFIX.match(line)
        if declared:
            prefixes[declared[1]] = declared[2]
            continue
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if not open_statement:
            subject = _SUBJECT.match(line)
            if subject:
                iri = subject[1] or prefixes.get(subject[2], "") + (subject[3] or "")
                found.setdefault(iri if ":" in iri else BASE + iri, number)
        open_statement = not bare.endswith((".", "{", "}"))
    return found


def name_parts(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Give every blank node a name made of its owner's, so that it can be changed and addressed later.

    The members of a list are ``{owner}-list-1`` and on, other parts ``{owner}-part-1`` and on, in order of reading.
    A blank node that nothing owns keeps its own label under the base.
    """
    quads = list(quads)
    owners: dict[str, tuple[ox.NamedNode | ox.BlankNode, str]] = {}
    for quad in quads:
        if isinstance(quad.object, ox.BlankNode) and isinstance(quad.subject, ox.NamedNode | ox.BlankNode):
            owners.setdefault(quad.object.value, (quad.subject, quad.predicate.value))
    if not owners and not any(isinstance(quad.subject, ox.BlankNode) for quad in quads):
        return quads
    lists = {
        quad.subject.value
        for quad in quads
        if isinstance(quad.subject, ox.BlankNode) and quad.predicate.value == f"{RDF}first"
    }
    names: dict[str, ox.NamedNode] = {}
    counts: dict[tuple[str, str], int] = {}
    roots: dict[str, str] = {}

    def root_of(blank: str) -> str:
        """Follow the owners up to something with a name; what was followed once is remembered for the whole chain."""
        chain: list[str] = []
        passed: set[str] = set()
        at: ox.NamedNode | ox.BlankNode = ox.BlankNode(blank)
        while isinstance(at, ox.BlankNode) and at.value in owners and at.value not in passed and at.value not in roots:
            chain.append(at.value)
            passed.add(at.value)
            at = owners[at.value][0]
        root = roots.get(at.value, f"{BASE}id/blank-{at.value}") if isinstance(at, ox.BlankNode) else at.value
        roots.update(dict.fromkeys(chain, root))
        return root

    def name(blank: str) -> ox.NamedNode:
        if blank in names:
            return names[blank]
        kind = "list" if blank in lists else "part"
        root = root_of(blank)
        counts[root, kind] = counts.get((root, kind), 0) + 1
        names[blank] = ox.NamedNode(f"{root}-{kind}-{counts[root, kind]}")
        return names[blank]

    for quad in quads:
        if isinstance(quad.object, ox.BlankNode):
            name(quad.object.value)
    return [
        ox.Quad(
            name(quad.subject.value) if isinstance(quad.subject, ox.BlankNode) else quad.subject,
            quad.predicate,
            name(quad.object.value) if isinstance(quad.object, ox.BlankNode) else quad.object,
            quad.graph_name,
        )
        for quad in quads
    ]
