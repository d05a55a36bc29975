"""The real clock: epoch microseconds for facts, gevent timers for waits.

Waits are lengths, never instants of the wall clock, so that a step of the wall clock neither
fires nor delays them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent

from callcore.domain.ids import Micros
from callcore.runtime.greenlets import spawn


class RunningTimer:
    """A timer that has not fired yet."""

    __slots__ = ("_timer",)

    def __init__(self, seconds: float, run: Callable[[], None]) -> None:
        self._timer = gevent.get_hub().loop.timer(max(seconds, 0.0))
        self._timer.start(spawn, "timer", run)

    def cancel(self) -> None:
        """Stops the timer; harmless when it has fired."""
        self._timer.stop()
        self._timer.close()


class SystemClock:
    """Implements ``ports.surroundings.Clock`` on the machine's clock and gevent's timers."""

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""
        return Micros(time.time_ns() // 1000)

    def after(self, seconds: float, run: Callable[[], None]) -> RunningTimer:
        """Runs ``run`` once in a greenlet of its own after ``seconds``."""
        return RunningTimer(seconds, run)

    def sleep(self, seconds: float) -> None:
        """Lets other greenlets run for ``seconds``."""
        gevent.sleep(seconds)
