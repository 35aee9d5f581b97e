"""A connection whose other side does not read is cut: an answer must not be kept in memory for as long as one likes."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS: Final = 30.0


class CuttingProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol that cuts a connection when nothing of an answer could be sent on for 30 seconds.

    The transport says when its buffer is full and when the reader has emptied it; somebody who takes a byte a second
    never empties it. Give it to uvicorn as ``http=CuttingProtocol``.
    """

    patience: float = SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cut: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The buffer is full: from now on the reader has so long to make room."""
        super().pause_writing()
        if self._cut is None:
            self._cut = self.loop.call_later(self.patience, self._cut_off)

    def resume_writing(self) -> None:
        """The reader has made room."""
        super().resume_writing()
        self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, by whomever."""
        self._forget()
        super().connection_lost(exc)

    def _cut_off(self) -> None:
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            # Without this the system goes on offering what it has buffered, for minutes.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _forget(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
