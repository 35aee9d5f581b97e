"""A real server for tests: the whole service over a store in memory with the demonstration world, on a free port."""

import threading
import time
from contextlib import contextmanager

import uvicorn

from competence_graph.app import create_app
from competence_graph.settings import Settings


def demo_app(data, **settings):
    """The service as `serve --demo` starts it, with everything in memory."""
    return create_app(Settings(store="memory:", registry="sqlite://", data=data, demo=True, **settings))


@contextmanager
def serving(app):
    """Serve an app on loopback while the block runs, and give its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_config=None,
            access_log=False,
            ws="none",
            server_header=False,
            proxy_headers=False,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server stopped at once"
        assert time.monotonic() < deadline, "the server did not start in 30 s"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
