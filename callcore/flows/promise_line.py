"""The line on which a promise was made that was taken over from another process.

That one would have told the promise of the end; it may have died before it could.
"""

from __future__ import annotations

from typing import Final

from callcore.domain.ids import LegId
from callcore.flows.callback_call import CallbackCall
from callcore.flows.messages import PromiseLineLookDue
from callcore.flows.timers import Timers
from callcore.ports.telephony import TelephonyError

LOOK_SECONDS: Final = 2.0


class PromiseLine:
    """Of the promise of ``call``."""

    def __init__(self, call: CallbackCall, timers: Timers) -> None:
        self._call = call
        self._timers = timers

    def watch(self) -> None:
        """Has it looked at in a moment, unless it is known to have ended."""
        if self._is_awaited:
            self._timers.set(LOOK_SECONDS, PromiseLineLookDue())

    def has_ended(self) -> bool:
        """True if it is awaited and there no more; else it is looked at again. Asks the switch."""
        if not self._is_awaited:
            return False
        promise = self._call.promise
        switch = self._call.site.switches.get(promise.node)
        try:
            is_there = switch is None or switch.leg_exists(LegId(promise.of_call))
        except TelephonyError:
            is_there = True
        if is_there:
            self.watch()
        return not is_there

    @property
    def _is_awaited(self) -> bool:
        call = self._call
        return call.promise.awaits_line(call.caller.arrived_at, call.site.clock.now())
