"""What /openapi.json says beyond what the routes say: the faces of answers, how errors are told, who may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from competence_graph.web import access
from competence_graph.web.negotiation import TABLE

_TEXT: Final = {"type": "string"}
PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "What went wrong and how to mend it (RFC 9457), in the language of the request.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "advice"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "advice": _TEXT,
        "incident": {"type": "string", "description": "By which the operator finds it in the log."},
        "available": {"type": "array", "items": _TEXT, "description": "The media types that there are."},
        "wrong": {"type": "array", "items": {"type": "object"}, "description": "The parameters that cannot be used."},
        "findings": {"type": "array", "items": {"type": "object"}, "description": "What forbade a write."},
    },
}
_ERROR: Final[dict[str, Any]] = {
    "description": "It was not done; why, and what to do. What may not be seen is told like what does not exist (404).",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "text/html": {"schema": _TEXT},
    },
}
_FORM: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["csrf"],
                "properties": {"csrf": {"type": "string", "description": "The token that stands in the page's form."}},
                "additionalProperties": True,
            }
        }
    },
}


def describe(app: FastAPI) -> None:
    """Let the app describe itself with this besides."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            signed_in = _signed_in(app.router.routes)
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _complete(operation, method, signed_in=(method, path) in signed_in, plain=path == "/health")
            components = document.setdefault("components", {})
            components["schemas"] = {"Problem": PROBLEM}
            components["securitySchemes"] = {
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made on the page /lt/tokens; it only reads.",
                },
            }
            app.openapi_schema = document
        found: dict[str, Any] = app.openapi_schema
        return found

    app.openapi = openapi  # type: ignore[method-assign]


def _signed_in(routes: Any) -> set[tuple[str, str]]:
    """Return the operations that are for somebody signed in."""
    found = set()
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            found |= _signed_in(inner.routes)
        elif isinstance(route, APIRoute):
            calls = {each.call for each in route.dependant.dependencies}
            if access.signed_in in calls:
                found |= {(method.lower(), route.path_format) for method in route.methods or ()}
    return found


def _complete(operation: dict[str, Any], method: str, *, signed_in: bool, plain: bool) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    if "200" in responses and not plain:
        responses["200"] = {
            "description": "The answer, in the form that Accept or the suffix names.",
            "content": {each.media_type: {} for each in TABLE},
        }
    responses["303"] = {"description": "It is at another address: see Location."}
    if method == "get":
        responses["304"] = {"description": "Nothing has changed since the answer that the request names."}
    responses["default"] = _ERROR
    if method == "post":
        operation["requestBody"] = _FORM
    if signed_in:
        operation["security"] = [{"session": []}, *([{"token": []}] if method == "get" else [])]
