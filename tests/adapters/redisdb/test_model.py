"""Random sequences of verbs: the real floor answers and ends as the one in memory does."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import redis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, OfferId, QueueName
from callcore.ports.stores import FloorAgent, FloorCall, Reservation, WaitingRoom
from tests.adapters.redisdb import invariants
from tests.adapters.redisdb.floors import SITE
from tests.contract.conftest import SteppedClock
from tests.contract.floor_builders import (
    LONG_SECONDS,
    SALES,
    SUPPORT,
    AnyFloor,
    joining,
    reservation,
)
from tests.fakes.floor import FakeFloor

QUEUES = (SUPPORT, SALES)
NODES = (NodeName("fs1"), NodeName("fs2"))
AGENTS = (AgentId("anna"), AgentId("boris"))
CALLS = ("c1", "c2", "c3")
AT_ONCE_SECONDS = 1e-6
"""A lease or rest that has ended by the time anybody looks."""

calls = st.sampled_from(CALLS)
agents = st.sampled_from(AGENTS)
queues = st.sampled_from(QUEUES)
offers = st.integers(0, 5).map(lambda number: f"o{number}")
requests = st.integers(0, 40).map(lambda number: f"r{number}")
rests = st.sampled_from([0.0, AT_ONCE_SECONDS, LONG_SECONDS])


class TickingClock(SteppedClock):
    """Every look at it is later by more than ``AT_ONCE_SECONDS``."""

    def now(self) -> Micros:
        self.instant += 10
        return Micros(self.instant)


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


class BothFloors(RuleBasedStateMachine):
    """Does everything on both floors."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.raw = redis.Redis.from_url(self.url, decode_responses=True)
        self.raw.flushall()
        self.real = Floor(self.url, SITE)
        self.fake = FakeFloor(TickingClock())
        self.floors: tuple[AnyFloor, AnyFloor] = (self.real, self.fake)
        self.offer_of: dict[str, tuple[str, AgentId, QueueName]] = {}

    def teardown(self) -> None:
        self.real.close()
        self.raw.close()

    @initialize()
    def open(self) -> None:
        for floor in self.floors:
            for agent_id in AGENTS:
                floor.roster.enrol(agent_id, QUEUES, "")
                floor.roster.log_in(agent_id, f"open-{agent_id}")

    @rule(
        call=calls,
        queue=queues,
        node=st.sampled_from(NODES),
        score=st.sampled_from([-1.0, 0.5, 2.0]),
        maximum=st.integers(1, 3),
        request=requests,
    )
    def join(
        self,
        call: str,
        queue: QueueName,
        node: NodeName,
        score: float,
        maximum: int,
        request: str,
    ) -> None:
        asked = joining(call, queue=queue, node=node, score=score, maximum_waiting=maximum)
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(call=calls, queue=queues, request=requests)
    def leave(self, call: str, queue: QueueName, request: str) -> None:
        answers = {f.waiting_room.leave(CallId(call), queue, request) for f in self.floors}
        assert len(answers) == 1

    @rule(call=calls)
    def forget(self, call: str) -> None:
        for floor in self.floors:
            floor.waiting_room.forget(CallId(call))

    @rule(agent_id=agents, served=st.lists(queues, max_size=3))
    def enrol(self, agent_id: AgentId, served: list[QueueName]) -> None:
        for floor in self.floors:
            floor.roster.enrol(agent_id, served, "")

    @rule(
        agent_id=agents,
        verb=st.sampled_from(["log_in", "log_out", "start_break", "end_break"]),
        request=requests,
    )
    def change(self, agent_id: AgentId, verb: str, request: str) -> None:
        assert len({getattr(f.roster, verb)(agent_id, request) for f in self.floors}) == 1

    @rule(call=calls, agent_id=agents, queue=queues, offer=offers)
    def reserve(self, call: str, agent_id: AgentId, queue: QueueName, offer: str) -> None:
        self.offer_of.setdefault(offer, (call, agent_id, queue))
        assert len({f.roster.reserve(self.promise(offer)) for f in self.floors}) == 1

    def promise(self, offer: str) -> Reservation:
        """The offer as first made: an offer id is never used for another pair."""
        call, agent_id, queue = self.offer_of.get(offer, (CALLS[0], AGENTS[0], SUPPORT))
        return reservation(call, offer, agent_id=agent_id, queue=queue)

    @rule(offer=offers)
    def mark_ringing(self, offer: str) -> None:
        assert len({f.roster.mark_ringing(self.promise(offer)) for f in self.floors}) == 1

    @rule(offer=offers)
    def win(self, offer: str) -> None:
        assert len({f.roster.win(self.promise(offer), Micros(5)) for f in self.floors}) == 1

    @rule(offer=offers, is_miss=st.booleans(), rest=rests, is_waiting=st.booleans())
    def lose(self, offer: str, is_miss: bool, rest: float, is_waiting: bool) -> None:
        answers = {
            floor.roster.lose(
                self.promise(offer),
                is_miss=is_miss,
                retry_after_seconds=rest,
                is_caller_waiting=is_waiting,
            )
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(offer=offers, wrap_up=rests)
    def end_talk(self, offer: str, wrap_up: float) -> None:
        answers = {
            floor.roster.end_talk(self.promise(offer), wrap_up_seconds=wrap_up)
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(offer=offers, request=requests)
    def end_wrap_up(self, offer: str, request: str) -> None:
        agent_id, offer_id = self.promise(offer).agent_id, OfferId(offer)
        answers = {f.roster.end_wrap_up(agent_id, offer_id, request) for f in self.floors}
        assert len(answers) == 1

    @rule(agent_id=agents)
    def wake(self, agent_id: AgentId) -> None:
        assert len({floor.roster.wake(agent_id) for floor in self.floors}) == 1

    @invariant()
    def both_are_the_same(self) -> None:
        real, fake = self.real, self.fake
        for node in NODES:
            assert calls_of(real.waiting_room, node) == calls_of(fake.waiting_room, node)
        assert [without_times(a) for a in real.roster.agents()] == [
            without_times(a) for a in fake.roster.agents()
        ]
        assert real.waiting_room.counts(QUEUES) == fake.waiting_room.counts(QUEUES)
        for queue in QUEUES:
            pairs = [f.waiting_room.candidates([queue], 9)[0] for f in self.floors]
            free = [[agent.agent_id for agent in found.agents] for found in pairs]
            assert free[0] == free[1]
            for call in CALLS:
                places = {f.waiting_room.position(CallId(call), queue) for f in self.floors}
                assert len(places) == 1
        ended = [{a.agent_id for a in floor.roster.expired(9)} for floor in self.floors]
        assert ended[0] == ended[1]

    @invariant()
    def the_keys_agree(self) -> None:
        invariants.check(self.raw, Keys(SITE), QUEUES, NODES)


def test_the_real_floor_does_as_the_one_in_memory(server_url: str) -> None:
    """Any sequence of verbs, repetitions included, ends the same and breaks no invariant."""
    machine = type("BothFloorsHere", (BothFloors,), {"url": server_url})
    run_machine(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
