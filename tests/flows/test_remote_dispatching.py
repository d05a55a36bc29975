"""Every worker decides over all who wait, whoever follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import AgentChanged, LegsBridged
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.policies import SitePolicy, StickyPolicy, Strategy
from callcore.flows.messages.between import MatchAsked
from callcore.flows.remote_waiters import NoLines, RemoteWaiters
from callcore.flows.sharing_out import BEAT_SECONDS
from callcore.ports.stores import SEARCH_SECONDS
from tests.contract.floor_builders import joining
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT
from tests.flows.callbacks import QUICK, policy
from tests.flows.floor import ANN, BOB, CLEO, POLICY, ROOMY, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.shared_floor import log_in, promised, shared

BALANCED_SECONDS = 3.0


def served(floor: WorkersFloor) -> list[CallId]:
    """The callers who talked, in order."""
    return [fact.call_id for fact in floor.told(LegsBridged)]


def test_an_agent_found_by_one_worker_gets_the_caller_of_another() -> None:
    """Rung by the worker who follows the caller, with the decision that the other has made."""
    floor = shared()
    one, two, _ = floor.processes
    caller = floor.call_to(two)
    log_in(one, ANN)
    floor.clock.advance(1)
    assert served(floor) == [caller]
    assert [request.variables["callcore_call"] for request in two.switches[NODE].requests] == [
        caller
    ]
    assert one.switches[NODE].requests == []
    (decision,) = two.worker.operating.explain(CallId(caller)).decisions
    assert (decision.agent_id, decision.trigger) == (ANN, "agent_free")


def test_the_first_of_all_is_served_first_whoever_follows_them() -> None:
    """One free agent at a time, told to a worker that follows none of the callers."""
    floor = shared()
    one, two, three = floor.processes
    callers = [floor.call_to(each) for each in (three, two, three, two)]
    log_in(one, ANN)
    for caller in callers:
        floor.clock.advance(1)
        floor.switch.end(caller)
        floor.clock.advance(11)
    assert served(floor) == callers


def test_a_caller_who_comes_gets_the_agent_who_waits() -> None:
    """Whichever worker the agent came by."""
    floor = shared()
    one, two, _ = floor.processes
    log_in(one, ANN)
    caller = floor.call_to(two)
    floor.clock.advance(1)
    assert served(floor) == [caller]


def test_an_agent_found_by_a_worker_without_a_link() -> None:
    """What counts is whether the caller's own worker can ring the phone."""
    floor = shared()
    one, two, _ = floor.processes
    caller = floor.call_to(two)
    one.switches[NODE].lose_link()
    log_in(one, ANN)
    assert floor.agent(ANN).call_id == caller
    floor.clock.advance(1)
    assert served(floor) == [caller]


def test_a_caller_whose_worker_has_no_link_is_passed_by() -> None:
    """Nobody is rung for whom nobody can ring just now: until the link is back, or the caller is
    another worker's.
    """
    floor = shared()
    one, two, three = floor.processes
    first, second = floor.call_to(two), floor.call_to(three)
    two.switches[NODE].lose_link()
    floor.clock.advance(2 * BEAT_SECONDS + 0.1)  # the one tells of it, the others hear of it
    assert not two.switches[NODE].is_connected
    log_in(one, ANN)
    assert floor.agent(ANN).call_id == second
    log_in(one, BOB)
    assert floor.agent(BOB).state is AgentState.AVAILABLE
    floor.clock.advance(1)
    two.switches[NODE].restore_link()
    floor.clock.advance(1)
    assert floor.agent(BOB).call_id == first


def test_who_comes_while_an_agent_is_sought_for_is_served_soon() -> None:
    """By the next look, should those ahead not be for the agent; another is served at once."""
    floor = shared()
    one, two, three = floor.processes
    first = floor.call_to(two)
    two.switches[NODE].lose_link()
    floor.clock.advance(2 * BEAT_SECONDS + 0.1)
    log_in(one, ANN)
    second = floor.call_to(three)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    floor.clock.advance(2 * SEARCH_SECONDS + 0.05)
    assert floor.agent(ANN).call_id == second
    log_in(one, BOB)
    floor.clock.advance(2 * SEARCH_SECONDS)
    third = floor.call_to(three)
    assert floor.agent(BOB).call_id == third
    assert first not in served(floor)


def test_levels_and_sticky_agents_count_for_callers_elsewhere() -> None:
    """The floor has what it takes: who talked last with the caller is waited for."""
    support = replace(
        POLICY.queues[SUPPORT], sticky=StickyPolicy(days=1, wait_seconds=30), maximum_waiting=50
    )
    floor = shared(replace(POLICY, queues={**POLICY.queues, SUPPORT: support}))
    one, two, _ = floor.processes
    floor.store.waiting_room.remember_agent(SUPPORT, "+48200777", BOB, 1000)
    floor.switch.phones[floor.policy.agents[BOB].contact] = SILENT
    log_in(one, BOB)
    other = floor.call_to(two)  # keeps Bob's phone ringing
    caller = floor.call_to(two, number="+48200777")
    log_in(one, ANN)
    floor.clock.advance(1)
    floor.switch.end(other)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    floor.clock.advance(10)
    assert floor.agent(BOB).call_id == caller
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_going_down_from_the_top_goes_on_where_the_caller_was() -> None:
    """Who was asked last is on the floor."""
    support = replace(POLICY.queues[SUPPORT], strategy=Strategy.TOP_DOWN, ring_timeout_seconds=2)
    agents = {
        agent_id: replace(
            POLICY.agents[agent_id],
            tiers={SUPPORT: replace(POLICY.agents[agent_id].tier(SUPPORT), position=position)},
        )
        for position, agent_id in enumerate((ANN, BOB, CLEO), start=1)
    }
    floor = shared(replace(POLICY, queues={**POLICY.queues, SUPPORT: support}, agents=agents))
    one, two, _ = floor.processes
    for agent in agents.values():
        floor.switch.phones[agent.contact] = SILENT
    caller = floor.call_to(two)
    log_in(one, ANN, BOB)
    floor.clock.advance(8)
    rung = [
        fact.agent_id
        for fact in floor.told(AgentChanged)
        if fact.call_id == caller and fact.state is AgentState.RESERVED
    ]
    assert rung[:2] == [ANN, BOB]
    here = two.worker.operating._crew.waiters.get(CallId(caller))
    there = RemoteWaiters(one.site, NoLines()).read([CallId(caller)])[CallId(caller)]
    assert here is not None
    assert here.demand().last_offered == BOB
    assert replace(there.demand(), ringing=here.demand().ringing) == here.demand()


def test_reservations_do_not_wait_for_questions() -> None:
    """However many were asked before, and however long a look takes: the phone rings at once. All
    that are asked meanwhile are answered by one look.
    """
    floor = shared()
    one, two, _ = floor.processes
    looks: list[float] = []
    room: Any = two.site.waiting_room
    candidates = room.candidates

    def slow(*args: Any) -> Any:
        looks.append(floor.clock.now())
        two.life.sleep(1.0)
        return candidates(*args)

    caller = floor.call_to(two)
    room.candidates = slow
    assert one.worker.share is not None
    for _ in range(10):
        question = MatchAsked(queue=SUPPORT, triggered_at=floor.clock.now(), trigger="agent_free")
        one.worker.share._letters.send(two.name, question)
        settle()
    log_in(one, ANN)
    floor.clock.advance(0.1)
    assert [request.variables["callcore_call"] for request in two.switches[NODE].requests] == [
        caller
    ]
    floor.clock.advance(5)
    assert len(looks) < 5


class TestOneWhomNobodyFollows:
    """A worker was killed, and its callers are not followed yet."""

    def test_is_waited_for_by_those_who_may_serve_them(self) -> None:
        """Agents who may not go on; the caller keeps the turn."""
        floor = shared()
        one, two, three = floor.processes
        first, second = floor.call_to(two), floor.call_to(three)
        two.kill()
        log_in(one, ANN)
        floor.clock.advance(0.2)
        assert served(floor) == []
        floor.clock.advance(5)
        log_in(one, BOB)
        floor.clock.advance(1)
        assert served(floor) == [first, second]
        assert floor.objections() == []

    def test_does_not_stop_agents_of_other_queues(self) -> None:
        """Cleo serves sales too; who is first there is followed."""
        floor = shared()
        one, two, three = floor.processes
        floor.call_to(two)
        floor.switch.phones[floor.policy.agents[CLEO].contact] = QUICK
        sold = floor.call_to(three, "8002")
        two.kill()
        log_in(one, CLEO)
        floor.clock.advance(6)
        assert sold in served(floor) or floor.agent(CLEO).call_id is not None

    def test_is_not_waited_for_for_ever(self) -> None:
        """One that is on the floor and on no switch stops nobody for more than three seconds."""
        floor = shared()
        _, two, three = floor.processes
        lost = replace(joining(floor.digit_of(two) + "-lost", score=0.0), maximum_waiting=50)
        floor.store.waiting_room.join(lost, "lost")
        behind = floor.call_to(three)
        log_in(two, ANN)
        floor.clock.advance(2.5)
        assert floor.agent(ANN).call_id is None
        floor.clock.advance(1)
        assert floor.agent(ANN).call_id == behind


@pytest.mark.parametrize("strategy", [Strategy.RING_ALL, Strategy.RING_PROGRESSIVELY])
def test_many_phones_ring_for_callers_elsewhere(strategy: Strategy) -> None:
    """Agents who come by another worker ring too, as many as may."""
    support = replace(
        POLICY.queues[SUPPORT], strategy=strategy, ring_at_most=3, ring_more_after_seconds=2
    )
    floor = shared(replace(POLICY, queues={**POLICY.queues, SUPPORT: support}))
    one, two, three = floor.processes
    for agent in floor.policy.agents.values():
        floor.switch.phones[agent.contact] = SILENT
    caller = floor.call_to(two)
    log_in(one, ANN)
    log_in(three, BOB)
    log_in(two, CLEO)
    floor.clock.advance(5)
    holders = {agent_id for agent_id in (ANN, BOB, CLEO) if floor.agent(agent_id).call_id == caller}
    assert holders == {ANN, BOB, CLEO}
    assert floor.objections() == []


class TestDying:
    """An agent is free while a worker is dead and still counts as living, whose caller is first."""

    FREE_AFTER_SECONDS = 0.7
    SERVED_SECONDS = 0.5
    """From when others may act for the dead one."""

    def play(self, site: SitePolicy, *, is_promise: bool = False, hangs_up: bool = False) -> None:
        """The agent's phone rings for whoever is first by then."""
        floor = shared(site)
        one, two, three = floor.processes
        first: CallId | LegId
        first = promised(floor, two) if is_promise else floor.call_to(two)
        behind = floor.call_to(three, number="+48200777")
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        two.kill()
        floor.clock.advance(self.FREE_AFTER_SECONDS)
        log_in(one, ANN)
        if hangs_up and not is_promise:
            floor.switch.end(LegId(first))
        self.until_held(floor, CALLBACKS if is_promise else NODE, CallId(first), (one, three))
        floor.clock.advance(self.SERVED_SECONDS)
        agent = floor.agent(ANN)
        assert agent.state is AgentState.RINGING
        assert agent.call_id == (behind if hangs_up else first)

    def until_held(
        self, floor: WorkersFloor, node: NodeName, call_id: CallId, living: Sequence[Process]
    ) -> None:
        """Plays on until one of them may act for whoever was the dead one's."""
        deadline = floor.clock.now() + 3_000_000
        while not any(one.tenure.holds_call(node, call_id) for one in living):
            floor.clock.advance(0.01)
            assert floor.clock.now() < deadline

    @pytest.mark.parametrize("hangs_up", [False, True])
    def test_a_caller(self, *, hangs_up: bool) -> None:
        """Reserved by one who did not know; whoever takes the caller over has the phone ring, or
        lets the agent go if the caller has hung up.
        """
        self.play(ROOMY, hangs_up=hangs_up)

    def test_one_for_whom_many_phones_ring(self) -> None:
        """The dead one is asked in vain."""
        many = replace(ROOMY.queues[SUPPORT], strategy=Strategy.RING_ALL)
        self.play(replace(ROOMY, queues={**ROOMY.queues, SUPPORT: many}))

    def test_a_promise(self) -> None:
        """The same."""
        self.play(policy(), is_promise=True)
