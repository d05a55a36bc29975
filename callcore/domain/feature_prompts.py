"""What an agent hears who dials a feature code: which prompts ask and answer.

The names of Debian's ``asterisk-core-sounds-en`` where one fits, else names of our own below
``feature/``. Where there is no recording, one of three tones tells as much as a tone can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcore.domain import announcements
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.policies import BreakPolicy, FeatureCode

QUESTION_TONE = "tone_stream://%(200,100,620);%(200,100,620)"
YES_TONE = "tone_stream://%(150,50,660);%(250,100,880)"
LATER_TONE = "tone_stream://%(150,50,880);%(150,50,880);%(250,100,660)"
NO_TONE = "tone_stream://%(400,100,330)"

CALL_TONE = "tone_stream://%(250,50,880)"
"""Heard on a standing line before each call."""
CALL_OVER_TONE = "tone_stream://%(120,50,440)"
SILENCE = "silence_stream://-1"
"""Packets without sound, between the calls of a standing line: they keep the way open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Prompts that are heard one after another, and the tone in place of them."""

    prompts: tuple[str, ...]
    tone: str | None
    """``None``: nothing is heard where there is no recording."""


ASK_AGENT = Saying(prompts=("agent-user",), tone=QUESTION_TONE)
ASK_PIN = Saying(prompts=("agent-pass",), tone=QUESTION_TONE)
GOODBYE = Saying(prompts=("vm-goodbye",), tone=None)

_DONE = {
    FeatureCode.LOG_IN: "agent-loginok",
    FeatureCode.LOG_OUT: "agent-loggedoff",
    FeatureCode.START_BREAK: "feature/on-break",
    FeatureCode.AVAILABLE: "feature/available",
    FeatureCode.EXTEND_WRAP_UP: "feature/extended",
}

_OTHERWISE = {
    FeatureAnswer.AFTER_THE_CALL: Saying(prompts=("feature/after-the-call",), tone=LATER_TONE),
    FeatureAnswer.NOT_POSSIBLE: Saying(prompts=("feature/not-possible",), tone=NO_TONE),
    FeatureAnswer.WRONG_PIN: Saying(prompts=("vm-incorrect",), tone=NO_TONE),
    FeatureAnswer.LOCKED_OUT: Saying(prompts=("feature/locked-out",), tone=NO_TONE),
    FeatureAnswer.NOT_READY: Saying(prompts=("please-try-call-later",), tone=NO_TONE),
}


def answer(code: FeatureCode, given: FeatureAnswer) -> Saying | None:
    """What tells of it; ``None`` if nobody is there to hear it."""
    match given:
        case FeatureAnswer.DONE:
            return Saying(prompts=(_DONE[code],), tone=YES_TONE)
        case FeatureAnswer.ALREADY:
            return Saying(prompts=("feature/already", _DONE[code]), tone=YES_TONE)
        case FeatureAnswer.HUNG_UP:
            return None
        case _:
            return refusal(given)


def refusal(given: FeatureAnswer) -> Saying:
    """What tells of anything but success."""
    return _OTHERWISE[given]


def ask_break(breaks: Iterable[BreakPolicy]) -> Saying:
    """Which break: each is named by ``break/CODE``, and its key."""
    choices = (
        prompt
        for one in breaks
        if one.key is not None
        for prompt in (f"break/{one.code}", *announcements.key_prompts(one.key))
    )
    return Saying(prompts=("feature/which-break", *choices), tone=QUESTION_TONE)
