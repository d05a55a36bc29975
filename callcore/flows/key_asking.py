"""Prompts that ask for one key, which may be pressed while they are heard."""

from __future__ import annotations

from callcore.flows.call import Call
from callcore.flows.messages import KeyTimedOut
from callcore.flows.prompting import Prompting
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed


def asked_key(
    call: Call,
    prompts: tuple[str, ...],
    timers: Timers,
    *,
    timeout_seconds: float,
    attempt: int = 0,
) -> str:
    """The key pressed, of use or not; empty if none was in the time after the prompts.

    Raises ``CallerHungUpError``.
    """
    prompting = Prompting(call, prompts, timers)
    while True:
        message = call.take()
        match message:
            case DigitPressed(digit=digit) if message.leg_id == call.leg_id:
                prompting.stop()
                return digit
            case KeyTimedOut(attempt=timed) if timed == attempt:
                return ""
            case _ if prompting.is_over_with(message):
                timers.set(timeout_seconds, KeyTimedOut(attempt=attempt))
            case _:
                pass
