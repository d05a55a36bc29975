"""Tells when the machine's clock is set, and when what it was set by has been made up for."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import ClockCaughtUp, ClockStepped
from callcore.flows.site import Site

LOOK_SECONDS = 1.0

LEAST_STEP_SECONDS = 0.25
"""Less is no step: of how far the clocks are apart, a hundredth goes in every second."""


class ClockWatch:
    """``behind`` is by how many seconds the machine's clock is ahead of ours."""

    def __init__(self, site: Site, behind: Callable[[], float]) -> None:
        self._site = site
        self._behind = behind
        self._before = 0.0
        self._is_apart = False

    def run(self) -> None:
        """Looks, for ever."""
        while True:
            self.look()
            self._site.clock.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Compares with the last look."""
        now = self._site.clock.now()
        before, behind = self._before, self._behind()
        self._before = behind
        if abs(behind - before) >= LEAST_STEP_SECONDS:
            self._is_apart = True
            self._site.facts.publish(
                ClockStepped(at=now, by_seconds=behind - before, behind_seconds=behind)
            )
        elif self._is_apart and behind == 0:
            self._is_apart = False
            self._site.facts.publish(ClockCaughtUp(at=now))
