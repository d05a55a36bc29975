"""Leases and letters on a real server: its clock is set, somebody else writes, a worker sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import NodeName
from callcore.domain.sharding import Shard, WorkerId
from callcore.ports.stores import StoreUnavailableError, WorkerCard
from callcore.runtime.greenlets import spawn
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import joining, request

KEYS = Keys(SITE)
ONE = WorkerCard(worker_id=WorkerId("1"), life="a1")
TWO = WorkerCard(worker_id=WorkerId("2"), life="b1")
SHARD = Shard(NodeName("fs1"), "0")
LEASE_SECONDS = 0.2
DEADLINE_SECONDS = 15.0
HOUR = 3_600_000_000


def set_clock(raw: Any, micros: int) -> None:
    """What is noted looks as if the server's clock had been set by so much since."""
    raw.hincrby(KEYS.lease_time(), "noted_at", -micros)
    for worker in raw.zrange(KEYS.workers(), 0, -1):
        raw.zincrby(KEYS.workers(), -micros, worker)


@pytest.mark.parametrize("micros", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_clock_that_is_set_ends_no_lease_and_keeps_none(
    floor: Floor, raw: Any, micros: int
) -> None:
    """The living stay alive, and who dies then is dead in time."""
    floor.shards.beat(ONE, LEASE_SECONDS)
    floor.shards.beat(TWO, LEASE_SECONDS)
    floor.shards.claim(TWO, [SHARD])
    set_clock(raw, micros)
    assert floor.shards.beat(ONE, LEASE_SECONDS).holdings.keys() == {SHARD}
    with gevent.Timeout(DEADLINE_SECONDS):
        while floor.shards.beat(ONE, LEASE_SECONDS).workers.keys() != {"1"}:
            gevent.sleep(LEASE_SECONDS / 10)


def test_a_beat_tells_that_the_data_are_others(floor: Floor, raw: Any) -> None:
    """The same as long as nothing happens, whoever beats; another one after the data were lost."""
    floor.epoch()
    epochs = {floor.shards.beat(card, LEASE_SECONDS).epoch for card in (ONE, TWO, ONE)}
    raw.flushall()
    lost = floor.shards.beat(ONE, LEASE_SECONDS).epoch
    floor.epoch()
    epochs |= {lost, floor.shards.beat(ONE, LEASE_SECONDS).epoch}
    assert len(epochs) == 3
    assert all(epoch.split()[-1] == raw.info("server")["run_id"] for epoch in epochs)


def test_what_is_told_of_shards_is_read_anew_when_it_changes(floor: Floor) -> None:
    """By whomever it was changed; who dies takes along what was held."""
    floor.shards.beat(ONE, LEASE_SECONDS)
    floor.shards.beat(TWO, LEASE_SECONDS)
    before = floor.shards.beat(ONE, LEASE_SECONDS)
    assert not before.holdings
    floor.shards.claim(TWO, [SHARD])
    assert floor.shards.beat(ONE, LEASE_SECONDS).holdings.keys() == {SHARD}
    assert floor.shards.beat(ONE, LEASE_SECONDS).holdings.keys() == {SHARD}
    floor.shards.end(TWO.worker_id, TWO.life)
    after = floor.shards.beat(ONE, LEASE_SECONDS)
    assert (after.holdings, after.released.keys()) == ({}, {SHARD})


def test_the_long_dead_are_forgotten(floor: Floor, raw: Any) -> None:
    """Names that come and go do not add up for ever."""
    floor.shards.beat(TWO, LEASE_SECONDS)
    raw.zadd(KEYS.workers(), {"2": 1})
    floor.shards.beat(ONE, LEASE_SECONDS)
    assert raw.zrange(KEYS.workers(), 0, -1) == raw.hkeys(KEYS.cards()) == ["1"]


def test_foreign_cards_and_tokens_are_refused(floor: Floor, raw: Any) -> None:
    """They are no reason to believe that a shard is free."""
    floor.shards.beat(ONE, LEASE_SECONDS)
    floor.shards.claim(ONE, [SHARD])
    raw.hset(KEYS.tokens(), SHARD.name, "7 or so")
    with pytest.raises(UnexpectedAnswerError):
        floor.shards.beat(ONE, LEASE_SECONDS)
    raw.hset(KEYS.tokens(), SHARD.name, "7")
    raw.hset(KEYS.cards(), "2", "b1 0 {}")
    raw.zadd(KEYS.workers(), {"2": "+inf"})
    with pytest.raises(UnexpectedAnswerError):
        floor.shards.beat(ONE, LEASE_SECONDS)


def test_a_foreign_letter_hides_no_other(server_url: str, raw: Any) -> None:
    """It is counted and left out, and not found again."""
    faults: list[str] = []
    floor = Floor(server_url, SITE, fault=faults.append)
    floor.worker_post.send({ONE.worker_id: [b"before"]})
    raw.xadd(KEYS.letters(ONE.worker_id), {"spam": "x"})
    raw.xadd(KEYS.letters(ONE.worker_id), {"letter": "€"})
    floor.worker_post.send({ONE.worker_id: [b"after"]})
    assert floor.worker_post.receive(ONE.worker_id, 0.01) == [b"before", b"after"]
    assert floor.worker_post.receive(ONE.worker_id, 0.01) == []
    assert faults == [Fault.UNEXPECTED_ANSWER] * 2
    floor.close()


def test_an_inbox_that_nobody_empties_stays_small_and_is_forgotten(floor: Floor, raw: Any) -> None:
    """The latest letters are kept."""
    for start in range(0, 12_000, 1000):
        letters = [str(number).encode() for number in range(start, start + 1000)]
        floor.worker_post.send({ONE.worker_id: letters})
    inbox = KEYS.letters(ONE.worker_id)
    assert 5000 <= raw.xlen(inbox) <= 5200
    ((_, newest),) = raw.xrevrange(inbox, count=1)
    assert newest == {"letter": "11999"}
    assert 0 < raw.pttl(inbox) <= 600_000


@pytest.fixture
def sleeper(server_url: str, raw: Any) -> Iterator[tuple[Floor, list[bool]]]:
    """A floor, and whether its worker may act."""
    may_act = [True]
    floor = Floor(server_url, SITE, connection_count=1, may_act=lambda: may_act[0])
    yield floor, may_act
    floor.close()


def test_a_worker_that_may_not_act_changes_nothing(sleeper: tuple[Floor, list[bool]]) -> None:
    """But it may beat and write letters, and goes on when it may again."""
    floor, may_act = sleeper
    may_act[0] = False
    for act in (
        floor.ping,
        floor.epoch,
        lambda: floor.waiting_room.join(joining("c1"), request()),
        lambda: floor.pending_records.read(1, 0.01),
    ):
        with pytest.raises(StoreUnavailableError, match="leases have lapsed"):
            act()
    floor.shards.beat(ONE, LEASE_SECONDS)
    floor.worker_post.send({ONE.worker_id: [b"letter"]})
    assert floor.worker_post.receive(ONE.worker_id, 0.01) == [b"letter"]
    may_act[0] = True
    assert floor.waiting_room.join(joining("c1"), request()).position == 1


def test_what_has_waited_for_a_connection_is_not_sent_late(
    sleeper: tuple[Floor, list[bool]],
) -> None:
    """It was allowed when it was asked for, and is not when its turn comes."""
    floor, may_act = sleeper
    floor.waiting_room.join(joining("c0"), request())
    pool = floor._client._commands.connection_pool
    held = pool.get_connection()
    late = spawn("late", floor.waiting_room.join, joining("c1"), request())
    gevent.sleep(0.01)
    may_act[0] = False
    pool.release(held)
    remedy = "Redis at (redis|unix)://.* leases have lapsed.* check that Redis runs"
    with pytest.raises(StoreUnavailableError, match=remedy):
        late.get(timeout=5)
    may_act[0] = True
    assert floor.waiting_room.call(joining("c1").call_id) is None


def test_beats_do_not_wait_for_the_connections_of_calls(
    sleeper: tuple[Floor, list[bool]],
) -> None:
    """All of those may be in use."""
    floor, _ = sleeper
    pool = floor._client._commands.connection_pool
    held = pool.get_connection()
    assert floor.shards.beat(ONE, LEASE_SECONDS).workers.keys() == {"1"}
    pool.release(held)
