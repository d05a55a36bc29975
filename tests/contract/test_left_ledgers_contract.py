"""Ledgers on their way between workers: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId
from callcore.domain.sharding import Shard
from tests.contract.conftest import Stage
from tests.contract.floor_builders import LONG_SECONDS, NODE, SHORT_SECONDS, AnyFloor

HERE, THERE = Shard(NODE, "a"), Shard(CALLBACKS, "a")
FIRST, SECOND = CallId("a1"), CallId("a2")
BYTES = bytes(range(256))


def test_what_is_left_is_taken_once(floor: AnyFloor) -> None:
    """With its shard, whatever bytes it is; of two of one call the later one."""
    left = floor.left_ledgers
    left.leave({HERE: {FIRST: b"old", SECOND: BYTES}, THERE: {FIRST: b"there"}}, LONG_SECONDS)
    left.leave({HERE: {FIRST: b"new"}}, LONG_SECONDS)
    assert left.take([HERE]) == {FIRST: b"new", SECOND: BYTES}
    assert left.take([HERE]) == {}
    assert left.take([HERE, THERE]) == {FIRST: b"there"}


def test_nothing_to_leave_or_take_is_no_trouble(floor: AnyFloor) -> None:
    """As of a shard without calls."""
    floor.left_ledgers.leave({}, LONG_SECONDS)
    assert floor.left_ledgers.take([]) == {}


def test_what_nobody_takes_expires(stage: Stage) -> None:
    """A little later it is as if it had never been left."""
    left = stage.floor.left_ledgers
    left.leave({HERE: {FIRST: b"old"}}, SHORT_SECONDS)
    stage.pass_time(2 * SHORT_SECONDS)
    assert left.take([HERE]) == {}
    left.leave({HERE: {SECOND: b"new"}}, LONG_SECONDS)
    assert left.take([HERE]) == {SECOND: b"new"}
