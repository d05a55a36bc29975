"""Whether a link that is up still lives: heartbeats come, and commands are answered."""

from __future__ import annotations

from callcore.adapters.freeswitch.connection import Connection
from callcore.adapters.freeswitch.faults import FaultKind, heartbeat_limit_seconds
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock, Timer

STALL_TIMEOUTS = 2
"""A command unanswered for this many command timeouts means that the switch is stuck."""


class LinkWatch:
    """Gives up one pair of connections as soon as either is silent for too long."""

    def __init__(
        self, policy: NodePolicy, clock: Clock, *, commands: Connection, events: Connection
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._commands = commands
        self._events = events
        self._heartbeat_timer: Timer | None = None
        self._stall_timer: Timer | None = None

    def begin(self) -> None:
        """The link is up."""
        self.heartbeat()
        self._watch_commands(None)

    def heartbeat(self) -> None:
        """The switch lives; the next heartbeat is awaited."""
        if self._heartbeat_timer is not None:
            self._heartbeat_timer.cancel()
        self._heartbeat_timer = self._clock.after(
            heartbeat_limit_seconds(self._policy),
            lambda: self._events.lose(FaultKind.HEARTBEAT_MISSING),
        )

    def stop(self) -> None:
        """Nothing is awaited any more."""
        for timer in (self._heartbeat_timer, self._stall_timer):
            if timer is not None:
                timer.cancel()
        self._heartbeat_timer = self._stall_timer = None

    def _watch_commands(self, seen: int | None) -> None:
        """Gives the link up when the command seen unanswered last time still is."""
        oldest = self._commands.oldest_unanswered
        if oldest is not None and oldest == seen:
            self._commands.lose(FaultKind.COMMANDS_STALLED)
            return
        self._stall_timer = self._clock.after(
            self._policy.command_timeout_seconds * STALL_TIMEOUTS,
            lambda: self._watch_commands(oldest),
        )
