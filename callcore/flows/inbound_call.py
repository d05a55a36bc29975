"""A call from arrival to record.

Reads like the call: who is it, which queue, wait, talk, gone. A hangup unwinds it from wherever
it is, and ``finally`` closes the record.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import CallArrived, CallEnded, CallRefused
from callcore.domain.ids import CallId, Micros, QueueName, seconds_between
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import HungUpBy, LeaveReason, RefusalReason
from callcore.domain.policies import QueuePolicy
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import OUTLIVES_TALK_SECONDS, Call, CallerHungUpError
from callcore.flows.conversation import Conversation
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import LinkBack, Message, OutlivedTalk
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.flows.waiting_call import (
    NO_TALK,
    LeftQueueError,
    NotAdmittedError,
    Place,
    WaitingCall,
)
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegParked
from callcore.runtime.mailbox import Mailbox

UNKNOWN_QUEUE_CAUSE = "UNALLOCATED_NUMBER"
UNKNOWN_QUEUE_REMEDY = (
    "add it under queues: (or its number under numbers:), or correct callcore_queue in the dialplan"
)
FULL_QUEUE_CAUSE = "SWITCH_CONGESTION"
LEFT_QUEUE_CAUSE = "NORMAL_CLEARING"


class InboundCalls:
    """Runs the script of every call; one greenlet each."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        dispatcher: Dispatcher,
        freeing: AgentFreeing,
        changes: FloorChanges,
        keeping: RecordKeeping,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._dispatcher = dispatcher
        self._freeing = freeing
        self._changes = changes
        self._keeping = keeping

    def begin(self, arrival: LegParked) -> Call:
        """Begins to follow a caller who was parked; ``run`` is to be called in a greenlet."""
        caller = Caller(
            call_id=CallId(arrival.leg_id),
            leg_id=arrival.leg_id,
            node=arrival.node,
            number=arrival.caller_number,
            name=arrival.caller_name,
            dialled_number=arrival.dialled_number,
            arrived_at=arrival.at,
        )
        return self.follow(caller, is_adopted=False)

    def follow(self, caller: Caller, *, is_adopted: bool) -> Call:
        """Makes the mailbox of a call and sends its caller's leg's events there."""
        mailbox: Mailbox[Message] = Mailbox(self._site.clock)
        call = Call(self._site, caller, mailbox, self._freeing.caller_gone, is_adopted=is_adopted)
        self._switchboard.follow(caller.call_id, caller.node, call.mailbox)
        self._switchboard.claim(caller.leg_id, caller.call_id)
        return call

    def run(self, call: Call, arrival: LegParked, heard_at: Micros) -> None:
        """The script of a call that has just arrived."""
        self._publish_arrival(call)
        if arrival.is_line_answered:
            call.is_line_answered = True
            call.ledger.line_answered_at = arrival.at
        self._to_its_end(call, lambda: self._serve(call, arrival, heard_at))

    def resume_waiting(self, call: Call, queue: QueuePolicy, place: Place) -> None:
        """The script of a caller whom another process left waiting."""
        self._publish_arrival(call)
        now = self._site.clock.now()
        self._to_its_end(
            call, lambda: self._wait_and_talk(call, queue, place, now, is_adopted=True)
        )

    def resume_talking(
        self, call: Call, queue: QueuePolicy, reservation: Reservation, bridged_at: Micros
    ) -> None:
        """The script of a caller who talks already; another process made the bridge."""
        self._publish_arrival(call)
        self._switchboard.claim(reservation.leg_id, call.caller.call_id)
        self._to_its_end(
            call, lambda: self._talk(call, queue, reservation, bridged_at, recording_path=None)
        )

    def resume_elsewhere(self, call: Call) -> None:
        """The script of a caller who is no longer ours to serve, to the end of the line."""
        self._publish_arrival(call)
        self._to_its_end(call, lambda: None)

    def _publish_arrival(self, call: Call) -> None:
        caller = call.caller
        self._site.facts.publish(
            CallArrived(
                at=caller.arrived_at,
                call_id=caller.call_id,
                node=caller.node,
                leg_id=caller.leg_id,
                caller_number=caller.number,
                caller_name=caller.name,
                dialled_number=caller.dialled_number,
                is_adopted=call.ledger.is_adopted,
            )
        )

    def _serve(self, call: Call, arrival: LegParked, heard_at: Micros) -> None:
        queue, priority = self._queue_for(arrival)
        if queue is None:
            self._turn_away(call, arrival)
            return
        place = Place(priority=priority, first_joined_at=arrival.at)
        self._wait_and_talk(call, queue, place, heard_at, is_adopted=False)

    def _queue_for(self, arrival: LegParked) -> tuple[QueuePolicy | None, int]:
        """The queue the dialplan named, else the one the dialled number has; and the priority."""
        policy = self._site.policy
        named = arrival.variables.get("callcore_queue")
        if named:
            queue = policy.queues.get(QueueName(named))
            return queue, queue.priority if queue else 0
        dialled = arrival.variables.get("callcore_number") or arrival.dialled_number
        route = policy.numbers.get(dialled)
        if route is None:
            return None, 0
        queue = policy.queues.get(route.queue)
        return queue, (queue.priority if queue else 0) + route.priority

    def _turn_away(self, call: Call, arrival: LegParked) -> None:
        asked_for = arrival.variables.get("callcore_queue") or arrival.dialled_number
        now = self._site.clock.now()
        queue = QueueName(asked_for)
        call.ledger.refused(queue, now, RefusalReason.UNKNOWN_QUEUE)
        self._site.facts.publish(
            CallRefused(
                at=now,
                call_id=call.caller.call_id,
                queue=queue,
                reason=RefusalReason.UNKNOWN_QUEUE,
                remedy=UNKNOWN_QUEUE_REMEDY,
            )
        )
        call.hang_up(UNKNOWN_QUEUE_CAUSE)

    def _wait_and_talk(
        self,
        call: Call,
        queue: QueuePolicy,
        place: Place,
        triggered_at: Micros,
        *,
        is_adopted: bool,
    ) -> None:
        visit = WaitingCall(
            call,
            queue,
            place,
            self._switchboard,
            self._dispatcher,
            self._freeing,
            self._changes,
        )
        try:
            offering = visit.wait(triggered_at, is_adopted=is_adopted)
        except NotAdmittedError as refused:
            if refused.reason is RefusalReason.FLOOR_UNAVAILABLE:
                fallback = self._site.policy.fallback
                call.hand_to_dialplan(fallback.extension, fallback.context)
            else:
                call.hang_up(FULL_QUEUE_CAUSE)
            return
        except LeftQueueError as left:
            if left.reason is not LeaveReason.FALLBACK:
                call.hang_up(LEFT_QUEUE_CAUSE)
            return
        path = self._recording_path(queue, offering.reservation)
        self._talk(call, queue, offering.reservation, offering.bridged_at, recording_path=path)

    def _recording_path(self, queue: QueuePolicy, talk: Reservation) -> str | None:
        directory = self._site.policy.recordings_directory
        if not queue.record or directory is None:
            return None
        return f"{directory}/{talk.call_id}_{talk.offer_id}.wav"

    def _talk(
        self,
        call: Call,
        queue: QueuePolicy,
        reservation: Reservation,
        bridged_at: Micros,
        *,
        recording_path: str | None,
    ) -> None:
        call.remember(
            waits_in="",
            talks_in=queue.name,
            offer=reservation.offer_id,
            agent=reservation.agent_id,
            bridged_at=str(bridged_at),
        )
        conversation = Conversation(call, queue, reservation, self._freeing, self._changes)
        conversation.follow(bridged_at, recording_path)

    def _until_parked_again(self, call: Call) -> LegParked:
        """Follows a caller who is no longer ours to serve until the dialplan, or an agent's blind
        transfer, hands the same caller to us again.
        """
        timer = call.mailbox.post_after(OUTLIVES_TALK_SECONDS, OutlivedTalk())
        while True:
            message = call.take()
            match message:
                case OutlivedTalk() if call.talk_ended_at is not None:
                    call.remember(**NO_TALK)
                case LinkBack():
                    call.hang_up_again()
                case LegParked() if (
                    message.leg_id == call.leg_id and call.hung_up_by is not HungUpBy.CALLCORE
                ):
                    timer.cancel()
                    call.hung_up_by = HungUpBy.UNKNOWN
                    call.talk_ended_at = None
                    return message
                case _:
                    pass

    def _to_its_end(self, call: Call, script: Callable[[], None]) -> None:
        cause = ""
        ended_at: Micros | None = None
        try:
            script()
            while True:
                arrival = self._until_parked_again(call)
                self._serve(call, arrival, self._site.clock.now())
        except CallerHungUpError as hung_up:
            cause, ended_at = hung_up.ended.cause, hung_up.ended.at
        except Exception as error:
            self._give_up(call, error)
            raise
        finally:
            self._close(call, ended_at or self._site.clock.now(), cause)

    def _give_up(self, call: Call, error: Exception) -> None:
        """A fault of ours must not keep a caller for ever: the dialplan takes over."""
        call.ledger.fault(f"{type(error).__name__}: {error}")
        fallback = self._site.policy.fallback
        call.hand_to_dialplan(fallback.extension, fallback.context)

    def _close(self, call: Call, ended_at: Micros, cause: str) -> None:
        self._switchboard.unfollow(call.caller.call_id)
        call.decline_unread()
        record = call.ledger.close(ended_at, call.hung_up_by, cause)
        self._keeping.keep(record)
        self._site.facts.publish(
            CallEnded(
                at=self._site.clock.now(),
                call_id=call.caller.call_id,
                outcome=record.outcome,
                hung_up_by=record.hung_up_by,
                hangup_cause=cause,
                lasted_seconds=seconds_between(call.caller.arrived_at, ended_at),
            )
        )
