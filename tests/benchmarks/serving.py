"""Our service over a store of the benchmarks, signed in as HR of one organisation: folder, port, organisation."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import uvicorn

from competence_graph.app import create_app
from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.registry import Registry
from competence_graph.settings import Settings


def main() -> None:
    """Serve until ended; the first line printed is the cookie."""
    folder, port, organisation = sys.argv[1:]
    with tempfile.TemporaryDirectory() as data:
        registry = Registry("sqlite://")
        registry.put_account("hr", "hr", "HR", organisation=organisation)
        app = create_app(Settings(data=Path(data)), OxigraphStore(Path(folder)), registry)
        print(f"session={registry.open_session('hr', strong=True)}", flush=True)
        # No lifespan: the day of the world stands still. One worker, as in service.
        uvicorn.run(
            app,
            host="127.0.0.1",
            port=int(port),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
        )


if __name__ == "__main__":
    main()
