"""serve: the web server."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from competence_graph.cli.show import OUT
from competence_graph.logs import configure
from competence_graph.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(serve)


def serve(
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 8000 where left out.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 where left out.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Invented institutions and people, and sign-in with one click.")
    ] = False,
) -> None:
    """Serve the pages, the documents and the SPARQL endpoint."""
    # The web is a second of imports that no other command needs.
    import uvicorn

    from competence_graph.app import create_app
    from competence_graph.web.slow_reader import CuttingProtocol

    given = {"port": port, "host": host, "demo": demo or None}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    configure(settings.log_level)
    os.umask(0o077)
    app = create_app(settings)
    OUT.print(f"http://{settings.host}:{settings.port}/", highlight=False)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        http=CuttingProtocol,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=65_536,
    )
