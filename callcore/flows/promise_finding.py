"""Whether a caller who is found waiting was promised a callback by the process that died.

The promise takes the place before the caller leaves it, so that no place is ever lost: who dies in
between leaves two, of which one is to go.
"""

from __future__ import annotations

from callcore.domain import phone_numbers
from callcore.domain.ids import CallId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import QueuePolicy
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.messages import RangIn
from callcore.flows.promising import Promised
from callcore.ports.stores import FloorCallState, StoreError

_OPEN = frozenset({FloorCallState.WAITING, FloorCallState.OFFERED})


def promised_in(call: Call, queue: QueuePolicy) -> Promised | None:
    """The open promise that was made in this very call: the one that the leg tells of, or else
    that to the caller's own number.
    """
    room = call.site.waiting_room
    try:
        promise_id = call.promising or _promised_to_own_number(call, queue)
        promise = room.call(promise_id) if promise_id is not None else None
    except StoreError:
        return None  # counted there; the place is kept
    if promise is None or promise.callback is None or promise.state not in _OPEN:
        return None
    if promise.callback.of_call != call.caller.call_id:
        return None
    if promise.callback.origin is CallbackOrigin.SWITCH_LOST:
        return None  # the switch is back with the caller, who waits on
    call.promising = promise.call_id
    return Promised(end=AskingEnd.PROMISED, call_id=promise.call_id)


def _promised_to_own_number(call: Call, queue: QueuePolicy) -> CallId | None:
    """May raise ``StoreError``."""
    number = phone_numbers.normalised(call.caller.number)
    if not number or queue.callback is None or queue.callback.offer is None:
        return None
    return call.site.waiting_room.door(queue.name, number).promise


def end_that_of_a_lost_switch(call: Call, queue: QueuePolicy, crew: Crew) -> None:
    """Ends the promise that was made to the caller of ``call`` when the switch seemed to be dead:
    it is back, and the caller has waited on.
    """
    policy, number = queue.callback, phone_numbers.normalised(call.caller.number)
    if policy is None or policy.switch_lost is None or not number:
        return
    room = call.site.waiting_room
    try:
        promise_id = room.door(queue.name, number).promise
        promise = None if promise_id is None else room.call(promise_id)
    except StoreError:
        return  # counted there; the customer is called, and says that they wait
    if promise is None or promise.callback is None or promise.state not in _OPEN:
        return
    is_of_call = promise.callback.of_call == call.caller.call_id
    if is_of_call and promise.callback.origin is CallbackOrigin.SWITCH_LOST:
        crew.switchboard.post(promise.call_id, RangIn(by=call.caller.call_id))
