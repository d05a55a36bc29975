"""Surveys after the talk: what is asked, and what is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import surveys
from callcore.domain.agents import AgentState
from callcore.domain.events import SurveyAnswered, SurveyEnded, TalkEnded
from callcore.domain.ids import Language, LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy
from tests.fakes.clock import settle
from tests.flows.floor import ANN, SUPPORT, TestFloor
from tests.flows.stories import line_of
from tests.flows.surveys import (
    CSAT,
    HEARD,
    agents_leg,
    answer,
    given,
    left,
    over,
    sounds,
    surveyed,
    talking,
)


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor(surveyed())


class TestAsked:
    """The whole of it."""

    def test_the_caller_is_asked_when_the_agent_has_hung_up(self, floor: TestFloor) -> None:
        """Introduction, each question, thanks, the end; kept with the call and the agent."""
        caller = left(floor)
        leg = line_of(floor, caller)
        assert leg.guarded == (30, "callcore_fallback", "public")
        floor.clock.advance(HEARD)
        answer(floor, caller, "519")
        floor.clock.advance(HEARD)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert sounds(leg) == ["introduction", "satisfaction", "resolved", "recommend", "thanks"]
        record = floor.record()
        assert given(record) == [("satisfaction", "5"), ("resolved", "1"), ("recommend", "9")]
        talk = record.offers[0].offer_id
        assert {
            (one.survey, one.queue, one.agent_id, one.offer_id) for one in record.survey_answers
        } == {(CSAT, SUPPORT, ANN, talk)}
        assert record.outcome is CallOutcome.SERVED
        assert record.hung_up_by is HungUpBy.AGENT

    def test_the_talk_is_as_long_as_it_was(self, floor: TestFloor) -> None:
        """And the agent is free before the survey is over."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert caller in floor.switch.legs_by_id
        record = over(floor, caller)
        assert record.talk_seconds < 5
        assert record.ended_at - (record.unbridged_at or 0) > 10e6
        assert [fact.hung_up_by for fact in floor.told(TalkEnded)] == [HungUpBy.AGENT]

    def test_facts_are_told_as_they_happen(self, floor: TestFloor) -> None:
        """One for each answer, and one when it is over."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "4")
        told = floor.told(SurveyAnswered)
        assert [(one.question, one.answer, one.queue, one.agent_id) for one in told] == [
            ("satisfaction", "4", SUPPORT, ANN)
        ]
        assert floor.told(SurveyEnded) == []
        floor.switch.end(caller)
        settle()
        (ended,) = floor.told(SurveyEnded)
        assert (ended.answered_count, ended.questions_count, ended.agent_id) == (1, 3, ANN)

    def test_a_key_cuts_the_introduction_and_answers_nothing(self, floor: TestFloor) -> None:
        """The first question has not been heard yet."""
        caller = left(floor)
        answer(floor, caller, "5")
        assert sounds(line_of(floor, caller)) == ["introduction", "satisfaction"]
        assert floor.told(SurveyAnswered) == []

    def test_keys_of_the_talk_answer_nothing(self, floor: TestFloor) -> None:
        """A caller who pressed something while talking."""
        caller = talking(floor)
        floor.switch.press(caller, "5")
        floor.clock.advance(0.1)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.told(SurveyAnswered) == []

    def test_a_key_held_down_answers_one_question(self, floor: TestFloor) -> None:
        """What comes right after a key is not an answer to what has not been heard."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.press(caller, "11")
        floor.clock.advance(0.5)
        assert given_so_far(floor, caller) == [("satisfaction", "1")]
        assert sounds(line_of(floor, caller))[-1] == "resolved"

    def test_the_time_of_one_question_is_not_that_of_the_next(self, floor: TestFloor) -> None:
        """Answered late: the next one may be heard to its end."""
        caller = left(floor)
        floor.clock.advance(2 * HEARD + 4)
        answer(floor, caller, "5")
        floor.clock.advance(1)
        assert sounds(line_of(floor, caller)) == ["introduction", "satisfaction", "resolved"]

    def test_a_wrong_key_is_told_and_asked_again(self, floor: TestFloor) -> None:
        """So often as the question says; then it has no answer."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "9")
        assert sounds(line_of(floor, caller))[-1] == "invalid+satisfaction"
        answer(floor, caller, "0")
        assert sounds(line_of(floor, caller))[-1] == "resolved"
        answer(floor, caller, "1")
        floor.switch.end(caller)
        settle()
        assert given(floor.record()) == [("satisfaction", ""), ("resolved", "1")]

    def test_silence_is_asked_again_and_then_no_answer(self, floor: TestFloor) -> None:
        """Two questions in a row without an answer: nobody listens; thanks, and the end."""
        caller = left(floor)
        leg = line_of(floor, caller)
        record = over(floor, caller)
        assert sounds(leg) == [
            "introduction",
            *["satisfaction"] * 2,
            *["resolved"] * 2,
            "thanks",
        ]
        assert given(record) == [("satisfaction", ""), ("resolved", "")]
        assert record.hung_up_by is HungUpBy.AGENT

    def test_one_question_without_an_answer_does_not_end_it(self, floor: TestFloor) -> None:
        """The next one may be easier."""
        caller = left(floor)
        floor.clock.advance(HEARD + 2 * (HEARD + 5))
        answer(floor, caller, "2")
        assert sounds(line_of(floor, caller))[-1] == "recommend"

    def test_the_callers_language_is_spoken(self) -> None:
        """As in the queue."""
        policy = surveyed()
        polish = replace(policy.numbers["8001"], language=Language("pl"))
        floor = TestFloor(replace(policy, numbers={**policy.numbers, "8001": polish}))
        caller = left(floor)
        floor.clock.advance(0.1)
        assert line_of(floor, caller).announced == [("/sounds/pl/survey/introduction.wav",)]

    def test_the_callers_hang_up_in_it_changes_nothing_of_the_talk(self, floor: TestFloor) -> None:
        """The answers so far are kept; the agent had ended the talk."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "3")
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert given(record) == [("satisfaction", "3")]
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.AGENT)

    def test_an_answer_is_kept_in_the_same_instant(self, floor: TestFloor) -> None:
        """A caller who presses and hangs up has answered."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.press(caller, "4")
        floor.clock.advance(0.03)
        floor.switch.end(caller)
        settle()
        assert given(floor.record()) == [("satisfaction", "4")]

    def test_a_missing_sound_is_a_tone(self, floor: TestFloor) -> None:
        """The question can be answered all the same."""
        floor.switch.missing_sounds.add("/sounds/en/survey/satisfaction.wav")
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        assert given_so_far(floor, caller) == [("satisfaction", "5")]


def given_so_far(floor: TestFloor, caller: LegId) -> list[tuple[str, str]]:
    """What the leg remembers."""
    kept = line_of(floor, caller).variables.get("callcore_survey_answers", "")
    return [(one.question, one.answer) for one in surveys.found(kept)]
