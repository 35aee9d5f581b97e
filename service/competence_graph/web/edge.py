"""What every request passes on its way in and out.

The suffix is read, HEAD asks as GET, headers of safety and CORS of public paths are set, the last error is caught, and
one line goes to the log.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from competence_graph.web.negotiation import SUFFIXES
from competence_graph.web.problems import unexpected

log = logging.getLogger(__name__)

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS: Final = "max-age=31536000; includeSubDomains"

# Paths whose last part may end in .ttl, .csv ... and then means the path without it in that form.
_NEGOTIATED: Final = re.compile(rf"(/(?:lt|en|doc)/.+)\.({'|'.join(SUFFIXES)})\Z")
# Paths that pages of other sites may read, errors and all; never with cookies.
_PUBLIC: Final = re.compile(
    r"/(?:id/|doc/|resolve\Z|sparql(?:\.\w+)?\Z|rest/|ims/|\.well-known/|changes|dumps/|static/|(?:lt|en)/reconcile|openapi\.json\Z|health\Z)"
)
_PREFLIGHT: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, POST, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


class Edge:
    """The outermost layer; everything that leaves the service leaves through it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A copy: the server looks at its own for HEAD, to know that no body is due.
        scope = {**scope, "state": scope.get("state", {})}
        asked_path: str = scope["path"]
        method: str = scope["method"]
        public = bool(_PUBLIC.match(asked_path))
        _read_suffix(scope)
        started = time.perf_counter()
        status = 500
        answered = False

        async def sending(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                answered = True
                status = message["status"]
                headers = MutableHeaders(scope=message)
                if public and "access-control-allow-origin" not in headers:
                    headers["Access-Control-Allow-Origin"] = "*"
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                if public:
                    headers.setdefault(
                        "Access-Control-Expose-Headers", "ETag, Link, Last-Modified, Location, Retry-After"
                    )
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._https:
                    headers.setdefault("Strict-Transport-Security", HSTS)
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            if method == "OPTIONS" and public:
                await sending({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
                await sending({"type": "http.response.body", "body": b""})
                return
            if method == "HEAD":
                scope["method"] = "GET"
            await self._app(scope, receive, sending)
        except Exception as error:
            if answered:
                # Too late to say anything: the connection breaks, and the client sees that it did.
                raise
            response = unexpected(Request(scope), error)
            await response(scope, receive, sending)
        finally:
            # The route's pattern and not the path: an address may name a person.
            route = getattr(scope.get("route"), "path_format", "")
            taken = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", extra={"method": method, "route": route, "status": status, "ms": taken})


def _read_suffix(scope: Scope) -> None:
    found = _NEGOTIATED.match(scope["path"])
    if found is not None:
        scope["path"] = found[1]
        scope["state"]["suffix"] = found[2]
