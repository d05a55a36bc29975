"""A promised callback waits in a queue, on the caller's old place, until the customer talks.

An agent is rung first, then the customer. Customers who are not reached are called again after a
while; until then the promise stands in line, and agents are asked for those behind it.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import callbacks
from callcore.domain.events import CallbackUnreached
from callcore.domain.ids import LegId, seconds_between
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import QueuePolicy
from callcore.flows.callback_call import CallbackCall
from callcore.flows.crew import Crew
from callcore.flows.dispatching import CALLBACK_DUE
from callcore.flows.messages import (
    CallbackDue,
    CallbackExpired,
    CallerOff,
    CustomerTimedOut,
    CustomerUnreached,
    GuardDue,
    Message,
    Reserved,
)
from callcore.flows.place_leaving import LeftQueueError
from callcore.flows.place_taking import Taken
from callcore.flows.waiting import MOST_FAILED_BRIDGES, Waiting

NO_ANSWER = "NO_ANSWER"
BROKEN_OFF = "ORIGINATOR_CANCEL"
NOT_BRIDGED = "DESTINATION_OUT_OF_ORDER"


class WaitingCallback(Waiting):
    """One visit of a promise to one queue. ``may_begin`` says whether customers may be called."""

    def __init__(
        self,
        call: CallbackCall,
        queue: QueuePolicy,
        taken: Taken,
        crew: Crew,
        may_begin: Callable[[], bool],
    ) -> None:
        super().__init__(call, queue, taken, crew)
        self._customer = call
        self._customer.queue = queue
        self._may_begin = may_begin
        self._is_expired = False
        self._is_entertained = False
        self._failed_before_count = 0
        """Bridges that failed on earlier lines to the customer."""

    @property
    def may_be_offered(self) -> bool:
        """True if the customer may be called now, and can be."""
        return self._is_due and self._may_begin() and self._customer.is_within_reach

    @property
    def is_idle(self) -> bool:
        """True if no agent is asked to take it, and no customer on the line."""
        return not self._offerings and not self._customer.is_open

    @property
    def _is_due(self) -> bool:
        return self._customer.promise.is_due(self._call.site.clock.now())

    def _begin(self, *, is_adopted: bool) -> None:  # noqa: ARG002 - there is no line to open
        now = self._call.site.clock.now()
        promised_at = self._call.caller.arrived_at
        seconds = callbacks.seconds_left(self._customer.kept_by, promised_at, now)
        self._timers.set(seconds, CallbackExpired())
        self._plan_attempt()
        self._standing.plan()
        self._plan_relaxation()

    def _hear(self, message: Message) -> None:
        customer = self._customer
        match message:
            case Reserved() if not self._is_due:
                self._offerings.turn_down(message)
            case Reserved():
                customer.choose_switch()
                super()._hear(message)
            case CustomerUnreached():
                self._unreached(message)
            case CustomerTimedOut(leg_id=leg_id):
                self._timed_out(leg_id)
            case CallbackDue():
                self._due()
            case CallerOff():
                self._caller_off()
            case CallbackExpired():
                self._is_expired = True
            case GuardDue():
                self._renew_guard()
            case _:
                super()._hear(message)

    def _look_at_leaving(self) -> None:
        customer = self._customer
        failed_count = self._offerings.failed_bridges_count - self._failed_before_count
        if failed_count >= MOST_FAILED_BRIDGES:
            customer.break_off(NOT_BRIDGED)
            self._unreached(CustomerUnreached(cause=NOT_BRIDGED))
        is_picked_up = self._offerings.is_picked_up
        if customer.is_ringing and not is_picked_up:
            customer.break_off(BROKEN_OFF)
        if customer.promise.is_used_up(customer.kept_by):
            raise LeftQueueError(LeaveReason.CALLBACK_FAILED)
        if self._is_expired and not is_picked_up:
            raise LeftQueueError(LeaveReason.CALLBACK_EXPIRED)
        if customer.is_open and not is_picked_up:
            self._entertain()

    def _timed_out(self, leg_id: LegId) -> None:
        if leg_id == self._customer.leg_id and self._customer.is_ringing:
            self._customer.break_off(NO_ANSWER)
            self._unreached(CustomerUnreached(cause=NO_ANSWER))

    def _unreached(self, unreached: CustomerUnreached) -> None:
        """Keeps the promise for later, before anybody looks whom to ask next."""
        customer, site = self._customer, self._call.site
        now = site.clock.now()
        self._is_entertained = False
        self._failed_before_count = self._offerings.failed_bridges_count
        customer.last_cause = unreached.cause
        if not unreached.is_our_doing:
            customer.keep(customer.promise.unreached(customer.kept_by, now))
            self._plan_attempt()
            site.facts.publish(
                CallbackUnreached(
                    at=now,
                    call_id=self.call_id,
                    queue=self._queue.name,
                    attempt=customer.promise.attempts_count,
                    hangup_cause=unreached.cause,
                )
            )
        self._offerings.caller_unreached()

    def _caller_off(self) -> None:
        """The customer's phone will be free in a moment."""
        now = self._call.site.clock.now()
        self._customer.keep(self._customer.promise.let_begin(now))
        self._plan_attempt()

    def _due(self) -> None:
        """Looks for an agent; timers may fire a moment early."""
        if self._is_due:
            self._look(CALLBACK_DUE)
        else:
            self._plan_attempt()

    def _plan_attempt(self) -> None:
        seconds = seconds_between(self._call.site.clock.now(), self._customer.promise.not_before)
        if seconds > 0:
            self._timers.set(seconds, CallbackDue())

    def _entertain(self) -> None:
        """The agent went as the customer answered: another one is looked for, as for a caller."""
        if not self._is_entertained:
            self._is_entertained = True
            self._call.play_music(self._queue.music)
            self._renew_guard()

    def _renew_guard(self) -> None:
        if self._customer.is_open:
            seconds = self._call.site.policy.fallback.waiting_after_seconds
            self._call.guard(seconds)
            self._timers.set(seconds / 2, GuardDue())
