"""One holder: the process that has the store open answers every other command over a Unix socket in the data folder.

The protocol is one JSON object a line, then as many bytes as it announces. Only the user who runs the service can reach
the socket (mode 0600). A second holder is refused at once, by name.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from competence_graph import errors
from competence_graph.errors import CompetenceGraphError, RefusedError, StoreError, StoreHeldError
from competence_graph.graph.change import Change
from competence_graph.graph.store import Rows, Store
from competence_graph.graph.write import Receipt, Writer
from competence_graph.model.actor import OPERATOR, Actor
from competence_graph.model.finding import Finding

SOCKET: Final = "holder.sock"
_JSON: Final = ox.QueryResultsFormat.JSON
_LONGEST: Final = 2**33


def _socket_path(folder: Path) -> Path:
    """Return a path that fits into a socket address (about 100 bytes): relative where the absolute one is too long."""
    path = folder / SOCKET
    if len(str(path)) < 100:
        return path
    return Path(os.path.relpath(path))


class Holder:
    """Answers other processes for a store and its guarded write."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        writer: Writer,
        *,
        backup: Callable[[Path], Mapping[str, Any]] | None = None,
        erase: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare to listen.

        Args:
            folder: The data folder; the socket lies in it.
            store: What is held.
            writer: Its guarded write.
            backup: Makes a whole backup (store, registry, manifest) in a new folder and returns its manifest.
            erase: Erases a person, by IRI, from store and registry.
        """
        self._erase = erase
        self._path = _socket_path(folder)
        self._store = store
        self._writer = writer
        self._backup = backup
        self._server: socketserver.ThreadingUnixStreamServer | None = None

    def listen(self) -> None:
        """Begin to answer, in a thread of its own.

        Raises:
            StoreHeldError: If another process answers there already.
        """
        if self._path.exists():
            with contextlib.suppress(OSError):
                who = ask_holder(self._path.parent)
                raise StoreHeldError(self._path.parent.name, who)
            self._path.unlink(missing_ok=True)
        holder = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while (message := _receive(self.rfile)) is not None:
                    head, body = message
                    _send(self.wfile, *holder.answer(head, body))

        mask = os.umask(0o177)
        try:
            self._server = socketserver.ThreadingUnixStreamServer(str(self._path), Handler)
        finally:
            os.umask(mask)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="holder", daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._path.unlink(missing_ok=True)
            self._server = None

    def answer(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Answer one request; every error of ours travels as its name and text."""
        try:
            return self._answer(head, body)
        except RefusedError as error:
            return {"error": "RefusedError", "findings": [_packed(each) for each in error.findings]}, b""
        except (CompetenceGraphError, SyntaxError) as error:
            return {"error": type(error).__name__, "text": str(error)}, b""
        except (OSError, ValueError, TypeError, KeyError) as error:
            return {"error": "StoreError", "text": f"The holder could not answer: {type(error).__name__}."}, b""

    def _answer(self, head: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        text = body.decode() if head["act"] in ("select", "construct", "ask", "update") else ""
        match head["act"]:
            case "who":
                return {"who": f"process {os.getpid()}"}, b""
            case "select":
                return {}, _rows_to_bytes(self._store.select(text))
            case "construct":
                return {}, ox.serialize(self._store.construct(text), format=ox.RdfFormat.N_TRIPLES) or b""
            case "ask":
                return {"answer": self._store.ask(text)}, b""
            case "dump":
                return {}, self._store.dump(head.get("graph"))
            case "graphs":
                return {"graphs": self._store.graphs()}, b""
            case "revision":
                return {"revision": self._store.revision}, b""
            case "write" | "check":
                change = _change(head, body)
                if head["act"] == "check":
                    return {
                        "findings": [_packed(each) for each in self._writer.check(change, profile=head["profile"])]
                    }, b""
                receipt = self._writer.write(change, actor=OPERATOR, profile=head["profile"])
                return {
                    "added": receipt.added,
                    "removed": receipt.removed,
                    "warnings": [_packed(each) for each in receipt.warnings],
                }, b""
            case "turn":
                return {"turned": self._writer.turn()}, b""
            case "backup":
                if self._backup is None:
                    message = "This holder keeps no data folder, so there is nothing to back up."
                    raise StoreError(message)
                return dict(self._backup(Path(head["folder"]))), b""
            case "erase":
                if self._erase is None:
                    message = "This holder keeps no registry, so it can erase nobody."
                    raise StoreError(message)
                self._erase(str(head["person"]))
                return {}, b""
            case _:
                message = "The holder does not know that act."
                raise StoreError(message)


class HeldStore:
    """A `Store` that another process holds, reached through its socket; `HeldWriter` writes it."""

    def __init__(self, folder: Path) -> None:
        """Connect.

        Raises:
            OSError: If nobody answers.
        """
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(str(_socket_path(folder)))
        except OSError:
            self._socket.close()
            raise
        self._file = self._socket.makefile("rwb")
        self._lock = threading.Lock()

    def request(self, head: Mapping[str, Any], body: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Send one request and return its answer.

        Raises:
            CompetenceGraphError: The holder's own, by name.
            StoreError: If the holder is gone.
        """
        with self._lock:
            try:
                _send(self._file, head, body)
                answer = _receive(self._file)
            except OSError as error:
                message = "The process that held the store is gone: start the command again."
                raise StoreError(message) from error
        if answer is None:
            message = "The process that held the store is gone: start the command again."
            raise StoreError(message)
        if "error" in answer[0]:
            _raise(answer[0])
        return answer

    @property
    def revision(self) -> int:
        """How many changes the holder has made since it started."""
        return int(self.request({"act": "revision"})[0]["revision"])

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT."""
        _, body = self.request({"act": "select"}, query.encode())
        parsed = ox.parse_query_results(body, format=_JSON)
        if not isinstance(parsed, ox.QuerySolutions):
            message = "That is no SELECT."
            raise TypeError(message)
        return Rows(tuple(each.value for each in parsed.variables), [tuple(row) for row in parsed])

    def construct(self, query: str) -> list[ox.Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE."""
        _, body = self.request({"act": "construct"}, query.encode())
        return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK."""
        return bool(self.request({"act": "ask"}, query.encode())[0]["answer"])

    def update(self, update: str) -> None:
        """Refuse: what another process holds is written through its guarded write."""
        del update
        message = "A store held by another process is written through its guarded write only."
        raise StoreError(message)

    def load(self, quads: Iterable[ox.Quad]) -> None:
        """Refuse, as `update` does."""
        del quads
        self.update("")

    def dump(self, graph: str | None = None) -> bytes:
        """Return the quads as N-Quads in order of their lines."""
        return self.request({"act": "dump", "graph": graph})[1]

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs, in order."""
        return [str(each) for each in self.request({"act": "graphs"})[0]["graphs"]]

    def backup(self, folder: Path) -> None:
        """Have the holder write a whole backup to a folder that does not exist yet."""
        self.request({"act": "backup", "folder": str(folder.resolve())})

    def rebuild(self) -> None:
        """Do nothing: the holder rebuilds its own."""

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._socket.close()


class HeldWriter:
    """The guarded write of a store that another process holds."""

    def __init__(self, store: HeldStore) -> None:
        """Write through the connection of this store."""
        self.store = store

    def check(self, change: Change, *, profile: str = "own") -> list[Finding]:
        """Return what a write of this change would find, and write nothing."""
        head, body = _change_message("check", change, profile)
        return [_unpacked(each) for each in self.store.request(head, body)[0]["findings"]]

    def write(self, change: Change, *, actor: Actor, profile: str = "own") -> Receipt:
        """Have the holder validate and apply a change.

        Raises:
            RefusedError: If any finding forbids it; nothing was written then.
        """
        del actor
        head, body = _change_message("write", change, profile)
        got, _ = self.store.request(head, body)
        return Receipt(got["added"], got["removed"], tuple(_unpacked(each) for each in got["warnings"]))

    def turn(self) -> int:
        """Have the holder turn the people graphs to today."""
        return int(self.store.request({"act": "turn"})[0]["turned"])


def ask_holder(folder: Path) -> str:
    """Return who holds the store of a data folder.

    Raises:
        OSError: If nobody answers.
    """
    store = HeldStore(folder)
    try:
        return str(store.request({"act": "who"})[0]["who"])
    finally:
        store.close()


def _rows_to_bytes(rows: Rows) -> bytes:
    """Return rows as SPARQL results in JSON; the terms are written by pyoxigraph."""
    variables = [ox.Variable(name) for name in rows.variables]
    solutions = [
        {name: _term_to_json(term) for name, term in zip(rows.variables, row, strict=True) if term is not None}
        for row in rows.rows
    ]
    return json.dumps(
        {"head": {"vars": [each.value for each in variables]}, "results": {"bindings": solutions}}
    ).encode()


def _term_to_json(term: object) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        if term.language:
            return {"type": "literal", "value": term.value, "xml:lang": term.language}
        return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
    message = "Statements about statements are not stored."
    raise TypeError(message)


def _change_message(act: str, change: Change, profile: str) -> tuple[dict[str, Any], bytes]:
    put = ox.serialize(change.put, format=ox.RdfFormat.N_QUADS) or b""
    remove = ox.serialize(change.remove, format=ox.RdfFormat.N_QUADS) or b""
    return {
        "act": act,
        "profile": profile,
        "put": len(put),
        "whole": sorted(change.whole),
        "erase": change.erase,
    }, put + remove


def _change(head: Mapping[str, Any], body: bytes) -> Change:
    put, remove = body[: head["put"]], body[head["put"] :]
    return Change(
        tuple(ox.parse(put, format=ox.RdfFormat.N_QUADS)),
        tuple(ox.parse(remove, format=ox.RdfFormat.N_QUADS)),
        frozenset(head["whole"]),
        erase=bool(head["erase"]),
    )


def _packed(each: Finding) -> dict[str, Any]:
    return {
        "focus": each.focus, "path": each.path, "value": each.value, "severity": each.severity, "rule": each.rule,
        "said": dict(each.said), "mend": dict(each.mend), "line": each.line, "label": each.label,
    }  # fmt: skip


def _unpacked(got: Mapping[str, Any]) -> Finding:
    return Finding(**got)


def _raise(head: Mapping[str, Any]) -> None:
    if head["error"] == "RefusedError":
        raise RefusedError([_unpacked(each) for each in head["findings"]])
    if head["error"] == "SyntaxError":
        raise SyntaxError(head["text"])
    kind = getattr(errors, head["error"], StoreError)
    error: CompetenceGraphError = StoreError(head["text"])
    if isinstance(kind, type) and issubclass(kind, CompetenceGraphError):
        # The text was made where the error was raised; its class is kept, its fields are not needed here.
        error = kind.__new__(kind)
        Exception.__init__(error, head["text"])
    raise error


def _send(file: Any, head: Mapping[str, Any], body: bytes) -> None:
    text = json.dumps(head).encode()
    file.write(struct.pack(">QQ", len(text), len(body)))
    file.write(text)
    file.write(body)
    file.flush()


def _receive(file: Any) -> tuple[dict[str, Any], bytes] | None:
    lengths = file.read(16)
    if len(lengths) < 16:
        return None
    head, body = struct.unpack(">QQ", lengths)
    if head > 2**24 or body > _LONGEST:
        return None
    return json.loads(file.read(head)), file.read(body)
