"""When a caller who waits is to be offered a callback: after so long a wait, or before one.

The wait still to come changes without a word to the caller's call, so it is looked at now and then,
beside the call: nothing keeps an agent from the caller.
"""

from __future__ import annotations

import math

from callcore.domain.estimates import UnknownWait
from callcore.domain.ids import Micros, QueueName, seconds_between
from callcore.domain.policies import CallbackOfferPolicy
from callcore.flows import expecting
from callcore.flows.call import Call
from callcore.flows.messages import CallbackOfferDue
from callcore.flows.timers import Timers

FIRST_LOOK_SECONDS = 5.0
LOOK_SECONDS = 30.0
"""Looking more often would cost the floor a read each for all who wait."""

PUT_OFF_SECONDS = 3.0


class CallbackOfferTiming:
    """The timer of ``offer`` for one visit of ``call`` to ``queue``, which began at ``joined_at``:
    posts ``CallbackOfferDue``.
    """

    def __init__(
        self,
        call: Call,
        queue: QueueName,
        joined_at: Micros,
        timers: Timers,
        offer: CallbackOfferPolicy,
    ) -> None:
        self._call = call
        self._queue = queue
        self._joined_at = joined_at
        self._timers = timers
        self._offer = offer
        self._after_seconds = offer.after_wait_seconds or math.inf
        self._above_seconds = offer.above_estimate_seconds or math.inf

    def begin(self, *, is_adopted: bool) -> None:
        """Plans the first offer. Of a caller who is adopted, who was offered it in time by another
        process, the next one.
        """
        waited = self._waited_seconds()
        if is_adopted and waited >= self._after_seconds:
            self.again(since_last=waited - self._after_seconds)
        else:
            self._look_in(FIRST_LOOK_SECONDS)

    def put_off(self) -> None:
        """Plans an offer that is due and cannot be made now."""
        self._plan(PUT_OFF_SECONDS, is_due=True)

    def again(self, *, since_last: float = 0.0) -> None:
        """Plans the next offer, so long after the last one was over."""
        interval = self._offer.repeat_after_seconds
        if interval is None or min(self._after_seconds, self._above_seconds) == math.inf:
            return
        seconds = interval - since_last % interval
        self._plan(seconds, is_due=self._waited_seconds() + seconds >= self._after_seconds)

    def stop(self) -> None:
        """None is due until ``again``."""
        self._timers.cancel(CallbackOfferDue)

    def _look_in(self, seconds: float) -> None:
        """Plans a look at the wait still to come, or the offer if that is due earlier."""
        left = self._after_seconds - self._waited_seconds()
        if self._above_seconds < math.inf and seconds < left:
            self._plan(seconds, is_due=False)
        elif left < math.inf:
            self._plan(left, is_due=True)

    def _plan(self, seconds: float, *, is_due: bool) -> None:
        clock = self._call.site.clock
        timer = clock.after(max(seconds, 0.0), lambda: self._look(is_due=is_due))
        self._timers.keep(timer, CallbackOfferDue)

    def _look(self, *, is_due: bool) -> None:
        """Finds whether an offer is due; runs beside the call."""
        is_due = is_due or self._will_be_long()
        if not self._timers.is_set(CallbackOfferDue):
            return  # the visit has ended meanwhile, or the caller has asked
        if is_due:
            self._call.mailbox.post(CallbackOfferDue())
        else:
            self._look_in(LOOK_SECONDS)

    def _will_be_long(self) -> bool:
        """True if the wait still to come is known to be longer than the offer says."""
        if self._above_seconds == math.inf:
            return False
        call = self._call
        wait = expecting.of_call(call.site, call.caller.call_id, self._queue)
        return not isinstance(wait, UnknownWait) and wait.mean > self._above_seconds

    def _waited_seconds(self) -> float:
        return seconds_between(self._joined_at, self._call.site.clock.now())
