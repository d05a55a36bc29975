"""What is told of the calls to a customer who was promised one: as facts, and to the customer."""

from __future__ import annotations

from callcore.domain.events import CallbackAnswered, CallbackDialled, CallbackUnreached
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import CallbackAttempt
from callcore.flows import callback_telling
from callcore.flows.call import Call
from callcore.flows.customer_line import CustomerLine


def dialled(call: Call, queue: QueuePolicy, number: int) -> None:
    """The customer's phone is being called for the ``number``-th time."""
    callback_telling.calling(call, queue)
    call.site.facts.publish(
        CallbackDialled(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            queue=queue.name,
            node=call.caller.node,
            leg_id=call.leg_id,
            attempt=number,
        )
    )


def answered(call: Call, queue: QueuePolicy, line: CustomerLine, *, is_confirmed: bool) -> None:
    """The customer has answered, and pressed what there was to press or not."""
    call.site.facts.publish(
        CallbackAnswered(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            queue=queue.name,
            rang_seconds=line.rang_seconds,
            is_confirmed=is_confirmed,
        )
    )


def unreached(
    call: Call, queue: QueuePolicy, attempt: CallbackAttempt, number: int, *, is_over: bool
) -> None:
    """They did not talk, which the promise holds by now; ``is_over`` if nobody calls again."""
    call.site.facts.publish(
        CallbackUnreached(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            queue=queue.name,
            attempt=number,
            outcome=attempt.outcome,
            hangup_cause=attempt.hangup_cause,
        )
    )
    if not is_over:
        callback_telling.unreached(call, queue, attempt.outcome)
