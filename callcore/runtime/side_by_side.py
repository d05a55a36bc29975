"""Doing many things of which each waits for answers most of the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import gevent

from callcore.runtime.greenlets import spawn

AT_ONCE: Final = 16
"""Half of the connections to Redis: calls that go on want theirs."""


def in_order(name: str, tasks: Iterable[Callable[[], None]], at_once: int = AT_ONCE) -> None:
    """Runs tasks side by side, begun in their order, and returns when all are over.

    After one that raises no other is begun; what it raised is raised once the rest have ended. They
    end with the greenlet that waits for them, if that is killed.
    """
    waiting = deque(tasks)
    faults: list[Exception] = []

    def work() -> None:
        while waiting and not faults:
            task = waiting.popleft()
            try:
                task()
            except Exception as fault:  # noqa: BLE001 - raised below
                faults.append(fault)

    greenlets = [spawn(name, work) for _ in range(min(at_once, len(waiting)))]
    try:
        gevent.joinall(greenlets)
    except BaseException:
        gevent.killall(greenlets, block=False)
        raise
    if faults:
        raise faults[0]
