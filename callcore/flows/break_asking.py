"""Which break it is to be, where there are several that can be taken by phone."""

from __future__ import annotations

from callcore.domain import feature_prompts
from callcore.domain.agents import BreakCode
from callcore.domain.feature_answers import FeatureAnswer
from callcore.flows.dialled_line import DialledLine

TRIES = 3


class NoBreakChosenError(Exception):
    """None of the keys was pressed."""


def asked_break(line: DialledLine) -> BreakCode | None:
    """The break whose key was pressed; without a question the only one that has a key, or ``None``
    for the usual one. Raises ``NoBreakChosenError``, ``LineOverError``, ``DialogueOverError``.
    """
    policy = line.site.policy
    by_key = {one.key: one for one in policy.breaks.values() if one.key is not None}
    if len(by_key) <= 1:
        return next((one.code for one in by_key.values()), None)
    question = feature_prompts.ask_break(by_key.values())
    for attempt in range(TRIES):
        line.ask(question)
        chosen = by_key.get(line.key(policy.pins.timeout_seconds))
        if chosen is not None:
            return chosen.code
        line.forget_keys()
        if attempt < TRIES - 1:
            line.say(feature_prompts.refusal(FeatureAnswer.NOT_POSSIBLE))
    raise NoBreakChosenError
