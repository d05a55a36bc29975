"""Another system on a real socket that does to its connections what a test says."""

from __future__ import annotations

import json
import select
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from gevent import Greenlet
from gevent.server import StreamServer


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[socket.socket, Request], None]
"""What is done with a connection that a request has come in on."""


@dataclass(kw_only=True)
class OtherSystem:
    """Listens on a free port of this machine."""

    port: int = 0
    behaves: Behaviour = field(default=lambda link, _: answer(link, {}))
    requests: list[Request] = field(default_factory=list)
    connections_count: int = 0
    open_count: int = 0

    def serve(self, link: socket.socket, _address: object) -> None:
        self.connections_count += 1
        self.open_count += 1
        with link, suppress(OSError):
            while (request := _request(link)) is not None:
                self.requests.append(request)
                self.behaves(link, request)
        self.open_count -= 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/callers"


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[OtherSystem]:
    """The system, until the block ends."""
    system = OtherSystem()
    here = ("127.0.0.1", 0)
    server = (
        StreamServer(here, system.serve)
        if tls is None
        else StreamServer(here, system.serve, ssl_context=tls)
    )
    server.start()
    system.port = int(server.address[1])
    try:
        yield system
    finally:
        server.stop(timeout=0.1)


def answer(link: socket.socket, body: object, *, status: int = 200, headers: str = "") -> None:
    """Answers as systems do."""
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(encoded)}\r\n{headers}\r\n"
    link.sendall(head.encode() + encoded)


def drip(link: socket.socket, data: bytes, interval_seconds: float = 0.02) -> None:
    """Sends a byte at each interval, until whoever asked hangs up."""
    for byte in data:
        link.sendall(bytes([byte]))
        if select.select([link], [], [], interval_seconds)[0]:
            return


def flood(link: socket.socket, data: bytes) -> None:
    """Sends the same for as long as anybody reads it."""
    while True:
        link.sendall(data)


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose connections are never made: its backlog is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        yield address[1]
        for one in waiting:
            one.close()


@contextmanager
def greeting_port() -> Iterator[int]:
    """The port of a server that greets whatever it is sent, in no protocol of ours."""

    def greet(link: socket.socket, _address: object) -> None:
        with link, suppress(OSError):
            link.recv(65_536)
            link.sendall(b"220 mail.example ESMTP at your service\r\n")
            link.recv(65_536)

    server = StreamServer(("127.0.0.1", 0), greet)
    server.start()
    try:
        yield int(server.address[1])
    finally:
        server.stop(timeout=0.1)


def finished(greenlet: Greenlet[..., Any], seconds: float = 5.0) -> object:
    """What the greenlet returned, or the exception it died of."""
    greenlet.join(timeout=seconds)
    assert greenlet.dead
    return greenlet.exception if greenlet.exception is not None else greenlet.value


def _request(link: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        received = link.recv(65_536)
        if not received:
            return None
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    headers = {name.lower(): text for name, _, text in (one.partition(": ") for one in fields)}
    while len(body) < int(headers.get("content-length", "0")):
        body += link.recv(65_536)
    return Request(line=line, headers=headers, body=body)
