"""Random sequences of verbs: the real floor answers and ends as the one in memory does."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant
from hypothesis.stateful import run_state_machine_as_test as run_machine

from callcore.adapters.redisdb.keys import Keys
from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, Micros, NodeName, QueueName
from callcore.ports.stores import FloorAgent, FloorCall, WaitingRoom
from tests.adapters.redisdb import invariants
from tests.adapters.redisdb.both_floors import AGENTS, CALLS, NODES, PROMISES, QUEUES, TIMELESS
from tests.adapters.redisdb.both_floors_agents import AgentsOnBoth
from tests.adapters.redisdb.both_floors_calls import CallsOnBoth
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import changes_since


def without_times(agent: FloorAgent) -> FloorAgent:
    """The two floors have clocks of their own."""
    is_leased = agent.lease_until is not None
    return replace(agent, since=Micros(0), lease_until=Micros(1) if is_leased else None)


def calls_of(room: WaitingRoom, node: NodeName) -> dict[CallId, FloorCall]:
    """The calls of a node, without the instants at which they ended."""
    found = room.calls(node)
    instants = [Micros(1) if call.ended_at is not None else None for call in found]
    return {
        call.call_id: replace(call, ended_at=instant)
        for call, instant in zip(found, instants, strict=True)
    }


class BothFloorsAgree(CallsOnBoth, AgentsOnBoth):
    """After every verb both hold the same."""

    @invariant()
    def both_are_the_same(self) -> None:
        real, fake = self.real, self.fake
        for node in NODES:
            assert calls_of(real.waiting_room, node) == calls_of(fake.waiting_room, node)
        assert [without_times(a) for a in real.roster.agents()] == [
            without_times(a) for a in fake.roster.agents()
        ]
        assert real.waiting_room.counts(QUEUES) == fake.waiting_room.counts(QUEUES)
        assert real.roster.doings(AGENTS) == fake.roster.doings(AGENTS)
        ended = [{a.agent_id for a in floor.roster.expired(9)} for floor in self.floors]
        assert ended[0] == ended[1]

    @invariant()
    def the_timelines_are_the_same(self) -> None:
        told = [
            [replace(change, at=Micros(0)) for change in changes_since(floor)]
            for floor in self.floors
        ]
        assert told[0] == told[1]
        for change in told[0]:
            self.told[change.agent_id] = change.state
        for agent in self.fake.roster.agents():
            assert self.told.get(agent.agent_id, AgentState.LOGGED_OUT) is agent.state

    @invariant()
    def a_queue_is_the_same(self) -> None:
        """Another one each time, seen by another caller: all of them would take long."""
        number, queue = next(self.looks)
        self.the_free_agents_are_the_same(queue)
        first, second = (floor.waiting_room.tail(queue, 9) for floor in self.floors)
        assert first == second
        here, there = (floor.waiting_room.door(queue, number) for floor in self.floors)
        assert here == there
        every = [CallId(call) for call in {*CALLS, *PROMISES}]
        demands = [floor.waiting_room.demands(every) for floor in self.floors]
        assert demands[0] == demands[1]
        assert set(demands[0]) == set(self.real.waiting_room.present(QUEUES))
        for call in CALLS:
            places = {f.waiting_room.position(CallId(call), queue) for f in self.floors}
            assert len(places) == 1

    def the_free_agents_are_the_same(self, queue: QueueName) -> None:
        """With the same places where those do not come from a clock or from chance."""
        found = [floor.waiting_room.candidates([queue], 9)[0].agents for floor in self.floors]
        places = []
        for agents_found in found:
            place = {agent.agent_id: agent.score for agent in agents_found}
            for agent_id in place:
                post = self.posts.get((queue, agent_id))
                if not post or post.order not in TIMELESS:
                    place[agent_id] //= 2**42
            places.append(place)
        assert places[0] == places[1]

    @invariant()
    def the_keys_agree(self) -> None:
        invariants.check(self.raw, Keys(SITE), QUEUES, NODES)


def test_the_real_floor_does_as_the_one_in_memory(server_url: str) -> None:
    """Any sequence of verbs, repetitions included, ends the same and breaks no invariant."""
    machine = type("BothFloorsHere", (BothFloorsAgree,), {"url": server_url})
    run_machine(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
