"""An `Answer` and the request -> a Response. The only place that knows formats apart.

Public answers may be kept and asked for again with their ETag; personal ones are kept by nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from competence_graph.exchange import rdf, tables
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import Actor
from competence_graph.model.text import LANGS, Lang
from competence_graph.web import access, negotiation
from competence_graph.web.deps import Services
from competence_graph.web.language import language_of
from competence_graph.web.negotiation import Representation
from competence_graph.web.templates import AccountLine, Frame, Link, render


@dataclass(frozen=True, slots=True)
class Look:
    """Whose data an answer shows to whom; it goes to the audit. One's own data is nobody's look."""

    actor: Actor
    organisation: str
    people: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a handler found, whichever face of it is sent.

    ``page`` and ``context``: the template and its variables, or what makes them where HTML is wanted; gives HTML.
    ``rows``: gives CSV, XLSX, and JSON where there is no ``data``.
    ``data``: what JSON shows, plain values only.
    ``graph``: triples; gives Turtle, RDF/XML, JSON-LD, N-Triples.
    ``sheets``: further sheets of the XLSX, or what makes them.
    ``public``: the same for everybody; such a page knows no session.
    ``name``: of the file when saved, without suffix; the id or word of the thing.
    ``look``: whose personal data it shows; every answer that shows any says so.
    """

    page: str | None = None
    context: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    rows: Table | None = None
    data: Any = None
    graph: Sequence[Any] | None = None
    sheets: tuple[Table, ...] | Callable[[], tuple[Table, ...]] = ()
    public: bool = False
    status: int = 200
    modified: datetime | None = None
    links: tuple[Link, ...] = ()
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    look: Look | None = None

    @property
    def faces(self) -> tuple[Representation, ...]:
        """Which representations there are."""
        has = {
            "page": self.page is not None,
            "data": self.data is not None or self.rows is not None,
            "table": self.rows is not None,
            "graph": self.graph is not None,
        }
        return tuple(each for each in negotiation.TABLE if has[each.kind])


def respond(request: Request, answer: Answer) -> Response:
    """Return the face of the answer that the request wants.

    Raises:
        MalformedAcceptError: If the Accept header cannot be read.
        NotAcceptableError: If the answer has no face that the request accepts.
    """
    services: Services = request.app.state.services
    suffix = getattr(request.state, "suffix", None)
    face, content_type = negotiation.negotiate(request.headers.get("accept"), suffix, answer.faces)
    lang = language_of(request)
    if answer.look is not None:
        _note(request, services, answer.look, face)
    body = _BODIES[face.suffix](request, answer)
    headers = {
        "Content-Type": content_type,
        "Vary": "Accept, Accept-Language" if answer.public else "Accept, Accept-Language, Cookie",
        "Link": ", ".join(_header(link) for link in (*_faces(request, answer), *answer.links)),
        **answer.headers,
    }
    if face.kind == "page":
        headers["Content-Language"] = lang
    elif face.kind == "table":
        headers["Content-Disposition"] = f'attachment; filename="{answer.name or "data"}.{face.suffix}"'
    if answer.modified is not None:
        headers["Last-Modified"] = format_datetime(answer.modified.astimezone(UTC), usegmt=True)
    if answer.public and answer.status == 200:
        headers["ETag"] = f'"{hashlib.sha256(content_type.encode() + body).hexdigest()[:32]}"'
        headers["Cache-Control"] = "public, no-cache"
        if _is_known(request, headers["ETag"], answer.modified):
            return Response(status_code=304, headers=_without_body(headers))
    else:
        headers["Cache-Control"] = "no-cache" if answer.public else "private, no-store"
    if answer.public:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response = Response(
        body, status_code=answer.status, headers={name: value for name, value in headers.items() if value}
    )
    access.keep_visit(request, response, services)
    return response


def see_other(path: str) -> Response:
    """Return the way to another page of this host, after a form was taken."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def _note(request: Request, services: Services, look: Look, face: Representation) -> None:
    people = [each for each in look.people if each != look.actor.person]
    if not people:
        return
    route = getattr(request.scope.get("route"), "path_format", "")
    if face.kind in {"page", "data"}:
        services.registry.audit.saw(look.actor, organisation=look.organisation, people=people, route=route)
    else:
        # What leaves as a file is an act: it is written before the file goes out.
        services.registry.audit.record(
            look.actor, "export", organisation=look.organisation, people=people, route=route, reason=face.suffix
        )


_NOTHING: Final = Table((), ())


def _page(request: Request, answer: Answer) -> bytes:
    context = answer.context() if callable(answer.context) else answer.context
    return render(answer.page or "", frame(request, answer), context).encode()


def _json(_request: Request, answer: Answer) -> bytes:
    rows = answer.rows or _NOTHING
    shown: Any = answer.data
    if shown is None:
        shown = [{name: tables.plain(cell) for name, cell in record.items()} for record in rows.records()]
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"), default=tables.plain).encode()


def _csv(_request: Request, answer: Answer) -> bytes:
    return tables.to_csv(answer.rows or _NOTHING)


def _xlsx(_request: Request, answer: Answer) -> bytes:
    sheets = answer.sheets() if callable(answer.sheets) else answer.sheets
    return tables.to_xlsx(answer.rows or _NOTHING, *sheets)


def _rdf(form: rdf.Form) -> Callable[[Request, Answer], bytes]:
    return lambda _request, answer: rdf.document(answer.graph or (), form)


_BODIES: Final[dict[str, Callable[[Request, Answer], bytes]]] = {
    "html": _page,
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "ttl": _rdf("ttl"),
    "rdf": _rdf("rdf"),
    "jsonld": _rdf("jsonld"),
    "nt": _rdf("nt"),
}


def frame(request: Request, answer: Answer) -> Frame:
    """Return what the page knows besides its own variables."""
    services: Services = request.app.state.services
    lang = language_of(request)
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    languages: dict[str, str] = {each: in_language(path, query, each) for each in LANGS}
    session = None if answer.public else getattr(request.state, "session", None)
    if session is not None and session.waits:
        # Until the second factor is shown nobody is signed in yet.
        session = None
    return Frame(
        lang=lang,
        path=path,
        other=next(href for each, href in languages.items() if each != lang),
        languages=languages,
        base=services.base,
        csrf="" if answer.public else access.form_token(request, services),
        account=None if session is None else _account_line(session, lang),
        faces=tuple(_faces(request, answer)),
        links=answer.links,
    )


def in_language(path: str, query: str, lang: Lang) -> str:
    """Return the address of the same page in a language: in its path, else in its query."""
    first, *rest = path.lstrip("/").split("/")
    if first in LANGS:
        return f"/{'/'.join([lang, *rest])}{query}"
    kept = [part for part in query.lstrip("?").split("&") if part and not part.startswith("lang=")]
    return f"{path}?{'&'.join([*kept, f'lang={lang}'])}"


def _account_line(session: Any, lang: Lang) -> AccountLine:
    actor = session.account.actor
    own = f"/{lang}/people/{actor.person.rsplit('/', 1)[-1]}" if actor.person else None
    leads = actor.kind in {"hr", "unit-lead"} and actor.organisation
    organisation = f"/{lang}/organisations/{actor.organisation.rsplit('/', 1)[-1]}" if leads else None
    admin = f"/{lang}/admin" if actor.kind == "admin" else None
    licences = f"/{lang}/licences" if actor.kind == "ministry" else None
    return AccountLine(session.account.label, own, organisation, admin, licences)


def _faces(request: Request, answer: Answer) -> list[Link]:
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path
    if path.endswith("/") or answer.status >= 400:
        return []
    return [Link(f"{path}.{each.suffix}{query}", "alternate", each.media_type, each.name) for each in answer.faces]


def _header(link: Link) -> str:
    # Nothing that a client wrote may end the header or the address in it.
    href = "".join(
        character if character.isascii() and character > " " and character not in '<>"' else ""
        for character in link.href
    )
    kind = f'; type="{link.media_type}"' if link.media_type else ""
    return f'<{href}>; rel="{link.rel}"{kind}'


def _is_known(request: Request, etag: str, modified: datetime | None) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        listed = {each.strip().removeprefix("W/") for each in known.split(",")}
        return "*" in listed or etag in listed
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return parsedate_to_datetime(since) >= modified.astimezone(UTC).replace(microsecond=0)
    except (ValueError, TypeError):
        return False


def _without_body(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {"Vary", "Link", "ETag", "Cache-Control", "Last-Modified", "Content-Language"}
    return {name: value for name, value in headers.items() if name in kept and value} | {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
