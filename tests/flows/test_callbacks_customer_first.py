"""Customers who are called back before an agent is rung."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.callbacks import CallbackState
from callcore.domain.events import CallbackAnswered, CallbackDialled, CallbackUnreached
from callcore.domain.ids import LegId
from callcore.domain.outcomes import (
    AttemptOutcome,
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
)
from callcore.domain.policies import CallFirst, Strategy
from callcore.domain.speech import phrases
from callcore.domain.treatments import OverflowReason
from tests.fakes.clock import settle
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callbacks import ANSWERING, ON_HOOK, PROMPTS
from tests.flows.customers_first import (
    CUSTOMER_FIRST,
    UNCHECKED,
    CustomersFirst,
    customer_first,
)
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT


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


class TestDialledAhead:
    """The customer is called as an agent is about to be free."""

    def serve_two(self, floor: CustomersFirst) -> list[LegId]:
        """Ann and Bob talk, for ten seconds as a rule."""
        floor.teach(10.0)
        floor.log_in(ANN, BOB)
        talking = [floor.call_in(number=f"+4820090{number}") for number in range(2)]
        floor.clock.advance(3)
        assert floor.agent(ANN).state is floor.agent(BOB).state is AgentState.TALKING
        return talking

    def test_before_an_agent_is_free_and_is_next(self) -> None:
        """Holds with music, before all who came later; and the place is exactly the caller's."""
        site = customer_first(maximum_wait_seconds=20)
        floor = CustomersFirst(site)
        floor.customer(ANSWERING)
        caller = floor.call_in()
        floor.overflow(caller)
        first, _ = self.serve_two(floor)
        behind = floor.call_in(number="+48200777")
        floor.clock.advance(ON_HOOK)
        promise = floor.promise()
        leg = floor.press("1")
        assert leg.playing == "local_stream://moh"
        ((_, visit),) = floor.worker.callbacks.kept()
        assert visit is not None
        assert visit.state is CallbackState.ANSWERED
        assert floor.agents_rung() == [ANN, BOB], "rung for the two callers before"
        assert (floor.position(promise.leg_id), floor.position(behind)) == (1, 2)
        floor.switch.end(first)
        floor.clock.advance(11)
        assert leg.bridged_to is not None
        assert floor.position(behind) == 1

    def test_not_while_the_turn_is_far(self) -> None:
        """With one agent and three callers before, who take ten seconds each, or half a minute."""
        floor = CustomersFirst(customer_first(maximum_wait_seconds=20))
        floor.teach(30.0)
        floor.customer(ANSWERING)
        caller = floor.call_in()
        floor.overflow(caller)
        floor.log_in(ANN)
        talking = floor.call_in(number="+48200777")
        floor.clock.advance(ON_HOOK + 8)
        assert floor.agent(ANN).call_id == talking
        assert floor.dialled_count() == 0

    def test_never_if_nobody_is_to_hold(self) -> None:
        """The customer is called for an agent who is there."""
        site = customer_first(
            replace(CUSTOMER_FIRST, longest_hold_seconds=0), maximum_wait_seconds=20
        )
        floor = CustomersFirst(site)
        floor.customer(ANSWERING)
        caller = floor.call_in()
        floor.overflow(caller)
        first, _ = self.serve_two(floor)
        floor.clock.advance(20)
        assert floor.dialled_count() == 0
        floor.switch.end(first)
        floor.clock.advance(10.2)
        assert floor.dialled_count() == 1
        assert floor.agent(ANN).state is AgentState.RESERVED

    def test_looked_at_anew_when_agents_come(self) -> None:
        """At once, not when the next look was to be: they are on the phone otherwise, and will be
        free soon.
        """
        site = customer_first(maximum_wait_seconds=20)
        floor = CustomersFirst(site)
        floor.teach(16.0)
        floor.customer(ANSWERING)
        floor.overflow(floor.call_in())
        floor.log_in(ANN)
        floor.call_in(number="+48200901")
        floor.clock.advance(ON_HOOK + 4)
        assert floor.dialled_count() == 0, "16 s to wait on average"
        for number, agent_id in enumerate((BOB, CLEO)):
            holds = frozenset({HoldReason.OUTSIDE_CALL})
            floor.store.roster.hold(agent_id, holds, f"hold {number}")
            floor.log_in(agent_id)
            floor.worker.queue_watch.staffing_changed(agent_id)
        settle()
        assert floor.dialled_count() == 1, "less than half of that"

    def test_an_agent_free_while_the_phone_rings_is_kept(self) -> None:
        """Not rung before the customer is there, and nobody is called twice."""
        site = customer_first(maximum_wait_seconds=20)
        floor = CustomersFirst(site)
        floor.customer(Phone(answers_after_seconds=18))
        floor.overflow(floor.call_in())
        first, second = self.serve_two(floor)
        floor.clock.advance(ON_HOOK + 2)
        assert floor.dialled_count() == 1
        floor.switch.end(first)
        floor.switch.end(second)
        floor.clock.advance(10.5)
        states = sorted(floor.agent(agent).state for agent in (ANN, BOB))
        assert states == [AgentState.AVAILABLE, AgentState.RESERVED]
        floor.press("1")
        floor.clock.advance(1)
        assert floor.customers_leg().bridged_to is not None
        assert floor.dialled_count() == 1

    def test_one_who_holds_too_long_is_let_go(self) -> None:
        """All agents are gone meanwhile: told so, no attempt, and called later."""
        site = customer_first(maximum_wait_seconds=20)
        floor = CustomersFirst(site)
        floor.customer(ANSWERING)
        floor.overflow(floor.call_in())
        self.serve_two(floor)
        floor.clock.advance(ON_HOOK)
        leg = floor.press("1")
        floor.clock.advance(20.2)
        assert leg.announced[-1] == (f"/sounds/en/{phrases.CALLBACK_LATER}.wav",)
        floor.clock.advance(3)
        assert floor.customers_legs() == []
        kept = floor.promise().callback
        assert kept is not None
        assert kept.attempts == ()
        assert kept.not_before > floor.clock.now()

    def test_the_learnt_time_to_answer_bounds_how_far_ahead(self) -> None:
        """Where customers answer at once nobody is called long before an agent is free."""
        site = customer_first(UNCHECKED, maximum_wait_seconds=20)
        floor = CustomersFirst(site)
        for number in range(40):
            floor.customer(Phone(answers_after_seconds=0.1), f"+4820010{number:02}")
            floor.worker.callbacks.pacing.learn(SUPPORT, 1.0)
        floor.overflow(floor.call_in())
        self.serve_two(floor)
        floor.clock.advance(ON_HOOK + 5)
        assert floor.dialled_count() == 0, "5 s to wait on average, 1 s to answer"


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


class TestMachine:
    """The agent hears a machine."""

    def test_the_promise_waits_again_on_its_place(self) -> None:
        """The customer's line ends, the agent wraps up; the talk is in the record as it was."""
        kept_by = replace(
            UNCHECKED, machine_key="7", retry_after={AttemptOutcome.MACHINE: 120.0}, attempts=3
        )
        floor = CustomersFirst(customer_first(kept_by, reason=OverflowReason.MAXIMUM_WAIT))
        floor.promised()
        before = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.2)
        assert leg.leg_id not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        kept = floor.promise()
        assert kept.callback is not None
        assert [one.outcome for one in kept.callback.attempts] == [AttemptOutcome.MACHINE]
        assert (kept.call_id, kept.score, kept.state) == (before.call_id, before.score, "waiting")
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.MACHINE
        floor.clock.advance(110)
        assert floor.dialled_count() == 1
        floor.clock.advance(20)
        assert floor.dialled_count() == 2
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.CALLER)
        assert [one.outcome for one in record.callback_attempts] == [
            AttemptOutcome.MACHINE,
            AttemptOutcome.TALKED,
        ]
        assert [offer.bridged_at is not None for offer in record.offers] == [True, True]
        reasons = [visit.leave_reason for visit in record.visits]
        assert reasons == [LeaveReason.PICKED_UP, LeaveReason.PICKED_UP]
        assert floor.complaints == []

    def test_after_the_last_attempt_it_is_over(self) -> None:
        """The record says that it came to nothing, and that they were joined."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, machine_key="7", attempts=1)))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.5)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        reasons = [visit.leave_reason for visit in record.visits]
        assert reasons == [LeaveReason.PICKED_UP, LeaveReason.CALLBACK_FAILED]
        assert floor.worker.switchboard.calls_count == 0

    def test_the_key_of_a_customer_is_none(self) -> None:
        """Only the agent knows a machine from a person."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, machine_key="7")))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(leg.leg_id, "7")
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING


def test_each_call_to_a_customer_is_told_of_once(floor: CustomersFirst) -> None:
    """With the number of the attempt."""
    floor.promised()
    floor.customer(BUSY)
    floor.log_in(ANN)
    floor.clock.advance(80)
    assert [fact.attempt for fact in floor.told(CallbackDialled)] == [1, 2]
    assert [fact.attempt for fact in floor.told(CallbackUnreached)] == [1, 2]
