"""A connection to callcore that is given up when its time is over."""

from __future__ import annotations

import http.client
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class SocketInTime(socket.socket):
    """A connection whose waits together take no longer than ``seconds``; then ``TimeoutError``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ends_at = time.monotonic() + seconds
        self.settimeout(seconds)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """As a socket does."""
        self._wait_no_longer()
        super().sendall(data, flags)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """As a socket does."""
        self._wait_no_longer()
        return super().recv_into(buffer, nbytes, flags)

    def _wait_no_longer(self) -> None:
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self.settimeout(seconds)


class Connection(http.client.HTTPConnection):
    """Of a socket that is connected already."""

    auto_open = 0
