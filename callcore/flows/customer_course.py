"""What becomes of a call to a customer, from the answer or the failure on, and of the promise by
it.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import callbacks
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.speech import phrases
from callcore.flows import leg_roles
from callcore.flows.answer_checking import CheckEnd
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_schedule import CallbackSchedule
from callcore.flows.customer_reception import CustomerReception
from callcore.flows.messages import (
    CustomerFound,
    CustomerTimedOut,
    CustomerUnreached,
    HeldTooLong,
    LinkBack,
    Message,
)
from callcore.flows.offerings import Offerings
from callcore.flows.timers import Timers
from callcore.flows.waiting import MOST_FAILED_BRIDGES
from callcore.ports.switch_events import LegSnapshot

NO_ANSWER = "NO_ANSWER"
BROKEN_OFF = "ORIGINATOR_CANCEL"
NOT_BRIDGED = "DESTINATION_OUT_OF_ORDER"
NOBODY_THERE = "NORMAL_CLEARING"

LOOK_AGAIN_SECONDS = 1.0

_IN_VAIN = {
    CheckEnd.LATER: AttemptOutcome.LATER,
    CheckEnd.DECLINED: AttemptOutcome.DECLINED,
}
_FAREWELLS = {
    CheckEnd.LATER: phrases.CALLBACK_LATER,
    CheckEnd.DECLINED: phrases.CALLBACK_CANCELLED,
}


class CustomerCourse:
    """Of one visit of the promise of ``call`` to a queue. ``look`` looks for more agents."""

    def __init__(
        self,
        call: CallbackCall,
        reception: CustomerReception,
        schedule: CallbackSchedule,
        offerings: Offerings,
        timers: Timers,
        look: Callable[[], None],
    ) -> None:
        self._call = call
        self._reception = reception
        self._schedule = schedule
        self._offerings = offerings
        self._timers = timers
        self._look = look
        self._failed_before_count = 0
        """Bridges that failed on earlier lines to the customer."""

    def begin(self) -> None:
        """Goes on with a line that was begun in another queue."""
        self._conclude(self._reception.resume())

    def hear(
        self, message: CustomerUnreached | CustomerTimedOut | CustomerFound | HeldTooLong
    ) -> None:
        """Takes a message about the line itself."""
        match message:
            case CustomerUnreached():
                self._unreached(message)
            case CustomerTimedOut(leg_id=leg_id):
                if leg_id == self._call.leg_id and self._call.is_ringing:
                    self._give_up_line(AttemptOutcome.NO_ANSWER, NO_ANSWER)
            case CustomerFound():
                self._found(message)
            case HeldTooLong():
                self._held_too_long()

    def overhear(self, message: Message) -> None:
        """Takes any other message: the customer may have answered, or said something."""
        if isinstance(message, LinkBack) and self._offerings.is_picked_up:
            message = LinkBack(is_silent=False)  # music would be played into the talk
        if self._call.is_answered and not self._reception.is_asking:
            self._conclude(self._reception.receive())
        else:
            self._conclude(self._reception.hear(message))

    def look_at_line(self) -> None:
        """Ends a line that is of no use any more, and entertains the customer on another; after
        each message.
        """
        call, is_picked_up = self._call, self._offerings.is_picked_up
        failed_count = self._offerings.failed_bridges_count - self._failed_before_count
        if failed_count >= MOST_FAILED_BRIDGES and call.line.is_there:
            self._give_up_line(AttemptOutcome.UNREACHABLE, NOT_BRIDGED)
        if is_picked_up:
            return
        if call.is_ringing and not call.is_first:
            call.break_off(BROKEN_OFF)
        self._reception.hold()

    def in_other_hands(self) -> None:
        """The dead man's switch has sent the customer elsewhere."""
        self._reception.stop()
        self._call.let_go()

    def _conclude(self, end: CheckEnd | None) -> None:
        """What the customer has said comes to pass."""
        match end:
            case None:
                pass
            case CheckEnd.THERE:
                self._be_ready()
            case CheckEnd.SILENT:
                self._give_up_line(AttemptOutcome.SILENT, NOBODY_THERE)
            case _:
                call = self._call
                attempt = call.line.attempt(call.leg_id, _IN_VAIN[end], NOBODY_THERE)
                self._reception.say_farewell((_FAREWELLS[end],))
                self._unreached(CustomerUnreached(cause=NOBODY_THERE, attempt=attempt))

    def _be_ready(self) -> None:
        """Has the agent who is kept rung, or joins the one who has picked up."""
        self._schedule.learn()
        self._call.ready()
        self._offerings.customer_ready()
        self._reception.settle()
        self._look()

    def _give_up_line(self, outcome: AttemptOutcome, cause: str) -> None:
        """Ends the line: with the customer on it nobody will talk."""
        attempt = self._call.line.attempt(self._call.leg_id, outcome, cause)
        self._reception.end(cause)
        self._unreached(CustomerUnreached(cause=cause, attempt=attempt))

    def _unreached(self, unreached: CustomerUnreached) -> None:
        """Keeps the promise for later, before anybody looks whom to ask next."""
        call = self._call
        self._failed_before_count = self._offerings.failed_bridges_count
        if not call.is_leaving:
            self._reception.stop()
        if unreached.attempt is not None:
            call.unreached(unreached.attempt)
        else:
            call.last_cause = unreached.cause
            self._put_off(callbacks.OUR_FAULT_SECONDS)
        self._schedule.plan()
        self._offerings.caller_unreached()

    def _held_too_long(self) -> None:
        """The customer has held the line for as long as callers may wait: that is no attempt."""
        call = self._call
        if not call.is_ready:
            return
        if self._offerings.is_picked_up:
            self._timers.set(LOOK_AGAIN_SECONDS, HeldTooLong())
            return
        if self._schedule.is_expired:
            self._reception.end(NOBODY_THERE)
        else:
            self._reception.say_farewell((phrases.CALLBACK_LATER,))
        self._put_off(call.kept_by.retry_after_seconds)
        self._schedule.plan()
        self._offerings.caller_unreached()

    def _found(self, found: CustomerFound) -> None:
        """A line that another process began is gone on with; not beside one of our own."""
        call, leg = self._call, found.leg
        is_taken = call.line.is_there and not call.is_ringing
        if is_taken or call.has_given_up(leg.leg_id):
            call.refuse_line(leg)
            return
        if not leg.is_line_answered:
            self._found_ringing(leg)
            return
        self._reception.end(BROKEN_OFF)
        if leg.node != call.caller.node:
            self._offerings.caller_unreached()  # agents who are rung elsewhere cannot be joined
        call.adopt_line(leg)
        if leg_roles.is_ready_customers(leg):
            self._be_ready()
        else:
            call.stop_playing()  # what the other process had begun to ask
            self._conclude(self._reception.receive())

    def _found_ringing(self, leg: LegSnapshot) -> None:
        if self._call.line.is_there:
            self._call.refuse_line(leg)
        else:
            self._call.adopt_line(leg)

    def _put_off(self, seconds: float) -> None:
        now = self._call.site.clock.now()
        self._call.keep(self._call.promise.put_off(now, seconds))
