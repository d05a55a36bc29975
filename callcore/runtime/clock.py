"""The real clock: epoch microseconds for facts, gevent timers for waits.

Waits are lengths, never instants of the wall clock, so that a step of the wall clock neither
fires nor delays them: gevent's timers go by ``CLOCK_MONOTONIC``.

Instants are those of the wall clock as it was when the process began, and what has passed since by
``CLOCK_BOOTTIME``, which nobody sets. After a step of the wall clock (an administrator, NTP, a leap
second) what passes here stays as long as it was, and who came first stays first; the difference
is made up for slowly. Time does not go back.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent

from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.runtime.greenlets import spawn

SLEW = 100
"""What is made up for of a difference: one part in so many of the time that passes."""

LOOK_MICROS = MICROS_PER_SECOND
"""How often the wall clock is looked at."""

LEAST_MICROS = 1000
"""A difference of less is no difference, and a look that took longer tells none."""


class RunningTimer:
    """A timer that has not fired yet."""

    __slots__ = ("_timer",)

    def __init__(self, seconds: float, run: Callable[[], None]) -> None:
        self._timer = gevent.get_hub().loop.timer(max(seconds, 0.0))
        # From now, not from when the loop last turned: by that much it would fire early.
        self._timer.start(spawn, "timer", run, update=True)

    def cancel(self) -> None:
        """Stops the timer; harmless when it has fired."""
        self._timer.stop()
        self._timer.close()


def wall_micros() -> int:
    """The machine's clock, which may be set."""
    return time.time_ns() // 1000


def boot_micros() -> int:
    """Since the machine was started, what it slept included; nobody sets this clock."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


class SystemClock:
    """Implements ``ports.surroundings.Clock`` on the machine's clocks and gevent's timers."""

    def __init__(
        self,
        wall: Callable[[], int] = wall_micros,
        boot: Callable[[], int] = boot_micros,
    ) -> None:
        self._wall = wall
        self._boot = boot
        since = boot()
        self._course = (since, wall() - since, 0)
        """At that instant since the machine was started: how much ahead of it is what ``now``
        tells, and how much is to be added to that, slowly."""

    def go_on_from(self, began_at: int) -> None:
        """Takes the time of an earlier process, to whom the machine was started at that epoch
        instant; before anybody has asked for it.
        """
        boot = self._boot()
        self._course = (boot, began_at, 0)
        self._look(boot)

    @property
    def began_at(self) -> int:
        """The epoch instant at which the machine was started, as this process has it now."""
        boot = self._boot()
        since, ahead, behind = self._course
        return ahead + _made_up(behind, boot - since)

    @property
    def behind_seconds(self) -> float:
        """How much the wall clock is ahead of ``now``; negative if it is behind."""
        boot = self._boot()
        since, _, behind = self._course
        return (behind - _made_up(behind, boot - since)) / MICROS_PER_SECOND

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""
        boot = self._boot()
        since, ahead, behind = self._course
        elapsed = boot - since
        if behind:
            ahead += _made_up(behind, elapsed)
        if elapsed >= LOOK_MICROS:
            self._look(boot)
        return Micros(boot + ahead)

    def after(self, seconds: float, run: Callable[[], None]) -> RunningTimer:
        """Runs ``run`` once in a greenlet of its own after ``seconds``."""
        return RunningTimer(seconds, run)

    def sleep(self, seconds: float) -> None:
        """Lets other greenlets run for ``seconds``."""
        gevent.sleep(seconds)

    def _look(self, boot: int) -> None:
        since, ahead, behind = self._course
        made_up = _made_up(behind, boot - since)
        ahead, behind = ahead + made_up, behind - made_up
        wall = self._wall()
        took = self._boot() - boot
        if took <= LEAST_MICROS:  # else something came between the two clocks
            found = wall - (boot + took // 2) - ahead
            behind = found if abs(found) >= LEAST_MICROS else 0
        self._course = (boot, ahead, behind)


def _made_up(behind: int, elapsed: int) -> int:
    """How much of a difference is made up for after so long."""
    most = elapsed // SLEW
    return max(-most, min(most, behind))
