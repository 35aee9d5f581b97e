"""The child: closes its door, opens the snapshot, answers one query after the other over its pipes.

Run as ``python -m competence_graph.sandbox.child {"snapshot": ..., "memory": ...}``. It imports as little as it can,
because a new one must be there quickly when one was killed; it knows nothing of the server but its two pipes.
"""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, Final

from competence_graph.sandbox import door
from competence_graph.sandbox.frames import FrameError, pack, unpack

# Deep queries recurse in Oxigraph: room for what the policy lets through many times over.
_STACK: Final = 64 << 20
_LARGEST_QUERY: Final = 1 << 20
# CPU seconds after which the kernel ends a child that its server forgot; the server replaces it long before.
_LIFE: Final = 1800


def main(options: dict[str, Any]) -> None:
    """Live until the other side closes the pipe.

    Args:
        options: ``snapshot``, a folder; ``memory``, bytes that may be taken beyond what the open store needs.
    """
    # Our own copies of the pipes; whatever writes to 1 by mistake must not break the frames.
    asked, answered = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    why_open = _close_door()
    # Imported before the limits: afterwards no file may be openable any more.
    from competence_graph.sandbox.answer import answer

    store = _open(options["snapshot"], in_memory=bool(why_open))
    threading.stack_size(_STACK)
    worker = threading.Thread(target=_serve, args=(partial(answer, store), asked, answered), daemon=True)
    _limit(options["memory"] + _STACK, no_more_files=bool(why_open))
    # Tried last: what comes after this is the first query.
    way_out = door.way_out()
    answered.write(pack({"way_out": way_out, "why": why_open}))
    answered.flush()
    worker.start()
    server = os.getppid()
    while worker.is_alive():
        worker.join(1.0)
        if os.getppid() != server:  # the server was killed: a query that nobody waits for must not run on
            os._exit(1)


def _close_door() -> str:
    """Close the door as far as this machine can; return why it stayed open, or nothing."""
    door.leave_network()
    try:
        door.close()
    except OSError as error:
        return str(error.strerror or error)
    return ""


def _open(snapshot: str, *, in_memory: bool) -> Any:  # a pyoxigraph.Store, imported behind the door
    import pyoxigraph

    store = pyoxigraph.Store.read_only(snapshot)
    if not in_memory:
        return store
    # Where no filter closes the door, taking away file handles does: then the store may need none.
    copy = pyoxigraph.Store()
    copy.bulk_extend(store.quads_for_pattern(None, None, None, None))
    return copy


def _limit(memory: int, *, no_more_files: bool) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    room = memory + _address_space()
    for kind, most in ((resource.RLIMIT_AS, room), (resource.RLIMIT_CPU, _LIFE)):
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):  # macOS: the parent watches
            continue
    if no_more_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _address_space() -> int:
    # Without pathlib: a child pays for every import.
    try:
        line = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return 0
    pages = os.read(line, 100).split()[0]
    os.close(line)
    return int(pages) * resource.getpagesize()


def _serve(
    answer: Callable[[str, dict[str, Any]], tuple[dict[str, Any], bytes]], asked: BinaryIO, answered: BinaryIO
) -> None:
    while True:
        try:
            head, body = unpack(asked.read, largest_body=_LARGEST_QUERY)
        except FrameError:
            return
        try:
            said, content = answer(body.decode(), head)
        except MemoryError:
            said, content = {"failed": "memory"}, b""
        except BaseException as error:  # noqa: BLE001  # a panic of the engine is no Exception
            said, content = {"failed": "engine", "why": f"{type(error).__name__}: {error}"[:500]}, b""
        answered.write(pack(said, content))
        answered.flush()
        if "failed" in said:
            # Nobody knows what state it is in.
            return


if __name__ == "__main__":
    import json

    main(json.loads(sys.argv[1]))
