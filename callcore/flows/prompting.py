"""Prompts that are heard to their end, with nothing else beside them."""

from __future__ import annotations

from callcore.flows.call import Call
from callcore.flows.messages import PromptsTimedOut
from callcore.flows.timers import Timers
from callcore.ports.switch_events import PlaybackEnded

LONGEST_PROMPTS_SECONDS = 60.0
"""After so long prompts count as heard: the switch may not have told of their end."""


class Prompting:
    """One playing of prompts to ``call``."""

    def __init__(self, call: Call, prompts: tuple[str, ...], timers: Timers) -> None:
        self._call = call
        self._first_path = call.prompt_paths(prompts)[0]
        self._timers = timers
        call.pre_answer()
        call.announce(prompts)
        timers.set(LONGEST_PROMPTS_SECONDS, PromptsTimedOut())

    def is_over_with(self, message: object) -> bool:
        """True if the message tells that the prompts have been heard, or never will be."""
        match message:
            case PromptsTimedOut():
                return True
            case PlaybackEnded() if message.leg_id == self._call.leg_id:
                return self._first_path in message.path
            case _:
                return False

    def stop(self) -> None:
        """Ends what is still being played."""
        self._timers.cancel(PromptsTimedOut)
        self._call.stop_playing()
