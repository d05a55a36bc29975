"""When the customer of a promise that waits may be called, and when that is to be looked at."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import callbacks
from callcore.domain.callback_timing import SOONEST_LOOK_SECONDS, LookAgain, Timing
from callcore.domain.callbacks import Due, due_elsewhere
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.policies import QueuePolicy
from callcore.flows.callback_call import CallbackCall
from callcore.flows.callback_pacing import CallbackPacing
from callcore.flows.messages import CallbackDue, CallbackExpired, DialLookDue
from callcore.flows.timers import Timers

HINDERED_LOOK_SECONDS = 5.0
"""Until the next look at a promise whose customer cannot be called for reasons of ours."""


class CallbackSchedule:
    """Of the promise of ``call`` in the queue whose settings of now ``queue`` gives.

    ``may_begin`` says whether this process calls anybody.
    """

    def __init__(
        self,
        call: CallbackCall,
        queue: Callable[[], QueuePolicy],
        timers: Timers,
        may_begin: Callable[[], bool],
        pacing: CallbackPacing,
    ) -> None:
        self._call = call
        self._queue = queue
        self._timers = timers
        self._may_begin = may_begin
        self._pacing = pacing
        self._hours = callbacks.hours_now(None, Micros(0))
        self._next_look: LookAgain | None = None
        self.is_expired = False
        """True once the promise is not to be kept any more."""

    @property
    def is_due(self) -> bool:
        """True unless it is between two attempts, or before its time."""
        return self._call.promise.is_due(self._now())

    @property
    def is_in_hours(self) -> bool:
        """By the settings of now; looked up anew only when they change, or the hours do."""
        hours, now = callbacks.hours_of(self._queue()), self._now()
        if not self._hours.holds(hours, now):
            self._hours = callbacks.hours_now(hours, now)
        return self._hours.is_open

    @property
    def is_time(self) -> bool:
        """True if the customer may be called now, and there is something to dial."""
        return self.is_due and self._has_contact and self.is_in_hours

    @property
    def is_deferred(self) -> bool:
        """True if the promise is nobody's concern for a while: the customer may not be called, and
        is not on the line.
        """
        call = self._call
        if call.line.is_there and not call.is_leaving:
            return False
        is_put_off = call.promise.is_put_off(call.caller.arrived_at, self._now())
        return is_put_off or not self._has_contact or not self.is_in_hours

    @property
    def may_seem_due(self) -> bool:
        """True if other workers, by the floor and their clocks, may take it for due."""
        not_before = self._call.promise.not_before
        apart_seconds = self._call.site.tenure.clock_apart_seconds()
        due = due_elsewhere(not_before, self._now(), apart_seconds)
        return not self.is_deferred and due is not Due.NO

    @property
    def may_call(self) -> bool:
        """True if this process may call the customer now."""
        return self.is_time and self._may_begin()

    @property
    def due_at(self) -> Micros | None:
        """When the customer may be called; ``None`` if now, or not for as long as is known."""
        at = self._next_call_at()
        return at if at is not None and at > self._now() else None

    @property
    def expires_at(self) -> Micros:
        """When the promise is not to be kept any more."""
        seconds = self._call.kept_by.expires_after_seconds
        return callbacks.after(self._call.caller.arrived_at, seconds)

    def begin(self) -> None:
        """Sets the timers of a visit."""
        promised_at = self._call.caller.arrived_at
        seconds = callbacks.seconds_left(self._call.kept_by, promised_at, self._now())
        self._timers.set(seconds, CallbackExpired())
        self.plan()

    def plan(self) -> None:
        """Sets the timer for when the customer may be called; or if that is now, for the end of the
        hours, when the next ones are to be looked up. Timers may fire a moment early.
        """
        now, at = self._now(), self._next_call_at()
        if at is not None and at <= now:
            at = self._hours.until if self.is_in_hours else None
            if self._call.is_first:
                self.plan_look(LookAgain(seconds=SOONEST_LOOK_SECONDS))
        if at is None:
            self._timers.cancel(CallbackDue)
        else:
            self._timers.set(seconds_between(now, at), CallbackDue())

    def plan_look(self, look: LookAgain) -> None:
        """Sets the timer for the next look at how near the turn is."""
        self._next_look = look
        self._timers.set(look.seconds, DialLookDue())

    def timing(self) -> Timing | None:
        """Whether to call the customer now, before the turn has come; ``None`` if there is nothing
        to look at before the next attempt is due.
        """
        call, self._next_look = self._call, None
        if not call.is_first or call.line.is_there or not self.is_due:
            return None
        if not self.may_call or not call.is_within_reach:
            return LookAgain(seconds=HINDERED_LOOK_SECONDS)
        return self._pacing.timing(call.caller.call_id, call.queue.name, call.kept_by)

    def staffing_changed(self) -> None:
        """One whose turn is near may be nearer by that, or not so near: looked at now."""
        if self._next_look is not None and self._next_look.is_near:
            self._next_look = None
            self._call.mailbox.post(DialLookDue())

    def learn(self) -> None:
        """The customer is ready."""
        seconds = seconds_between(self._call.line.dialled_at, self._now())
        self._pacing.learn(self._call.queue.name, seconds)

    @property
    def _has_contact(self) -> bool:
        return self._call.site.policy.dialplan.callback_contact is not None

    def _next_call_at(self) -> Micros | None:
        hours = callbacks.hours_of(self._queue())
        return callbacks.next_call_at(self._call.promise, hours, self._now())

    def _now(self) -> Micros:
        return self._call.site.clock.now()
