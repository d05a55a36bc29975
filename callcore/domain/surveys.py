"""Which talks a survey follows, what it asks next, and what a leg remembers of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from callcore.domain.ids import CallId, Micros, seconds_between
from callcore.domain.policies import (
    QueueSurveyPolicy,
    SurveyPolicy,
    SurveyQuestion,
    SurveyWhen,
)

MOST_UNANSWERED = 2
"""A caller who answers so many questions in a row with nothing is not listening any more."""

TWICE_WITHIN_SECONDS = 1.0
"""The key that asks for a survey counts as pressed twice if no more lies between."""

_GIVEN = re.compile(r"([^:,]{1,48}):([0-9*#]?):([0-9]{16})")
_HASH_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a caller has answered to a question; ``answer`` is empty if it was nothing."""

    question: str
    answer: str
    at: Micros


class KeyPressedTwice:
    """What an agent presses in a talk: is it the key of ``policy``, twice in a row?"""

    def __init__(self, policy: QueueSurveyPolicy | None) -> None:
        self._key = policy.key if policy is not None else None
        self._pressed_at: Micros | None = None

    def is_complete_with(self, digit: str, at: Micros) -> bool:
        """True with the second of two."""
        before, self._pressed_at = self._pressed_at, at if digit == self._key else None
        return (
            before is not None
            and digit == self._key
            and seconds_between(before, at) <= TWICE_WITHIN_SECONDS
        )


def follows_hang_up(policy: QueueSurveyPolicy | None, call_id: CallId) -> bool:
    """True if the agent's hanging up leads to the survey: the same for a call whoever asks."""
    return (
        policy is not None
        and policy.when is SurveyWhen.AGENT_HANGS_UP
        and _lot_of(call_id) < policy.share
    )


def next_question(policy: SurveyPolicy, given: Sequence[Given]) -> SurveyQuestion | None:
    """What is asked after these answers; ``None`` when all was, or nobody answers."""
    last = given[-MOST_UNANSWERED:]
    if len(last) == MOST_UNANSWERED and not any(one.answer for one in last):
        return None
    asked = {one.question for one in given}
    return next((one for one in policy.questions if one.name not in asked), None)


def kept(given: Iterable[Given]) -> str:
    """The answers as the caller's leg remembers them: ``satisfaction:5:1795283194153852,...``."""
    return ",".join(f"{one.question}:{one.answer}:{one.at}" for one in given)


def found(text: str) -> tuple[Given, ...]:
    """The answers that a leg remembers; what is no answer is left out."""
    matches = (_GIVEN.fullmatch(part) for part in text.split(","))
    return tuple(
        Given(question=match[1], answer=match[2], at=Micros(int(match[3])))
        for match in matches
        if match is not None
    )


def _lot_of(call_id: CallId) -> float:
    """A number from 0 up to but not 1, spread evenly over calls."""
    digest = blake2b(call_id.encode(), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") / (1 << 8 * _HASH_BYTES)
