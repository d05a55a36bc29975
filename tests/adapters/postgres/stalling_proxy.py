"""A proxy in front of Postgres that can stop passing anything on, like a middlebox gone mad."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import gevent
from gevent import event, server, socket


class StallingProxy:
    """Passes bytes both ways until ``stall()``; then it keeps accepting and swallows everything."""

    def __init__(self, target: Mapping[str, Any]) -> None:
        self._target = target
        self._passing = event.Event()
        self._passing.set()
        self._listener = server.StreamServer(("127.0.0.1", 0), self._serve)
        self._pumps: list[gevent.Greenlet] = []

    @property
    def port(self) -> int:
        assert self._listener.server_port is not None
        return self._listener.server_port

    def stall(self) -> None:
        self._passing.clear()

    def resume(self) -> None:
        self._passing.set()

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.stop(timeout=0.1)
        gevent.killall(self._pumps)

    def _connect(self) -> socket.socket:
        host = str(self._target.get("host") or "127.0.0.1")
        port = int(self._target.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        upstream = socket.socket(socket.AF_UNIX)
        try:
            upstream.connect(str(Path(host) / f".s.PGSQL.{port}"))
        except OSError:
            upstream.close()
            raise
        return upstream

    def _serve(self, client: socket.socket, _address: object) -> None:
        with contextlib.suppress(OSError), contextlib.closing(self._connect()) as upstream:
            pumps = [
                gevent.spawn(self._pump, client, upstream),
                gevent.spawn(self._pump, upstream, client),
            ]
            self._pumps.extend(pumps)
            gevent.joinall(pumps, count=1)
            gevent.killall(pumps)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._passing.wait()
                sink.sendall(data)
