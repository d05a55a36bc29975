"""A promised callback waits in a queue, on the caller's old place, until the customer talks.

By the settings of the queue an agent is rung first, then the customer; or the customer is called as
an agent is about to be free, and an agent who is free before they are there is kept for them.
Customers who are not reached are called again after a while; until then, and outside the hours, the
promise stands in line, and agents are asked for those behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callcore.domain.callback_timing import DialNow, LookAgain
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, Micros
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import STRATEGIES_RINGING_MANY, QueuePolicy
from callcore.flows import customer_dialling
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_pacing import CallbackPacing
from callcore.flows.callback_schedule import CallbackSchedule
from callcore.flows.crew import Crew
from callcore.flows.customer_course import CustomerCourse
from callcore.flows.customer_line import Line
from callcore.flows.customer_reception import CustomerReception
from callcore.flows.dispatching import CALLBACK_DUE
from callcore.flows.messages import (
    CallbackDue,
    CallbackExpired,
    CallerOff,
    CustomerFound,
    CustomerTimedOut,
    CustomerUnreached,
    DialLookDue,
    HeldTooLong,
    Message,
    OfferFound,
    PlaceGiven,
    PromiseLineLookDue,
    RangIn,
    Reserved,
    RingMoreDue,
    SettingsChanged,
    WentToFallback,
)
from callcore.flows.offering import Offering
from callcore.flows.place_leaving import LeftQueueError
from callcore.flows.place_taking import Taken
from callcore.flows.promise_line import PromiseLine
from callcore.flows.waiting import Waiting
from callcore.runtime.parts import Asking

_STATES = {
    Line.RINGING: CallbackState.CALLING,
    Line.ANSWERED: CallbackState.ANSWERED,
    Line.READY: CallbackState.ANSWERED,
    Line.LEAVING: CallbackState.ANSWERED,
    Line.MET: CallbackState.TALKING,
}


class WaitingCallback(Waiting):
    """One visit of a promise to one queue. ``may_begin`` says whether customers may be called."""

    def __init__(
        self,
        call: CallbackCall,
        queue: QueuePolicy,
        taken: Taken,
        crew: Crew,
        may_begin: Callable[[], bool],
        pacing: CallbackPacing,
    ) -> None:
        super().__init__(call, queue, taken, crew)
        self._customer = call
        self._customer.queue = queue
        self._promise_line = PromiseLine(call, self._timers)
        self._schedule = CallbackSchedule(
            call, Asking(self._queue_now), self._timers, may_begin, pacing
        )
        self._course = CustomerCourse(
            call,
            CustomerReception(call, queue, self._standing, self._timers),
            self._schedule,
            self._offerings,
            self._timers,
            self._look_for_more,
        )

    @property
    def may_be_offered(self) -> bool:
        """True if agents may be asked for it: the customer is on the line or being called, or may
        be called now, and can be.
        """
        customer = self._customer
        if customer.is_leaving:
            return False
        return customer.is_within_reach and (customer.line.is_there or self._schedule.may_call)

    @property
    def may_seem_offerable(self) -> bool:
        """True unless the floor tells other workers that it is not due."""
        return self._customer.line.is_there or self._schedule.may_seem_due

    @property
    def is_on_line(self) -> bool:
        """True once the customer has answered."""
        return self.state in {CallbackState.ANSWERED, CallbackState.TALKING}

    @property
    def is_idle(self) -> bool:
        """True if no agent is asked to take it, and there is no line to the customer."""
        return not self._offerings and not self._customer.line.is_there

    @property
    def state(self) -> CallbackState:
        """How far it is from being kept."""
        line = self._customer.line.state
        if line in _STATES:
            return _STATES[line]
        if self._offerings:
            return CallbackState.OFFERED
        if not self._schedule.is_due:
            return CallbackState.NOT_DUE
        is_in_hours = self._schedule.is_in_hours
        return CallbackState.WAITING if is_in_hours else CallbackState.OUTSIDE_HOURS

    @property
    def due_at(self) -> Micros | None:
        """When the customer may be called; ``None`` if now, or not for as long as is known."""
        return self._schedule.due_at

    @property
    def expires_at(self) -> Micros:
        """When it is not to be kept any more."""
        return self._schedule.expires_at

    @property
    def offered_to(self) -> tuple[AgentId, ...]:
        """The agents who are rung, or kept, for it."""
        return tuple(reservation.agent_id for reservation in self._offerings.reservations)

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """Agents came or went: one whose turn is near may be nearer, or not so near, by that."""
        super().note_staffing(staffed)
        self._schedule.staffing_changed()

    def _begin(self, *, is_adopted: bool) -> None:
        self._schedule.begin()
        if is_adopted:
            self._promise_line.watch()
        self._standing.plan()
        self._plan_relaxation()
        self._course.begin()
        self._look_at_leaving()

    def _go_on_with(self, found: Sequence[OfferFound]) -> Offering | None:
        """As of any caller, with the customer's line first, beside which nobody is called; but no
        agent is asked for a customer who is not to be called now.
        """
        for message in self._call.mailbox.take_out(lambda one: isinstance(one, CustomerFound)):
            self._hear(message)
        customer, won = self._customer, super()._go_on_with(found)
        if self._offerings and not customer.line.is_there:
            self._refuse_number()
            if not self._schedule.is_time:
                self._offerings.caller_unreached()
            elif customer.keeps_agents:
                customer.dial()
        if won is None:
            self._look_at_leaving()
        return won

    def _hear(self, message: Message) -> None:
        match message:
            case Reserved():
                self._take_agent(message)
            case CustomerUnreached() | CustomerTimedOut() | CustomerFound() | HeldTooLong():
                self._course.hear(message)
            case CallbackDue() | DialLookDue() | CallerOff() | CallbackExpired():
                self._hear_of_time(message)
            case PromiseLineLookDue():
                if self._promise_line.has_ended():
                    self._caller_off()
            case RangIn():
                raise LeftQueueError(LeaveReason.RANG_IN)
            case PlaceGiven():
                self.be_given(message.first_joined_at, message.own_priority)
            case WentToFallback():
                self._course.in_other_hands()
                raise LeftQueueError(LeaveReason.FALLBACK)
            case _:
                if isinstance(message, SettingsChanged):
                    self._schedule.plan()
                self._course.overhear(message)
                super()._hear(message)

    def _hear_of_time(
        self, message: CallbackDue | DialLookDue | CallerOff | CallbackExpired
    ) -> None:
        match message:
            case CallbackDue():
                self._due()
            case DialLookDue():
                self._look_whether_to_dial()
            case CallerOff():
                self._caller_off()
            case CallbackExpired():
                self._schedule.is_expired = True

    def _look_at_leaving(self) -> None:
        self._course.look_at_line()
        if not self._customer.is_leaving:
            self._look_at_end()
        self._look_whether_it_counts()

    def _look_whether_it_counts(self) -> None:
        """While the promise is not due it is ahead of nobody, though it keeps its place."""
        self._customer.defer(is_deferred=self._schedule.is_deferred)
        self._customer.note_line(is_on_line=self.is_on_line)

    def _look_at_end(self) -> None:
        customer = self._customer
        end = customer.promise.end(customer.kept_by)
        if end is not None:
            raise LeftQueueError(end)
        is_held = customer.line.is_there or self._offerings.is_picked_up
        if self._schedule.is_expired and not is_held:
            raise LeftQueueError(LeaveReason.CALLBACK_EXPIRED)

    def _take_agent(self, reserved: Reserved) -> None:
        """Has the agent rung; or kept, while the customer is called. One who was reserved just
        before the customer was found unreached, or by a worker that did not know that nobody may be
        asked for the promise, is let go.
        """
        customer = self._customer
        if not self.may_be_offered:
            self._offerings.turn_down(reserved)
            return
        try:
            self._refuse_number()
        except LeftQueueError:
            self._crew.freeing.caller_gone(reserved.reservation)
            raise
        customer.choose_switch()
        super()._hear(reserved)
        if customer.keeps_agents and self._offerings:
            customer.dial()

    def _refuse_number(self) -> None:
        """Raises ``LeftQueueError`` if the rules of now do not allow the number to be called."""
        if self._customer.line.is_there:
            return
        refusal = customer_dialling.refusal(self._call)
        if refusal is not None:
            self._customer.last_cause = refusal
            raise LeftQueueError(LeaveReason.NUMBER_REFUSED)

    def _look_whether_to_dial(self) -> None:
        """Calls the customer first if an agent is about to be free, else looks again later."""
        match self._schedule.timing():
            case DialNow():
                self._refuse_number()
                self._customer.choose_switch()
                self._customer.dial()
            case LookAgain() as look:
                self._schedule.plan_look(look)
            case None:
                pass

    def _caller_off(self) -> None:
        """The customer's phone will be free in a moment."""
        now = self._call.site.clock.now()
        self._customer.keep(self._customer.promise.let_begin(now))
        self._schedule.plan()

    def _tell_floor_again(self) -> None:
        self._customer.floor_emptied()
        super()._tell_floor_again()

    def _look_for_more(self) -> None:
        """The customer is there, for whom one agent was kept, or none."""
        if not self._offerings or self._queue_now().strategy in STRATEGIES_RINGING_MANY:
            self._look(CALLBACK_DUE)

    def _due(self) -> None:
        """Looks for an agent, and how near one is."""
        self._schedule.plan()
        self._look_whether_it_counts()
        if self._schedule.is_time:
            self._look(CALLBACK_DUE)
            self._look_whether_to_dial()

    def _ring_more(self) -> None:
        """Nobody is rung before the customer is there."""
        if self._customer.keeps_agents:
            self._timers.set(self._queue_now().ring_more_after_seconds, RingMoreDue())
        else:
            super()._ring_more()
