"""A call centre that asks its callers after the talk, and what they answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.ids import LegId, SurveyName
from callcore.domain.policies import (
    NumberRoute,
    QueueSurveyPolicy,
    SitePolicy,
    SurveyPolicy,
    SurveyQuestion,
)
from callcore.domain.records import CallRecord
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.fakes.switch_core import FakeLeg
from tests.flows.floor import ANN, ROOMY, TestFloor
from tests.flows.stories import line_of, queue_of, record_of, who_talks_with

CSAT = SurveyName("csat")
SURVEY = SurveyPolicy(
    name=CSAT,
    questions=(
        SurveyQuestion(name="satisfaction", prompts=("survey/satisfaction",)),
        SurveyQuestion(name="resolved", prompts=("survey/resolved",), keys=frozenset("12")),
        SurveyQuestion(
            name="recommend", prompts=("survey/recommend",), keys=frozenset("0123456789")
        ),
    ),
)
HEARD = 2.1
"""How long one utterance of the fake is heard, with what goes around it."""
QUICK = Phone(answers_after_seconds=0.1)


def surveyed(
    policy: SitePolicy = ROOMY, *, survey: SurveyPolicy = SURVEY, **how: Any
) -> SitePolicy:
    """The site with a survey after the talks of support, and at the number 8009."""
    policy = queue_of(policy=policy, survey=QueueSurveyPolicy(name=CSAT, **how))
    return replace(
        policy,
        surveys={CSAT: survey},
        numbers={**policy.numbers, "8009": NumberRoute(survey=CSAT)},
    )


def talking(floor: TestFloor, seconds: float = 5.0) -> LegId:
    """A caller who talks with Ann."""
    floor.log_in(ANN, phone=QUICK)
    caller = floor.call_in()
    floor.clock.advance(seconds)
    assert who_talks_with(floor, caller) == ANN
    return caller


def agents_leg(floor: TestFloor, caller: LegId) -> LegId:
    """Whom the caller talks with."""
    partner = line_of(floor, caller).bridged_to
    assert partner is not None
    return partner


def left(floor: TestFloor, seconds: float = 5.0) -> LegId:
    """A caller whom Ann has just left."""
    caller = talking(floor, seconds)
    floor.switch.end(agents_leg(floor, caller))
    settle()
    return caller


def sounds(leg: FakeLeg) -> list[str]:
    """What was said on a leg, without its place."""
    return [
        "+".join(path.rpartition("/")[2].removesuffix(".wav") for path in paths)
        for paths in leg.announced
    ]


def answer(floor: TestFloor, caller: LegId, keys: str) -> None:
    """The caller presses a key at each question, while it is heard, and hears the next begin."""
    for one in keys:
        floor.clock.advance(0.5)
        floor.switch.press(caller, one)
        floor.clock.advance(0.4)


def given(record: CallRecord) -> list[tuple[str, str]]:
    """Questions and answers of a record."""
    return [(one.question, one.answer) for one in record.survey_answers]


def over(floor: TestFloor, caller: LegId, within_seconds: float = 60) -> CallRecord:
    """The caller's line has ended; the record."""
    floor.clock.advance(within_seconds)
    assert caller not in floor.switch.legs_by_id
    assert floor.worker.calls_count == 0
    assert floor.complaints == []
    return record_of(floor, caller)
