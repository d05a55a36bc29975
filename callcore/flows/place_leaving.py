"""A caller leaves a queue: the floor, the notes, what the queue learns from it."""

from __future__ import annotations

from collections.abc import Iterable

from callcore.domain import callbacks, estimates, outcomes, phone_numbers, wait_telling
from callcore.domain.estimates import Wait
from callcore.domain.events import CallerLeft, EstimateLived
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.wait_telling import ToldEstimate, ToldEstimates
from callcore.flows.call import Call
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.standing import Place
from callcore.ports.stores import StoreError

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

    def __init__(
        self,
        call: Call,
        queue: QueuePolicy,
        changes: FloorChanges,
        expected: Wait | None = None,
        busy_share: float | None = None,
    ) -> None:
        """``expected`` is the wait found at the door, ``None`` if none was, or there was none;
        ``busy_share`` that of the agents, ``None`` if unknown.
        """
        self.told = ToldEstimates()
        self._call = call
        self._queue = queue
        self._changes = changes
        self._expected = expected
        self._busy_share = busy_share

    def served_by(self, agent_id: AgentId, bridged_at: Micros) -> None:
        """An agent talks; the floor knows of it already."""
        self._remember_agent(agent_id)
        self.note(LeaveReason.PICKED_UP, bridged_at)

    def leave(
        self, reason: LeaveReason, at: Micros, limit: int | None, *, is_resumable: bool
    ) -> None:
        """The caller leaves unserved; ``is_resumable`` if the place is to be had again."""
        self.give_up(is_resumable=is_resumable)
        self.note(reason, at, limit)

    def note(self, reason: LeaveReason, at: Micros, limit: int | None = None) -> None:
        """Notes the end of the visit, which the floor knows of."""
        call, site, queue = self._call, self._call.site, self._queue
        visit = call.ledger.visits.left(
            at, reason, short_abandon_seconds=queue.short_abandon_seconds, limit=limit
        )
        is_callback = call.callback is not None
        self._tell_of_estimates(at, is_served=reason is LeaveReason.PICKED_UP)
        self._learn(visit.waited_seconds, reason)
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

    def _learn(self, waited_seconds: float, reason: LeaveReason) -> None:
        """Lets the queue's estimates know of a wait that has ended."""
        lesson = estimates.of_wait(
            waited_seconds,
            is_served=reason is LeaveReason.PICKED_UP,
            is_abandoned=reason in outcomes.ABANDONS,
            is_callback=self._call.callback is not None,
            expected=self._expected,
            busy_share=self._busy_share,
        )
        self._changes.teach({self._queue.name: lesson}, self._call.caller.call_id)

    def _tell_of_estimates(self, ended_at: Micros, *, is_served: bool) -> None:
        """Tells of each estimate that was announced what became of it."""
        site = self._call.site
        for estimate in self._told():
            lived = wait_telling.lived(estimate, ended_at, is_served=is_served)
            site.facts.publish(
                EstimateLived(
                    at=site.clock.now(),
                    call_id=self._call.caller.call_id,
                    queue=self._queue.name,
                    error_seconds=lived.error_seconds,
                    is_beyond=lived.is_beyond,
                )
            )

    def _told(self) -> Iterable[ToldEstimate]:
        """What the customer of a callback was told at the promise is known to the floor."""
        call = self._call
        if call.callback is None or not callbacks.policy_of(self._queue).tells_estimate:
            return self.told
        try:
            return call.site.waiting_room.told_estimates(call.caller.call_id)
        except StoreError:
            return ()

    def _remember_agent(self, agent_id: AgentId) -> None:
        sticky, number = self._queue.sticky, phone_numbers.normalised(self._call.caller.number)
        if sticky is None or not number:
            return
        room, seconds = self._call.site.waiting_room, sticky.days * SECONDS_PER_DAY
        self._changes.make(
            self._call.caller.call_id,
            lambda: room.remember_agent(self._queue.name, number, agent_id, seconds),
        )
