"""Listens for HTTP at one address."""

from __future__ import annotations

import errno
import socket as system_socket
from collections.abc import Callable, Mapping

from gevent import socket

from callcore.adapters.http import pages
from callcore.adapters.http.callbacks import Api
from callcore.runtime import wsgi

CONNECTIONS_LIMIT = 100
"""More than any scraper needs; others wait in the kernel's backlog."""

IDLE_SECONDS = 60.0
"""A client that sends nothing for this long is let go, in a request or between two."""

STOP_SECONDS = 1.0


class HttpAddressError(Exception):
    """The HTTP address cannot be listened on."""


class HttpPortInUseError(HttpAddressError):
    """Someone else listens on the HTTP port."""


class HttpServer:
    """The worker's pages at one address."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        metrics: Callable[[], bytes],
        readiness: Callable[[], Mapping[str, str]],
        note: pages.Note,
        worker: Callable[[], Mapping[str, object]] = dict,
        api: Api | None = None,
    ) -> None:
        """Prepares without listening.

        ``metrics`` renders the scrape in Prometheus' text format. ``readiness`` says of each part
        (``redis``, ``link:<node>`` and what else there is) ``up`` or what is wrong with it;
        ``worker`` what else is told of it.
        ``note`` writes an event, its values and an exception to the log. With ``api`` other systems
        may ask for callbacks.
        """
        self._wanted = (host, port)
        self._note = note
        self._application = pages.application(
            metrics=metrics, readiness=readiness, note=note, worker=worker, api=api
        )
        self._server: wsgi.Server | None = None

    def start(self) -> None:
        """Listens. Raises ``HttpPortInUseError`` or another ``HttpAddressError``."""
        listener = _listener(*self._wanted)
        self._server = wsgi.Server(
            listener,
            self._application,
            complain=self._complain,
            idle_seconds=IDLE_SECONDS,
            connections_limit=CONNECTIONS_LIMIT,
        )
        self._server.start()

    def stop(self) -> None:
        """Stops listening and lets running answers end; harmless when not started."""
        if self._server is not None:
            self._server.stop(timeout=STOP_SECONDS)
            self._server = None

    def _complain(self, text: str) -> None:
        self._note("http_request_refused", {"text": text}, None)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port; once started the port that was taken, if 0 was asked for."""
        host, port = self._wanted
        if self._server is not None and self._server.server_port is not None:
            port = self._server.server_port
        return host, port

    @property
    def url(self) -> str:
        """Where a browser finds the index."""
        host, port = self.address
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _listener(host: str, port: int) -> socket.socket:
    family = system_socket.AF_INET6 if ":" in host else system_socket.AF_INET
    listener = socket.socket(family, system_socket.SOCK_STREAM)
    try:
        listener.setsockopt(system_socket.SOL_SOCKET, system_socket.SO_REUSEADDR, 1)
        # Inherited by every connection; without it each answer waits 40 ms for the client's
        # delayed acknowledgement, since headers and body are sent apart.
        listener.setsockopt(system_socket.IPPROTO_TCP, system_socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(system_socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = (
                f"{host}:{port} is already in use: stop what listens there, or set http.port (or "
                "--http-port, make run HTTP_PORT=...) to another one; 0 takes any free one"
            )
            raise HttpPortInUseError(message) from error
        message = (
            f"cannot listen for HTTP on {host}:{port} ({error.strerror or error}): "
            "check http.host and http.port"
        )
        raise HttpAddressError(message) from error
    return listener
