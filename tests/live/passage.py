"""A way to the event socket that can be cut."""

from __future__ import annotations

import contextlib

import gevent
from gevent import server, socket

from tests.live.ports import HOST


class Passage:
    """Passes bytes both ways; while it is cut it ends every connection at once."""

    def __init__(self, port: int) -> None:
        self._beyond = port
        self._is_open = True
        self._server = server.StreamServer((HOST, 0), self._serve)
        self._server.start()
        self._ends: set[socket.socket] = set()

    @property
    def port(self) -> int:
        """Where it begins."""
        assert self._server.server_port is not None
        return self._server.server_port

    def cut(self) -> None:
        """Ends what passes, and lets nothing through."""
        self._is_open = False
        for end in tuple(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Lets it pass again."""
        self._is_open = True

    def close(self) -> None:
        """Ends it for good."""
        self.cut()
        self._server.stop(timeout=1)

    def _serve(self, near: socket.socket, _address: object) -> None:
        if not self._is_open:
            return
        far = socket.create_connection((HOST, self._beyond))
        self._ends |= {near, far}
        try:
            gevent.joinall([gevent.spawn(_pump, near, far), gevent.spawn(_pump, far, near)])
        finally:
            self._ends -= {near, far}
            far.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
