"""Customers who are called back as an agent is about to be free."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import LegId
from callcore.domain.speech import phrases
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.callbacks import ANSWERING, ON_HOOK
from tests.flows.customers_first import CUSTOMER_FIRST, UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT


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
        ((_, visit),) = floor.worker.service.callbacks.kept()
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
            floor.worker.service.queue_watch.staffing_changed(agent_id)
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
            floor.worker.service.callbacks.pacing.learn(SUPPORT, 1.0)
        floor.overflow(floor.call_in())
        self.serve_two(floor)
        floor.clock.advance(ON_HOOK + 5)
        assert floor.dialled_count() == 0, "5 s to wait on average, 1 s to answer"
