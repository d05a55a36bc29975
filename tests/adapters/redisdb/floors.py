"""Fixtures: a server of each kind, an empty floor on it, and a client that looks behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from tests.adapters.redisdb import servers

SITE = "test"


@pytest.fixture(scope="session", params=servers.SERVER_NAMES)
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    executable = servers.program(request.param)
    if executable is None:
        pytest.skip(f"no {request.param} server on this machine")
    with servers.running(executable) as url:
        yield url


@pytest.fixture
def raw(server_url: str) -> Iterator[redis.Redis]:
    """An empty server, past the adapter."""
    with redis.Redis.from_url(server_url, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def floor(server_url: str, raw: redis.Redis) -> Iterator[Floor]:
    built = Floor(server_url, SITE)
    yield built
    built.close()
