"""What is told of the wishes of callers to be called back, once it is known what comes of one."""

from __future__ import annotations

from callcore.domain.events import CallbackAsked
from callcore.domain.records import CallbackAsking
from callcore.flows.promising import Asker


def over(call: Asker, asking: CallbackAsking) -> None:
    """The record of the asking call has it, and who hears facts."""
    call.ledger.callbacks.asked(asking)
    call.site.facts.publish(
        CallbackAsked(
            at=call.site.clock.now(),
            call_id=call.caller.call_id,
            queue=asking.queue,
            origin=asking.origin,
            end=asking.end,
        )
    )
