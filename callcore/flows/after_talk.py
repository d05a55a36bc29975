"""What becomes of the caller when the agent ends the talk: a survey, or the end of the line.

The caller's leg is kept by the switch only for a survey that is to come. So all other legs end as
ever, and one that is kept while every process is dead is ended by the switch.
"""

from __future__ import annotations

from callcore.domain import surveys
from callcore.domain.ids import Micros
from callcore.domain.policies import QueuePolicy
from callcore.domain.surveys import KeyPressedTwice
from callcore.flows.call import LOST_TRACK, Call

HANG_UPS = frozenset({"", "NORMAL_CLEARING", LOST_TRACK})
"""Ends of the agent's leg, or of the bridge, that are the agent's doing as far as is known. After
others, a phone that was cut off for one, nobody is asked how it was."""


class AfterTalk:
    """What follows one talk of ``call``, by the settings of its queue when it begins."""

    def __init__(self, call: Call, queue: QueuePolicy) -> None:
        self._call = call
        self._policy = call.site.queue_now(queue).survey
        self._key = KeyPressedTwice(self._policy)
        self._is_wanted = surveys.follows_hang_up(self._policy, call.caller.call_id)
        call.survey_due = None

    def prepare(self) -> None:
        """Has the switch keep the caller's leg if a survey is to follow; again, should the link
        have been down. They talk already: nothing of this delays that.
        """
        if self._is_wanted:
            self._call.keep_after_talk()

    def agent_pressed(self, digit: str, at: Micros) -> None:
        """An agent who presses the queue's key twice ends the talk, with the survey."""
        if self._key.is_complete_with(digit, at):
            self._is_wanted = True
            self._call.take_out_of_talk()

    def agent_parts(self) -> None:
        """The agent, whose line stays, ends the talk."""
        if self._is_wanted:
            self._call.take_out_of_talk()
        else:
            self._call.part()

    def over(self, cause: str) -> None:
        """The talk is over, by the agent; the leg parks in a moment if it was kept."""
        if self._is_wanted and self._policy is not None and cause in HANG_UPS:
            self._call.survey_due = self._policy.name
