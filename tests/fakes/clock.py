"""A clock that moves when a test says so."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable

import gevent
from gevent.event import Event

from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.runtime.greenlets import spawn

START = Micros(1_800_000_000 * MICROS_PER_SECOND)


class FakeTimer:
    """A timer of a ``FakeClock``."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.run = run
        self.is_cancelled = False

    def cancel(self) -> None:
        """Stops it."""
        self.is_cancelled = True


class FakeClock:
    """Implements ``ports.surroundings.Clock``; time passes only in ``advance``."""

    def __init__(self, start: Micros = START) -> None:
        self._now = start
        self._order = itertools.count()
        self._timers: list[tuple[int, int, FakeTimer]] = []

    def now(self) -> Micros:
        """The instant the test has reached."""
        return self._now

    def after(self, seconds: float, run: Callable[[], None]) -> FakeTimer:
        """Runs ``run`` in a greenlet when the test has advanced that far."""
        timer = FakeTimer(run)
        at = self._now + round(max(seconds, 0) * MICROS_PER_SECOND)
        heapq.heappush(self._timers, (at, next(self._order), timer))
        return timer

    def sleep(self, seconds: float) -> None:
        """Waits until the test has advanced that far."""
        if seconds == 0:
            gevent.sleep(0)
            return
        over = Event()
        self.after(seconds, lambda: over.set() and None)
        over.wait()

    def advance(self, seconds: float) -> None:
        """Lets time pass, each timer firing at its instant, and everything run that can."""
        settle()
        until = self._now + round(seconds * MICROS_PER_SECOND)
        while self._timers and self._timers[0][0] <= until:
            at, _, timer = heapq.heappop(self._timers)
            self._now = Micros(max(at, self._now))
            if not timer.is_cancelled:
                spawn("fake timer", timer.run)
                settle()
        self._now = Micros(until)
        settle()

    def seconds_to_next(self) -> float:
        """Until the next timer fires; infinite if there is none."""
        settle()
        while self._timers and self._timers[0][2].is_cancelled:
            heapq.heappop(self._timers)
        return (self._timers[0][0] - self._now) / MICROS_PER_SECOND if self._timers else math.inf

    def jump(self, seconds: float) -> None:
        """The process is stopped for so long: time passes, and timers fire late, all at once."""
        settle()
        self._now = Micros(self._now + round(seconds * MICROS_PER_SECOND))
        self.advance(0)


class MortalClock:
    """One process's view of a ``FakeClock``: what it planned does not happen once it is dead."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._is_dead = False

    def now(self) -> Micros:
        """The instant the test has reached."""
        return self._clock.now()

    def after(self, seconds: float, run: Callable[[], None]) -> FakeTimer:
        """Runs ``run`` in a greenlet, if the process still lives then."""
        return self._clock.after(seconds, lambda: None if self._is_dead else run())

    def sleep(self, seconds: float) -> None:
        """Waits; a dead process never wakes."""
        if seconds == 0:
            gevent.sleep(0)
            return
        over = Event()
        self.after(seconds, lambda: over.set() and None)
        over.wait()

    def die(self) -> None:
        """The process is killed."""
        self._is_dead = True


def settle() -> None:
    """Returns when every greenlet waits for something."""
    gevent.idle()
