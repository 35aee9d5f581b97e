"""The door of a child: closed by the child itself before it opens anything, then tried.

On Linux a seccomp filter answers "not permitted" to every system call that could reach out of the process: sockets,
io_uring (which opens sockets of its own), running programs, signals to others, other processes' memory. It holds for
root and for an ordinary user and cannot be taken off again. Where namespaces may be made, the child also gets a
network of its own with nothing in it. Nothing here imports more than ctypes, because every child pays for it.

Source: linux/filter.h, linux/seccomp.h, linux/audit.h; system call numbers of asm/unistd_64.h and asm-generic.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1
_CLONE_NEWNET: Final = 0x40000000
_CLONE_NEWUSER: Final = 0x10000000

# Classic BPF: class, size and source of each instruction we need.
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_JUMP_IF_SET: Final = 0x45
_RETURN: Final = 0x06

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_NOT_PERMITTED: Final = 0x00050000 | 1  # errno EPERM
_NO_SUCH_CALL: Final = 0x00050000 | 38  # errno ENOSYS: the C library then falls back to clone, whose flags we can read

_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16
_CLONE_THREAD: Final = 0x00010000
_CLONE3: Final = 435  # the same number everywhere
_X32: Final = 0x40000000  # on x86_64 the same calls exist a second time from here on

_NAMES: Final = (
    "seccomp",
    "clone",
    "socket",
    "socketpair",
    "connect",
    "bind",
    "sendto",
    "sendmsg",
    "io_uring_setup",
    "execve",
    "execveat",
    "kill",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "bpf",
    "unlinkat",
    "renameat2",
    "mount",
)
_CALLS: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    # machine: (audit architecture, the numbers in the order of _NAMES)
    "x86_64": (
        0xC000003E,
        (317, 56, 41, 53, 42, 49, 44, 46, 425, 59, 322, 62, 101, 310, 311, 438, 321, 263, 316, 165),
    ),
    "aarch64": (
        0xC00000B7,
        (277, 220, 198, 199, 203, 200, 206, 211, 425, 221, 281, 129, 117, 270, 271, 438, 280, 35, 276, 40),
    ),
}
_OLD_X86_64: Final = (57, 58, 82, 87)  # fork, vfork, rename, unlink: aarch64 never had them


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.POINTER(_Instruction)))


def instructions(architecture: int, clone: int, denied: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Return the filter as (code, jump if true, jump if false, k): these calls are not permitted, the rest are.

    A call that comes in through another architecture's table kills the process: its numbers mean other things.
    A clone makes a thread or is not permitted: a second process could outlive its parent's patience.
    """
    refuse = len(denied) + 7  # from the x32 test to the last line; each line further down has one less to jump
    return [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_AT_LEAST, refuse, 0, _X32),
        *((_JUMP_IF_EQUAL, refuse - 1 - index, 0, number) for index, number in enumerate(denied)),
        (_JUMP_IF_EQUAL, 2, 0, _CLONE3),
        (_JUMP_IF_EQUAL, 2, 0, clone),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NO_SUCH_CALL),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_JUMP_IF_SET, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOT_PERMITTED),
    ]


def close() -> None:
    """Close the door of this process and of every thread it has or will have.

    Raises:
        OSError: If this machine has no seccomp filter that we know how to write, or refuses it.
    """
    machine = platform.machine() if sys.platform == "linux" else ""
    if machine not in _CALLS:
        raise OSError(f"No seccomp filter is known for {sys.platform} on {platform.machine()}.")
    architecture, numbers = _CALLS[machine]
    denied = numbers[2:] + (_OLD_X86_64 if machine == "x86_64" else ())
    lines = instructions(architecture, numbers[1], denied)
    program = _Program(len(lines), (_Instruction * len(lines))(*(_Instruction(*line) for line in lines)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    if libc.syscall(numbers[0], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) != 0:
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


def leave_network() -> bool:
    """Move into an empty network namespace where that is allowed; say whether it was."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def way_out() -> str:
    """Try to open sockets; return the name of the first kind that opened, or nothing when none did."""
    libc = ctypes.CDLL(None, use_errno=True)
    stream, datagram, raw = 1, 2, 3
    unix, internet, internet6, netlink = 1, 2, (10 if sys.platform == "linux" else 30), 16
    kinds = {
        "internet": (internet, stream),
        "internet datagram": (internet, datagram),
        "internet 6": (internet6, stream),
        "unix": (unix, stream),
        "netlink": (netlink, raw),
    }
    for name, (family, kind) in kinds.items():
        opened = libc.socket(family, kind, 0)
        if opened >= 0:
            os.close(opened)
            return name
    return ""
