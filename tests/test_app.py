"""How the parts are put together: what the operator set reaches the part it is meant for."""

import http.server
import threading
from contextlib import contextmanager

import pytest

from competence_graph.app import ROUTES, hold
from competence_graph.cli.connection import connected
from competence_graph.errors import StoreError
from competence_graph.graph import oxigraph
from competence_graph.settings import Settings


@contextmanager
def answering(body):
    """A SPARQL server that answers everything alike."""

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.do_GET()

        def log_message(self, *said):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("durable", [True, False])
def test_durable_reaches_the_store_of_the_service_and_of_commands(tmp_path, monkeypatch, durable):
    told = []
    real = oxigraph.OxigraphStore.__init__

    def listening(self, path=None, *, durable=False):
        told.append(durable)
        real(self, path, durable=durable)

    monkeypatch.setattr(oxigraph.OxigraphStore, "__init__", listening)
    settings = Settings(data=tmp_path, durable=durable)
    hold(settings).close()
    with connected(settings):
        pass

    assert told == [durable, durable]


def test_server_that_answers_wrongly_is_refused_at_start(tmp_path):
    with answering(b'{"head": {"vars": []}, "results": {"bindings": []}}') as address, pytest.raises(StoreError):
        hold(Settings(data=tmp_path, store=address))


def test_every_named_resource_has_its_module():
    from importlib.util import find_spec

    assert [each for each in ROUTES if find_spec(f"competence_graph.web.routes.{each}") is None] == []
