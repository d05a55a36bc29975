"""Tasks that are done side by side."""

from __future__ import annotations

from functools import partial

import gevent
import pytest
from gevent.event import Event

from callcore.runtime import side_by_side
from callcore.runtime.greenlets import spawn


def test_so_many_at_once_and_in_their_order() -> None:
    """The third begins when one of the first two is over."""
    begun: list[int] = []
    gates = [Event() for _ in range(3)]

    def task(number: int) -> None:
        begun.append(number)
        gates[number].wait()

    done = spawn("all", side_by_side.in_order, "t", [partial(task, n) for n in range(3)], 2)
    gevent.sleep(0)
    gevent.sleep(0)
    assert begun == [0, 1]
    gates[1].set()
    with gevent.Timeout(5):
        while len(begun) < 3:
            gevent.sleep(0)
        gates[0].set()
        gates[2].set()
        done.get()
    assert begun == [0, 1, 2]


def test_after_a_fault_none_is_begun() -> None:
    """The fault is raised, and what had begun was waited for."""
    done: list[str] = []

    def fail() -> None:
        raise LookupError

    def last() -> None:
        gevent.sleep(0.01)
        done.append("last")

    with pytest.raises(LookupError):
        side_by_side.in_order("t", [last, fail, partial(done.append, "never")], 2)
    assert done == ["last"]


def test_they_end_with_who_waits_for_them() -> None:
    """Nothing goes on behind the back of somebody who was stopped."""
    ended = Event()

    def task() -> None:
        try:
            gevent.sleep(60)
        finally:
            ended.set()

    waits = spawn("all", side_by_side.in_order, "t", [task])
    gevent.sleep(0.01)
    waits.kill()
    assert ended.wait(5)
