"""Waking a switch while a phone rings."""

from __future__ import annotations

from callcore.adapters.freeswitch.jobs import OriginateJobs
from callcore.adapters.freeswitch.link import Link
from callcore.ports.surroundings import Clock
from callcore.runtime.greenlets import spawn


class Poking:
    """Wakes the switch every so many seconds as long as an originate is under way: it looks for
    events every 20 ms, and sooner if something comes. Never, if the seconds are ``None``.
    """

    def __init__(
        self, link: Link, jobs: OriginateJobs, clock: Clock, seconds: float | None
    ) -> None:
        self._link = link
        self._jobs = jobs
        self._clock = clock
        self._seconds = seconds
        self._goes_on = False

    def while_ringing(self) -> None:
        """An originate has begun."""
        if self._seconds is not None and not self._goes_on:
            self._goes_on = True
            spawn("poke", self._run, self._seconds)

    def _run(self, seconds: float) -> None:
        try:
            while self._jobs:
                self._link.poke()
                self._clock.sleep(seconds)
        finally:
            self._goes_on = False
