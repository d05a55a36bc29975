"""Agents are added, changed, taken out and asked in another order while calls go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.domain.agents import AgentState, Wish
from callcore.domain.events import AgentChanged, AgentWished, Fact, FlowFailed
from callcore.domain.outcomes import CallOutcome
from callcore.domain.policies import SitePolicy, SkillStep, Strategy, Tier, TierPolicy
from callcore.domain.skills import parse
from callcore.ports.operations import DutyChange, DutyOrder
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.reloads import DORA, with_agent, without_agents
from tests.flows.stories import (
    agent_of,
    come,
    duty_order,
    end_talk,
    line,
    pick_up,
    queue_of,
    record_of,
    rung,
    who_talks_with,
)

LOGGED_OUT_AFTERWARDS = Wish(state=AgentState.LOGGED_OUT, break_code=None)


@pytest.fixture
def floor() -> TestFloor:
    """Room for everybody."""
    return TestFloor(ROOMY)


@pytest.fixture(autouse=True)
def nothing_fails(floor: TestFloor) -> object:
    """No flow of the common floor fails in any story."""
    yield
    assert floor.told(FlowFailed) == []


class TestAgents:
    """Who comes, who goes, who serves what."""

    def test_a_new_agent_serves_those_who_wait(self, floor: TestFloor) -> None:
        """Logged in by the settings, asked at once."""
        caller = floor.call_in()
        floor.reload(with_agent(DORA, logged_in_at_start=True))
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == DORA

    def test_a_new_agent_without_that_is_logged_out(self, floor: TestFloor) -> None:
        """And can log in."""
        floor.reload(with_agent(DORA))
        assert floor.agent(DORA).state is AgentState.LOGGED_OUT
        come(floor, DORA)
        assert floor.agent(DORA).state is AgentState.AVAILABLE

    def test_who_logged_out_stays_so(self, floor: TestFloor) -> None:
        """However often the settings say that the agent begins logged in."""
        come(floor, ANN)
        floor.worker.operating.change_duty(ANN, duty_order("logout"))
        floor.reload(agent_of(ANN, ROOMY, logged_in_at_start=True))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_a_removed_agent_who_is_free_is_logged_out(self, floor: TestFloor) -> None:
        """And serves nobody."""
        come(floor, ANN, BOB)
        floor.reload(without_agents(ANN))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()
        assert floor.agent(BOB).state is AgentState.AVAILABLE
        change = floor.told(AgentChanged)[-1]
        assert (change.agent_id, change.reason, change.actor) == (ANN, "settings", "eve")

    def test_a_removed_agent_who_talks_talks_on(self, floor: TestFloor) -> None:
        """And is logged out after the call, wrap-up included."""
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.reload(without_agents(ANN))
        assert who_talks_with(floor, caller) == ANN
        assert floor.told(AgentWished)[-1].wish == LOGGED_OUT_AFTERWARDS
        floor.clock.advance(60)
        assert who_talks_with(floor, caller) == ANN
        end_talk(floor, ANN)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).outcome is CallOutcome.SERVED

    def test_a_removed_agent_who_is_back_stays(self, floor: TestFloor) -> None:
        """The logging out that was to follow the call is taken back."""
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(5)
        floor.reload(without_agents(ANN))
        floor.reload(ROOMY)
        end_talk(floor, ANN)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).queues == (SUPPORT,)

    def test_a_removed_agent_whose_phone_rings_may_pick_up(self, floor: TestFloor) -> None:
        """The offer is not torn away."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(without_agents(ANN))
        pick_up(floor, ANN)
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == ANN

    def test_a_removed_agent_who_does_not_pick_up_goes(self, floor: TestFloor) -> None:
        """The caller is offered to somebody else, on the same place."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller, behind = floor.call_in(), floor.call_in()
        floor.clock.advance(1)
        floor.reload(without_agents(ANN))
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert line(floor, caller, behind) == [1, 2]
        come(floor, BOB)
        floor.clock.advance(5)
        assert who_talks_with(floor, caller) == BOB

    def test_an_agent_removed_between_decision_and_call_is_not_called(
        self, floor: TestFloor
    ) -> None:
        """The message is in the call's mailbox already; somebody else is asked."""
        come(floor, ANN, BOB)
        floor.clock.advance(1)
        removed = without_agents(ANN)

        def vanish(fact: Fact) -> None:
            if isinstance(fact, AgentChanged) and fact.agent_id == ANN:
                floor.site.policies.replace(removed, removed, "v2")

        floor.listeners.append(vanish)
        caller = floor.call_in()
        floor.reload(removed)
        floor.clock.advance(5)
        assert rung(floor) == [BOB]
        assert who_talks_with(floor, caller) == BOB
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_another_contact_is_called_from_the_next_offer_on(self, floor: TestFloor) -> None:
        """The phone that rings rings on."""
        floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(1)
        floor.reload(agent_of(ANN, ROOMY, contact="user/desk@t"))
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.clock.advance(40)
        assert [one.contact for one in floor.switch.requests][:2] == ["user/1001@t", "user/desk@t"]

    def test_an_agent_who_wraps_up_is_free_for_the_new_queue(self, floor: TestFloor) -> None:
        """Moved meanwhile; nobody of the old queue is offered."""
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        old, new = floor.call_in(), floor.call_in("8002")
        floor.reload(agent_of(ANN, ROOMY, queues=(SALES,)))
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(15)
        assert who_talks_with(floor, new) == ANN
        assert line(floor, old) == [1]

    def test_nobody_is_logged_out_who_is_still_there(self, floor: TestFloor) -> None:
        """Whatever they are doing."""
        come(floor, ANN, BOB)
        floor.worker.operating.change_duty(BOB, duty_order("break"))
        floor.reload(queue_of(strategy=Strategy.RANDOM, policy=agent_of(BOB, ROOMY, name="Bobby")))
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(BOB).state is AgentState.ON_BREAK


class TestAtTheSameInstant:
    """A command about an agent, and a reload in the middle of it."""

    @pytest.fixture
    def reload_within(self, floor: TestFloor) -> Callable[[str, SitePolicy], None]:
        """Has the settings read again while Redis is told by the older ones."""

        def arm(verb: str, policy: SitePolicy) -> None:
            change = getattr(floor.store.roster, verb)

            def changed(*args: Any, **more: Any) -> Any:
                setattr(floor.store.roster, verb, change)
                floor.reload(policy)
                return change(*args, **more)

            setattr(floor.store.roster, verb, changed)

        return arm

    def test_an_agent_logs_in_who_is_taken_out(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Nobody is left on the floor whom nobody knows."""
        reload_within("log_in", without_agents(ANN))
        floor.worker.operating.change_duty(ANN, duty_order("login"))
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).queues == ()

    def test_an_agent_logs_in_who_is_moved(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Where the newer settings say."""
        reload_within("log_in", agent_of(ANN, ROOMY, queues=(SALES,)))
        floor.worker.operating.change_duty(ANN, duty_order("login"))
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).queues == (SALES,)

    def test_an_agent_chooses_a_queue_that_is_taken_away(
        self, floor: TestFloor, reload_within: Callable[[str, SitePolicy], None]
    ) -> None:
        """Then it is all that are left."""
        come(floor, CLEO)
        reload_within("enrol", agent_of(CLEO, ROOMY, queues=(SUPPORT,)))
        order = DutyOrder(what=DutyChange.LOG_IN, by="eve", queues=(SALES,))
        floor.worker.operating.change_duty(CLEO, order)
        assert floor.agent(CLEO).queues == (SUPPORT,)


class TestWhomToAsk:
    """Tiers, strategies and skills of callers who wait already."""

    def test_free_agents_are_put_in_another_order(self, floor: TestFloor) -> None:
        """The longest idle was first; by position it is another one."""
        come(floor, ANN, BOB)
        policy = queue_of(strategy=Strategy.SEQUENTIAL)
        floor.reload(agent_of(ANN, policy, tiers={SUPPORT: Tier(level=2)}))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_another_strategy_alone_does_so_too(self) -> None:
        """The places are the same, and count from now on."""
        policy = agent_of(ANN, ROOMY, tiers={SUPPORT: Tier(position=2)})
        floor = TestFloor(policy)
        come(floor, ANN)
        floor.clock.advance(1)
        come(floor, BOB)
        floor.reload(queue_of(policy=policy, strategy=Strategy.SEQUENTIAL))
        floor.call_in()
        floor.clock.advance(1)
        assert rung(floor) == [BOB]

    def test_a_level_that_opens_earlier_serves_who_waits(self, floor: TestFloor) -> None:
        """The timer of the caller who waits is set anew."""
        late = queue_of(tiers=TierPolicy(relax_after_seconds=100, skips_absent_levels=False))
        late = agent_of(ANN, late, tiers={SUPPORT: Tier(level=2)})
        floor = TestFloor(late)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        assert line(floor, caller) == [1]
        floor.reload(
            queue_of(
                policy=late, tiers=TierPolicy(relax_after_seconds=20, skips_absent_levels=False)
            )
        )
        floor.clock.advance(20)
        assert who_talks_with(floor, caller) == ANN

    def test_skills_that_are_no_longer_asked_for_keep_nobody_waiting(self) -> None:
        """An agent idles beside a caller until the reload."""
        skilled = queue_of(skills=(SkillStep(after_seconds=0, rule=parse("russian")),))
        floor = TestFloor(skilled)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        assert line(floor, caller) == [1]
        floor.reload(ROOMY)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (Strategy.LONGEST_IDLE, Strategy.RING_ALL),
            (Strategy.RING_ALL, Strategy.LONGEST_IDLE),
            (Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY),
            (Strategy.RING_PROGRESSIVELY, Strategy.RING_ALL),
        ],
    )
    def test_phones_that_ring_together_and_those_that_do_not(
        self, before: Strategy, after: Strategy
    ) -> None:
        """Changed while phones ring: one talks, all others are free, nobody is stuck."""
        floor = TestFloor(queue_of(strategy=before))
        for agent in (ANN, BOB, CLEO):
            floor.switch.phones[ROOMY.agents[agent].contact] = SILENT
        come(floor, ANN, BOB, CLEO)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.reload(queue_of(strategy=after))
        floor.clock.advance(1)
        ringing = [a for a in (ANN, BOB, CLEO) if floor.agent(a).state is AgentState.RINGING]
        if after is Strategy.RING_ALL:
            assert len(ringing) == 3
        pick_up(floor, ringing[0])
        floor.clock.advance(1)
        assert who_talks_with(floor, caller) == ringing[0]
        others = {ANN, BOB, CLEO} - {ringing[0]}
        assert {floor.agent(one).state for one in others} == {AgentState.AVAILABLE}
        assert floor.told(FlowFailed) == []
