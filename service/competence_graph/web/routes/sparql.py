"""/sparql: the SPARQL 1.1 Protocol, query only, for programs; in a browser the page is /lt/sparql."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from competence_graph.errors import (
    CompetenceGraphError,
    QueryRefusedError,
    QuerySlowError,
    QueryTypeError,
    SandboxUnavailableError,
)
from competence_graph.sandbox.description import describe_service
from competence_graph.sandbox.free import FreeSparql
from competence_graph.sandbox.policy import BYTES, TOO_LONG
from competence_graph.sandbox.pool import Format
from competence_graph.web.access import Machine
from competence_graph.web.budgets import Budgets, address_of
from competence_graph.web.deps import Parts, Services
from competence_graph.web.language import language_of
from competence_graph.web.negotiation import HTML, NotAcceptableError, Representation, read_accept
from competence_graph.web.problems import answer_error
from competence_graph.web.respond import Answer, respond
from competence_graph.web.routes import sparql_page

log = logging.getLogger(__name__)

JSON: Final = Representation(
    "json", "application/sparql-results+json", "table", "SPARQL Results JSON", ("application/json",)
)
XML: Final = Representation(
    "xml", "application/sparql-results+xml", "table", "SPARQL Results XML", ("application/xml", "text/xml")
)
CSV: Final = Representation("csv", "text/csv", "table", "CSV")
TSV: Final = Representation("tsv", "text/tab-separated-values", "table", "TSV")
TURTLE: Final = Representation("ttl", "text/turtle", "graph", "Turtle", ("application/x-turtle",))
N_TRIPLES: Final = Representation("nt", "application/n-triples", "graph", "N-Triples", ("text/plain",))
RDF_XML: Final = Representation("rdf", "application/rdf+xml", "graph", "RDF/XML", ("application/xml", "text/xml"))
JSON_LD: Final = Representation("jsonld", "application/ld+json", "graph", "JSON-LD", ("application/json",))

TABLES: Final = (JSON, XML, CSV, TSV)
GRAPHS: Final = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)

_READ_SECONDS: Final = 30.0
# In a form every byte of a query may take three; the rest is for the graphs chosen.
_MOST_BODY: Final = BYTES * 3 + 16_384
_MOST_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_ONLY_READS: Final = "This door only reads; nothing was changed. Ask with SELECT, ASK, CONSTRUCT or DESCRIBE."
_TYPES: Final = f"Send the query as {_FORM} (query=...) or as {_QUERY}, in UTF-8 and not compressed."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks by the protocol; ``query`` is None where there is none."""

    query: str | None
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How a query came in: who is told of what it took, and who may keep the answer.

    ``page`` is the page for people, in a language; ``asker`` is the one whose budget it is; ``note`` hears the content
    of an answer before it goes out.
    """

    page: str
    asker: str
    budgets: Budgets
    private: bool = False
    note: Callable[[bytes], None] = lambda _content: None


class SparqlRoute(APIRoute):
    """Tells errors itself, so that the limits stand on them too, and CORS where any page may ask."""

    open = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            services: Services = request.app.state.services
            try:
                response = await inner(request)
            except CompetenceGraphError as error:
                response = answer_error(request, error)
            if services.sandbox is not None:
                response.headers["SPARQL-Limits"] = _limits_header(services.sandbox)
            if self.open:
                response.headers["Access-Control-Allow-Origin"] = "*"
                response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After, SPARQL-Limits"
                response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return handler


router = APIRouter(include_in_schema=False)
protocol = APIRouter(route_class=SparqlRoute)


def _limits_header(sparql: FreeSparql) -> str:
    limits = sparql.limits
    return f"seconds={limits.seconds:g}, rows={limits.rows}, query-bytes={BYTES}, answer-bytes={limits.bytes}"


async def read_query(request: Request) -> Asked:
    """Return what the request asks.

    Raises:
        QueryRefusedError: If something is given twice, is no UTF-8, is too long, or is an update.
        QueryTypeError: If the body is of another type.
        QuerySlowError: If it comes too slowly.
    """
    fields = _fields(request.scope["query_string"])
    if request.method == "POST":
        kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
        kind = kind.strip()
        if kind == _UPDATE:
            raise QueryRefusedError(_ONLY_READS)
        charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters)
        coded = request.headers.get("content-encoding", "identity").lower() != "identity"
        if kind not in {_FORM, _QUERY} or coded or (charset is not None and charset[1] not in {"utf-8", "utf8"}):
            raise QueryTypeError(_TYPES)
        body = await _read_body(request)
        fields += _fields(body) if kind == _FORM else [("query", _text(body))]
    if any(name == "update" for name, _ in fields):
        raise QueryRefusedError(_ONLY_READS)
    queries = [value for name, value in fields if name == "query"]
    if len(queries) > 1:
        raise QueryRefusedError("There is more than one query: send one at a time.")
    return Asked(
        queries[0] if queries else None,
        tuple(value for name, value in fields if name == "default-graph-uri"),
        tuple(value for name, value in fields if name == "named-graph-uri"),
    )


async def _read_body(request: Request) -> bytes:
    parts: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for part in request.stream():
                length += len(part)
                if length > _MOST_BODY:
                    raise QueryRefusedError(TOO_LONG)
                parts.append(part)
    except TimeoutError as error:
        raise QuerySlowError("The query came too slowly: send it at once.") from error
    return b"".join(parts)


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    if len(encoded) > _MOST_BODY:
        raise QueryRefusedError(TOO_LONG)
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise QueryRefusedError(
            f"The parameters cannot be read: send at most {_MOST_FIELDS}, percent-encoded UTF-8."
        ) from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise QueryRefusedError("The query is no UTF-8: save it as UTF-8 and send it again.") from error


@protocol.api_route("/sparql", methods=["GET", "POST"])
def query(request: Request, parts: Parts, actor: Machine, asked: Annotated[Asked, Depends(read_query)]) -> Response:
    """Answer a query; without one, say what there is to ask and within which limits."""
    return answer(request, _sandbox(parts), asked, None, _door(request, parts))


@protocol.get("/sparql.{suffix}")
def query_as(
    request: Request, parts: Parts, actor: Machine, asked: Annotated[Asked, Depends(read_query)], suffix: str
) -> Response:
    """Answer a query in the form that the suffix names: for links, which have no Accept header."""
    return answer(request, _sandbox(parts), asked, suffix, _door(request, parts))


def _door(request: Request, parts: Services) -> Door:
    return Door(page=f"/{language_of(request)}/sparql", asker=address_of(request), budgets=parts.budgets)


def _sandbox(parts: Services) -> FreeSparql:
    if parts.sandbox is None:
        raise SandboxUnavailableError("Queries are switched off on this server: take a dump.")
    found: FreeSparql = parts.sandbox
    return found


def answer(request: Request, sparql: FreeSparql, asked: Asked, suffix: str | None, door: Door) -> Response:
    """Return the answer of a query, or what the endpoint says of itself where none was sent.

    Raises:
        QueryError: If the query was not answered.
        NotAcceptableError: If there is no form that the request accepts.
        BudgetError: If the asker has used up its query time.
    """
    accept = request.headers.get("accept")
    vary = "Accept, Cookie, Authorization" if door.private else "Accept"
    if asked.query is None:
        if request.method == "POST":
            raise QueryRefusedError("There is no query: send one as query=..., or as application/sparql-query.")
        if choose(accept, None, (*GRAPHS, HTML)) is HTML:
            return RedirectResponse(door.page, 303, {"Vary": f"{vary}, Accept-Language"})
        endpoint = str(request.url.replace(query="", fragment=""))
        described = describe_service(endpoint, sparql.graphs, sparql.limits)
        return respond(request, Answer(graph=described, public=not door.private, name="sparql"))
    checked = sparql.check(asked.query, default=asked.default, named=asked.named)
    faces = TABLES if checked.form in {"SELECT", "ASK"} else GRAPHS
    if suffix is None and request.method == "GET" and choose(accept, None, (*faces, HTML)) is HTML:
        return RedirectResponse(f"{door.page}?{request.url.query}", 303, {"Vary": f"{vary}, Accept-Language"})
    face = choose(accept, suffix, faces)
    door.budgets.check(door.asker)
    found = sparql.answer(
        checked,
        cast("Format", face.suffix),
        client=door.asker,
        spent=lambda seconds: door.budgets.spend(door.asker, seconds),
    )
    took = round(found.seconds * 1000, 1)
    log.info("query answered", extra={"form": checked.form, "format": face.suffix, "ms": took})
    door.note(found.content)
    if door.private:
        headers = {"Vary": vary, "Cache-Control": "private, no-store"}
        return Response(found.content, headers=headers, media_type=face.content_type)
    etag = f'"{hashlib.sha256(face.media_type.encode() + found.content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Vary": vary, "Cache-Control": "public, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=face.content_type)


def choose(accept: str | None, suffix: str | None, available: Sequence[Representation]) -> Representation:
    """Return the face to send: the suffix's, else the one with the highest q, named most exactly, listed first.

    Raises:
        MalformedAcceptError: If the Accept header cannot be read.
        NotAcceptableError: If there is none.
    """
    if suffix is not None:
        named = [each for each in available if each.suffix == suffix]
        if not named:
            raise NotAcceptableError(available)
        return named[0]
    wishes = read_accept(accept) if accept and accept.strip() else []
    if not wishes:
        return available[0]
    best: tuple[tuple[float, int, int], Representation] | None = None
    for order, each in enumerate(available):
        for media_type in (each.media_type, *each.also):
            ranked = [(wish.closeness(media_type), wish.quality) for wish in wishes if wish.closeness(media_type)]
            closeness, quality = max(ranked, default=(0, 0.0))
            key = (quality, closeness, -order)
            if quality > 0 and (best is None or key > best[0]):
                best = key, each
    if best is None:
        raise NotAcceptableError(available)
    return best[1]


router.include_router(protocol)
router.include_router(sparql_page.router)
