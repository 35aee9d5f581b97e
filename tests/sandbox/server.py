"""A real server of free SPARQL for tests, as root or as an ordinary user, and the world it serves."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pyoxigraph as ox

from competence_graph.graph.oxigraph import OxigraphStore
from competence_graph.model.iri import BASE

NOBODY = 65_534
SCRIPT = Path(__file__).with_name("serve_sparql.py")
ROOT = Path(__file__).parents[2]
USERS = ("root", "ordinary") if os.geteuid() == 0 else ("ordinary",)
SECRET = "hush-canary"
GRAPH = f"{BASE}graph/"
OWN = ("people/o0000001", "organisation/o0000001")
PRIVATE = (*OWN, "people/o0000002", "organisation/o0000002", "draft/framework/libraries")


@cache
def ordinary_python():
    """An interpreter that nobody may run: ours, else the system's of the same version."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for each in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin")):
        # A program of its own in between: setpriv itself still may what root may.
        tried = ["/bin/sh", "-c", 'exec "$0" -c "import json"', each or ""]
        if each and subprocess.run([*as_nobody(), *tried], capture_output=True, check=False).returncode == 0:
            return each
    raise RuntimeError(f"An ordinary user can run neither {sys.executable} nor a system {version}: install one.")


def as_nobody():
    """What runs a command as an ordinary user, where we are not one already."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def node(text):
    """An IRI of the test world: a full one as it is, a word below the base's ids."""
    return ox.NamedNode(text if ":" in text else f"{BASE}id/{text}")


def world_quads(*, bulk=0):
    """A small world: released graphs, an older version, and three graphs with the secret word in every literal."""
    quads = []

    def add(graph, subject, predicate, value):
        quads.append(ox.Quad(node(subject), node(f"http://www.w3.org/2004/02/skos/core#{predicate}"), value, graph))

    for path, last in (("framework/libraries", "now"), ("framework/libraries/2026.1", "then"), ("scale/five", "s")):
        graph = ox.NamedNode(GRAPH + path)
        for number in range(6):
            add(graph, f"c{number}", "prefLabel", ox.Literal(f"concept {number} {last}", language="en"))
            add(graph, f"c{number}", "broader", node(f"c{(number + 1) % 6}"))
            add(graph, f"c{number}", "inScheme", node("libraries"))
    for path in ("roles", "courses", "organisations", "mappings/all"):
        add(ox.NamedNode(GRAPH + path), f"r{path[:2]}", "related", node("c1"))
    for path in PRIVATE:
        graph = ox.NamedNode(GRAPH + path)
        for number in range(4):
            add(graph, f"p{number}", "prefLabel", ox.Literal(f"{SECRET} {path} {number}"))
            add(graph, f"p{number}", "related", node(f"c{number}"))
            add(graph, f"c{number}", "note", ox.Literal(f"{SECRET} {path} on a public thing"))
    courses = ox.NamedNode(GRAPH + "courses")
    for number in range(bulk):
        add(courses, f"k{number}", "altLabel", ox.Literal(f"course {number}", language="en"))
    return quads


def stored(quads):
    """A store in memory with these quads."""
    store = OxigraphStore()
    store.load(quads)
    return store


@dataclass(frozen=True)
class Served:
    """A running server: its address, its folder, its process."""

    url: str
    folder: Path
    process: subprocess.Popen
    uid: int
    client: httpx.Client

    def ask(self, query=None, **more):
        """Send a query by GET; ``accept`` is a header, ``token`` opens the door of an organisation's HR, lists become
        repeated parameters."""
        headers = {"Accept": more.pop("accept", "*/*"), "Accept-Language": "en"}
        token = more.pop("token", None)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        params = more if query is None else {"query": query, **more}
        return self.client.get("/sparql" if token is None else "/sparql/organisation", params=params, headers=headers)

    def token(self, local="o0000001"):
        """The token of the HR of an organisation of the test world."""
        return json.loads((self.folder / "tokens.json").read_text())[local]

    def children(self):
        """The process ids of those who answer queries now."""
        found = Path("/proc").glob("[0-9]*/stat")
        return {int(each.parent.name) for each in found if parent_of(each) == self.process.pid}

    def settled_children(self):
        """The same once the spare ones have been started and no more come or go."""
        seen, before = None, self.children()
        while seen != before or not before:
            time.sleep(0.2)
            seen, before = before, self.children()
        return before

    def said(self):
        """Everything it has logged."""
        return (self.folder / "stderr").read_text(errors="replace")


def parent_of(stat):
    """The parent of a process by its /proc/<pid>/stat; 0 when it has gone."""
    try:
        return int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


class Canary:
    """Something on loopback that must hear nothing: it counts who connects and what they say."""

    def __init__(self):
        self.heard = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/sparql"

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(1)
                try:
                    self.heard.append(connection.recv(1000))
                except OSError:
                    self.heard.append(b"")

    def close(self):
        """Stop listening."""
        self._socket.close()


@contextmanager
def serving_sparql(quads, *, user="ordinary", patience=30.0, policy=True, **limits):
    """Serve these quads while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="sparql-"))
    try:
        (folder / "quads.nq").write_bytes(stored(quads).dump())
        changes = os.geteuid() == 0 and user == "ordinary"
        if changes:
            os.chown(folder, NOBODY, NOBODY)
        options = {
            "quads": str(folder / "quads.nq"),
            "folder": str(folder),
            "limits": limits,
            "patience": patience,
            "policy": policy,
        }
        packages = Path(ox.__file__).parents[1]
        with (folder / "stderr").open("wb") as said:
            process = subprocess.Popen(
                [
                    *(as_nobody() if changes else []),
                    ordinary_python() if changes else sys.executable,
                    str(SCRIPT),
                    json.dumps(options),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env={"PYTHONPATH": f"{ROOT / 'service'}:{packages}", "PATH": os.environ["PATH"]},
                text=True,
            )
        line = process.stdout.readline()
        assert line, (folder / "stderr").read_text()
        port, uid = line.split()
        try:
            url = f"http://127.0.0.1:{port}"
            # One client for all: making one takes longer than most answers.
            with httpx.Client(base_url=url, timeout=40) as client:
                yield Served(url, folder, process, int(uid), client)
        finally:
            process.stdin.close()
            try:
                process.wait(30)
            finally:
                process.kill()
                process.stdout.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
