"""What callers are asked when they have talked, and after which talks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.ids import SurveyName
from callcore.domain.policies.limits import KEYS, PolicyError
from callcore.domain.policies.menu import MOST_TRIES
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Utterance

MOST_QUESTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyQuestion:
    """One question, answered with one key."""

    name: str
    """A word for records and reports: ``satisfaction``."""
    prompts: Utterance
    keys: frozenset[str] = frozenset("12345")
    """The answers it takes."""
    timeout_seconds: float = 5.0
    """How long the caller may think once the question has been heard."""
    tries: int = 2
    """How often it is put to a caller who answers nothing it takes."""

    def __post_init__(self) -> None:
        if not self.prompts:
            raise PolicyError("prompts", "must name at least one prompt")
        if not self.keys or not self.keys <= KEYS:
            raise PolicyError("keys", "must be keys: 0 to 9, * or #")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPolicy:
    """One survey: what is heard before, the questions in order, what is heard after."""

    name: SurveyName
    questions: tuple[SurveyQuestion, ...]
    introduction: Utterance = (phrases.SURVEY_INTRODUCTION,)
    invalid: Utterance = (phrases.SURVEY_INVALID,)
    """Heard by one who presses a key that is no answer."""
    thanks: Utterance = (phrases.SURVEY_THANKS,)

    def __post_init__(self) -> None:
        if not 1 <= len(self.questions) <= MOST_QUESTIONS:
            raise PolicyError("questions", f"must be 1 to {MOST_QUESTIONS}")
        names = [question.name for question in self.questions]
        if len(set(names)) < len(names):
            raise PolicyError("questions", "must have names of their own")


class SurveyWhen(StrEnum):
    """After which talks callers are asked."""

    AGENT_HANGS_UP = "agent_hangs_up"
    """After each that the agent ends, and whenever the agent asks for it."""
    ASKED = "asked"
    """Only when the agent asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSurveyPolicy:
    """The survey of a queue's callers."""

    name: SurveyName
    when: SurveyWhen = SurveyWhen.AGENT_HANGS_UP
    share: float = 1.0
    """Of the talks that the agent ends by hanging up, so many are followed by it."""
    key: str | None = None
    """What the agent presses twice in a talk to end it with the survey; ``None``: nothing. A talk
    is ended with one too by sending the caller to a number that has one."""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise PolicyError("share", "must be greater than 0 and at most 1")
        if self.key is not None and self.key not in KEYS:
            raise PolicyError("key", "must be one key: 0 to 9, * or #")


SATISFACTION = SurveyQuestion(name="satisfaction", prompts=(phrases.SURVEY_SATISFACTION,))
"""What a survey without questions of its own asks."""
