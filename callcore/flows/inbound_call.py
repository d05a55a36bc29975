"""A call from arrival to record.

Reads like the call: who is it, which queue, wait, talk, gone. A hangup unwinds it from wherever
it is, and ``finally`` closes the record.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import CallArrived, CallEnded
from callcore.domain.ids import CallId, Micros, seconds_between
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import HungUpBy
from callcore.domain.policies import QueuePolicy
from callcore.flows import restoring
from callcore.flows.call import OUTLIVES_TALK_SECONDS, Call, CallerHungUpError
from callcore.flows.crew import Crew
from callcore.flows.journey import Journey
from callcore.flows.messages import LinkBack, Message, OutlivedTalk
from callcore.flows.site import Site
from callcore.flows.standing import Place, Standing
from callcore.flows.timers import Timers
from callcore.flows.waiting_call import NO_TALK
from callcore.ports.stores import Joining, Reservation
from callcore.ports.switch_events import LegParked
from callcore.runtime.mailbox import Mailbox


class InboundCalls:
    """Runs the script of every call; one greenlet each."""

    def __init__(self, site: Site, crew: Crew) -> None:
        self._site = site
        self._crew = crew

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
        call = Call(
            self._site, caller, mailbox, self._crew.freeing.caller_gone, is_adopted=is_adopted
        )
        self._crew.switchboard.follow(caller.call_id, caller.node, call.mailbox)
        self._crew.switchboard.claim(caller.leg_id, caller.call_id)
        self._crew.ledgers[caller.call_id] = call.ledger
        return call

    def joining(self, call: Call, queue: QueuePolicy, place: Place) -> Joining:
        """What the floor was told of a caller who took that place in another process."""
        standing = Standing(call, queue, place, self._crew.changes, Timers(call.mailbox))
        return standing.joining(restoring.WITHOUT_LIMIT)

    def run(self, call: Call, arrival: LegParked, heard_at: Micros) -> None:
        """The script of a call that has just arrived."""
        self._publish_arrival(call)
        if arrival.is_line_answered:
            call.is_line_answered = True
            call.ledger.line_answered_at = arrival.at
        journey = Journey(call, self._crew)
        self._to_its_end(call, journey, lambda: journey.begin(arrival, heard_at))

    def resume_waiting(self, call: Call, queue: QueuePolicy, place: Place) -> None:
        """The script of a caller whom another process left waiting."""
        self._publish_arrival(call)
        journey = Journey(call, self._crew)
        self._to_its_end(call, journey, lambda: journey.resume(queue, place))

    def resume_talking(
        self, call: Call, queue: QueuePolicy, reservation: Reservation, bridged_at: Micros
    ) -> None:
        """The script of a caller who talks already; another process made the bridge."""
        self._publish_arrival(call)
        self._crew.switchboard.claim(reservation.leg_id, call.caller.call_id)
        journey = Journey(call, self._crew)
        self._to_its_end(call, journey, lambda: journey.talk(queue, reservation, bridged_at))

    def resume_elsewhere(self, call: Call) -> None:
        """The script of a caller who is no longer ours to serve, to the end of the line."""
        self._publish_arrival(call)
        self._to_its_end(call, Journey(call, self._crew), lambda: None)

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

    def _to_its_end(self, call: Call, journey: Journey, script: Callable[[], None]) -> None:
        cause = ""
        ended_at: Micros | None = None
        try:
            script()
            while True:
                arrival = self._until_parked_again(call)
                journey.begin(arrival, self._site.clock.now())
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
        self._crew.switchboard.unfollow(call.caller.call_id)
        self._crew.ledgers.pop(call.caller.call_id, None)
        call.decline_unread()
        record = call.ledger.close(ended_at, call.hung_up_by, cause)
        self._crew.keeping.keep(record)
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
