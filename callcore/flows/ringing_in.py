"""A customer who calls while a callback to the number is open: the call has the promise's place.

On the floor the promise ends in the step in which the caller joins; its script hears of it then.
"""

from __future__ import annotations

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.messages import FloorEmptied, RangIn
from callcore.ports.stores import FloorCall, FloorCallState

_OPEN = frozenset({FloorCallState.WAITING, FloorCallState.OFFERED})


class RingingIn:
    """The promise whose place ``call`` may have, while it comes into one queue."""

    def __init__(self, call: Call, crew: Crew) -> None:
        self._call = call
        self._crew = crew
        self._gone: set[CallId] = set()

    def open_promise(self, call_id: CallId) -> FloorCall | None:
        """The promise, unless it is over, or its customer talks or is on the line already: then
        somebody else calls from the same number. Raises ``StoreError``.
        """
        if call_id in self._gone:
            return None
        promise = self._call.site.waiting_room.call(call_id)
        if promise is None or promise.callback is None or promise.state not in _OPEN:
            return None
        waiter = self._crew.waiters.get(call_id)
        if waiter is not None:
            return None if waiter.is_on_line else promise
        if promise.callback.is_on_line and not self._is_ours(call_id):
            return None  # as the worker who follows it tells
        # One that is followed and does not wait talks: the floor may hear of that late.
        is_followed = self._crew.switchboard.node_of(call_id) is not None
        return None if is_followed else promise

    def is_gone(self, call_id: CallId) -> None:
        """Its place was taken, or the customer reached, in the same instant."""
        self._gone.add(call_id)

    def took(self, call_id: CallId) -> None:
        """The floor has given its place to the call."""
        self._crew.switchboard.post(call_id, RangIn(by=self._call.caller.call_id))

    def may_have_taken(self, call_id: CallId) -> None:
        """The call is gone, and the floor's answer was lost: the promise is to stand as before."""
        self._crew.switchboard.post(call_id, FloorEmptied())

    def _is_ours(self, call_id: CallId) -> bool:
        return self._call.site.tenure.holds_call(CALLBACKS, call_id)
