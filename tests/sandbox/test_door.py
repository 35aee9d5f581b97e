"""The filter of the door, walked through by a reader of its own for both machines, and tried in a real process."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.sandbox.server import USERS, as_nobody, ordinary_python

from competence_graph.sandbox import door

ALLOW, KILL, REFUSED, UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
# name -> number, from asm/unistd_64.h and asm-generic/unistd.h
DENIED = {
    "x86_64": {
        "socket": 41, "connect": 42, "socketpair": 53, "bind": 49, "sendto": 44, "sendmsg": 46, "io_uring_setup": 425,
        "execve": 59, "execveat": 322, "fork": 57, "vfork": 58, "kill": 62, "ptrace": 101, "unlink": 87, "bpf": 321,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "socketpair": 199, "bind": 200, "sendto": 206, "sendmsg": 211,
        "io_uring_setup": 425, "execve": 221, "execveat": 281, "kill": 129, "ptrace": 117, "unlinkat": 35, "bpf": 280,
    },
}  # fmt: skip
ALLOWED = {
    "x86_64": {"read": 0, "write": 1, "mmap": 9, "futex": 202, "openat": 257, "exit_group": 231, "pread64": 17},
    "aarch64": {"read": 63, "write": 64, "mmap": 222, "futex": 98, "openat": 56, "exit_group": 94, "pread64": 67},
}
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}


def verdict(machine, number, *, architecture=None, argument=0):
    """Run the filter as the kernel would: one accumulator, jumps forward, until a return."""
    audit, numbers = door._CALLS[machine]
    denied = numbers[2:] + (door._OLD_X86_64 if machine == "x86_64" else ())
    lines = door.instructions(audit, numbers[1], denied)
    words = {0: number, 4: architecture or AUDIT[machine], 16: argument}
    at, held = 0, 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        if code == 0x20:
            held = words[value]
        elif code == 0x06:
            return value
        else:
            true = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[code]
            at += yes if true else no


@pytest.mark.parametrize("machine", AUDIT)
def test_calls_that_reach_out_are_not_permitted(machine):
    assert dict.fromkeys(DENIED[machine], REFUSED) == {
        name: verdict(machine, number) for name, number in DENIED[machine].items()
    }


@pytest.mark.parametrize("machine", AUDIT)
def test_calls_that_a_store_needs_go_through(machine):
    assert {ALLOW} == {verdict(machine, number) for number in ALLOWED[machine].values()}


@pytest.mark.parametrize("machine", AUDIT)
def test_a_clone_makes_a_thread_and_no_process(machine):
    threads, process = 0x00010000 | 0x3D0F00, 0x01200011

    assert (ALLOW, REFUSED) == (
        verdict(machine, CLONE[machine], argument=threads), verdict(machine, CLONE[machine], argument=process)
    )  # fmt: skip
    assert verdict(machine, 435) == UNKNOWN


@pytest.mark.parametrize("machine", AUDIT)
def test_another_architectures_table_kills(machine):
    assert KILL == verdict(machine, 102, architecture=0x40000003)


def test_the_second_table_of_x86_64_is_not_permitted():
    assert REFUSED == verdict("x86_64", 0x40000000 + 41)


SCRIPT = """
import sys; sys.path[:0] = [sys.argv[1]]
from competence_graph.sandbox import door
before = door.way_out()
door.close()
import os
def tried(act):
    try: act()
    except PermissionError: return "refused"
    return "done"
print(before, door.way_out() or "closed", tried(os.fork), tried(lambda: os.execv("/bin/true", ["true"])),
      tried(lambda: os.kill(os.getppid(), 0)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
@pytest.mark.parametrize("user", USERS)
def test_a_closed_door_opens_for_nobody(user):
    ordinary = user == "ordinary" and len(USERS) > 1
    command = [
        *(as_nobody() if ordinary else []),
        ordinary_python() if ordinary else sys.executable,
        "-I",
        "-c",
        SCRIPT,
    ]
    said = subprocess.run(
        [*command, str(Path(door.__file__).parents[2])], capture_output=True, text=True, check=True
    ).stdout

    assert "internet closed refused refused refused" == said.strip()
