"""Customers who are called back while an agent is kept for them."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackAnswered, CallbackDialled, CallbackUnreached
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, OfferLostReason
from callcore.domain.policies import Strategy
from callcore.domain.speech import phrases
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callbacks import ANSWERING
from tests.flows.customers_first import UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN, BOB, CLEO


@pytest.fixture
def floor() -> CustomersFirst:
    return CustomersFirst()


class TestKept:
    """An agent is free before the customer is there."""

    def test_the_agent_is_kept_and_rung_when_the_customer_is_there(
        self, floor: CustomersFirst
    ) -> None:
        """Nobody is rung for a phone that rings; the customer hears music for a moment."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(0.9)
        assert floor.agent(ANN).state is AgentState.RESERVED
        assert floor.dialled_count() == 1
        assert floor.agents_rung() == []
        leg = floor.until_customer_answers()
        floor.clock.advance(0.1)
        assert leg.announced[-1] == (
            f"/sounds/en/{phrases.CALLBACK_CALLING}.wav",
            "/sounds/en/are_you_there.wav",
        )
        assert floor.agents_rung() == []
        floor.press("1")
        assert floor.agents_rung() == [ANN]
        assert leg.playing == "local_stream://moh"
        assert leg.guarded is not None
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.clock.advance(20)
        floor.switch.end(leg.leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        (attempt,) = record.callback_attempts
        assert (attempt.outcome, attempt.leg_id) == (AttemptOutcome.TALKED, leg.leg_id)
        assert attempt.answered_at is not None
        (answered,) = floor.told(CallbackAnswered)
        assert answered.is_confirmed
        assert answered.rang_seconds == pytest.approx(1.0, abs=0.1)
        assert record.faults == ()
        assert floor.complaints == []

    def test_the_agent_hears_no_number_of_who_is_there_already(self, floor: CustomersFirst) -> None:
        """They talk as soon as the phone is picked up, as with any caller."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.press("1")
        assert "announce" not in {
            name for name, leg in floor.switch.commands if leg == floor.offered_leg_of(ANN)
        }

    def test_nobody_behind_gets_the_agent_who_is_kept(self, floor: CustomersFirst) -> None:
        """The turn is the promise's, however long the phone rings; then the next one's."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        behind = floor.call_in(number="+48200300")
        floor.clock.advance(15)
        assert floor.agent(ANN).state is AgentState.RESERVED
        assert floor.position(behind) == 2
        floor.clock.advance(6)
        assert floor.agent(ANN).call_id == behind
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.NO_ANSWER

    @pytest.mark.parametrize(
        ("phone", "outcome"),
        [
            (BUSY, AttemptOutcome.BUSY),
            (SILENT, AttemptOutcome.NO_ANSWER),
            (
                Phone(answers_after_seconds=None, fails_with="CALL_REJECTED"),
                AttemptOutcome.REFUSED,
            ),
            (
                Phone(answers_after_seconds=None, fails_with="NORMAL_TEMPORARY_FAILURE"),
                AttemptOutcome.UNREACHABLE,
            ),
        ],
    )
    def test_a_customer_who_is_not_reached_is_no_miss(
        self, floor: CustomersFirst, phone: Phone, outcome: AttemptOutcome
    ) -> None:
        """The agent is free at once; the promise is called again after its time, with its place."""
        floor.promised()
        before = floor.promise()
        floor.customer(phone)
        floor.log_in(ANN)
        floor.clock.advance(22)
        agent = floor.agent(ANN)
        assert (agent.state, agent.miss_count) == (AgentState.AVAILABLE, 0)
        assert floor.agents_rung() == []
        kept = floor.promise()
        assert kept.callback is not None
        assert [one.outcome for one in kept.callback.attempts] == [outcome]
        assert kept.score == before.score
        floor.customer(ANSWERING)
        floor.clock.advance(50)
        floor.press("1")
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.dialled_count() == 2
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert [offer.lost_reason for offer in record.offers] == [
            OfferLostReason.CALLER_UNREACHED,
            None,
        ]
        assert [one.outcome for one in record.callback_attempts] == [
            outcome,
            AttemptOutcome.TALKED,
        ]

    def test_an_agent_who_does_not_pick_up_is_followed_by_another(
        self, floor: CustomersFirst
    ) -> None:
        """The customer holds, with music, and is called once."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        leg = floor.press("1")
        floor.clock.advance(10)
        floor.log_in(BOB)
        floor.clock.advance(8)
        assert floor.agent(BOB).state is AgentState.TALKING
        assert leg.bridged_to is not None
        assert floor.dialled_count() == 1
        assert floor.agent(ANN).miss_count == 1

    def test_one_agent_is_kept_and_all_ring(self) -> None:
        """Where all phones ring, they do once the customer is there: nobody else is kept."""
        floor = CustomersFirst(customer_first(strategy=Strategy.RING_ALL))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, BOB, phone=Phone(answers_after_seconds=1))
        floor.clock.advance(0.5)
        states = sorted(floor.agent(agent).state for agent in (ANN, BOB))
        assert states == [AgentState.AVAILABLE, AgentState.RESERVED]
        floor.press("1")
        assert sorted(floor.agents_rung()) == [ANN, BOB]
        floor.clock.advance(2)
        states = sorted(floor.agent(agent).state for agent in (ANN, BOB))
        assert states == [AgentState.AVAILABLE, AgentState.TALKING]

    def test_one_after_the_other_rings_once_the_customer_is_there(self) -> None:
        """However long that took: the first alone, the next after the usual time."""
        floor = CustomersFirst(
            customer_first(
                UNCHECKED, strategy=Strategy.RING_PROGRESSIVELY, ring_more_after_seconds=4
            )
        )
        floor.promised()
        floor.customer(Phone(answers_after_seconds=15))
        floor.log_in(ANN, BOB, CLEO, phone=SILENT)
        floor.clock.advance(15.5)
        assert len(floor.agents_rung()) == 1
        floor.clock.advance(4)
        assert len(floor.agents_rung()) == 2

    def test_without_a_check_whoever_answers_is_put_through(self) -> None:
        """And hears who calls while the agent's phone rings."""
        floor = CustomersFirst(customer_first(UNCHECKED))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=1))
        leg = floor.until_customer_answers()
        floor.clock.advance(0.1)
        assert floor.agents_rung() == [ANN]
        assert leg.announced == [(f"/sounds/en/{phrases.CALLBACK_CALLING}.wav",)]
        floor.clock.advance(1.2)
        assert leg.bridged_to is not None
        (answered,) = floor.told(CallbackAnswered)
        assert not answered.is_confirmed


def test_each_call_to_a_customer_is_told_of_once(floor: CustomersFirst) -> None:
    """With the number of the attempt."""
    floor.promised()
    floor.customer(BUSY)
    floor.log_in(ANN)
    floor.clock.advance(80)
    assert [fact.attempt for fact in floor.told(CallbackDialled)] == [1, 2]
    assert [fact.attempt for fact in floor.told(CallbackUnreached)] == [1, 2]
