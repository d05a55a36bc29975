"""What is not asked for: each question to Redis costs a caller's worker time."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gevent
import pytest

from callcore.adapters.redisdb import call_nodes, connecting
from callcore.adapters.redisdb.floor import Floor
from callcore.domain.ids import CallId, NodeName
from tests.adapters.redisdb import servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import SUPPORT, joining, record, request

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
    floor.waiting_room._nodes.take(ONE)
    floor.waiting_room.forget(ONE)
    assert floor.waiting_room.call(ONE) is None
    assert asked["node_of"] == 1


def test_a_node_remembered_wrongly_is_read(floor: Floor, asked: Counter[str]) -> None:
    """The step changes nothing then, and is done with the right one."""
    live(floor, ONE)
    floor.waiting_room._nodes.remember(ONE, NodeName("other"))
    floor.waiting_room.forget(ONE)
    assert floor.waiting_room.call(ONE) is None
    assert floor.waiting_room.calls(joining(ONE).node) == []
    assert asked["node_of"] == 1


def test_no_more_nodes_are_remembered_than_that(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest goes first."""
    monkeypatch.setattr(call_nodes, "MOST_REMEMBERED", 1)
    live(floor, ONE)
    live(floor, OTHER)
    nodes = floor.waiting_room._nodes
    assert (len(nodes), nodes.take(ONE), nodes.take(OTHER)) == (1, None, joining(OTHER).node)


def test_a_record_and_the_end_of_its_call_are_one_question(
    floor: Floor, asked: Counter[str]
) -> None:
    """Nothing of the call is left, nor is its node remembered."""
    live(floor, ONE)
    asked.clear()
    assert floor.pending_records.append_and_forget(record(ONE))
    assert asked == {"append": 1}
    assert floor.waiting_room.call(ONE) is None
    assert len(floor.waiting_room._nodes) == 0


def test_a_call_whose_node_is_not_that_of_its_record_is_still_to_be_forgotten(floor: Floor) -> None:
    """A promise that joined elsewhere: its record is taken, its call stays as it was."""
    live(floor, ONE)
    floor.waiting_room._nodes.take(ONE)
    assert not floor.pending_records.append_and_forget(replace(record(ONE), node=NodeName("other")))
    assert floor.waiting_room.call(ONE) is not None
    assert [call.call_id for call in floor.waiting_room.calls(joining(ONE).node)] == [ONE]
    assert floor.pending_records.count() == 1


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
