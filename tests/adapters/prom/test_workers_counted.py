"""What the facts of workers count."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.events import ShardChange
from callcore.domain.ids import CallId, NodeName
from callcore.domain.sharding import WorkerId
from tests.adapters.prom.facts import NOW

OTHER, THIRD = WorkerId("2"), WorkerId("3")


def changed(change: ShardChange, *shards: str, held: int) -> events.ShardsChanged:
    return events.ShardsChanged(at=NOW, change=change, shards=shards, held_count=held, all_count=33)


def test_a_worker_begins_alone_and_without_shards(value):
    """Nobody has to wait for the first change to see it."""
    assert value("callcore_workers") == 1
    assert value("callcore_shards_held") == 0
    assert value("callcore_lease_lapses_total") == 0


def test_colleagues_are_counted_once_each(observer, value):
    """However often they are told of."""
    for worker_id in (OTHER, THIRD, OTHER):
        observer.observe(events.ColleagueCame(at=NOW, worker_id=worker_id))
    assert value("callcore_workers") == 3
    for _ in range(2):
        observer.observe(events.ColleagueGone(at=NOW, worker_id=OTHER))
    assert value("callcore_workers") == 2


def test_calls_that_were_handed_over_are_no_trouble(observer, value):
    """They are counted apart from what was mended."""
    for call_id in ("a", "b"):
        taken = events.CallTakenOver(at=NOW, call_id=CallId(call_id), node=NodeName("fs1"))
        observer.observe(taken)
    assert value("callcore_calls_handed_over_total", node="fs1") == 2
    assert value("callcore_self_heals_total", what="call") is None


def test_shards_are_counted_one_by_one(observer, value):
    """What is held now is the gauge, what changed the counter."""
    observer.observe(changed(ShardChange.GAINED, "fs1:0", "fs1:1", "fs1:2", held=3))
    observer.observe(changed(ShardChange.GIVEN, "fs1:0", held=2))
    observer.observe(changed(ShardChange.LOST, "fs1:1", "fs1:2", held=0))
    assert value("callcore_shards_held") == 0
    assert value("callcore_shards") == 33
    assert value("callcore_shard_changes_total", change="gained") == 3
    assert value("callcore_shard_changes_total", change="given") == 1
    assert value("callcore_shard_changes_total", change="lost") == 2


def test_lapses_and_takeovers(observer, value):
    """Each lapse, and how long it took until calls were followed again."""
    observer.observe(events.LeaseLapsed(at=NOW, late_seconds=3.5))
    observer.observe(events.ShardsTakenOver(at=NOW, shards=("fs1:0",), seconds=0.6))
    assert value("callcore_lease_lapses_total") == 1
    assert value("callcore_shards_taking_over_seconds_bucket", le="0.5") == 0
    assert value("callcore_shards_taking_over_seconds_bucket", le="0.75") == 1
