"""Utterances that ask for one key, which may be pressed while they are heard."""

from __future__ import annotations

from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.messages import KeyTimedOut
from callcore.flows.prompting import Prompting
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed


def asked_key(
    call: Call,
    utterance: Utterance,
    timers: Timers,
    *,
    timeout_seconds: float,
    attempt: int = 0,
) -> str:
    """The key pressed, of use or not; empty if none was in the time after the utterance.

    Raises ``CallerHungUpError`` and ``WentToFallbackError``.
    """
    prompting = Prompting(call, utterance, timers)
    is_thinking = False
    while True:
        if prompting.is_over and not is_thinking:
            is_thinking = True
            timers.set(timeout_seconds, KeyTimedOut(attempt=attempt))
        message = call.take()
        match message:
            case DigitPressed(digit=digit) if message.leg_id == call.leg_id:
                prompting.stop()
                return digit
            case KeyTimedOut(attempt=timed) if timed == attempt:
                return ""
            case _:
                prompting.is_over_with(message)
