"""One child as the server sees it: started, asked, watched, killed."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyoxigraph

from competence_graph.errors import QueryCrashedError, SandboxUnavailableError
from competence_graph.sandbox.frames import FrameError, pack, unpack
from competence_graph.sandbox.told import Told

# Where the child finds us and Oxigraph. `-I -S` reads no environment and no site-packages, which also saves time.
_ROOTS: Final = (str(Path(__file__).resolve().parents[2]), str(Path(pyoxigraph.__file__).resolve().parents[1]))
_START: Final = (
    "import sys; sys.path[:0] = sys.argv[2:]; import json; "
    "from competence_graph.sandbox.child import main; main(json.loads(sys.argv[1]))"
)
COMMAND: Final = (sys.executable, "-I", "-S", "-X", "utf8", "-c", _START)
TOO_HUNGRY: Final = Told("The query needed more memory than allowed: ask for less at once, or take a dump.")
_START_SECONDS: Final = 20.0
_GLANCE_SECONDS: Final = 0.05
_PIPE_BYTES: Final = 1 << 20
_SET_PIPE_SIZE: Final = 1031  # F_SETPIPE_SZ


class DeadlineError(Exception):
    """The child was not done in time; it is dead now."""


class EndedError(Exception):
    """The child was ended because others needed its place."""


class Child:
    """A child process that holds one snapshot open. Not for two threads at once."""

    def __init__(self, snapshot: Path, *, memory: int, command: Sequence[str] = COMMAND) -> None:
        """Start it and wait until it has closed its door and opened the snapshot.

        Args:
            snapshot: Folder of the snapshot's store.
            memory: Bytes that it may take beyond the open store.
            command: What starts it; two arguments and the roots of its imports are added.

        Raises:
            SandboxUnavailableError: If it does not start.
        """
        self.snapshot = snapshot
        self.memory = memory
        self.busy_seconds = 0.0
        self.nice = False
        self._killed = False
        options = json.dumps({"snapshot": str(snapshot), "memory": memory})
        roots = dict.fromkeys((*_ROOTS, sysconfig.get_paths()["platlib"]))
        self._process = subprocess.Popen(  # our own program, nothing of a request in it
            [*command, options, *roots],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            close_fds=True,
            process_group=0,
        )
        assert self._process.stdin is not None  # PIPE was asked for
        assert self._process.stdout is not None
        self._to = self._process.stdin.fileno()
        self._from = self._process.stdout.fileno()
        _widen(self._from)
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        try:
            hello, _ = self._receive(time.monotonic() + _START_SECONDS, lambda: None, largest=0)
        except (FrameError, DeadlineError) as error:
            self.bury()
            told = Told("A process that would answer queries did not start: try again in a minute.")
            raise SandboxUnavailableError(told) from error
        self.way_out: str = hello["way_out"]
        self.why_open: str = hello["why"]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return not self._killed and self._process.poll() is None

    def resident(self) -> int:
        """Return the bytes of memory it holds now; 0 where that cannot be told."""
        return resident_bytes(self.pid)

    def worked(self) -> float:
        """Return the seconds of processor it has used so far, or a clock's where that cannot be told."""
        return processor_seconds(self.pid)

    def yield_to_others(self) -> None:
        """Let every other process go first from now on; there is no way back for an ordinary user."""
        if not self.nice:
            self.nice = True
            with suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self.pid, 19)

    def ask(
        self, query: str, asked: Mapping[str, Any], *, deadline: float, glance: Callable[[], None], largest: int
    ) -> tuple[dict[str, Any], bytes]:
        """Return what the child says and its whole answer.

        Args:
            query: Its text.
            asked: What `sandbox.answer.answer` takes beside it.
            deadline: By `time.monotonic`.
            glance: Called every 50 ms; raises to end the child.
            largest: The most bytes of an answer.

        Raises:
            DeadlineError: If it was not done in time; the child is dead then.
            QueryCrashedError: If it died, or can no longer be trusted; it is dead then.
            EndedError: What ``glance`` raised; the child is dead then.
        """
        started = time.monotonic()
        try:
            self._send(pack(asked, query.encode()), deadline)
            said, content = self._receive(deadline, glance, largest=largest)
        except FrameError as error:
            self.bury()
            raise QueryCrashedError(self._obituary()) from error
        except BaseException:
            self.kill()
            raise
        self.busy_seconds += time.monotonic() - started
        if said.get("failed") == "memory":
            self.kill()
            raise QueryCrashedError(TOO_HUNGRY)
        if "failed" in said:
            self.kill()
            raise QueryCrashedError(Told("The query made the engine give up: ask it in a simpler way, or in parts."))
        return said, content

    def kill(self) -> None:
        """End it at once. The system may take a moment to take its memory back: `bury` waits for that."""
        self._killed = True
        # Not when it has been waited for: its number may be somebody else's by then.
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def bury(self) -> None:
        """End it, and wait until nothing of it remains."""
        self.kill()
        self._process.wait()

    def _obituary(self) -> Told:
        return Told(
            "The process that ran the query died (%(code)s), most likely for want of memory: "
            "ask for less at once, or take a dump. Nobody else was harmed.",
            code=self._process.returncode,
        )

    def _send(self, frame: bytes, deadline: float) -> None:
        waiting = select.poll()
        waiting.register(self._to, select.POLLOUT)
        rest = memoryview(frame)
        while rest:
            if time.monotonic() > deadline:
                raise DeadlineError
            waiting.poll(_GLANCE_SECONDS * 1000)
            try:
                rest = rest[os.write(self._to, rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise FrameError("the other side ended") from error

    def _receive(self, deadline: float, glance: Callable[[], None], *, largest: int) -> tuple[dict[str, Any], bytes]:
        waiting = select.poll()
        waiting.register(self._from, select.POLLIN)

        def read(length: int) -> bytes:
            parts: list[bytes] = []
            missing = length
            while missing:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise DeadlineError
                if not waiting.poll(min(left, _GLANCE_SECONDS) * 1000):
                    glance()
                    continue
                try:
                    part = os.read(self._from, min(missing, _PIPE_BYTES))
                except BlockingIOError:
                    continue
                if not part:
                    break
                parts.append(part)
                missing -= len(part)
            return b"".join(parts)

        return unpack(read, largest_body=largest)


def resident_bytes(pid: int) -> int:
    """Return the bytes of memory a process holds; 0 where that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        # No /proc (macOS), or the child has just ended: ps is on every Unix, and asked only while a long query runs.
        told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return int(told.stdout.strip() or 0) * 1024


def processor_seconds(pid: int) -> float:
    """Return the seconds of processor a process has used; the clock's own seconds where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except FileNotFoundError:
        return time.monotonic()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def _widen(pipe: int) -> None:
    """Make a pipe hold a whole answer where the system allows it: fewer wake-ups."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE_BYTES)
