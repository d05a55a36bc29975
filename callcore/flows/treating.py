"""Sending a caller on who is not served here: into the dialplan, or away."""

from __future__ import annotations

from callcore.domain.treatments import Goodbye, ToExtension, ToNumber, ToVoicemail
from callcore.flows.call import Call
from callcore.flows.prompting import say


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
                say(call, prompts)
            call.hang_up(cause)


def _hand_over(call: Call, extension: str, context: str) -> None:
    """The dialplan is not to find what would bring the caller back here at once."""
    call.remember(waits_in="", walks_in="", menu="", queue="", offers_callback="")
    call.hand_to_dialplan(extension, context)
