"""Utterances that are heard over the music by a caller who goes on waiting."""

from __future__ import annotations

from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.messages import LinkBack, PromptsTimedOut
from callcore.flows.prompting import LONGEST_PROMPTS_SECONDS
from callcore.flows.timers import Timers


class OverMusic:
    """One saying of an utterance to ``call``, in place of what is being said; the ``music`` goes on
    after it, whatever becomes of us.
    """

    def __init__(self, call: Call, music: str, utterance: Utterance, timers: Timers) -> None:
        self._call = call
        self._music = music
        self._timers = timers
        self._is_given_up = False
        if utterance and call.is_speaking:
            self._cut()
        self._speech = call.announce(utterance)
        timers.set(LONGEST_PROMPTS_SECONDS, PromptsTimedOut())

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

        What sounded when the link was lost counts as over: its end may not be told.
        """
        self._is_given_up |= isinstance(message, PromptsTimedOut | LinkBack)
        return self.is_over

    def stop(self) -> None:
        """Ends it."""
        self._timers.cancel(PromptsTimedOut)
        self._cut()

    def _cut(self) -> None:
        """The switch ends all sounds at once. Music that is begun before other words is heard after
        them.
        """
        self._call.stop_playing()
        self._call.play_music(self._music)
