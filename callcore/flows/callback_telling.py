"""What customers are told of their callbacks outside of calls, by the hooks that a queue names.

Nothing here waits or fails: a notice that cannot be told changes nothing about the promise. In
every function ``call`` is the promise, and ``queue`` where it waits.
"""

from __future__ import annotations

from callcore.domain import callbacks, phone_numbers
from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.ids import Micros
from callcore.domain.outcomes import AttemptOutcome, LeaveReason
from callcore.domain.policies import NoticeKind, QueuePolicy
from callcore.domain.wait_telling import ToldWait
from callcore.flows.call import Call


def promised(call: Call, queue: QueuePolicy, told: ToldWait | None) -> None:
    """The promise is made; ``told`` is the wait as callers are told it, ``None`` if unknown.

    A wait of which only the least is told is no use to who is to expect a call.
    """
    is_range = told is not None and told.high_minutes is not None
    _tell(
        call,
        queue,
        NoticeKind.PROMISED,
        low_minutes=told.low_minutes if told and is_range else None,
        high_minutes=told.high_minutes if told else None,
    )


def calling(call: Call, queue: QueuePolicy) -> None:
    """The customer's phone is about to ring."""
    _tell(call, queue, NoticeKind.CALLING)


def unreached(call: Call, queue: QueuePolicy, outcome: AttemptOutcome) -> None:
    """The customer was called in vain, which the promise holds by now.

    Nothing is told after the last attempt: that the promise is over will be.
    """
    promise = call.callback
    if promise is None or promise.is_used_up(callbacks.policy_of(queue)):
        return
    _tell(
        call,
        queue,
        NoticeKind.UNREACHED,
        next_attempt_at=promise.not_before,
        reason=outcome,
    )


def over(call: Call, queue: QueuePolicy, reason: LeaveReason) -> None:
    """The promise is over, and they have not talked."""
    _tell(call, queue, NoticeKind.OVER, reason=reason)


def _tell(
    call: Call,
    queue: QueuePolicy,
    kind: NoticeKind,
    *,
    low_minutes: int | None = None,
    high_minutes: int | None = None,
    next_attempt_at: Micros | None = None,
    reason: str = "",
) -> None:
    site = call.site
    number = phone_numbers.normalised(call.caller.number)
    hook_name = callbacks.policy_of(queue).notices.get(kind)
    hook = None if hook_name is None else site.policy.hooks.get(hook_name)
    if hook is None or not number:
        return
    notice = CallbackNotice(
        kind=kind,
        at=site.clock.now(),
        call_id=call.caller.call_id,
        of_call=call.caller.callback_of or None,
        queue=queue.name,
        number=number,
        language=call.language,
        account=call.wishes.account,
        low_minutes=low_minutes,
        high_minutes=high_minutes,
        attempts_count=len(call.ledger.callbacks.attempts),
        next_attempt_at=next_attempt_at,
        reason=reason,
    )
    site.notices.tell(hook, notice)
