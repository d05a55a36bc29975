"""Telling one waiting caller the position, first after a while and then every so often."""

from __future__ import annotations

from callcore.domain import announcements
from callcore.domain.events import PositionAnnounced
from callcore.domain.ids import QueueName
from callcore.domain.policies import AnnouncementPolicy
from callcore.flows.call import Call
from callcore.flows.messages import AnnouncementDue
from callcore.ports.stores import StoreError
from callcore.ports.surroundings import Timer


class PositionTelling:
    """The announcements of one visit; a queue without a policy announces nothing."""

    def __init__(self, call: Call, queue: QueueName, policy: AnnouncementPolicy | None) -> None:
        self._call = call
        self._queue = queue
        self._policy = policy
        self._timer: Timer | None = None
        self._due_count = 0
        self._last_told: int | None = None

    def plan(self) -> None:
        """Sets the timer of the next announcement."""
        if self._policy is not None:
            seconds = announcements.next_after_seconds(self._policy, self._due_count)
            self._timer = self._call.mailbox.post_after(seconds, AnnouncementDue())

    def stop(self) -> None:
        """Announces nothing more."""
        if self._timer is not None:
            self._timer.cancel()

    def due(self, *, is_picked_up: bool) -> None:
        """Announces the position, unless an agent is about to talk, and plans the next time."""
        self._due_count += 1
        self.plan()
        if not is_picked_up:
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
