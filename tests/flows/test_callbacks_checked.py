"""Customers who are called back first are asked whether they are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackAnswered, CallbackUnreached
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, LeaveReason
from callcore.domain.policies import CallFirst
from callcore.domain.speech import phrases
from tests.fakes.switch import SILENT
from tests.flows.callbacks import ANSWERING, PROMPTS
from tests.flows.customers_first import CUSTOMER_FIRST, CustomersFirst, customer_first
from tests.flows.floor import ANN


@pytest.fixture
def floor() -> CustomersFirst:
    return CustomersFirst()


class TestCheck:
    """Whoever picks up is asked to press a key."""

    def test_nobody_says_anything(self, floor: CustomersFirst) -> None:
        """Asked twice, then hung up: an attempt, and nobody's miss."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(2 * (PROMPTS + 4) - 0.5)
        assert len(leg.announced) == 2
        assert leg.leg_id in floor.switch.legs_by_id
        floor.clock.advance(1)
        assert leg.leg_id not in floor.switch.legs_by_id
        assert floor.agents_rung() == []
        assert floor.agent(ANN).miss_count == 0
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.SILENT
        (answered,) = floor.told(CallbackAnswered)
        assert not answered.is_confirmed

    def test_a_bad_moment(self) -> None:
        """Told that we call later; by the time given for that."""
        kept_by = replace(CUSTOMER_FIRST, retry_after={AttemptOutcome.LATER: 300.0})
        floor = CustomersFirst(customer_first(kept_by))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.press("2")
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert leg.announced[-1] == (f"/sounds/en/{phrases.CALLBACK_LATER}.wav",)
        assert leg.leg_id in floor.switch.legs_by_id
        floor.clock.advance(3)
        assert leg.leg_id not in floor.switch.legs_by_id
        floor.clock.advance(290)
        assert floor.dialled_count() == 1
        floor.clock.advance(12)
        assert floor.dialled_count() == 2
        kept = floor.promise().callback
        assert kept is not None
        assert [one.outcome for one in kept.attempts] == [AttemptOutcome.LATER]

    def test_no_longer_wanted(self, floor: CustomersFirst) -> None:
        """Over with that, though attempts are left."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.press("3")
        assert leg.announced[-1] == (f"/sounds/en/{phrases.CALLBACK_CANCELLED}.wav",)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.clock.advance(1.5)
        assert leg.leg_id in floor.switch.legs_by_id, "heard to its end"
        floor.clock.advance(1.5)
        assert floor.promises() == []
        assert leg.leg_id not in floor.switch.legs_by_id
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[-1].leave_reason is LeaveReason.CALLBACK_DECLINED
        assert [one.outcome for one in record.callback_attempts] == [AttemptOutcome.DECLINED]

    def test_the_end_of_the_line_while_being_asked(self, floor: CustomersFirst) -> None:
        """Answered, and gone before they talked."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        floor.switch.end(leg.leg_id)
        floor.clock.advance(0.1)
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.HUNG_UP
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_the_end_of_the_line_while_the_agent_rings(self, floor: CustomersFirst) -> None:
        """The phone falls silent; nobody's miss."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        leg = floor.press("1")
        floor.clock.advance(2)
        agents_leg = floor.offered_leg_of(ANN)
        floor.switch.end(leg.leg_id)
        floor.clock.advance(0.1)
        assert floor.switch.causes[agents_leg] == "ORIGINATOR_CANCEL"
        assert floor.agent(ANN).miss_count == 0
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.HUNG_UP

    def test_keys_that_mean_nothing_are_no_answer(self, floor: CustomersFirst) -> None:
        """Nor do they end the question."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.press("9")
        assert floor.agents_rung() == []
        floor.press("1")
        assert floor.agents_rung() == [ANN]

    def test_a_customer_who_is_called_for_an_agent_on_the_phone_is_asked_too(self) -> None:
        """Where the agent is rung first: the agent hears the ringing tone meanwhile."""
        site = customer_first(replace(CUSTOMER_FIRST, call_first=CallFirst.AGENT))
        floor = CustomersFirst(site)
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        assert leg.bridged_to is None
        agents_leg = floor.switch.legs_by_id[floor.offered_leg_of(ANN)]
        assert "tone_stream" in (agents_leg.playing or "")
        floor.press("1")
        floor.clock.advance(0.1)
        assert leg.bridged_to == agents_leg.leg_id
