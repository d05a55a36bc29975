"""What a process of its own has of the clock and the stores: it may be stopped or killed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event

from callcore.domain.ids import Micros
from callcore.ports.stores import LeaseLapsedError, StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import FakeClock, FakeTimer


class Life:
    """One process's view of a ``FakeClock``: it may be killed, or stopped for a while."""

    def __init__(self, clock: FakeClock) -> None:
        self.is_dead = False
        self.is_asleep = False
        self._clock = clock
        self._due: list[Callable[[], object]] = []
        self._absences: list[tuple[Micros, Micros | None]] = []

    def now(self) -> Micros:
        """The instant the test has reached."""
        return self._clock.now()

    def boot_seconds(self) -> float:
        """Goes on while the process is stopped."""
        return self._clock.now() / 1e6

    def after(self, seconds: float, run: Callable[[], None]) -> FakeTimer:
        """Runs ``run`` in a greenlet, once the process is awake, if it lives then."""
        timer = FakeTimer(run)

        def fire() -> None:
            if not timer.is_cancelled:
                self.when_awake(run)

        self._clock.after(seconds, fire)
        return timer

    def sleep(self, seconds: float) -> None:
        """Waits; a dead process never wakes."""
        if seconds == 0:
            gevent.sleep(0)
            return
        over = Event()
        self.after(seconds, lambda: over.set() and None)
        over.wait()

    def when_awake(self, run: Callable[[], object]) -> None:
        """Runs it now, or in its turn when the process goes on."""
        if self.is_dead:
            return
        if self.is_asleep:
            self._due.append(run)
        else:
            run()

    def stop(self) -> None:
        """The process is stopped."""
        self.is_asleep = True
        self._absences.append((self.now(), None))

    def go_on(self) -> None:
        """The process runs again, and finds all that came meanwhile."""
        if self.is_asleep:
            stopped_at, _ = self._absences.pop()
            self._absences.append((stopped_at, self.now()))
        self.is_asleep = False
        due, self._due = self._due, []
        for run in due:
            spawn("late", self.when_awake, run)

    def die(self) -> None:
        """The process is killed."""
        self.is_dead = True
        self._absences.append((self.now(), None))

    def was_absent(self, since: Micros, until: Micros) -> bool:
        """True if the process did not run all the time in between."""
        return any(
            begun <= until and (over is None or since <= over) for begun, over in self._absences
        )

    def wait_until_awake(self) -> None:
        """Returns when the process runs; never if it is dead."""
        while self.is_asleep or self.is_dead:
            awake = Event()
            self._due.append(awake.set)
            awake.wait()


class Gated:
    """A store as a worker has it: closed while its leases do not hold, and once it is dead."""

    def __init__(
        self,
        real: object,
        life: Life,
        may_act: Callable[[], bool],
        pause: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._real = real
        self._life = life
        self._may_act = may_act
        self._pause_seconds = pause

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self._real, verb)
        if not callable(real):
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._life.is_dead:
                raise StoreUnavailableError(verb)
            if not self._may_act():
                raise LeaseLapsedError(verb)
            self._pause()
            answer = real(*args, **kwargs)
            self._pause()
            self._life.wait_until_awake()
            return answer

        return call

    def _pause(self) -> None:
        """Others run meanwhile."""
        seconds = self._pause_seconds()
        if seconds:
            self._life.sleep(seconds)
