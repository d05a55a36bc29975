"""Surveys outlive links and processes, and no instant leaves a caller behind."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived, SurveyAnswered, SurveyEnded
from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome, HungUpBy
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.callbacks import CallbackFloor
from tests.flows.callbacks import policy as with_callbacks
from tests.flows.floor import ANN, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import line_of, queue_of, record_of
from tests.flows.surveys import (
    HEARD,
    QUICK,
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


class TestLinkAndProcess:
    """What fails while a survey is held."""

    def test_a_link_that_is_down_when_the_agent_hangs_up(self, floor: TestFloor) -> None:
        """The survey begins when it is back."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        floor.switch.lose_link()
        floor.switch.end(agent)
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        floor.clock.advance(20)
        assert caller in floor.switch.legs_by_id
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_a_link_that_stays_down(self, floor: TestFloor) -> None:
        """Nobody waits in silence: the switch itself ends the line."""
        caller = talking(floor)
        floor.switch.lose_link()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(10.1)
        assert caller not in floor.switch.legs_by_id
        floor.switch.restore_link()
        floor.clock.advance(5)
        assert record_of(floor, caller).outcome is CallOutcome.SERVED
        assert floor.worker.calls_count == 0

    def test_every_process_is_dead_when_the_agent_hangs_up(self, floor: TestFloor) -> None:
        """The same."""
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(10.1)
        assert caller not in floor.switch.legs_by_id

    def test_a_link_that_is_lost_in_it(self, floor: TestFloor) -> None:
        """It goes on where it was."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(4)
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        record = over(floor, caller)
        assert given(record)[0] == ("satisfaction", "5")
        assert record.hung_up_by is HungUpBy.AGENT

    def test_a_caller_whom_the_dead_mans_switch_took_may_come_back(self, floor: TestFloor) -> None:
        """From the fallback a dialplan may lead to a queue again, also one that says little."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.switch.lose_link()
        floor.clock.advance(125)
        floor.switch.restore_link()
        settle()
        assert caller in floor.switch.legs_by_id
        floor.switch.park_again(caller, "8001", queue="")
        settle()
        assert floor.position(caller) == 1
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.CALLER

    def test_nobody_goes_on_with_a_survey_that_the_fallback_took(self, floor: TestFloor) -> None:
        """Be it asked after the talk or by its number: the leg says nothing of it any more."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8009", queue="")
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(125)
        floor.switch.restore_link()
        settle()
        kept = line_of(floor, caller).variables
        assert not {"callcore_survey", "callcore_survey_answers"} & kept.keys()

    def test_an_adopter_goes_on_with_the_next_question(self, floor: TestFloor) -> None:
        """The answers before are in its record, about the same talk."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "51")
        before = floor.switch.legs_by_id[caller].variables["callcore_survey_answers"]
        floor.restart()
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller))[-1] == "recommend"
        assert line_of(floor, caller).variables["callcore_survey_answers"] == before
        answer(floor, caller, "7")
        record = over(floor, caller)
        assert given(record) == [("satisfaction", "5"), ("resolved", "1"), ("recommend", "7")]
        assert {(one.agent_id, one.queue) for one in record.survey_answers} == {(ANN, SUPPORT)}
        assert record.is_adopted
        assert record.outcome is CallOutcome.SERVED
        assert record.hung_up_by is HungUpBy.AGENT
        assert record.talk_seconds == pytest.approx(4.9, abs=0.2)
        assert len(floor.told(SurveyAnswered)) == 3
        assert (floor.told(SurveyEnded)[-1].answered_count) == 3

    def test_an_adopter_without_a_floor_knows_it_from_the_leg(self, floor: TestFloor) -> None:
        """Redis has lost everything meanwhile."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.kill_worker()
        floor.store.lose_data()
        floor.restart()
        answer(floor, caller, "2")
        record = over(floor, caller)
        assert given(record)[:2] == [("satisfaction", "5"), ("resolved", "2")]
        assert {one.agent_id for one in record.survey_answers} == {ANN}
        assert record.agent_id == ANN
        assert record.talk_seconds == pytest.approx(4.9, abs=0.2)

    def test_an_adopter_whose_settings_have_no_such_survey_hangs_up(self, floor: TestFloor) -> None:
        """What was answered is gone with the question; nobody waits in silence."""
        caller = left(floor)
        floor.clock.advance(HEARD)
        floor.policy = queue_of(policy=ROOMY, survey=None)
        floor.restart()
        assert over(floor, caller, 1).outcome is CallOutcome.SERVED

    def test_left_between_two_processes(self, floor: TestFloor) -> None:
        """The agent hung up while nobody was there: the next process asks."""
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.restart()
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        record = over(floor, caller)
        assert record.agent_id == ANN
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_left_before_the_new_process_has_looked(self, floor: TestFloor) -> None:
        """Told of a leg that nobody follows: no new caller."""
        caller = talking(floor)
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.2)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        record = over(floor, caller)
        assert record.agent_id == ANN
        assert record.is_adopted

    def test_told_and_found_at_once_is_asked_once(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The switch tells of the leg while the new process looks at all of them, and Redis takes
        its time to hear that the talk is over.
        """
        caller = talking(floor)
        floor.kill_worker()
        floor.switch.end(agents_leg(floor, caller))
        end_talk = floor.store.roster.end_talk

        def later(*args: Any, **kwargs: Any) -> Any:
            floor.clock.sleep(0.01)
            return end_talk(*args, **kwargs)

        monkeypatch.setattr(floor.store.roster, "end_talk", later)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.switch._park(line_of(floor, caller))
        over(floor, caller)
        assert len([one for one in floor.told(CallArrived) if one.is_adopted]) == 1

    @pytest.mark.parametrize("is_floor_lost", [False, True])
    def test_a_customer_is_adopted_in_a_survey(self, is_floor_lost: bool) -> None:
        """On a line we have made."""
        floor = CallbackFloor(surveyed(with_callbacks()))
        floor.promised()
        floor.customer(Phone(answers_after_seconds=1))
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        leg = floor.customers_leg()
        assert leg.bridged_to is not None
        floor.switch.end(leg.bridged_to)
        floor.clock.advance(HEARD)
        answer(floor, leg.leg_id, "5")
        floor.kill_worker()
        if is_floor_lost:
            floor.store.lose_data()
        floor.restart_at_once()
        answer(floor, leg.leg_id, "12")
        floor.clock.advance(30)
        assert [one for _, one in given(floor.callback_record())] == ["5", "1", "2"]


class TestEveryInstant:
    """Nobody is left, whenever it happens."""

    @pytest.mark.parametrize("every", [290, pytest.param(73, marks=pytest.mark.chaos)])
    def test_a_hang_up_at_every_instant(self, every: int) -> None:
        """One record, the agent free, nothing left; the answers given are there."""
        for step in range(0, 12_000, every):
            floor = TestFloor(surveyed())
            caller = left(floor, 1.0)
            pressed = 0
            for at in range(0, step, 700):
                floor.clock.advance(min(700, step - at) * 0.001)
                if caller in floor.switch.legs_by_id:
                    floor.switch.press(caller, "1")
                    pressed += 1
            floor.switch.end(caller)
            floor.clock.advance(30)
            record = floor.record()
            assert record.hung_up_by is HungUpBy.AGENT, step
            assert len(record.survey_answers) <= pressed, step
            answered = [(one.question, one.answer) for one in floor.told(SurveyAnswered)]
            assert given(record) == answered, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.worker.calls_count == 0, step
            assert floor.switch.legs_by_id == {}, step

    def test_a_kill_at_every_instant(self) -> None:
        """Another process goes on: each question is answered once."""
        for step in range(0, 6000, 110):
            floor = TestFloor(surveyed())
            caller = left(floor, 1.0)
            for at in range(0, step, 700):
                floor.clock.advance(min(700, step - at) * 0.001)
                if caller in floor.switch.legs_by_id:
                    floor.switch.press(caller, "1")
            floor.restart()
            floor.clock.advance(60)
            (record,) = floor.records()
            names = [one.question for one in record.survey_answers]
            assert len(set(names)) == len(names), step
            assert record.outcome is CallOutcome.SERVED, step
            assert record.agent_id == ANN, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.switch.legs_by_id == {}, step
            assert floor.worker.calls_count == 0, step

    def test_a_kill_around_the_agents_hang_up(self) -> None:
        """Whatever the process had said of it when it died."""
        for step in range(0, 200, 4):
            floor = TestFloor(surveyed())
            caller = talking(floor, 1.0)
            agent = agents_leg(floor, caller)
            if step % 8:
                floor.switch.end(agent)
            floor.clock.advance(step * 0.001)
            floor.kill_worker()
            floor.switch.end(agent)
            floor.restart()
            floor.clock.advance(60)
            record = record_of(floor, caller)
            assert record.outcome is CallOutcome.SERVED, step
            assert len(record.survey_answers) == 2, step
            assert CallId(caller) == record.call_id, step
            assert floor.agent(ANN).state is AgentState.AVAILABLE, step
            assert floor.switch.legs_by_id == {}, step
