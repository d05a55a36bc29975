"""What callers hear and answer, in words of the view."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.adapters.terminal import hearing_words
from callcore.domain import events
from callcore.domain.ids import (
    AgentId,
    CallId,
    Language,
    LookupName,
    MenuName,
    Micros,
    NodeName,
    QueueName,
    SurveyName,
)
from callcore.domain.lookups import LookupFailure
from tests.adapters.terminal.scenes import told

OF_CALL: dict[str, Any] = {"at": Micros(1_790_000_000_000_000), "call_id": CallId("c1")}
IN_SUPPORT: dict[str, Any] = {**OF_CALL, "queue": QueueName("support")}
CSAT: dict[str, Any] = {
    **IN_SUPPORT,
    "survey": SurveyName("csat"),
    "agent_id": AgentId("anna"),
}
CRM: dict[str, Any] = {**OF_CALL, "lookup": LookupName("crm"), "seconds": 1.5}
DOOR: dict[str, Any] = {**OF_CALL, "menu": MenuName("door"), "key": ""}


def estimate(low_minutes: int, high_minutes: int, *, has_grown=False) -> events.EstimateAnnounced:
    return events.EstimateAnnounced(
        **IN_SUPPORT,
        low_minutes=low_minutes,
        high_minutes=high_minutes,
        mean_seconds=120.0,
        has_grown=has_grown,
    )


NOT_FOUND = events.SoundNotFound(
    at=OF_CALL["at"], node=NodeName("fs1"), path="/sounds/pl/number/42.wav", remedy="run this"
)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (events.PositionAnnounced(**IN_SUPPORT, position=2), "hears: position 2"),
        (
            estimate(2, 5),
            "hears: 2 to 5 min to wait",
        ),
        (
            estimate(5, 10, has_grown=True),
            "hears: the wait has grown, 5 to 10 min to wait",
        ),
        (
            estimate(0, 5),
            "hears: up to 5 min to wait",
        ),
        (
            estimate(60, 60),
            "hears: more than 60 min to wait",
        ),
        (events.MessageAnnounced(**IN_SUPPORT, number=3), "hears: message 3"),
        (events.PromptMissing(**OF_CALL, what="shop/news"), "could not hear shop/news"),
        (
            events.LanguageChanged(**OF_CALL, language=Language("pl"), by="eve"),
            "is spoken to in pl by eve",
        ),
        (
            events.MenuAnswered(**DOOR, branch="closed", to="goodbye"),
            "is led on by door, closed: goodbye",
        ),
        (events.LookupMade(**CRM, failure=None), "is looked up in crm in 1.5s"),
        (
            events.LookupMade(**CRM, failure=LookupFailure.TIMED_OUT, detail="secret"),
            "is not looked up in crm: timed out after 1s",
        ),
        (
            events.SurveyAnswered(**CSAT, question="satisfaction", answer="5"),
            "answers satisfaction: 5",
        ),
        (
            events.SurveyAnswered(**CSAT, question="satisfaction", answer=""),
            "gives no answer to satisfaction",
        ),
        (
            events.SurveyEnded(**CSAT, answered_count=2, questions_count=3),
            "answered 2 of 3 in csat",
        ),
    ],
)
def test_each_is_a_line_about_the_caller(fact, text):
    """Under the call, in a few words."""
    assert told(fact) == [("call c1", text)]


def test_a_recording_that_is_not_there_is_a_line_about_the_switch():
    """No call is named, because the switch names none."""
    assert told(NOT_FOUND) == [("fs1", "has no /sounds/pl/number/42.wav")]


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\nb", "\u202etxt"])
def test_words_of_other_systems_command_no_terminal(text):
    """A branch may be named by a lookup, a language by an operator's tool."""
    for fact in (
        events.MenuAnswered(**DOOR, branch=text, to=f"extension:{text}"),
        events.LanguageChanged(**OF_CALL, language=Language(text), by=text),
        events.SurveyAnswered(**CSAT, question=text, answer=text),
        events.PromptMissing(**OF_CALL, what=text),
        replace(NOT_FOUND, path=text),
    ):
        line = hearing_words.describe(fact)
        assert line is not None
        assert line[0].isprintable()
