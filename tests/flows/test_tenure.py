"""What a worker knows of what it holds, and until when it may act."""

from __future__ import annotations

import time

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.sharding import DIGITS, DUTIES, Duty, Shard, WorkerId
from callcore.flows.tenure import Tenure, boot_seconds

FS1, FS2 = NodeName("fs1"), NodeName("fs2")
ONE, TWO = WorkerId("1"), WorkerId("2")
MINE, PROMISED, THEIRS = Shard(FS1, "a"), Shard(CALLBACKS, "a"), Shard(FS1, "b")


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def tenure(watch: Watch) -> Tenure:
    held = Tenure(ONE, is_alone=False, seconds=lambda: watch.now)
    held.note({MINE: 7, PROMISED: 7}, {THEIRS: TWO}, frozenset({TWO}))
    return held


def test_the_only_one_holds_everything_for_ever() -> None:
    """Without ever having asked anybody."""
    alone = Tenure()
    assert alone.is_alone
    assert alone.is_valid
    assert alone.may_command(FS1)
    assert alone.holds(THEIRS)
    assert alone.holds_call(CALLBACKS, CallId("f00"))
    assert alone.has_duty(Duty.HISTORY)
    assert alone.digits_of(FS2) == DIGITS
    assert alone.owner_of(MINE) == alone.worker_id == "1"
    assert alone.colleagues == frozenset()


def test_calls_and_legs_go_by_their_shards(tenure: Tenure) -> None:
    """Of a node by the leg's digit, of promises by their own."""
    assert tenure.holds_leg(FS1, LegId("A00"))
    assert not tenure.holds_leg(FS1, LegId("b00"))
    assert not tenure.holds_leg(FS2, LegId("a00"))
    assert tenure.holds_call(CALLBACKS, CallId("a00"))
    assert tenure.holds_call(FS1, CallId("a00"))
    assert not tenure.holds_call(CALLBACKS, CallId("b00"))
    assert (tenure.digits_of(FS1), tenure.digits_of(FS2)) == ("a", "")
    assert not tenure.has_duty(Duty.HISTORY)
    assert tenure.owner_of(THEIRS) == TWO
    assert tenure.owner_of(Shard(FS2, "0")) is None


def test_it_is_valid_until_its_end(tenure: Tenure, watch: Watch) -> None:
    """And never shortened by a beat that was sent before another."""
    assert not tenure.is_valid
    tenure.extend(1002.0)
    tenure.extend(1001.0)
    watch.now = 1001.9
    assert tenure.is_valid
    assert tenure.may_command(FS2)
    watch.now = 1002.0
    assert not tenure.is_valid
    assert tenure.late_seconds == 0
    tenure.extend(1010.0)
    assert tenure.is_valid


def test_marks_keep_one_node_commanded(tenure: Tenure, watch: Watch) -> None:
    """The floor is not touched meanwhile."""
    tenure.extend_by_marks(FS1, 1000.5)
    assert tenure.may_command(FS1)
    assert not tenure.may_command(FS2)
    assert not tenure.is_valid
    watch.now = 1000.5
    assert not tenure.may_command(FS1)


def test_it_may_end_before_its_time(tenure: Tenure) -> None:
    """Also where the switches vouched for it."""
    tenure.extend(1010.0)
    tenure.extend_by_marks(FS1, 1010.0)
    tenure.lapse()
    assert not tenure.is_valid
    assert not tenure.may_command(FS1)


def test_what_is_about_to_be_given_is_not_held(tenure: Tenure) -> None:
    """It is leased still, and the heir's to hear of; nothing else changes."""
    tenure.withhold([MINE], TWO)
    tenure.withhold([MINE])
    assert not tenure.holds(MINE)
    assert tenure.held.keys() == {MINE, PROMISED}
    assert tenure.owner_of(MINE) == TWO
    assert tenure.digits_of(FS1) == ""
    tenure.take_back([MINE, THEIRS])
    assert tenure.owner_of(MINE) == ONE
    tenure.withhold([MINE], TWO)
    tenure.drop([MINE], TWO)
    assert tenure.held.keys() == {PROMISED}
    assert tenure.owner_of(MINE) == TWO
    tenure.hold({MINE: 8})
    assert tenure.holds(MINE)
    assert tenure.held[MINE] == 8


def test_what_is_noted_is_all_there_is(tenure: Tenure) -> None:
    """What was about to be given, and is not held any more, is no longer so when it comes back."""
    tenure.withhold([MINE, PROMISED], TWO)
    tenure.note({PROMISED: 7}, {MINE: TWO, Shard(DUTIES, Duty.HISTORY): TWO}, frozenset())
    assert not tenure.holds(PROMISED)
    tenure.note({MINE: 9}, {}, frozenset())
    assert tenure.holds(MINE)
    assert tenure.owner_of(PROMISED) is None
    assert tenure.colleagues == frozenset()


def test_it_goes_by_a_clock_that_nobody_sets() -> None:
    """And that goes on while the machine sleeps."""
    before = boot_seconds()
    assert before <= boot_seconds() < before + 5
    assert abs(before - time.clock_gettime(time.CLOCK_BOOTTIME)) < 5
