"""What is not asked for: each question to Redis costs a caller's worker time."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from callcore.adapters.redisdb import connecting, waiting_room
from callcore.adapters.redisdb.floor import Floor
from callcore.domain.ids import CallId
from tests.adapters.redisdb import servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import SUPPORT, joining, request

ONE, OTHER = CallId("one"), CallId("other")


@pytest.fixture
def asked() -> Counter[str]:
    return Counter()


@pytest.fixture
def floor(server_url: str, asked: Counter[str]) -> Iterator[Floor]:
    """An empty floor that tells what it asks."""
    raw = servers.bytes_client(server_url)
    raw.flushall()
    raw.close()

    def note(name: str, _seconds: float) -> None:
        asked[name] += 1

    floor = Floor(server_url, SITE, observe=note)
    yield floor
    floor.close()


def live(floor: Floor, call_id: CallId) -> None:
    """A caller joins and leaves."""
    floor.waiting_room.join(joining(call_id), request())
    floor.waiting_room.leave(call_id, SUPPORT, request())


def test_who_has_taken_a_caller_in_knows_the_node(floor: Floor, asked: Counter[str]) -> None:
    """A call that joined here is forgotten in one step; one of another worker, or one too many to
    be remembered, in two.
    """
    live(floor, ONE)
    floor.waiting_room.forget(ONE)
    assert floor.waiting_room.call(ONE) is None
    assert asked["node_of"] == 0
    live(floor, ONE)
    live(floor, OTHER)
    floor.waiting_room._nodes.pop(ONE)
    floor.waiting_room.forget(ONE)
    assert floor.waiting_room.call(ONE) is None
    assert asked["node_of"] == 1


def test_a_node_remembered_wrongly_is_read(floor: Floor, asked: Counter[str]) -> None:
    """The step changes nothing then, and is done with the right one."""
    live(floor, ONE)
    floor.waiting_room._nodes[ONE] = joining(ONE).node + "x"  # type: ignore[assignment]  # wrong
    floor.waiting_room.forget(ONE)
    assert floor.waiting_room.call(ONE) is None
    assert floor.waiting_room.calls(joining(ONE).node) == []
    assert asked["node_of"] == 1


def test_no_more_nodes_are_remembered_than_that(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest goes first."""
    monkeypatch.setattr(waiting_room, "MOST_REMEMBERED", 1)
    live(floor, ONE)
    live(floor, OTHER)
    assert list(floor.waiting_room._nodes) == [OTHER]


def test_only_a_connection_at_rest_is_asked_whether_it_is_open(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One closed by the server while at rest costs no command."""
    floor.ping()
    pool = floor._client._commands.connection_pool
    looks: list[float] = []
    connection: Any = pool.get_connection()
    look = connection._parser.can_read

    def noted(timeout: float) -> bool:
        looks.append(timeout)
        return bool(look(timeout))

    monkeypatch.setattr(connection._parser, "can_read", noted)
    pool.release(connection)
    began = time.monotonic()
    floor.ping()
    if time.monotonic() - began < connecting.FRESH_SECONDS:
        assert looks == []
    connection._sock.shutdown(socket.SHUT_RDWR)
    monkeypatch.setattr(connecting, "FRESH_SECONDS", 0.0)
    gevent.sleep(0)
    floor.ping()
    assert looks
