"""What an agent hears who dials a feature code: what asks and answers.

Where there is no recording, one of four tones tells as much as a tone can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.policies import BreakPolicy, FeatureCode
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import PressKey, Utterance

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
    """What is said, and the tone in place of it."""

    words: Utterance
    tone: str | None
    """``None``: nothing is heard where there is no recording."""


ASK_AGENT = Saying(words=(phrases.FEATURE_AGENT,), tone=QUESTION_TONE)
ASK_PIN = Saying(words=(phrases.FEATURE_PIN,), tone=QUESTION_TONE)
GOODBYE = Saying(words=(phrases.GOODBYE,), tone=None)

_DONE = {
    FeatureCode.LOG_IN: phrases.FEATURE_LOGGED_IN,
    FeatureCode.LOG_OUT: phrases.FEATURE_LOGGED_OUT,
    FeatureCode.START_BREAK: phrases.FEATURE_ON_BREAK,
    FeatureCode.AVAILABLE: phrases.FEATURE_AVAILABLE,
    FeatureCode.EXTEND_WRAP_UP: phrases.FEATURE_EXTENDED,
}

_OTHERWISE = {
    FeatureAnswer.AFTER_THE_CALL: Saying(words=(phrases.FEATURE_AFTER_THE_CALL,), tone=LATER_TONE),
    FeatureAnswer.NOT_POSSIBLE: Saying(words=(phrases.FEATURE_NOT_POSSIBLE,), tone=NO_TONE),
    FeatureAnswer.WRONG_PIN: Saying(words=(phrases.FEATURE_WRONG_PIN,), tone=NO_TONE),
    FeatureAnswer.LOCKED_OUT: Saying(words=(phrases.FEATURE_LOCKED_OUT,), tone=NO_TONE),
    FeatureAnswer.NOT_READY: Saying(words=(phrases.FEATURE_NOT_READY,), tone=NO_TONE),
}


def answer(code: FeatureCode, given: FeatureAnswer) -> Saying | None:
    """What tells of it; ``None`` if nobody is there to hear it."""
    match given:
        case FeatureAnswer.DONE:
            return Saying(words=(_DONE[code],), tone=YES_TONE)
        case FeatureAnswer.ALREADY:
            return Saying(words=(phrases.FEATURE_ALREADY, _DONE[code]), tone=YES_TONE)
        case FeatureAnswer.HUNG_UP:
            return None
        case _:
            return refusal(given)


def refusal(given: FeatureAnswer) -> Saying:
    """What tells of anything but success."""
    return _OTHERWISE[given]


def ask_break(breaks: Iterable[BreakPolicy]) -> Saying:
    """Which break: each that can be chosen, and by which key."""
    choices = [spoken for one in breaks for spoken in break_choice(one)]
    return Saying(words=(phrases.FEATURE_WHICH_BREAK, *choices), tone=QUESTION_TONE)


def break_choice(one: BreakPolicy) -> Utterance:
    """A break by its name, ``break/CODE``, and its key; nothing for one without a key."""
    return () if one.key is None else (f"{phrases.BREAK}{one.code}", PressKey(one.key))
