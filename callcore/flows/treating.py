"""Sending a caller on who is not served here: into the dialplan, or away."""

from __future__ import annotations

from callcore.domain.treatments import Goodbye, ToExtension, ToNumber, ToVoicemail
from callcore.flows.call import Call
from callcore.flows.prompting import Prompting
from callcore.flows.timers import Timers


def send_off(call: Call, treatment: ToExtension | ToNumber | ToVoicemail | Goodbye) -> None:
    """Does it; the call goes on in other hands or ends. Raises ``CallerHungUpError``."""
    policy = call.site.policy
    match treatment:
        case ToExtension(extension=extension, context=context):
            _hand_over(call, extension, context or policy.fallback.context)
        case ToNumber(number=number):
            _hand_over(call, number, policy.dialplan.outbound_context)
        case ToVoicemail(box=box):
            call.remember(voicemail_box=box)
            _hand_over(call, policy.dialplan.voicemail_extension, policy.fallback.context)
        case Goodbye(prompts=prompts, cause=cause):
            if prompts:
                _say(call, prompts)
            call.hang_up(cause)


def _hand_over(call: Call, extension: str, context: str) -> None:
    """The dialplan is not to find what would bring the caller back here at once."""
    call.remember(waits_in="", menu="", queue="")
    call.hand_to_dialplan(extension, context)


def _say(call: Call, prompts: tuple[str, ...]) -> None:
    call.guard()
    call.stop_playing()
    timers = Timers(call.mailbox)
    prompting = Prompting(call, prompts, timers)
    try:
        while not prompting.is_over_with(call.take()):
            pass
    finally:
        timers.stop()
