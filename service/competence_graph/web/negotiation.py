"""Which face of an answer a request wants: the suffix of the path, else the Accept header. One table, one function."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from competence_graph.errors import CompetenceGraphError, InputError

Kind = Literal["page", "data", "table", "graph"]


@dataclass(frozen=True, slots=True)
class Representation:
    """A face of an answer. ``media_type`` is what is sent; ``also`` are other names that clients ask for it by."""

    suffix: str
    media_type: str
    kind: Kind
    name: str
    also: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The header: text says its character set."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


HTML: Final = Representation("html", "text/html", "page", "HTML", ("application/xhtml+xml",))
JSON: Final = Representation("json", "application/json", "data", "JSON")
CSV: Final = Representation("csv", "text/csv", "table", "CSV")
XLSX: Final = Representation(
    "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table", "XLSX"
)
TURTLE: Final = Representation("ttl", "text/turtle", "graph", "Turtle", ("application/x-turtle",))
RDF_XML: Final = Representation("rdf", "application/rdf+xml", "graph", "RDF/XML")
JSON_LD: Final = Representation("jsonld", "application/ld+json", "graph", "JSON-LD")
# rdflib asks for text/plain and means N-Triples, as its media type was until 2014.
N_TRIPLES: Final = Representation("nt", "application/n-triples", "graph", "N-Triples", ("text/plain",))

TABLE: Final = (HTML, JSON, CSV, XLSX, TURTLE, RDF_XML, JSON_LD, N_TRIPLES)
SUFFIXES: Final = {each.suffix: each for each in TABLE}

_LONGEST_HEADER: Final = 4096
_MOST_RANGES: Final = 100
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# One range: type/subtype or a lone star (Java's client sends it), then parameters, a value bare or quoted.
_RANGE: Final = re.compile(
    rf"\s*(?P<range>{_TOKEN}/{_TOKEN}|\*)(?P<parameters>(?:\s*;\s*(?:{_TOKEN}=(?:{_TOKEN}|\"(?:[^\"\\]|\\.)*\"))?)*)\s*(?:,|\Z)"
)
_WEIGHT: Final = re.compile(r";\s*q\s*=\s*([^;,\s]*)", re.IGNORECASE)
_QUALITY: Final = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?|\.\d{1,3})\Z")


class MalformedAcceptError(InputError):
    """An Accept header that is none."""

    def __init__(self) -> None:
        super().__init__(
            "The Accept header cannot be read: write media types with commas between, such as text/turtle."
        )


class NotAcceptableError(CompetenceGraphError):
    """No face of the answer that the request accepts; ``available`` are the faces there are."""

    def __init__(self, available: Collection[Representation]) -> None:
        self.available = tuple(available)
        listed = ", ".join(f"{each.media_type} (.{each.suffix})" for each in available)
        super().__init__(f"This is not available in the form asked for. There are: {listed}.")


@dataclass(frozen=True, slots=True)
class _Wish:
    major: str
    minor: str
    quality: float

    def closeness(self, media_type: str) -> int:
        """Return how exactly the range names the type: 3 whole, 2 ``text/*``, 1 ``*/*``, 0 not at all."""
        major, minor = media_type.split("/")
        if self.major == "*":
            return 1
        if self.major != major:
            return 0
        return 3 if self.minor == minor else 2 if self.minor == "*" else 0


def read_accept(header: str) -> list[_Wish]:
    """Return what an Accept header asks for.

    Raises:
        MalformedAcceptError: If it cannot be read, or is longer than any client's.
    """
    if len(header) > _LONGEST_HEADER:
        raise MalformedAcceptError
    wishes: list[_Wish] = []
    at = 0
    while at < len(header):
        found = _RANGE.match(header, at)
        if found is None or len(wishes) == _MOST_RANGES:
            raise MalformedAcceptError
        at = found.end()
        weight = _WEIGHT.search(found["parameters"])
        if weight is not None and not _QUALITY.match(weight[1]):
            raise MalformedAcceptError
        major, _, minor = found["range"].lower().partition("/")
        if major == "*" and minor not in ("", "*"):
            raise MalformedAcceptError
        wishes.append(_Wish(major, minor or "*", float(weight[1]) if weight else 1.0))
    return wishes


def negotiate(
    accept: str | None, suffix: str | None, available: Collection[Representation]
) -> tuple[Representation, str]:
    """Return the face to send and its content type.

    A suffix in the path decides alone. Of the types accepted with the highest q, one named whole goes before one under
    a wildcard, and then data before HTML (who names a data type wants it; no browser does); then the order of `TABLE`.

    Raises:
        MalformedAcceptError: If the Accept header cannot be read.
        NotAcceptableError: If no face is accepted.
    """
    if suffix is not None:
        chosen = SUFFIXES.get(suffix)
        if chosen is None or chosen not in available:
            raise NotAcceptableError(available)
        return chosen, chosen.content_type
    wishes = read_accept(accept) if accept and accept.strip() else [_Wish("*", "*", 1.0)]
    best: tuple[tuple[float, int, bool, int], Representation, str] | None = None
    for order, each in enumerate(each for each in TABLE if each in available):
        for media_type in (each.media_type, *each.also):
            ranked = [(wish.closeness(media_type), wish.quality) for wish in wishes if wish.closeness(media_type)]
            if not ranked:
                continue
            # The range that names the type most exactly speaks for it: "text/*;q=0.9, text/csv;q=0" refuses CSV.
            closeness, quality = max(ranked)
            key = (quality, closeness, each.kind != "page" and closeness == 3, -order)
            if quality > 0 and (best is None or key > best[0]):
                sent = f"{media_type}; charset=utf-8" if closeness == 3 and media_type == "text/plain" else None
                best = key, each, sent or each.content_type
    if best is None:
        raise NotAcceptableError(available)
    return best[1], best[2]
