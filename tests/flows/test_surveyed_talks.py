"""Which talks are followed by a survey, and which are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import SurveyEnded
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.policies import DialplanPolicy, SurveyWhen
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.callbacks import ON_HOOK, PROMPTS, CallbackFloor
from tests.flows.callbacks import policy as with_callbacks
from tests.flows.feature_codes import by_phone, key, stand, standing
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, TestFloor
from tests.flows.stories import done_to, line_of, queue_of, rung
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


class TestNotAsked:
    """Talks that no survey follows end as ever."""

    def test_a_caller_who_hangs_up_first_is_not_asked(self, floor: TestFloor) -> None:
        """The line is gone."""
        caller = talking(floor)
        floor.switch.end(caller)
        settle()
        assert (floor.record().hung_up_by, floor.told(SurveyEnded)) == (HungUpBy.CALLER, [])

    def test_both_at_once(self, floor: TestFloor) -> None:
        """The agent was first; the caller hears no question."""
        caller = talking(floor)
        floor.switch.end(agents_leg(floor, caller))
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.AGENT
        assert given(floor.record()) == []
        assert floor.worker.calls_count == 0

    def test_without_a_survey_the_switch_is_asked_for_nothing(self) -> None:
        """The leg ends with the agent's."""
        floor = TestFloor()
        caller = left(floor)
        assert "keep_after_talk" not in done_to(floor, caller)
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_the_share_is_decided_before_the_leg_is_kept(self) -> None:
        """Callers outside it do not even wait for our hang-up."""
        floor = TestFloor(surveyed(share=0.5))
        floor.log_in(ANN, phone=QUICK)
        asked = set()
        for _ in range(12):
            caller = floor.call_in()
            floor.clock.advance(2)
            floor.switch.end(agents_leg(floor, caller))
            settle()
            is_asked = caller in floor.switch.legs_by_id
            assert is_asked is ("keep_after_talk" in done_to(floor, caller))
            asked.add(is_asked)
            if is_asked:
                floor.switch.end(caller)
            floor.clock.advance(11)
        assert asked == {True, False}

    def test_an_agent_who_was_cut_off_is_no_agent_who_hung_up(self, floor: TestFloor) -> None:
        """The caller is hung up at once, as the switch would have."""
        caller = talking(floor)
        floor.switch.end(agents_leg(floor, caller), "MEDIA_TIMEOUT")
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert floor.told(SurveyEnded) == []
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_a_caller_on_hold_ends_with_the_agent(self, floor: TestFloor) -> None:
        """The switch says so."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        floor.switch.hold(agent)
        floor.switch.end(agent)
        settle()
        assert floor.record().caller_leg_id == caller

    def test_a_survey_taken_out_while_they_talk_is_not_held(self, floor: TestFloor) -> None:
        """The caller is hung up at once."""
        caller = talking(floor)
        floor.reload(
            replace(queue_of(policy=floor.policy, survey=None), surveys={}, numbers=ROOMY.numbers)
        )
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"

    def test_the_survey_of_the_moment_is_held(self) -> None:
        """One that came by a reload, before the talk."""
        floor = TestFloor(ROOMY)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(surveyed())
        floor.clock.advance(10)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]


class TestAgentAsks:
    """The agent wants it, whatever the share."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        return TestFloor(surveyed(when=SurveyWhen.ASKED, key="9"))

    def test_the_key_twice_ends_the_talk_with_the_survey(self, floor: TestFloor) -> None:
        """The agent's phone is hung up, and the caller asked."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        key(floor, agent, "99")
        floor.clock.advance(0.1)
        assert agent not in floor.switch.legs_by_id
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_the_key_once_is_nothing(self, floor: TestFloor) -> None:
        """Nor is it with another between, or pressed by the caller."""
        caller = talking(floor)
        agent = agents_leg(floor, caller)
        key(floor, agent, "9")
        floor.clock.advance(2)
        key(floor, agent, "919")
        key(floor, caller, "99")
        floor.clock.advance(1)
        assert agents_leg(floor, caller) == agent

    def test_hanging_up_asks_for_nothing(self, floor: TestFloor) -> None:
        """The caller's line ends with the agent's."""
        left(floor)
        assert floor.record().hung_up_by is HungUpBy.AGENT

    def test_a_transfer_to_its_number_asks(self, floor: TestFloor) -> None:
        """About the talk with the agent who sent the caller there."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8009", queue="")
        settle()
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert [(one.answer, one.agent_id) for one in record.survey_answers] == [("5", ANN)]
        assert record.hung_up_by is HungUpBy.AGENT

    def test_who_dials_its_number_has_not_talked(self, floor: TestFloor) -> None:
        """A goodbye, and the end."""
        caller = floor.call_in("8009")
        leg = line_of(floor, caller)
        record = over(floor, caller, 3)
        assert sounds(leg) == ["goodbye"]
        assert (record.outcome, given(record)) == (CallOutcome.EXITED, [])


class TestTransfers:
    """A transfer goes before the survey."""

    def test_a_caller_sent_to_another_queue_waits_there(self, floor: TestFloor) -> None:
        """Sales has no survey: the talk there ends with the line."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8002", queue="")
        settle()
        assert floor.position(caller, SALES) == 1
        assert line_of(floor, caller).kept_seconds is None
        floor.log_in(CLEO, phone=QUICK)
        floor.clock.advance(5)
        floor.switch.end(agents_leg(floor, caller))
        settle()
        assert caller not in floor.switch.legs_by_id
        assert given(floor.record()) == []

    def test_a_caller_sent_to_a_phone_ends_with_that_talk(self, floor: TestFloor) -> None:
        """The switch is not to keep a leg that is in other hands."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        settle()
        assert line_of(floor, caller).kept_seconds is not None
        floor.clock.advance(1.5)
        assert line_of(floor, caller).kept_seconds is None
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.CALLER

    def test_a_leg_kept_after_a_talk_with_a_stranger_is_hung_up(self, floor: TestFloor) -> None:
        """Should the switch have kept it all the same."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.clock.advance(5)
        floor.switch._keep(line_of(floor, caller), 10)
        floor.clock.advance(0.05)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert floor.told(SurveyEnded) == []

    def test_the_second_talk_is_asked_about(self, floor: TestFloor) -> None:
        """A caller who is sent back to support talks with two agents."""
        caller = talking(floor)
        floor.switch.blind_transfer(agents_leg(floor, caller))
        floor.switch.park_again(caller, "8001", queue="")
        settle()
        floor.log_in(CLEO, phone=QUICK)
        floor.clock.advance(15)
        floor.switch.end(agents_leg(floor, caller))
        floor.clock.advance(HEARD)
        answer(floor, caller, "5")
        floor.switch.end(caller)
        settle()
        (kept,) = floor.record().survey_answers
        assert kept.agent_id == floor.record().agent_id
        assert kept.offer_id == floor.record().offers[-1].offer_id
        assert len(rung(floor)) == 2


class TestStandingLine:
    """Agents who stay connected."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        site = standing(queue_of(policy=by_phone(), wrap_up_seconds=0))
        return TestFloor(surveyed(site, key="9"))

    @pytest.mark.parametrize("keys", ["**", "99"])
    def test_the_agent_ends_the_talk_and_the_caller_is_asked(
        self, floor: TestFloor, keys: str
    ) -> None:
        """The line stays, for the next caller at once."""
        ann = stand(floor)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert agents_leg(floor, caller) == ann
        key(floor, ann, keys)
        floor.clock.advance(0.1)
        assert sounds(line_of(floor, caller)) == ["introduction"]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        second = floor.call_in()
        floor.clock.advance(3)
        assert agents_leg(floor, second) == ann
        floor.switch.end(second)
        assert over(floor, caller).hung_up_by is HungUpBy.AGENT

    def test_without_one_the_caller_is_hung_up(self, floor: TestFloor) -> None:
        """As ever."""
        floor.reload(surveyed(floor.policy, when=SurveyWhen.ASKED))
        ann = stand(floor)
        caller = floor.call_in()
        floor.clock.advance(3)
        key(floor, ann, "**")
        floor.clock.advance(0.1)
        assert caller not in floor.switch.legs_by_id


class TestCallback:
    """Customers who were called back."""

    def test_a_customer_is_asked_too(self) -> None:
        """On the line that we have made."""
        site = replace(
            surveyed(with_callbacks()),
            dialplan=DialplanPolicy(callback_contact="sofia/gateway/carrier/{number}"),
        )
        floor = CallbackFloor(site)
        floor.promised()
        floor.customer(Phone(answers_after_seconds=1))
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        leg = floor.customers_leg()
        assert leg.bridged_to is not None
        floor.switch.end(leg.bridged_to)
        floor.clock.advance(HEARD)
        answer(floor, leg.leg_id, "512")
        floor.clock.advance(PROMPTS + ON_HOOK)
        assert [one for _, one in given(floor.callback_record())] == ["5", "1", "2"]
