"""What a free query may be: checked in the server, before any child sees it, in linear time and without recursion.

The limits keep Oxigraph's parser and planner off the stacks and plans that crash or stall them (measured: nesting in
the thousands overflows the stack, planning 200 triple patterns takes 19 s). The walls of the child stand behind this.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from competence_graph.errors import QueryRefusedError
from competence_graph.sandbox.shape import Shape
from competence_graph.sandbox.tokens import Token, read_token, unescape_iri
from competence_graph.sandbox.told import Told

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

BYTES: Final = 16_384
PREFIXES: Final = 256
GRAPHS: Final = 64

TOO_LONG: Final = Told(
    "The query is longer than %(most)s bytes: split it, or take a dump and ask it on your own machine.", most=BYTES
)
_NO_SUCH_GRAPH: Final = Told(
    "The query names a graph that is not among the graphs you may ask: leave FROM and default-graph-uri out to ask all "
    "of them, or take a graph from the service description, its IRI written whole."
)
_SCHEME_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-")


@dataclass(frozen=True, slots=True)
class FreeQuery:
    """A query that may go to a child.

    ``limited`` says whether the outermost LIMIT is written; ``default`` and ``named`` are the graphs that the protocol
    chose, None where it chose nothing and the query speaks for itself.
    """

    text: str
    form: Form
    limited: bool
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


def check_query(
    query: str, *, graphs: Collection[str], default: Sequence[str] = (), named: Sequence[str] = ()
) -> FreeQuery:
    """Return the query as one that may run.

    Args:
        query: Its text.
        graphs: IRIs of the named graphs that the caller may see.
        default: ``default-graph-uri`` parameters of the protocol.
        named: ``named-graph-uri`` parameters of the protocol.

    Raises:
        QueryRefusedError: If it is over a limit, reaches out, writes, or names a graph outside ``graphs``.
    """
    _demand_readable(query)
    _demand_graphs([*default, *named], graphs)
    prologue = _Prologue()
    shape = Shape()
    at = 0
    while at < len(query):
        token, at = read_token(query, at, after_operand=shape.after_operand)
        if token is None:
            continue
        if shape.at_top:
            prologue.take(token)
        if token.kind == "name" and not prologue.declaring:
            prologue.demand_declared(token)
        shape.take(token)
    shape.finish()
    if prologue.form is None:
        raise QueryRefusedError(Told("This is no query: begin it with SELECT, ASK, CONSTRUCT or DESCRIBE."))
    _demand_graphs(prologue.dataset, graphs)
    chosen = bool(default or named)
    return FreeQuery(
        query,
        prologue.form,
        prologue.limited,
        tuple(dict.fromkeys(default)) if chosen else None,
        tuple(dict.fromkeys(named)) if chosen else None,
    )


def _demand_readable(query: str) -> None:
    # Two comparisons, because a text of many megabytes need not be encoded to know that it is too long.
    if len(query) > BYTES or len(query.encode("utf-8", "surrogatepass")) > BYTES:
        raise QueryRefusedError(TOO_LONG)
    if "\0" in query:
        raise QueryRefusedError(Told("There is a NUL at character %(at)s: take it out.", at=query.index("\0") + 1))
    if any("\ud800" <= character <= "\udfff" for character in query):
        raise QueryRefusedError(Told("The query holds half a character (a lone surrogate): send it as UTF-8."))


def _demand_graphs(asked: Sequence[str | None], graphs: Collection[str]) -> None:
    if len(asked) > GRAPHS:
        raise QueryRefusedError(
            Told("The query chooses more than %(most)s graphs: leave the choice out to ask all of them.", most=GRAPHS)
        )
    # The same words whether the graph exists and is not the caller's, or does not exist.
    if any(graph not in graphs for graph in asked):
        raise QueryRefusedError(_NO_SUCH_GRAPH)


@dataclass(slots=True)
class _Prologue:
    """What stands outside all braces: prefixes, the form, FROM, LIMIT."""

    form: Form | None = None
    limited: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    dataset: list[str | None] = field(default_factory=list)
    declaring: bool = False
    _awaited: str = ""
    _prefix: str = ""
    _declarations: int = 0

    def take(self, token: Token) -> None:
        """Read one token that stands outside all braces."""
        awaited, self._awaited, self.declaring = self._awaited, "", False
        if awaited == "PREFIX" and token.kind == "name" and token.text.endswith(":"):
            self._declare(token)
        elif awaited == "IRI" and token.kind == "iri":
            self.prefixes[self._prefix] = unescape_iri(token.text)
        elif awaited in {"FROM", "NAMED"} and token.kind in {"iri", "name"}:
            self.dataset.append(self._graph(token))
        elif awaited == "FROM" and token.text == "NAMED":
            self._awaited = "NAMED"
        elif awaited in {"PREFIX", "IRI", "FROM", "NAMED"}:
            raise QueryRefusedError(
                Told(
                    "Character %(at)s: after PREFIX comes a name with its colon and an IRI in angle brackets; "
                    "after FROM comes the IRI of a graph.",
                    at=token.at + 1,
                )
            )
        elif token.kind == "word":
            self._word(token.text)

    def _word(self, word: str) -> None:
        if word in {"PREFIX", "FROM"}:
            self._awaited = word
        elif word in {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}:
            self.form = self.form or cast("Form", word)
        elif word == "LIMIT":
            self.limited = True

    def _declare(self, token: Token) -> None:
        self._declarations += 1
        if self._declarations > PREFIXES:
            raise QueryRefusedError(
                Told("The query declares more than %(most)s prefixes: keep those it uses.", most=PREFIXES)
            )
        self._prefix = token.text[:-1]
        lowered = self._prefix.lower()
        # Oxigraph would read "SERVICEx:y" as SERVICE and x:y.
        if "service" in lowered or "load" in lowered or lowered.startswith(("from", "named")):
            raise QueryRefusedError(
                Told(
                    "The prefix “%(prefix)s” holds a word that SPARQL keeps for itself: give it another name.",
                    prefix=self._prefix,
                )
            )
        self._awaited, self.declaring = "IRI", True

    def _graph(self, token: Token) -> str | None:
        """Return the IRI that a FROM names; None for one that is not written whole, which is no graph of anybody's."""
        if token.kind == "iri":
            iri = unescape_iri(token.text)
        else:
            prefix, _, local = token.text.partition(":")
            iri = self.prefixes.get(prefix, "") + local.replace("\\", "")
        scheme, colon, _ = iri.partition(":")
        whole = colon and scheme and set(scheme) <= _SCHEME_LETTERS
        return iri if whole else None

    def demand_declared(self, token: Token) -> None:
        """Refuse a name whose prefix is not declared.

        Raises:
            QueryRefusedError: If it is not.
        """
        prefix = token.text.partition(":")[0]
        if prefix not in self.prefixes:
            raise QueryRefusedError(
                Told(
                    "The prefix “%(prefix)s” at character %(at)s is not declared: "
                    "begin the query with PREFIX %(prefix)s: <...>.",
                    prefix=prefix[:40],
                    at=token.at + 1,
                )
            )
