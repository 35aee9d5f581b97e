"""Whether the service lives, for whatever watches over it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from competence_graph import __version__
from competence_graph.web.access import Machine
from competence_graph.web.deps import Parts

router = APIRouter()


@router.get("/health")
async def health(parts: Parts, actor: Machine) -> JSONResponse:
    """The state of the service; touches no data, so that it answers while the store is busy."""
    state = "read-only" if getattr(parts.store, "read_only", False) else "normal"
    return JSONResponse({"status": "ok", "state": state, "version": __version__}, headers={"Cache-Control": "no-store"})
