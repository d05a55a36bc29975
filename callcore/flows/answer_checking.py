"""Whoever has picked up a callback is asked to press a key, which no machine does."""

from __future__ import annotations

from enum import StrEnum

from callcore.domain import callbacks
from callcore.domain.policies import AnswerCheckPolicy
from callcore.domain.speech.utterances import Utterance
from callcore.flows.call import Call
from callcore.flows.messages import KeyTimedOut, Message, PromptsTimedOut
from callcore.flows.prompting import Prompting
from callcore.flows.timers import Timers
from callcore.ports.switch_events import DigitPressed


class CheckEnd(StrEnum):
    """What the customer has said."""

    THERE = "there"
    LATER = "later"
    DECLINED = "declined"
    SILENT = "silent"


class AnswerCheck:
    """One asking of the customer of ``call``; ``first`` is heard once, before the question.

    Keys count at any time; those that mean nothing are no answer. One who says nothing is asked
    again, as often as the settings say.
    """

    def __init__(
        self, call: Call, policy: AnswerCheckPolicy, first: Utterance, timers: Timers
    ) -> None:
        self._call = call
        self._policy = policy
        self._timers = timers
        self._tries_count = 0
        self._is_thinking = False
        self._prompting = self._ask((*first, *policy.prompts))

    def hear(self, message: Message) -> CheckEnd | None:
        """What a message of the call's mailbox decides; ``None`` if nothing yet.

        Raises ``WentToFallbackError``.
        """
        match message:
            case DigitPressed(digit=digit) if message.leg_id == self._call.leg_id:
                return self._meant_by(digit)
            case KeyTimedOut(attempt=attempt) if attempt == self._tries_count:
                if self._tries_count >= self._policy.tries:
                    return CheckEnd.SILENT
                self._prompting = self._ask(self._policy.prompts)
            case _:
                self._prompting.is_over_with(message)
                self._think()
        return None

    def stop(self) -> None:
        """Ends what is still heard, and all waiting."""
        self._timers.cancel(KeyTimedOut)
        self._prompting.stop()

    def _ask(self, words: Utterance) -> Prompting:
        self._tries_count += 1
        self._is_thinking = False
        self._prompting = Prompting(self._call, words, self._timers)
        self._timers.set(callbacks.LONGEST_CHECK_PROMPTS_SECONDS, PromptsTimedOut())
        self._think()
        return self._prompting

    def _think(self) -> None:
        if self._prompting.is_over and not self._is_thinking:
            self._is_thinking = True
            self._timers.cancel(PromptsTimedOut)
            due = KeyTimedOut(attempt=self._tries_count)
            self._timers.set(self._policy.timeout_seconds, due)

    def _meant_by(self, digit: str) -> CheckEnd | None:
        policy = self._policy
        meanings = {
            policy.decline_key: CheckEnd.DECLINED,
            policy.later_key: CheckEnd.LATER,
            policy.key: CheckEnd.THERE,
        }
        return meanings.get(digit)
