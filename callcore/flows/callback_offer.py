"""The offer to be called back, made to a caller who is not served now: heard, taken or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from callcore.domain import phone_numbers
from callcore.domain.policies import QueuePolicy
from callcore.domain.treatments import ToCallback
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.call import Call
from callcore.flows.key_asking import asked_key
from callcore.flows.prompting import say
from callcore.flows.standing import Place
from callcore.flows.timers import Timers

PROMISED_CAUSE = "NORMAL_CLEARING"


class Promises(Protocol):
    """Who makes promises and keeps them."""

    def promise(self, call: Call, queue: QueuePolicy, place: Place) -> Callable[[], None]:
        """Promises the caller of ``call`` a callback on that place; the floor holds it from now on.

        What is returned is to be called when the caller's line is being ended. A number that has a
        promise in the queue keeps that. Raises ``NotAdmittedError`` if nothing is promised.
        """


class CallbackOffer:
    """One offer to the caller of ``call`` of a callback on ``place`` in ``queue``."""

    def __init__(
        self, call: Call, to: ToCallback, queue: QueuePolicy, place: Place, promises: Promises
    ) -> None:
        self._call = call
        self._to = to
        self._queue = queue
        self._place = place
        self._promises = promises

    def make(self) -> bool:
        """True if it was promised; the caller's line is being ended then.

        Raises ``CallerHungUpError``.
        """
        if not self._can_be_kept():
            return False
        call = self._call
        # An adopter leads the caller to where the offer came from.
        call.remember(offers_callback="true")
        if self._is_wanted() and self._promise():
            return True
        call.remember(offers_callback="", waits_in="")
        return False

    def _can_be_kept(self) -> bool:
        dialplan = self._call.site.policy.dialplan
        number = phone_numbers.normalised(self._call.caller.number)
        return bool(number) and dialplan.callback_contact is not None

    def _is_wanted(self) -> bool:
        """Asks, on a line that is answered: others carry no keys."""
        call, to, timers = self._call, self._to, Timers(self._call.mailbox)
        call.stop_playing()
        call.answer()
        try:
            key = asked_key(call, to.prompts, timers, timeout_seconds=to.timeout_seconds)
        finally:
            timers.stop()
        return key == to.key

    def _promise(self) -> bool:
        call = self._call
        try:
            caller_off = self._promises.promise(call, self._queue, self._place)
        except NotAdmittedError as error:
            call.ledger.fault(f"no callback could be promised: {error}")
            return False
        call.ledger.promised()
        try:
            if self._to.promised_prompts:
                say(call, self._to.promised_prompts)
            call.hang_up(PROMISED_CAUSE)
        finally:
            caller_off()
        return True
