"""A caller leaves a queue: the floor, the notes, what the queue learns from it."""

from __future__ import annotations

from callcore.domain import outcomes, phone_numbers
from callcore.domain.events import CallerLeft
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.standing import Place

SECONDS_PER_DAY = 86_400


class LeftQueueError(Exception):
    """The caller left the queue unserved, still on the line.

    ``limit`` is how many may wait, if that is why.
    """

    def __init__(self, reason: LeaveReason, limit: int | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.limit = limit


class MovedError(LeftQueueError):
    """The caller has a place in another queue already, with the wait so far."""

    def __init__(self, queue: QueueName, place: Place) -> None:
        super().__init__(LeaveReason.MOVED)
        self.queue = queue
        self.place = place


class PlaceLeaving:
    """The end of one visit of ``call`` to ``queue``."""

    def __init__(self, call: Call, queue: QueuePolicy, changes: FloorChanges) -> None:
        self._call = call
        self._queue = queue
        self._changes = changes

    def served_by(self, agent_id: AgentId, bridged_at: Micros) -> None:
        """An agent talks; the floor knows of it already."""
        self._remember_agent(agent_id)
        self.note(LeaveReason.PICKED_UP, bridged_at)

    def leave(self, reason: LeaveReason, at: Micros, limit: int | None) -> None:
        """The caller leaves unserved."""
        self.give_up(is_resumable=reason is LeaveReason.ABANDONED)
        self.note(reason, at, limit)

    def note(self, reason: LeaveReason, at: Micros, limit: int | None = None) -> None:
        """Notes the end of the visit, which the floor knows of."""
        call, site, queue = self._call, self._call.site, self._queue
        visit = call.ledger.visits.left(
            at, reason, short_abandon_seconds=queue.short_abandon_seconds, limit=limit
        )
        is_callback = call.callback is not None
        if not is_callback:
            self._learn(visit.waited_seconds, is_abandoned=reason in outcomes.ABANDONS)
        site.facts.publish(
            CallerLeft(
                at=site.clock.now(),
                call_id=call.caller.call_id,
                queue=queue.name,
                reason=reason,
                waited_seconds=visit.waited_seconds,
                is_short=visit.is_short_abandon,
                is_callback=is_callback,
            )
        )

    def give_up(self, *, is_resumable: bool = False) -> None:
        """Gives up the place; the same number may have it again for as long as the queue says."""
        site, call_id = self._call.site, self._call.caller.call_id
        request_id = site.ids.request_id()
        seconds = self._queue.resume_within_seconds if is_resumable else 0.0
        self._changes.make(
            call_id,
            lambda: site.waiting_room.leave(
                call_id, self._queue.name, request_id, resume_within_seconds=seconds
            ),
        )

    def _learn(self, waited_seconds: float, *, is_abandoned: bool) -> None:
        """Lets the queue's estimates know how long callers are ready to wait on the line."""
        room, queue = self._call.site.waiting_room, self._queue.name
        self._changes.make(
            self._call.caller.call_id,
            lambda: room.learn_wait(queue, waited_seconds, is_abandoned=is_abandoned),
        )

    def _remember_agent(self, agent_id: AgentId) -> None:
        sticky, number = self._queue.sticky, phone_numbers.normalised(self._call.caller.number)
        if sticky is None or not number:
            return
        room, seconds = self._call.site.waiting_room, sticky.days * SECONDS_PER_DAY
        self._changes.make(
            self._call.caller.call_id,
            lambda: room.remember_agent(self._queue.name, number, agent_id, seconds),
        )
