"""The floor in memory: the ports of ``stores`` and ``records`` without a server.

It answers as the scripts in Redis do; ``tests/contract`` holds both to the same suite. Time is
the injected clock's, so leases end when a test says so. Nothing here gives way to another
greenlet except a waiting ``FakePendingRecords.read``, so every verb is atomic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, cast

from gevent.event import Event

from callcore.domain.agents import AgentState
from callcore.domain.ids import (
    MICROS_PER_SECOND,
    AgentId,
    CallId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
)
from callcore.domain.records import CallRecord
from callcore.ports.records import PendingRecord
from callcore.ports.stores import (
    AgentAnswer,
    Candidates,
    FloorAgent,
    FloorCall,
    FloorCallState,
    FreeAgent,
    JoinAnswer,
    Joined,
    Joining,
    LeaveAnswer,
    OfferAnswer,
    QueueCounts,
    Reservation,
    ReserveAnswer,
    StoreUnavailableError,
    WaitingCaller,
)

A = TypeVar("A")
WAKE_EARLY_SECONDS = 0.1
UNRESOLVED = (AgentState.RESERVED, AgentState.RINGING)
PLACED = (FloorCallState.WAITING, FloorCallState.OFFERED)


class Instants(Protocol):
    """What the fake needs of a clock."""

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""


@dataclass
class _Memory:
    """What Redis would hold."""

    clock: Instants
    is_down: bool = False
    calls: dict[CallId, FloorCall] = field(default_factory=dict)
    agents: dict[AgentId, FloorAgent] = field(default_factory=dict)
    answers: dict[tuple[str, str], object] = field(default_factory=dict)
    records: dict[str, CallRecord] = field(default_factory=dict)
    recorded: set[CallId] = field(default_factory=set)
    record_appended: Event = field(default_factory=Event)

    def check(self) -> None:
        if self.is_down:
            raise StoreUnavailableError("the fake floor is down")

    def remembered(self, verb: str, request_id: str) -> object | None:
        self.check()
        return self.answers.get((verb, request_id))

    def remember(self, verb: str, request_id: str, answer: A) -> A:
        self.answers[verb, request_id] = answer
        return answer

    def in_order(self, queue: QueueName, state: FloorCallState) -> list[FloorCall]:
        found = [c for c in self.calls.values() if c.queue == queue and c.state is state]
        return sorted(found, key=lambda call: (call.score, call.call_id))

    def lease(self, seconds: float) -> Micros:
        return Micros(self.clock.now() + round(seconds * MICROS_PER_SECOND))

    def free(self, queue: QueueName) -> list[FloorAgent]:
        found = [a for a in self.agents.values() if queue in a.queues and is_free(a)]
        return sorted(found, key=lambda agent: (agent.since, agent.agent_id))

    def end(self, call: FloorCall) -> None:
        """Takes the call's place away, and remembers the call."""
        self.calls[call.call_id] = replace(
            call, state=FloorCallState.ENDED, ended_at=self.clock.now()
        )

    def move(self, agent: FloorAgent, state: AgentState, lease_until: Micros | None = None) -> None:
        """Puts the agent in a state in which nobody is promised to him."""
        self.agents[agent.agent_id] = replace(
            agent,
            state=state,
            since=self.clock.now(),
            call_id=None,
            offer_id=None,
            queue=None,
            leg_id=None,
            lease_until=lease_until,
        )


def is_free(agent: FloorAgent) -> bool:
    """True if the agent may be asked: available and not resting after a miss."""
    return agent.state is AgentState.AVAILABLE and agent.lease_until is None


class FakeWaitingRoom:
    """``ports.stores.WaitingRoom`` in memory."""

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory

    def join(self, joining: Joining, request_id: str) -> Joined:
        memory = self._memory
        if (known := memory.remembered("join", request_id)) is not None:
            return cast("Joined", known)
        before = memory.calls.get(joining.call_id)
        if before is not None and before.state is not FloorCallState.ENDED:
            position = self._position(joining.call_id, joining.queue)
            answer = Joined(answer=JoinAnswer.ALREADY_JOINED, position=position)
            return memory.remember("join", request_id, answer)
        here = [c for c in memory.calls.values() if c.queue == joining.queue]
        waiting_count = sum(c.state in PLACED for c in here)
        if waiting_count >= joining.maximum_waiting:
            full = Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
            return memory.remember("join", request_id, full)
        memory.calls[joining.call_id] = FloorCall(
            call_id=joining.call_id,
            leg_id=joining.leg_id,
            node=joining.node,
            queue=joining.queue,
            state=FloorCallState.WAITING,
            score=joining.score,
            priority=joining.priority,
            arrived_at=joining.arrived_at,
            first_joined_at=joining.first_joined_at,
            offer_id=None,
            agent_id=None,
            agent_leg_id=None,
            bridged_at=None,
            ended_at=None,
            caller_number=joining.caller_number,
            caller_name=joining.caller_name,
            dialled_number=joining.dialled_number,
        )
        position = self._position(joining.call_id, joining.queue)
        return memory.remember(
            "join", request_id, Joined(answer=JoinAnswer.JOINED, position=position)
        )

    def leave(self, call_id: CallId, queue: QueueName, request_id: str) -> LeaveAnswer:
        memory = self._memory
        if (known := memory.remembered("leave", request_id)) is not None:
            return cast("LeaveAnswer", known)
        call = memory.calls.get(call_id)
        if call is None or call.queue != queue or call.state is FloorCallState.ENDED:
            return memory.remember("leave", request_id, LeaveAnswer.NOT_THERE)
        if call.state is not FloorCallState.TALKING:
            call = replace(call, offer_id=None, agent_id=None, agent_leg_id=None)
        memory.end(call)
        return memory.remember("leave", request_id, LeaveAnswer.LEFT)

    def forget(self, call_id: CallId) -> None:
        memory = self._memory
        memory.check()
        call = memory.calls.get(call_id)
        if call is not None and call.state is FloorCallState.ENDED:
            del memory.calls[call_id]

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        self._memory.check()
        return self._position(call_id, queue)

    def _position(self, call_id: CallId, queue: QueueName) -> int | None:
        # Of equal scores, those being offered are ahead: they were chosen first.
        places = [
            (call.score, rank, call.call_id)
            for rank, state in enumerate((FloorCallState.OFFERED, FloorCallState.WAITING))
            for call in self._memory.in_order(queue, state)
        ]
        ids = [place[2] for place in sorted(places)]
        return ids.index(call_id) + 1 if call_id in ids else None

    def candidates(self, queues: Sequence[QueueName], count: int) -> list[Candidates]:
        self._memory.check()
        return [
            Candidates(
                callers=tuple(
                    WaitingCaller(call_id=call.call_id, score=call.score)
                    for call in self._memory.in_order(queue, FloorCallState.WAITING)[:count]
                ),
                agents=tuple(
                    FreeAgent(agent_id=agent.agent_id, score=float(agent.since))
                    for agent in self._memory.free(queue)[:count]
                ),
            )
            for queue in queues
        ]

    def call(self, call_id: CallId) -> FloorCall | None:
        self._memory.check()
        return self._memory.calls.get(call_id)

    def calls(self, node: NodeName) -> list[FloorCall]:
        self._memory.check()
        return [call for call in self._memory.calls.values() if call.node == node]

    def counts(self, queues: Sequence[QueueName]) -> list[QueueCounts]:
        self._memory.check()
        return [self._counts(queue) for queue in queues]

    def _counts(self, queue: QueueName) -> QueueCounts:
        waiting = self._memory.in_order(queue, FloorCallState.WAITING)
        offered = self._memory.in_order(queue, FloorCallState.OFFERED)
        head = min(offered[:1] + waiting[:1], key=lambda call: call.score, default=None)
        return QueueCounts(
            queue=queue,
            waiting_count=len(waiting),
            offered_count=len(offered),
            free_agents_count=len(self._memory.free(queue)),
            oldest_joined_at=head.first_joined_at if head else None,
        )


class FakeRoster:
    """``ports.stores.Roster`` in memory."""

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory

    def enrol(self, agent_id: AgentId, queues: Sequence[QueueName], name: str) -> None:
        memory = self._memory
        memory.check()
        known = memory.agents.get(agent_id)
        if known is None:
            memory.agents[agent_id] = FloorAgent(
                agent_id=agent_id,
                state=AgentState.LOGGED_OUT,
                since=Micros(0),
                queues=tuple(dict.fromkeys(queues)),
                call_id=None,
                offer_id=None,
                queue=None,
                leg_id=None,
                lease_until=None,
                miss_count=0,
            )
            return
        memory.agents[agent_id] = replace(known, queues=tuple(dict.fromkeys(queues)))

    def log_in(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        sources = (AgentState.LOGGED_OUT,)
        others = tuple(state for state in AgentState if state not in sources)
        return self._change("log_in", agent_id, request_id, sources, AgentState.AVAILABLE, others)

    def log_out(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        sources = (AgentState.AVAILABLE, AgentState.WRAPPING_UP, AgentState.ON_BREAK)
        return self._change("log_out", agent_id, request_id, sources, AgentState.LOGGED_OUT)

    def start_break(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        sources = (AgentState.AVAILABLE, AgentState.WRAPPING_UP)
        return self._change("start_break", agent_id, request_id, sources, AgentState.ON_BREAK)

    def end_break(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        sources = (AgentState.ON_BREAK,)
        return self._change("end_break", agent_id, request_id, sources, AgentState.AVAILABLE)

    def _change(
        self,
        verb: str,
        agent_id: AgentId,
        request_id: str,
        sources: tuple[AgentState, ...],
        target: AgentState,
        already: tuple[AgentState, ...] = (),
    ) -> AgentAnswer:
        memory = self._memory
        if (known := memory.remembered(verb, request_id)) is not None:
            return cast("AgentAnswer", known)
        agent = memory.agents.get(agent_id)
        if agent is None:
            return memory.remember(verb, request_id, AgentAnswer.UNKNOWN_AGENT)
        if agent.state is target or agent.state in already:
            return memory.remember(verb, request_id, AgentAnswer.ALREADY)
        if agent.state not in sources:
            return memory.remember(verb, request_id, AgentAnswer.REFUSED)
        memory.move(agent, target)
        return memory.remember(verb, request_id, AgentAnswer.DONE)

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        memory = self._memory
        if (known := memory.remembered("reserve", reservation.offer_id)) is not None:
            return cast("ReserveAnswer", known)
        call = memory.calls.get(reservation.call_id)
        if (
            call is None
            or call.queue != reservation.queue
            or call.state is not FloorCallState.WAITING
        ):
            return memory.remember("reserve", reservation.offer_id, ReserveAnswer.CALLER_GONE)
        agent = memory.agents.get(reservation.agent_id)
        if agent is None or not is_free(agent) or reservation.queue not in agent.queues:
            return memory.remember("reserve", reservation.offer_id, ReserveAnswer.AGENT_BUSY)
        memory.calls[call.call_id] = replace(
            call,
            state=FloorCallState.OFFERED,
            offer_id=reservation.offer_id,
            agent_id=reservation.agent_id,
            agent_leg_id=reservation.leg_id,
        )
        memory.agents[agent.agent_id] = replace(
            agent,
            state=AgentState.RESERVED,
            since=memory.clock.now(),
            call_id=reservation.call_id,
            offer_id=reservation.offer_id,
            queue=reservation.queue,
            leg_id=reservation.leg_id,
            lease_until=memory.lease(reservation.lease_seconds),
        )
        return memory.remember("reserve", reservation.offer_id, ReserveAnswer.RESERVED)

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        memory = self._memory
        memory.check()
        agent = self._holder(reservation, *UNRESOLVED, AgentState.TALKING)
        if agent is None:
            return OfferAnswer.STALE
        if agent.state is AgentState.TALKING:
            return OfferAnswer.DONE
        memory.agents[agent.agent_id] = replace(
            agent,
            state=AgentState.RINGING,
            since=agent.since if agent.state is AgentState.RINGING else memory.clock.now(),
            lease_until=memory.lease(reservation.lease_seconds),
        )
        return OfferAnswer.DONE

    def _holder(self, reservation: Reservation, *states: AgentState) -> FloorAgent | None:
        agent = self._memory.agents.get(reservation.agent_id)
        if agent and agent.offer_id == reservation.offer_id and agent.state in states:
            return agent
        return None

    def _held_call(self, reservation: Reservation, state: FloorCallState) -> FloorCall | None:
        call = self._memory.calls.get(reservation.call_id)
        if call and call.offer_id == reservation.offer_id and call.state is state:
            return call
        return None

    def win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        memory = self._memory
        if (known := memory.remembered("win", reservation.offer_id)) is not None:
            return cast("OfferAnswer", known)
        agent = self._holder(reservation, *UNRESOLVED)
        call = self._held_call(reservation, FloorCallState.OFFERED)
        if agent is None or call is None:
            return memory.remember("win", reservation.offer_id, OfferAnswer.STALE)
        memory.calls[call.call_id] = replace(
            call, state=FloorCallState.TALKING, bridged_at=bridged_at
        )
        memory.agents[agent.agent_id] = replace(
            agent,
            state=AgentState.TALKING,
            since=memory.clock.now(),
            lease_until=None,
            miss_count=0,
        )
        return memory.remember("win", reservation.offer_id, OfferAnswer.DONE)

    def lose(
        self,
        reservation: Reservation,
        *,
        is_miss: bool,
        retry_after_seconds: float,
        is_caller_waiting: bool,
    ) -> OfferAnswer:
        memory = self._memory
        if (known := memory.remembered("lose", reservation.offer_id)) is not None:
            return cast("OfferAnswer", known)
        agent = self._holder(reservation, *UNRESOLVED)
        if agent is None:
            return memory.remember("lose", reservation.offer_id, OfferAnswer.STALE)
        call = self._held_call(reservation, FloorCallState.OFFERED)
        if call is not None and is_caller_waiting:
            memory.calls[call.call_id] = replace(
                call,
                state=FloorCallState.WAITING,
                offer_id=None,
                agent_id=None,
                agent_leg_id=None,
            )
        missed = replace(agent, miss_count=agent.miss_count + is_miss)
        rest = memory.lease(retry_after_seconds) if retry_after_seconds > 0 else None
        memory.move(missed, AgentState.AVAILABLE, rest)
        return memory.remember("lose", reservation.offer_id, OfferAnswer.DONE)

    def end_talk(self, reservation: Reservation, *, wrap_up_seconds: float) -> OfferAnswer:
        memory = self._memory
        if (known := memory.remembered("end_talk", reservation.offer_id)) is not None:
            return cast("OfferAnswer", known)
        agent = self._holder(reservation, AgentState.TALKING)
        if agent is None:
            return memory.remember("end_talk", reservation.offer_id, OfferAnswer.STALE)
        call = self._held_call(reservation, FloorCallState.TALKING)
        if call is not None:
            memory.end(call)
        if wrap_up_seconds > 0:
            memory.agents[agent.agent_id] = replace(
                agent,
                state=AgentState.WRAPPING_UP,
                since=memory.clock.now(),
                lease_until=memory.lease(wrap_up_seconds),
            )
        else:
            memory.move(agent, AgentState.AVAILABLE)
        return memory.remember("end_talk", reservation.offer_id, OfferAnswer.DONE)

    def end_wrap_up(self, agent_id: AgentId, offer_id: OfferId, request_id: str) -> OfferAnswer:
        memory = self._memory
        if (known := memory.remembered("end_wrap_up", request_id)) is not None:
            return cast("OfferAnswer", known)
        agent = memory.agents.get(agent_id)
        if agent is None or agent.offer_id != offer_id or agent.state is not AgentState.WRAPPING_UP:
            return memory.remember("end_wrap_up", request_id, OfferAnswer.STALE)
        memory.move(agent, AgentState.AVAILABLE)
        return memory.remember("end_wrap_up", request_id, OfferAnswer.DONE)

    def agent(self, agent_id: AgentId) -> FloorAgent | None:
        self._memory.check()
        return self._memory.agents.get(agent_id)

    def agents(self) -> list[FloorAgent]:
        self._memory.check()
        return sorted(self._memory.agents.values(), key=lambda agent: agent.agent_id)

    def expired(self, count: int) -> list[FloorAgent]:
        now = self._memory.clock.now()
        return [agent for until, agent in self._leased() if until <= now][:count]

    def next_expiry_seconds(self) -> float | None:
        leased = self._leased()
        if not leased:
            return None
        return max(leased[0][0] - self._memory.clock.now(), 0) / MICROS_PER_SECOND

    def _leased(self) -> list[tuple[Micros, FloorAgent]]:
        self._memory.check()
        leased = [
            (agent.lease_until, agent)
            for agent in self._memory.agents.values()
            if agent.lease_until is not None
        ]
        return sorted(leased, key=lambda pair: (pair[0], pair[1].agent_id))

    def wake(self, agent_id: AgentId) -> bool:
        memory = self._memory
        memory.check()
        agent = memory.agents.get(agent_id)
        if agent is None or agent.state is not AgentState.AVAILABLE:
            return False
        if agent.lease_until is not None and agent.lease_until > memory.lease(WAKE_EARLY_SECONDS):
            return False
        memory.agents[agent_id] = replace(agent, lease_until=None)
        return True


class FakePendingRecords:
    """``ports.records.PendingRecords`` in memory."""

    def __init__(self, memory: _Memory) -> None:
        self._memory = memory
        self._appended_count = 0

    def append(self, record: CallRecord) -> None:
        self._memory.check()
        if record.call_id in self._memory.recorded:
            return
        self._memory.recorded.add(record.call_id)
        self._appended_count += 1
        self._memory.records[f"{self._appended_count}-0"] = record
        self._memory.record_appended.set()

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        """Waits in real time, so that a test that appends wakes the reader."""
        self._memory.check()
        if not self._memory.records and wait_seconds > 0:
            self._memory.record_appended.clear()
            self._memory.record_appended.wait(wait_seconds)
            self._memory.check()
        oldest = list(self._memory.records.items())[:count]
        return [PendingRecord(entry_id=entry_id, record=record) for entry_id, record in oldest]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self._memory.check()
        for entry_id in entry_ids:
            self._memory.records.pop(entry_id, None)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        self.acknowledge(entry_ids)

    def count(self) -> int:
        self._memory.check()
        return len(self._memory.records)


class FakeFloor:
    """The three stores over one memory, as ``callcore.adapters.redisdb.floor.Floor`` has them."""

    def __init__(self, clock: Instants) -> None:
        self._memory = _Memory(clock)
        self._epoch = 1
        self.waiting_room = FakeWaitingRoom(self._memory)
        self.roster = FakeRoster(self._memory)
        self.pending_records = FakePendingRecords(self._memory)

    def go_down(self) -> None:
        """From now on every method raises ``StoreUnavailableError``; what is held is kept."""
        self._memory.is_down = True

    def come_up(self) -> None:
        """Ends ``go_down``."""
        self._memory.is_down = False

    def lose_data(self) -> None:
        """Forgets everything, as a Redis that restarted without its file; the epoch changes."""
        kept = self._memory
        self._epoch += 1
        for held in (kept.calls, kept.agents, kept.answers, kept.records, kept.recorded):
            held.clear()

    def ping(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        self._memory.check()

    def epoch(self) -> str:
        """A value that changes when the data were lost."""
        self._memory.check()
        return str(self._epoch)

    def close(self) -> None:
        """Nothing to close."""
