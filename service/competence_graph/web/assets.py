"""Static files: our own css and js, and what the build fetched into vendor/."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from competence_graph.web.templates import STATIC

_A_YEAR = "public, max-age=31536000, immutable"


class _Kept(StaticFiles):
    """Files whose address has a mark of their content (``?v=``) are kept for a year, others asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        marked = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = _A_YEAR if marked else "public, no-cache"
        return response


def mount(app: FastAPI) -> None:
    """Serve the static files under /static/."""
    app.mount("/static", _Kept(directory=str(STATIC)), name="static")


@cache
def third_party() -> list[dict[str, Any]]:
    """Return what the build fetched, as its list ``licences.json`` says it; nothing where it was not made."""
    path = STATIC / "vendor" / "licences.json"
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
