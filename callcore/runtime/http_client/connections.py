"""urllib3's connections, made so that no other side can hold or flood the process.

Its pools, requests and checks of certificates are as they come. Two things are our own: how a host
is found and connected to, and how much of an answer is read at all.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Iterable
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import Url

from callcore.runtime.http_client.names import Address, Names

MOST_BYTES_READ = 262_144
"""Of one answer: headers, body, and whatever else another side may think of."""


class AnswerTooLargeError(Exception):
    """The other side sends more than an answer can have."""


class _Ration(io.RawIOBase):
    """The reading end of a socket, up to a limit.

    gevent does not let others run while there is something to read, so an answer without end would
    not even be cut by a deadline.
    """

    def __init__(self, source: io.RawIOBase, limit: int) -> None:
        super().__init__()
        self._source = source
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401  as in ``io.RawIOBase``
        count = self._source.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise AnswerTooLargeError
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


class _RationedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Ration(self.fp.detach(), MOST_BYTES_READ))


class _Trust(ssl.SSLContext):
    """Closes a socket that is given up while the two sides still come to terms."""

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:  # noqa: ANN401  handed on
        options["do_handshake_on_connect"] = False
        link = super().wrap_socket(*args, **options)
        try:
            link.do_handshake()
        except BaseException:
            link.close()
            raise
        return link


def trust() -> ssl.SSLContext:
    """Trusts whom OpenSSL trusts on this machine, and asks for a certificate of the host's name."""
    made = _Trust(ssl.PROTOCOL_TLS_CLIENT)
    made.load_default_certs()
    return made


class _PlainConnection(HTTPConnection):
    response_class = _RationedResponse

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:  # noqa: ANN401  handed on
        super().__init__(*args, **kwargs)
        self._names = names

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._names)


class _EncryptedConnection(_PlainConnection, HTTPSConnection):
    """The same over TLS: what ours leaves open is done as ``HTTPSConnection`` does it."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _EncryptedConnection


def pool_to(url: Url, *, size: int, names: Names, trust: ssl.SSLContext) -> HTTPConnectionPool:
    """Connections to one host, ``size`` of them at most kept open between two questions."""
    host = url.host or ""
    if url.scheme == "https":
        return _EncryptedPool(host, url.port, maxsize=size, ssl_context=trust, names=names)
    return _PlainPool(host, url.port, maxsize=size, names=names)


def _connected(connection: HTTPConnection, names: Names) -> socket.socket:
    """A socket to the first address that takes it; each has its share of the time.

    Raises errors of urllib3, as its own connections do.
    """
    host = connection.host
    try:
        addresses = names.addresses(connection._dns_host, connection.port)  # noqa: SLF001  with the dot at its end
    except OSError as error:
        raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]  # of any kind
    allowed = connection.timeout
    share = allowed / max(len(addresses), 1) if isinstance(allowed, float) else None
    failed: OSError = OSError("no address")
    for address in addresses:
        try:
            link = _linked(address, share, connection.socket_options or ())
        except OSError as error:
            failed = error
        else:
            link.settimeout(allowed)
            return link
    if isinstance(failed, TimeoutError):
        raise ConnectTimeoutError(connection, f"no connection to {host} in time") from failed
    raise NewConnectionError(connection, f"no connection to {host}") from failed


def _linked(
    address: Address, seconds: float | None, options: Iterable[tuple[int, int, int | bytes]]
) -> socket.socket:
    family, kind, protocol, _, place = address
    link = socket.socket(family, kind, protocol)
    try:
        for option in options:
            link.setsockopt(*option)
        link.settimeout(seconds)
        link.connect(place)
    except BaseException:
        link.close()
        raise
    return link
