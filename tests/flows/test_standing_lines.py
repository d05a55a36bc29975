"""Agents who stay connected: calls come on their line, one after another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentReason, AgentState, Why
from callcore.domain.events import AgentChanged, OfferLost
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.outcomes import CallOutcome, HungUpBy, OfferLostReason
from callcore.domain.routing import Verdict
from callcore.ports.stores import StandingLeg
from tests.fakes.switch import NODE
from tests.flows.feature_codes import (
    ANNS_PHONE,
    ANNS_PIN,
    BREAKS,
    answers,
    by_phone,
    dial,
    dial_until_over,
    heard,
    key,
    stand,
    standing,
    until,
)
from tests.flows.floor import ANN, BOB, TestFloor
from tests.flows.stories import come, line, line_of, queue_of, record_of, who_talks_with

SILENCE = "silence_stream://-1"
CALL_TONE = "tone_stream://%(250,50,880)"
BY_COMMAND = Why(reason=AgentReason.COMMAND)


def talks_on(floor: TestFloor, caller: LegId) -> LegId | None:
    """Whom a caller is joined with."""
    return line_of(floor, caller).bridged_to


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))


class TestCalls:
    """The day of an agent on a line."""

    def test_calls_come_on_the_line_one_after_another(self, floor: TestFloor) -> None:
        """No phone is ever called; between the calls the line is silent, and stays."""
        ann = stand(floor)
        for _ in range(3):
            caller = floor.call_in()
            floor.clock.advance(3)
            assert talks_on(floor, caller) == ann
            assert floor.agent(ANN).state is AgentState.TALKING
            floor.switch.end(caller)
            floor.clock.advance(1)
            assert line_of(floor, ann).playing == SILENCE
            assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.switch.requests == []
        assert [record.outcome for record in floor.records()] == [CallOutcome.SERVED] * 3
        assert floor.worker.calls_count == 0

    def test_the_next_caller_comes_in_the_same_instant(self, floor: TestFloor) -> None:
        """The agent is free before the switch has parked the line again."""
        ann = stand(floor)
        first, second = floor.call_in(), floor.call_in()
        floor.clock.advance(3)
        assert (talks_on(floor, first), line(floor, second)) == (ann, [1])
        floor.switch.end(first)
        floor.clock.advance(3)
        assert talks_on(floor, second) == ann
        assert floor.told(OfferLost) == []

    def test_the_agent_hears_that_a_call_comes(self) -> None:
        """A tone, and then what the queue whispers."""
        floor = TestFloor(standing(queue_of(policy=by_phone(), whisper=("whisper/support",))))
        ann = stand(floor)
        before = len(line_of(floor, ann).announced)
        floor.call_in()
        floor.clock.advance(8)
        assert heard(floor, ann)[-2:] == [CALL_TONE, "whisper/support"]
        assert len(line_of(floor, ann).announced) == before + 2

    def test_a_call_is_accepted_with_a_key(self) -> None:
        """Whoever does not press it keeps the line, and has missed a call."""
        policy = queue_of(policy=by_phone(), wrap_up_seconds=0, retry_after_miss_seconds=5)
        floor = TestFloor(standing(policy, confirm_key="1", confirm_seconds=5.0))
        ann = stand(floor)
        caller = floor.call_in()
        floor.clock.advance(12)
        assert [fact.reason for fact in floor.told(OfferLost)] == [OfferLostReason.NOT_CONFIRMED]
        assert line_of(floor, ann).playing == SILENCE
        floor.clock.advance(6)
        key(floor, ann, "1")
        floor.clock.advance(1)
        assert talks_on(floor, caller) == ann

    def test_two_stars_end_the_talk_and_keep_the_line(self, floor: TestFloor) -> None:
        """The caller is hung up on, by the agent."""
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        key(floor, ann, "12*3*")
        assert talks_on(floor, caller) == ann
        floor.clock.advance(5)
        key(floor, ann, "*")
        assert talks_on(floor, caller) == ann
        key(floor, ann, "*")
        floor.clock.advance(1)
        assert caller not in floor.switch.legs_by_id
        assert line_of(floor, ann).playing == SILENCE
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.AGENT)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_the_callers_stars_end_nothing(self, floor: TestFloor) -> None:
        stand(floor)
        caller = floor.call_in()
        floor.clock.advance(3)
        key(floor, caller, "**")
        floor.clock.advance(1)
        assert who_is_on(floor, caller)

    def test_a_caller_who_leaves_while_the_agent_listens(self) -> None:
        """What is whispered ends; the line is silent again."""
        policy = queue_of(policy=by_phone(), whisper=("a", "b"), wrap_up_seconds=0)
        floor = TestFloor(standing(policy))
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(2.5)
        assert line_of(floor, ann).announcing is not None
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert line_of(floor, ann).announcing is None
        assert line_of(floor, ann).playing == SILENCE
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        another = floor.call_in()
        floor.clock.advance(8)
        assert talks_on(floor, another) == ann


def who_is_on(floor: TestFloor, caller: LegId) -> bool:
    """Whether a caller talks with anybody."""
    return caller in floor.switch.legs_by_id and talks_on(floor, caller) is not None


class TestKeys:
    """Codes pressed on the line itself: it is the agent's, no PIN is asked for."""

    def test_a_break_and_back(self, floor: TestFloor) -> None:
        ann = stand(floor)
        key(floor, ann, "*82")
        until(lambda: floor.agent(ANN).state is AgentState.ON_BREAK, floor)
        until(lambda: line_of(floor, ann).playing == SILENCE, floor)
        assert heard(floor, ann)[-1] == "feature/on-break"
        floor.clock.advance(3)
        key(floor, ann, "9*83")
        until(lambda: floor.agent(ANN).state is AgentState.AVAILABLE, floor)
        assert answers(floor) == [FeatureAnswer.DONE] * 3

    def test_which_break(self) -> None:
        floor = TestFloor(replace(standing(), breaks=BREAKS))
        ann = stand(floor)
        key(floor, ann, "*82")
        floor.clock.advance(1)
        key(floor, ann, "2")
        until(lambda: floor.agent(ANN).break_code == "coffee", floor)

    def test_keys_far_apart_are_no_code(self, floor: TestFloor) -> None:
        ann = stand(floor)
        key(floor, ann, "*8")
        floor.clock.advance(10)
        key(floor, ann, "2")
        floor.clock.advance(3)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_logging_out_ends_the_line(self, floor: TestFloor) -> None:
        ann = stand(floor)
        heard_by_ann = line_of(floor, ann)
        key(floor, ann, "*81")
        until(lambda: ann not in floor.switch.legs_by_id, floor)
        told = [prompt for paths in heard_by_ann.announced[-2:] for prompt in paths]
        assert told == ["/sounds/en/feature/logged-out.wav", "/sounds/en/menu/goodbye.wav"]
        agent = floor.agent(ANN)
        assert (agent.state, agent.standing_leg) == (AgentState.LOGGED_OUT, None)
        assert (agent.reason, floor.worker.crew.lines.count) == (AgentReason.FEATURE_CODE, 0)

    def test_a_call_waits_for_the_end_of_what_is_said(self, floor: TestFloor) -> None:
        """An agent who hears that the break is over is not cut off by the first call."""
        ann = stand(floor)
        key(floor, ann, "*82")
        until(lambda: line_of(floor, ann).playing == SILENCE, floor)
        floor.clock.advance(3)
        caller = floor.call_in()
        key(floor, ann, "*83")
        floor.clock.advance(0.5)
        assert heard(floor, ann)[-1] == "feature/available"
        assert talks_on(floor, caller) is None
        floor.clock.advance(6)
        assert talks_on(floor, caller) == ann


class TestEnds:
    """The line is over."""

    def test_who_hangs_up_is_logged_out(self, floor: TestFloor) -> None:
        ann = stand(floor)
        floor.switch.end(ann)
        floor.clock.advance(0.1)
        agent = floor.agent(ANN)
        assert (agent.state, agent.reason) == (AgentState.LOGGED_OUT, AgentReason.STANDING_LEG)
        assert agent.standing_leg is None
        assert floor.worker.crew.lines.count == 0

    def test_who_hangs_up_during_a_call_is_logged_out_with_it(self) -> None:
        """The caller's line ends with it, and nobody is there to write notes."""
        floor = TestFloor(standing(queue_of(policy=by_phone(), wrap_up_seconds=10)))
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        floor.switch.end(ann)
        floor.clock.advance(1)
        assert caller not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert record_of(floor, caller).hung_up_by is HungUpBy.AGENT

    @pytest.mark.parametrize("seconds", [0.0, 0.1, 0.9])
    def test_while_a_call_is_about_to_come(self, floor: TestFloor, seconds: float) -> None:
        """The caller waits on, for somebody else."""
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(seconds)
        assert floor.agent(ANN).state is AgentState.RESERVED
        floor.switch.end(ann)
        floor.clock.advance(1)
        assert line(floor, caller) == [1]
        assert len(floor.told(OfferLost)) == 1
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        come(floor, BOB)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == BOB

    def test_an_operator_logs_the_agent_out(self, floor: TestFloor) -> None:
        """The line says goodbye and ends."""
        ann = stand(floor)
        heard_by_ann = line_of(floor, ann)
        dial_until_over(floor, "*81", f"{ANNS_PIN}#", phone=ANNS_PHONE)
        until(lambda: ann not in floor.switch.legs_by_id, floor)
        assert heard_by_ann.announced[-1] == ("/sounds/en/menu/goodbye.wav",)
        assert floor.agent(ANN).standing_leg is None

    def test_logged_out_after_a_call_by_another_phone(self, floor: TestFloor) -> None:
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        answer = dial_until_over(floor, "*81", f"{ANNS_PIN}#", phone=ANNS_PHONE)
        assert answer is FeatureAnswer.AFTER_THE_CALL
        assert talks_on(floor, caller) == ann
        floor.switch.end(caller)
        until(lambda: ann not in floor.switch.legs_by_id, floor)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_another_line_takes_over(self, floor: TestFloor) -> None:
        """Who logs in from another phone has that line; nobody is logged out by it."""
        first = stand(floor)
        second = dial(floor, "*80", f"{ANNS_PIN}#")
        until(lambda: first not in floor.switch.legs_by_id, floor)
        floor.clock.advance(3)
        agent = floor.agent(ANN)
        assert agent.state is AgentState.AVAILABLE
        assert agent.standing_leg == StandingLeg(leg_id=second, node=NODE)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, caller) == second

    def test_not_during_a_call(self, floor: TestFloor) -> None:
        first, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        assert dial_until_over(floor, "*80", f"{ANNS_PIN}#") is FeatureAnswer.NOT_POSSIBLE
        assert talks_on(floor, caller) == first

    def test_redis_is_away_at_the_end(self, floor: TestFloor) -> None:
        """It hears of it later."""
        ann = stand(floor)
        floor.store.go_down()
        floor.switch.end(ann)
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_redis_goes_away_before_the_login(self, floor: TestFloor) -> None:
        """Nothing half done: no line, no login."""
        leg_id = dial(floor, "*80")
        floor.store.go_down()
        key(floor, leg_id, f"{ANNS_PIN}#")
        until(lambda: answers(floor) == [FeatureAnswer.NOT_READY], floor)
        floor.store.come_up()
        until(lambda: leg_id not in floor.switch.legs_by_id, floor)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.worker.crew.lines.count == 0


class TestReach:
    """Who can be reached."""

    def test_without_a_line_nobody_is_called(self) -> None:
        """An agent who lost the line, or is on that of another switch: the others are asked."""
        floor = TestFloor(standing())
        come(floor, BOB)
        floor.store.roster.log_in(ANN, "r", BY_COMMAND)
        floor.clock.advance(1)
        first, second = floor.call_in(), floor.call_in()
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == BOB
        assert line(floor, second) == [1]
        assert len(floor.switch.requests) == 1
        (decision,) = floor.worker.operating.explain(CallId(first)).decisions
        assert {one.agent_id: one.verdict for one in decision.passed_over}[ANN] == Verdict.NO_LINE

    def test_a_line_at_another_switch_is_out_of_reach(self, floor: TestFloor) -> None:
        stand(floor)
        found = floor.worker.crew.lines.of(ANN)
        assert found is not None
        found.node = NodeName("fs2")
        floor.worker.crew.lines._note_nodes()
        caller = floor.call_in()
        floor.clock.advance(30)
        assert line(floor, caller) == [1]
        assert floor.told(OfferLost) == []


def test_logging_in_is_told_once(floor: TestFloor) -> None:
    """By the agent, on the phone."""
    stand(floor)
    changed = [fact for fact in floor.told(AgentChanged) if fact.agent_id == ANN]
    assert [(fact.state, fact.reason) for fact in changed] == [
        (AgentState.AVAILABLE, AgentReason.FEATURE_CODE)
    ]
