"""Utterances that are heard to their end, with nothing else beside them."""

from __future__ import annotations

from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.guarding import guard_in_silence
from callcore.flows.messages import GuardDue, LinkBack, PromptsTimedOut, WentToFallback
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed

LONGEST_PROMPTS_SECONDS = 180.0
"""After so long an utterance counts as heard: the switch may not have told of its end."""


class WentToFallbackError(Exception):
    """The dead man's switch sent the caller to the dialplan's fallback: in other hands now."""


class Prompting:
    """One saying of an utterance to ``call``, on a line that can be heard; guards the caller."""

    def __init__(self, call: Call, utterance: Utterance, timers: Timers) -> None:
        self._call = call
        self._timers = timers
        call.pre_answer()
        self._speech = call.announce(utterance)
        self._is_given_up = False
        timers.set(LONGEST_PROMPTS_SECONDS, PromptsTimedOut())
        guard_in_silence(self._call, self._timers)

    @property
    def is_over(self) -> bool:
        """True once it has been heard, or never will be."""
        return self._speech.is_over or self._is_given_up

    @property
    def has_begun(self) -> bool:
        """False as long as the caller cannot know what is to be said."""
        return self._speech.has_begun

    def is_over_with(self, message: object) -> bool:
        """True if it is over with the message, or was before.

        The call, which has taken the message, has seen to sounds that are not there. Raises
        ``WentToFallbackError``.
        """
        match message:
            case WentToFallback():
                raise WentToFallbackError
            case LinkBack():
                guard_in_silence(self._call, self._timers)
                self._is_given_up |= message.is_silent
                self._speech.may_have_begun()
            case PromptsTimedOut():
                self._is_given_up = True
            case GuardDue():
                guard_in_silence(self._call, self._timers)
            case _:
                pass
        return self.is_over

    def stop(self) -> None:
        """Ends what is still being played."""
        self._timers.cancel(PromptsTimedOut)
        self._timers.cancel(GuardDue)
        self._call.stop_playing()


def say(call: Call, utterance: Utterance, *, is_skippable: bool = False) -> str:
    """Lets the caller hear it to its end, or if it may be skipped, to the first key.

    That key; empty if none cut it short. Others are forgotten. Raises ``CallerHungUpError`` and
    ``WentToFallbackError``.
    """
    if not utterance:
        return ""
    call.stop_playing()
    timers = Timers(call.mailbox)
    prompting = Prompting(call, utterance, timers)
    try:
        while not prompting.is_over:
            message = call.take()
            match message:
                case DigitPressed(digit=digit) if is_skippable and message.leg_id == call.leg_id:
                    prompting.stop()
                    return digit
                case _:
                    prompting.is_over_with(message)
    finally:
        timers.stop()
    return ""
