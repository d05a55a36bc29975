"""gevent's WSGI server, with the limits it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import WSGIApplication

from gevent import pool, pywsgi, socket

Complain = Callable[[str], None]
"""Takes what the server has to say about a request that is no HTTP, in one line."""

SOCKET = "callcore.socket"
"""Where the WSGI environment holds the connection's socket: it knows who is at the other end."""


class Server(pywsgi.WSGIServer):
    """Serves ``application`` on a socket that listens already.

    ``connections_limit`` connections are served at once, others wait in the kernel's backlog. A
    client that sends nothing for ``idle_seconds`` is let go, in a request or between two.
    """

    def __init__(
        self,
        listener: socket.socket,
        application: WSGIApplication,
        *,
        complain: Complain,
        idle_seconds: float,
        connections_limit: int,
    ) -> None:
        super().__init__(
            listener,
            application,
            log=None,
            error_log=_Complaints(complain),
            handler_class=_Handler,
            spawn=pool.Pool(connections_limit),
            environ={"SERVER_SOFTWARE": "callcore"},
        )
        self.idle_seconds = idle_seconds


class _Handler(pywsgi.WSGIHandler):
    """Ends connections that say nothing, and answers of which nobody reads a byte."""

    server: Server

    def handle(self) -> None:
        self.socket.settimeout(self.server.idle_seconds)
        try:
            super().handle()
        except TimeoutError:
            self.close_connection = True

    def get_environ(self) -> dict[str, Any]:
        environ = super().get_environ()
        environ[SOCKET] = self.socket
        return environ


class _Complaints:
    """What gevent's server writes about broken requests, line by line."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain

    def write(self, text: str, /) -> None:
        if text.strip():
            self._complain(text.strip())

    def writelines(self, lines: Iterable[str], /) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""
