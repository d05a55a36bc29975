"""Bytes to a socket in the order in which they were given, without ever waiting for it."""

from __future__ import annotations

from collections.abc import Callable

from gevent import Greenlet, socket

from callcore.runtime.greenlets import spawn


class Sender:
    """Sends on a non-blocking socket; what the kernel does not take at once goes out later.

    How much may wait is bounded by whoever calls (``replies.UNANSWERED_LIMIT`` commands of
    ``command_bytes.COMMAND_BYTES_LIMIT`` bytes).
    """

    def __init__(self, name: str, sock: socket.socket, failed: Callable[[OSError], None]) -> None:
        self._name = name
        self._sock = sock
        self._failed = failed
        self._unsent = bytearray()
        self._writer: Greenlet[..., object] | None = None

    @property
    def has_backlog(self) -> bool:
        """True while bytes wait for the kernel to take them."""
        return bool(self._unsent)

    def send(self, data: bytes) -> None:
        """Sends after everything given before; reports an error of the socket to ``failed``."""
        if self._unsent:
            self._unsent += data
            return
        try:
            sent_count = self._sock.send(data)
        except BlockingIOError:
            sent_count = 0
        except OSError as cause:
            self._failed(cause)
            return
        if sent_count < len(data):
            self._unsent += data[sent_count:]
            self._writer = spawn(f"{self._name} writer", self._send_rest)

    def stop(self) -> None:
        """Gives up what has not been sent."""
        if self._writer is not None:
            self._writer.kill()

    def _send_rest(self) -> None:
        try:
            while self._unsent:
                socket.wait_write(self._sock.fileno())
                del self._unsent[: self._sock.send(self._unsent)]
        except OSError as cause:
            self._failed(cause)
