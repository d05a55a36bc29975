"""Prompts that are heard to their end, with nothing else beside them."""

from __future__ import annotations

from callcore.domain import announcements
from callcore.flows.call import Call
from callcore.flows.messages import LinkBack, PromptsTimedOut, WentToFallback
from callcore.flows.timers import Timers
from callcore.ports.switch_events import PlaybackEnded, PlaybackStarted

LONGEST_PROMPTS_SECONDS = 60.0
"""After so long prompts count as heard: the switch may not have told of their end."""


class WentToFallbackError(Exception):
    """The dead man's switch sent the caller to the dialplan's fallback: in other hands now."""


class Prompting:
    """One playing of prompts to ``call``."""

    def __init__(self, call: Call, prompts: tuple[str, ...], timers: Timers) -> None:
        self._call = call
        self._first_path = call.prompt_paths(prompts)[0]
        self._has_begun = False
        self._timers = timers
        call.pre_answer()
        call.announce(prompts)
        timers.set(LONGEST_PROMPTS_SECONDS, PromptsTimedOut())

    def is_over_with(self, message: object) -> bool:
        """True if the message tells that the prompts have been heard, or never will be.

        An end that is told before the beginning is that of the same prompts, played before. Raises
        ``WentToFallbackError``.
        """
        match message:
            case WentToFallback():
                raise WentToFallbackError
            case LinkBack():
                self._call.guard()
                return message.is_silent
            case PromptsTimedOut():
                return True
            case PlaybackStarted() if self._is_of_them(message):
                self._has_begun = True
            case PlaybackEnded(is_missing=True) if self._is_of_them(message):
                return self._is_without_tone()
            case PlaybackEnded() if self._is_of_them(message):
                return self._has_begun
        return False

    def stop(self) -> None:
        """Ends what is still being played."""
        self._timers.cancel(PromptsTimedOut)
        self._call.stop_playing()

    def _is_of_them(self, message: PlaybackStarted | PlaybackEnded) -> bool:
        return message.leg_id == self._call.leg_id and self._first_path in message.path

    def _is_without_tone(self) -> bool:
        """The call plays a tone in place of prompts that are not there; true if that is not."""
        was_tone = self._first_path == announcements.ATTENTION_TONE
        self._first_path = announcements.ATTENTION_TONE
        return was_tone


def say(call: Call, prompts: tuple[str, ...]) -> None:
    """Lets the caller hear prompts to their end. Raises ``CallerHungUpError``."""
    call.guard()
    call.stop_playing()
    timers = Timers(call.mailbox)
    prompting = Prompting(call, prompts, timers)
    try:
        while not prompting.is_over_with(call.take()):
            pass
    finally:
        timers.stop()
