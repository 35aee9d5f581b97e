"""Put Turtle files in house order, or with --check say which are not; nothing that a file states is ever changed.

    python tools/turtle_format.py [--check] FILE_OR_FOLDER ...

House order: the header comment; the prefixes in use, sorted; then one block a subject, with the section comments that
stand above it. In a block the subject has its own line, `a` goes first, the other predicates keep their order, aligned,
one a line; several values of one predicate share the line where it fits, else stand one below the other.
Subjects keep their order. A file is written only if the graph read back from it is the one read before.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

WIDTH: Final = 120
_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<comment>\#[^\n]*)
      | (?P<prefix>(?:@prefix|(?i:PREFIX))(?=\s))
      | (?P<base>(?:@base|(?i:BASE))(?=\s))
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*(?:\\[uU][0-9A-Fa-f]+[^<>"{}|^`\\\x00-\x20]*)*>)
      | (?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
                |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
      | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<datatype>\^\^)
      | (?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+(?:[eE][+-]?[0-9]+)?))
      | (?P<blank>_:[\w.\-]*[\w\-])
      | (?P<name>[\w\-]*(?:\.[\w\-]+)*:(?:(?:[\w\-:]|%[0-9A-Fa-f]{2}|\\.)(?:(?:[\w\-:.]|%[0-9A-Fa-f]{2}|\\.)*
                (?:[\w\-:]|%[0-9A-Fa-f]{2}|\\.))?)?)
      | (?P<word>a|true|false)(?![\w:])
      | (?P<mark>[\[\]();,.])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of the file as it is written, and its line."""

    kind: str
    text: str
    line: int


class HouseOrderError(Exception):
    """A file that cannot be put in house order: where, why, what to do."""


@dataclass
class Block:
    """A subject with what is said of it, and the comments above it."""

    comments: list[str]
    subject: str
    says: list[tuple[str, list[str]]] = field(default_factory=list)


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of a file, white space left out."""
    at = 0
    line = 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            message = f"line {line}: {text[at : at + 30]!r} is no Turtle."
            raise HouseOrderError(message)
        if found.lastgroup != "space":
            yield Token(found.lastgroup, found[0], line)
        line += found[0].count("\n")
        at = found.end()


class Reader:
    """Reads a file into its header, its prefixes and its blocks."""

    def __init__(self, text: str) -> None:
        self.all = [*tokens(text), Token("end", "", text.count("\n") + 1)]
        self.at = 0
        self.header: list[str] = []
        self.prefixes: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.closing: list[str] = []
        self.used: set[str] = set()

    @property
    def here(self) -> Token:
        return self.all[self.at]

    def take(self, *kinds: str, text: str = "") -> Token:
        """Return the next piece, which must be of one of these kinds."""
        token = self.here
        if token.kind == "comment":
            message = f"line {token.line}: a comment inside a block would be lost: put it above the subject."
            raise HouseOrderError(message)
        if token.kind not in kinds or (text and token.text != text):
            wanted = text or " or ".join(kinds)
            message = f"line {token.line}: {token.text!r} stands where {wanted} is expected."
            raise HouseOrderError(message)
        self.at += 1
        return token

    def comments(self) -> list[str]:
        """Return the comments that stand here; "" for the blank line that parts one group from what follows."""
        found = []
        while self.here.kind == "comment":
            found.append(self.here.text.rstrip())
            self.at += 1
            if self.here.line > self.all[self.at - 1].line + 1:
                found.append("")
        return found

    def read(self) -> None:
        """Read the whole file."""
        self.header = self.comments()
        waiting: list[str] = []
        while self.here.kind != "end":
            if self.here.kind == "prefix":
                self.prefix()
            elif self.here.kind == "base":
                message = f"line {self.here.line}: write IRIs whole or with a prefix, without a base."
                raise HouseOrderError(message)
            else:
                self.blocks.append(self.block(waiting))
                waiting = []
            waiting += self.comments()
        self.closing = waiting

    def prefix(self) -> None:
        """Read the declaration of a prefix."""
        turtle = self.take("prefix").text.startswith("@")
        name = self.take("name").text.rstrip(":")
        self.prefixes[name] = self.take("iri").text
        if turtle:
            self.take("mark", text=".")

    def block(self, comments: list[str]) -> Block:
        """Read a subject and what is said of it."""
        found = Block(comments, self.term())
        while True:
            token = self.take("name", "iri", "word")
            self.note(token)
            says = [self.term(inner=True)]
            while self.here.text == ",":
                self.at += 1
                says.append(self.term(inner=True))
            known = dict(found.says)
            if token.text in known:
                known[token.text].extend(says)
            else:
                found.says.append((token.text, says))
            ended = False
            while self.here.text == ";":
                ended = True
                self.at += 1
            if self.here.text == ".":
                self.at += 1
                break
            if not ended:
                self.take("mark", text=";")
        found.says.sort(key=lambda each: each[0] != "a")
        return found

    def node(self) -> str:
        """Return a blank node on one line: SHACL's paths and SPARQL constraints have no other form."""
        parts = []
        while self.here.text != "]":
            verb = self.take("name", "iri", "word")
            self.note(verb)
            values = [self.term(inner=True)]
            while self.here.text == ",":
                self.at += 1
                values.append(self.term(inner=True))
            parts.append(f"{verb.text} {' , '.join(values)}")
            while self.here.text == ";":
                self.at += 1
        self.at += 1
        return f"[ {' ; '.join(parts)} ]" if parts else "[]"

    def term(self, *, inner: bool = False) -> str:
        """Return a subject or, ``inner``, a value as it is written."""
        token = self.take("iri", "name", "text", "number", "word", "mark")
        if token.text == "(":
            inside = []
            while self.here.text != ")":
                inside.append(self.term(inner=True))
            self.at += 1
            return f"( {' '.join(inside)} )" if inside else "()"
        if token.text == "[" and inner:
            return self.node()
        if token.kind == "mark":
            message = f"line {token.line}: {token.text!r}: give the part an IRI of its own instead of a blank node."
            raise HouseOrderError(message)
        self.note(token)
        text = token.text
        if token.kind == "text" and self.here.kind == "lang":
            text += self.take("lang").text
        elif token.kind == "text" and self.here.kind == "datatype":
            self.at += 1
            datatype = self.take("name", "iri")
            self.note(datatype)
            text += f"^^{datatype.text}"
        return text

    def note(self, token: Token) -> None:
        """Remember that the prefix of a name is in use."""
        if token.kind == "name":
            self.used.add(token.text.split(":", 1)[0])


def written(block: Block) -> str:
    """Return a block in house order."""
    width = max(len(predicate) for predicate, _ in block.says)
    lines = [*block.comments, block.subject]
    last = len(block.says) - 1
    for index, (predicate, values) in enumerate(block.says):
        end = " ." if index == last else " ;"
        start = f"    {predicate:<{width}}  "
        one_line = start + " , ".join(values) + end
        fits = len(one_line) <= WIDTH or len(values) == 1
        lines.append(one_line if fits else start + (" ,\n" + " " * len(start)).join(values) + end)
    return "\n".join(lines)


def formatted(text: str) -> str:
    """Return the file in house order.

    Raises:
        HouseOrderError: If it is no Turtle, or has what has no place in house order; the text says where.
    """
    reader = Reader(text)
    reader.read()
    made = composed(reader)
    if graph(text) != graph(made):
        message = "the formatter would change what the file states: this is its own fault, please report it."
        raise HouseOrderError(message)
    return made


def composed(reader: Reader) -> str:
    """Return what was read, in house order."""
    parts = []
    if reader.header:
        parts.append("\n".join(reader.header).rstrip("\n"))
    kept = sorted((name, iri) for name, iri in reader.prefixes.items() if name in reader.used)
    if kept:
        parts.append("\n".join(f"@prefix {name}: {iri} ." for name, iri in kept))
    parts += [written(block) for block in reader.blocks]
    if reader.closing:
        parts.append("\n".join(reader.closing).rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def graph(text: str) -> Dataset:
    """Return what a file states, blank nodes named alike in equal graphs."""
    found = Dataset(parse(text, RdfFormat.TURTLE))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def turtle_files(given: list[Path]) -> list[Path]:
    """Return the files named and those in the folders named."""
    return [path for each in given for path in (sorted(each.rglob("*.ttl")) if each.is_dir() else [each])]


def main() -> int:
    """Format or check; 1 if a file is not in house order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("paths", nargs="+", type=Path)
    given = parser.parse_args()
    faults = 0
    for path in turtle_files(given.paths):
        before = path.read_text(encoding="utf-8")
        try:
            after = formatted(before)
        except (HouseOrderError, SyntaxError) as error:
            print(f"{path}: {error}")
            faults += 1
            continue
        if after == before:
            continue
        if given.check:
            lines = zip(before.splitlines(), after.splitlines(), strict=False)
            at = next((number for number, (one, other) in enumerate(lines, 1) if one != other), 1)
            print(f"{path}:{at}: not in house order; run make format")
            faults += 1
        else:
            path.write_text(after, encoding="utf-8")
            print(f"{path}: put in house order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
