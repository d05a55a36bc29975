"""When a switch that is not reached counts as dead.

A process that is gone has its connections refused; a host that is gone, or a network between, says
nothing at all, and then longer is waited.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock, Timer

REFUSED_RETRY_SECONDS = 3.0
"""A refused connection costs nothing, and a switch that is back has callers at once."""


class Vanishing:
    """Of one node. ``gone`` is told, once for each time it is away, and why."""

    def __init__(self, policy: NodePolicy, clock: Clock, gone: Callable[[str], None]) -> None:
        self._policy = policy
        self._clock = clock
        self._gone = gone
        self._away_since: Micros | None = None
        self._refused_since: Micros | None = None
        self._is_told = False
        self._timer: Timer | None = None
        self._reason = ""

    def is_up(self) -> None:
        """The link is up."""
        self.stop()
        self._away_since = self._refused_since = None
        self._is_told = False

    def is_down(self, fault: LinkFaultError) -> None:
        """The link was lost, or could not be brought up again."""
        now = self._clock.now()
        if self._away_since is None:
            self._away_since = now
        if fault.kind is not FaultKind.CONNECTION_REFUSED:
            self._refused_since = None
        elif self._refused_since is None:
            self._refused_since = now
        self._reason = str(fault)
        self._plan(now)

    def stop(self) -> None:
        """Nothing is told any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self, now: Micros) -> None:
        self.stop()
        if self._is_told:
            return
        policy = self._policy
        due = [
            since + seconds * MICROS_PER_SECOND - now
            for since, seconds in (
                (self._away_since, policy.lost_after_seconds),
                (self._refused_since, policy.lost_after_refused_seconds),
            )
            if since is not None
        ]
        seconds = max(min(due) / MICROS_PER_SECOND, 0.0)
        self._timer = self._clock.after(seconds, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._is_told = True
        self._gone(self._reason)
