"""What a leg's greenlet sleeps on: the 20 ms grid of its media, and alarms.

FreeSWITCH looks at a leg's orders each time it has read a frame, every 20 ms. Nothing here polls:
the next boundary is computed and a timer set only when there is something to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gevent.event import Event

if TYPE_CHECKING:
    from callcore.ports.surroundings import Clock, Timer

STEP_MICROS = 20_000
MICROS = 1_000_000


class Alarm:
    """Wakes one greenlet: now, at the next media step, or at an instant."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = clock.now()
        self._rung = Event()
        self._step_timer: Timer | None = None

    def ring_now(self) -> None:
        """Wakes the sleeper at once, as the end of its media does."""
        self._rung.set()

    def ring_at_next_step(self) -> None:
        """Wakes the sleeper when the leg reads its next frame."""
        if self._step_timer is None:
            self._step_timer = self._clock.after(self._to_next_step(), self._step)

    def sleep(self, until: int | None = None) -> None:
        """Sleeps until rung or, in epoch microseconds, ``until``."""
        timer: Timer | None = None
        if until is not None:
            left = until - self._clock.now()
            if left <= 0:
                return
            timer = self._clock.after(left / MICROS, self._rung.set)
        try:
            self._rung.wait()
            self._rung.clear()
        finally:
            if timer is not None:
                timer.cancel()

    def sleep_one_step(self) -> None:
        """Sleeps until the leg reads its next frame, or until rung."""
        self.ring_at_next_step()
        self.sleep()

    def silence(self) -> None:
        """Takes off a timer that is still set."""
        if self._step_timer is not None:
            self._step_timer.cancel()
            self._step_timer = None

    def _to_next_step(self) -> float:
        into_step = (self._clock.now() - self._anchor) % STEP_MICROS
        return (STEP_MICROS - into_step) / MICROS

    def _step(self) -> None:
        self._step_timer = None
        self._rung.set()
