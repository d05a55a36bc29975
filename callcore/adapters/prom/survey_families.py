"""What is counted of the surveys after talks."""

from __future__ import annotations

from callcore.adapters.prom.families import Families
from callcore.domain import events

NONE = "none"
"""In place of an answer, or of the queue of a caller who was in none."""

COMPLETE = "complete"
PARTIAL = "partial"


class SurveyFamilies:
    """Families by queue and survey."""

    def __init__(self, families: Families) -> None:
        self.answers = families.counters(
            "callcore_survey_answers_total",
            "Questions put to callers after a talk, by the key they answered with; `none` if with "
            "none. The queue is that of the talk, or `none`.",
            "queue",
            "survey",
            "question",
            "answer",
        )
        self.ended = families.counters(
            "callcore_surveys_ended_total",
            "Surveys that are over: `complete` if every question was answered, `partial` if not "
            "all were, `none` if no question was.",
            "queue",
            "survey",
            "completeness",
        )


def completeness(fact: events.SurveyEnded) -> str:
    """How much of a survey was answered, in one word."""
    if fact.answered_count == 0:
        return NONE
    return COMPLETE if fact.answered_count >= fact.questions_count else PARTIAL
