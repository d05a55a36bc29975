"""A call centre of two queues and three agents on fakes, to play stories on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TypeVar

from callcore.domain.agents import AgentReason, Why
from callcore.domain.events import Fact
from callcore.domain.ids import AgentId, CallId, LegId, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    NumberRoute,
    PositionPolicy,
    QueuePolicy,
    SitePolicy,
    SoundsPolicy,
)
from callcore.domain.records import CallRecord
from callcore.flows.office import Sources
from callcore.flows.policies import Policies
from callcore.flows.site import Site
from callcore.flows.worker import Worker
from callcore.ports.operations import ReloadAnswer
from callcore.ports.stores import FloorAgent, FloorCallState
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import FakeClock, MortalClock, settle
from tests.fakes.floor import FakeFloor
from tests.fakes.lookups import FakeLookups
from tests.fakes.notices import FakeNotices
from tests.fakes.settings_file import FakeSettingsFile
from tests.fakes.switch import NODE, FakeSwitch, Phone

SUPPORT, SALES = QueueName("support"), QueueName("sales")
ANN, BOB, CLEO = AgentId("1001"), AgentId("1002"), AgentId("1003")
TESTED = Why(reason=AgentReason.COMMAND, actor="test")

POLICY = SitePolicy(
    site="test",
    queues={
        SUPPORT: QueuePolicy(
            name=SUPPORT,
            announce_position=PositionPolicy(first_after_seconds=10, interval_seconds=30),
            ring_timeout_seconds=15,
            wrap_up_seconds=10,
            retry_after_miss_seconds=8,
            maximum_wait_seconds=600,
            maximum_waiting=5,
            service_level_seconds=20,
        ),
        SALES: QueuePolicy(name=SALES, wrap_up_seconds=0, record=True, announce_position=None),
    },
    agents={
        ANN: AgentPolicy(agent_id=ANN, name="Ann", contact="user/1001@t", queues=(SUPPORT,)),
        BOB: AgentPolicy(agent_id=BOB, name="Bob", contact="user/1002@t", queues=(SUPPORT,)),
        CLEO: AgentPolicy(
            agent_id=CLEO, name="Cleo", contact="user/1003@t", queues=(SUPPORT, SALES)
        ),
    },
    numbers={"8001": NumberRoute(queue=SUPPORT), "8002": NumberRoute(queue=SALES)},
    sounds=SoundsPolicy(directory="/sounds"),
    recordings_directory="/recordings",
)

ROOMY = replace(
    POLICY,
    queues={**POLICY.queues, SUPPORT: replace(POLICY.queues[SUPPORT], maximum_waiting=100)},
)

F = TypeVar("F", bound=Fact)


class TestFloor:
    """The call centre; a second worker may take over from the first on the same floor."""

    __test__ = False

    def __init__(self, policy: SitePolicy = POLICY, *, beside: TestFloor | None = None) -> None:
        """A worker of its own; ``beside`` another one it shares time and floor with it."""
        self.clock: FakeClock = FakeClock() if beside is None else beside.clock
        self.switch = FakeSwitch(self.clock)
        self.store: FakeFloor = FakeFloor(self.clock) if beside is None else beside.store
        self.lookups = FakeLookups(self.clock)
        self.notices = FakeNotices()
        self.policy = policy
        self.version = "v1"
        self.settings = FakeSettingsFile(policy, self.version)
        self.facts: list[Fact] = []
        self.listeners: list[Callable[[Fact], None]] = []
        self.complaints: list[tuple[str, Exception]] = []
        self.worker = self.start_worker()
        self.switch.restore_link()
        settle()

    def start_worker(self) -> Worker:
        """A process begins: opens the floor and hears the switch."""
        self._life = MortalClock(self.clock)
        self.lookups = self.lookups.asked_by(self._life)
        self.site = self._new_site(self._life)
        worker = Worker(spawn, lambda _: nullcontext(), Sources(configuration=self.settings))
        self._open(worker)
        self.switch.deliver_to(worker.deliver)
        settle()
        return worker

    def _new_site(self, life: MortalClock) -> Site:
        return Site(
            policies=Policies(self.policy, self.version),
            switches={NODE: self.switch},
            waiting_room=self.store.waiting_room,
            roster=self.store.roster,
            pending_records=self.store.pending_records,
            config_versions=self.store.config_versions,
            lockouts=self.store.lockouts,
            lookups=self.lookups,
            notices=self.notices,
            epoch=self.store.epoch,
            clock=life,
            ids=RandomIds(),
            facts=Broadcast([("list", self._hear)], self._complain),
        )

    def _open(self, worker: Worker) -> None:
        worker.open(self.site)

    def _hear(self, fact: Fact) -> None:
        self.facts.append(fact)
        for listener in self.listeners:
            listener(fact)

    def _complain(self, name: str, error: Exception) -> None:
        self.complaints.append((name, error))

    def reload(self, policy: SitePolicy) -> ReloadAnswer:
        """Somebody edits the settings and has them read again."""
        self.policy = policy
        self.settings.write(policy)
        answer = self.worker.operating.reload(by="eve")
        settle()
        return answer

    def kill_worker(self) -> None:
        """The process dies: nobody hears the switch, its timers never fire."""
        self.switch.deliver_to(lambda _: None)
        self._life.die()

    def restart(self) -> None:
        """The process is killed and another begins."""
        self.kill_worker()
        self.clock.advance(3)
        self.worker = self.start_worker()
        self.switch.restore_link()
        settle()

    def log_in(self, *agents: AgentId, phone: Phone | None = None) -> None:
        """Agents log in, with phones of that kind."""
        for agent_id in agents:
            if phone is not None:
                self.switch.phones[self.policy.agents[agent_id].contact] = phone
            self.store.roster.log_in(agent_id, RandomIds().request_id(), TESTED)
            self.worker.crew.dispatcher.agent_free(agent_id, self.clock.now())
        settle()

    def call_in(self, dialled: str = "8001", **what: str) -> LegId:
        """A caller arrives, a little later than whoever came before."""
        self.clock.advance(0.001)
        leg_id = self.switch.call_in(dialled, **what)
        settle()
        return leg_id

    def advance_until_bridge_is_asked(self, caller: LegId) -> None:
        """The agent has picked up; the switch will have joined the two in 40 ms."""
        while ("bridge", caller) not in self.switch.commands:
            self.clock.advance(0.01)

    def offered_leg(self) -> LegId:
        """The agent's leg of the latest offer."""
        return self.switch.requests[-1].leg_id

    def agent(self, agent_id: AgentId) -> FloorAgent:
        """An agent as the floor has it."""
        agent = self.store.roster.agent(agent_id)
        assert agent is not None
        return agent

    def position(self, caller: LegId, queue: QueueName = SUPPORT) -> int | None:
        """A caller's place in the order of service."""
        return self.store.waiting_room.position(CallId(caller), queue)

    def knows(self, caller: LegId) -> bool:
        """Has the caller a place on the floor?"""
        call = self.store.waiting_room.call(CallId(caller))
        return call is not None and call.state is not FloorCallState.ENDED

    def told(self, kind: type[F]) -> list[F]:
        """The facts of one kind, in order."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def records(self) -> list[CallRecord]:
        """The records kept so far."""
        return [entry.record for entry in self.store.pending_records.read(1000, 0)]

    def record(self) -> CallRecord:
        """The one record kept so far."""
        (record,) = self.records()
        return record
