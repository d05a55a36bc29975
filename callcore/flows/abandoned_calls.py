"""Callers who hang up while waiting are promised a callback on their place, where a queue says so.

They did not ask for it: who waited for a moment only, or whose number may not be called, is left
alone, and an ending process begins nothing.
"""

from __future__ import annotations

from callcore.domain import callbacks, phone_numbers
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAsking
from callcore.flows import asking_telling
from callcore.flows.call import Call
from callcore.flows.promising import Promised, Promises
from callcore.flows.standing import Place


def call_back(
    call: Call, queue: QueuePolicy, place: Place, promises: Promises, hung_up_at: Micros
) -> bool:
    """True if the place is a promise's from now on; to be asked before it is given up."""
    policy = callbacks.policy_of(queue).abandoned
    if policy is None or promises.is_paused:
        return False
    if seconds_between(place.first_joined_at, hung_up_at) < policy.after_seconds:
        return False
    promised = promises.promise(
        call,
        queue,
        place,
        number=call.caller.number,
        origin=CallbackOrigin.ABANDONED,
        delay_seconds=policy.delay_seconds,
    )
    _note(call, queue, promised)
    return promised.end is AskingEnd.PROMISED


def _note(call: Call, queue: QueuePolicy, promised: Promised) -> None:
    asking = CallbackAsking(
        at=call.site.clock.now(),
        queue=queue.name,
        origin=CallbackOrigin.ABANDONED,
        end=promised.end,
        number=phone_numbers.normalised(call.caller.number),
        promise=promised.call_id,
    )
    asking_telling.over(call, asking)
