"""Callers who hang up while waiting, or are cut off because their switch dies, are promised a
callback on their place, where a queue says so.

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
from callcore.flows.promising import Asker, Promises
from callcore.flows.standing import Place


def call_back(
    call: Asker, queue: QueuePolicy, place: Place, promises: Promises, hung_up_at: Micros
) -> bool:
    """True if the place is a promise's from now on; to be asked before it is given up."""
    policy = callbacks.policy_of(queue).abandoned
    if policy is None or promises.is_paused:
        return False
    if seconds_between(place.first_joined_at, hung_up_at) < policy.after_seconds:
        return False
    origin = CallbackOrigin.ABANDONED
    return _promise(call, queue, place, promises, origin, policy.delay_seconds)


def call_back_cut_off(call: Asker, queue: QueuePolicy, place: Place, promises: Promises) -> bool:
    """The same of a caller who waited on a switch that died, however short."""
    policy = callbacks.policy_of(queue).switch_lost
    if policy is None or promises.is_paused:
        return False
    origin = CallbackOrigin.SWITCH_LOST
    return _promise(call, queue, place, promises, origin, policy.delay_seconds)


def _promise(
    call: Asker,
    queue: QueuePolicy,
    place: Place,
    promises: Promises,
    origin: CallbackOrigin,
    delay_seconds: float,
) -> bool:
    promised = promises.promise(
        call,
        queue,
        place,
        number=call.caller.number,
        origin=origin,
        delay_seconds=delay_seconds,
    )
    asking = CallbackAsking(
        at=call.site.clock.now(),
        queue=queue.name,
        origin=origin,
        end=promised.end,
        number=phone_numbers.normalised(call.caller.number),
        promise=promised.call_id,
    )
    asking_telling.over(call, asking)
    return promised.end is AskingEnd.PROMISED
