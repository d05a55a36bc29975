"""A control server over a small floor."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from callcore.adapters.control import place
from callcore.adapters.control.server import ControlServer
from tests.adapters.control.small_floor import SmallFloor

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def floor() -> SmallFloor:
    return SmallFloor()


@pytest.fixture
def noted() -> list[tuple[Any, ...]]:
    """What the server wrote to the log."""
    return []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return place.socket_path(tmp_path)


@pytest.fixture
def server(floor: SmallFloor, path: Path, noted: list[tuple[Any, ...]]) -> Iterator[ControlServer]:
    running = ControlServer(path, floor, note=lambda *line: noted.append(line))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ask(path: Path) -> Ask:
    """Sends a request over a connection of its own; status and decoded answer."""

    def send(
        method: str,
        address: str,
        body: Any = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[int, Any]:
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        with contextlib.closing(http.client.HTTPConnection("localhost")) as connection:
            connection.sock = connected(path)
            connection.request(method, address, content, dict(headers))
            answer = connection.getresponse()
            assert answer.headers["content-type"] == "application/json"
            return answer.status, json.loads(answer.read())

    return send


def connected(path: Path) -> socket.socket:
    """A connection to the server's socket."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    client.connect(os.fspath(path))
    return client
