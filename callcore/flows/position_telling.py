"""Telling one waiting caller the position, first after a while and then every so often."""

from __future__ import annotations

from callcore.domain import announcements
from callcore.domain.events import PositionAnnounced
from callcore.domain.ids import QueueName
from callcore.domain.policies import PositionPolicy
from callcore.flows.call import Call
from callcore.flows.messages import AnnouncementDue
from callcore.flows.timers import Timers
from callcore.ports.stores import StoreError


class PositionTelling:
    """The announcements of one visit; a queue without a policy announces nothing."""

    def __init__(
        self, call: Call, queue: QueueName, policy: PositionPolicy | None, timers: Timers
    ) -> None:
        self._call = call
        self._queue = queue
        self._policy = policy
        self._timers = timers
        self._due_count = 0
        self._last_told: int | None = None

    def plan(self) -> None:
        """Sets the timer of the next announcement."""
        if self._policy is not None:
            seconds = announcements.next_after_seconds(self._policy, self._due_count)
            self._timers.set(seconds, AnnouncementDue())

    def due(self, *, is_silent: bool) -> None:
        """Plans the next time, and announces the position unless the caller is not to hear it."""
        self._due_count += 1
        self.plan()
        if not is_silent:
            self._tell()

    def _tell(self) -> None:
        call, site, policy = self._call, self._call.site, self._policy
        try:
            position = site.waiting_room.position(call.caller.call_id, self._queue)
        except StoreError:
            return
        if position is None or policy is None:
            return
        announcement = announcements.position_announcement(position, self._last_told, policy)
        self._last_told = announcement.position
        call.announce(announcement.prompts)
        call.ledger.announced()
        site.facts.publish(
            PositionAnnounced(
                at=site.clock.now(),
                call_id=call.caller.call_id,
                queue=self._queue,
                position=announcement.position,
            )
        )
