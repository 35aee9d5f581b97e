"""How a child and the server talk: a JSON head and a body of bytes, each with its length in front."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

LENGTHS: Final = struct.Struct(">II")
LARGEST_HEAD: Final = 1 << 20


class FrameError(Exception):
    """What came over the pipe is no frame: the other side ended or lost its way."""


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def unpack(read: Callable[[int], bytes], *, largest_body: int) -> tuple[dict[str, Any], bytes]:
    """Return the head and body of the next frame.

    Args:
        read: Gives exactly so many bytes, or fewer at the end.
        largest_body: In bytes; a frame that announces more is refused before it is read.

    Raises:
        FrameError: If it is cut short or too large.
    """
    lengths = read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        raise FrameError("the other side ended")
    head_length, body_length = LENGTHS.unpack(lengths)
    if head_length > LARGEST_HEAD or body_length > largest_body:
        raise FrameError("a frame larger than allowed")
    head, body = read(head_length), read(body_length)
    if len(head) < head_length or len(body) < body_length:
        raise FrameError("the other side ended within a frame")
    return json.loads(head), body
