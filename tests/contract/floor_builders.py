"""Callers, agents and offers for tests of the floor, with what a case varies as arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from callcore.domain.agents import AgentReason, BreakCode, Why
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.outcomes import CallOutcome, HungUpBy, OfferLostReason
from callcore.domain.records import CallRecord, OfferRecord, QueueVisit
from callcore.ports.config_versions import ConfigVersions
from callcore.ports.forgetting import PeopleOnFloor
from callcore.ports.left_ledgers import LeftLedgers
from callcore.ports.lockouts import Lockouts
from callcore.ports.node_drains import NodeDrains
from callcore.ports.records import PendingRecords
from callcore.ports.stores import (
    AgentAnswer,
    Candidates,
    FloorAgent,
    FloorCall,
    FloorCallState,
    Freed,
    Joining,
    OfferAnswer,
    Post,
    Reservation,
    ReserveAnswer,
    Roster,
    ShardLeases,
    WaitingRoom,
)
from callcore.ports.timelines import AgentChange, PendingChanges
from callcore.ports.worker_post import WorkerPost

SUPPORT = QueueName("support")
SALES = QueueName("sales")
ANNA = AgentId("anna")
BORIS = AgentId("boris")
NODE = NodeName("fs1")
LONG_SECONDS = 600.0
SHORT_SECONDS = 0.05
NUMBER = "+48123456789"
WHY = Why(reason=AgentReason.COMMAND, actor="eve", note="drill")
LUNCH = BreakCode("lunch")
PLACED = [state for state in FloorCallState if state is not FloorCallState.ENDED]
"""States of a call that has a place to give up."""

_fresh = count(1)


def request() -> str:
    """A request id nobody has used."""
    return f"request-{next(_fresh)}"


class AnyFloor(Protocol):
    """The stores of one site, fake or real."""

    @property
    def waiting_room(self) -> WaitingRoom: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def pending_records(self) -> PendingRecords: ...
    @property
    def left_ledgers(self) -> LeftLedgers: ...
    @property
    def pending_changes(self) -> PendingChanges: ...
    @property
    def lockouts(self) -> Lockouts: ...
    @property
    def config_versions(self) -> ConfigVersions: ...
    @property
    def people(self) -> PeopleOnFloor: ...
    @property
    def node_drains(self) -> NodeDrains: ...
    @property
    def shards(self) -> ShardLeases: ...
    @property
    def worker_post(self) -> WorkerPost: ...
    def epoch(self) -> str: ...
    def ping(self) -> None: ...


def joining(
    call_id: str,
    *,
    score: float = 1.0,
    queue: QueueName = SUPPORT,
    node: NodeName = NODE,
    maximum_waiting: int = 1000,
    first_joined_at: int = 1_700_000_000_000_000,
    own_priority: int = 0,
    skills: tuple[str, ...] = (),
    resumes: bool = False,
    caller_number: str = NUMBER,
    caller_name: str = "Zażółć",
) -> Joining:
    return Joining(
        call_id=CallId(call_id),
        leg_id=LegId(call_id),
        node=node,
        queue=queue,
        score=score,
        priority=own_priority + 1,
        own_priority=own_priority,
        skills=skills,
        arrived_at=Micros(1_700_000_000_000_000),
        first_joined_at=Micros(first_joined_at),
        joined_at=Micros(first_joined_at + 5),
        maximum_waiting=maximum_waiting,
        resumes=resumes,
        caller_number=caller_number,
        caller_name=caller_name,
        dialled_number="800",
    )


def reservation(
    call_id: str,
    offer_id: str,
    *,
    agent_id: AgentId = ANNA,
    queue: QueueName = SUPPORT,
    lease_seconds: float = LONG_SECONDS,
    is_additional: bool = False,
) -> Reservation:
    return Reservation(
        offer_id=OfferId(offer_id),
        call_id=CallId(call_id),
        agent_id=agent_id,
        queue=queue,
        leg_id=LegId(f"leg-of-{offer_id}"),
        lease_seconds=lease_seconds,
        is_additional=is_additional,
    )


def held(promise: Reservation) -> Reservation:
    """An offer as the call remembers it: whose it is and on which leg."""
    return replace(promise, lease_seconds=0.0, is_additional=False)


def record(call_id: str, *, caller_name: str = "Zażółć") -> CallRecord:
    return CallRecord(
        call_id=CallId(call_id),
        site="test",
        node=NODE,
        caller_leg_id=LegId(call_id),
        caller_number="+48123456789",
        caller_name=caller_name,
        dialled_number="800",
        arrived_at=Micros(1),
        ended_at=Micros(2),
        outcome=CallOutcome.SERVED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="NORMAL_CLEARING",
        visits=(QueueVisit(queue=SUPPORT, joined_at=Micros(1)),),
        offers=(
            OfferRecord(
                offer_id=OfferId("o"),
                queue=SUPPORT,
                agent_id=ANNA,
                leg_id=LegId("l"),
                reserved_at=Micros(1),
            ),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An offer in the state a case begins with."""

    floor: AnyFloor
    promise: Reservation

    def lose(
        self, *, is_miss: bool = False, rest: float = 0.0, is_caller_waiting: bool = True
    ) -> OfferAnswer:
        return self.end(
            OfferLostReason.NO_ANSWER if is_miss else OfferLostReason.CALLER_GONE,
            rest=rest,
            is_caller_waiting=is_caller_waiting,
        ).answer

    def end(
        self,
        reason: OfferLostReason,
        *,
        rest: float = 0.0,
        is_caller_waiting: bool = True,
        limit: int | None = None,
    ) -> Freed:
        return self.floor.roster.lose(
            self.promise,
            reason=reason,
            retry_after_seconds=rest,
            is_caller_waiting=is_caller_waiting,
            break_after_misses=limit,
        )


def log_in(floor: AnyFloor, agent_id: AgentId = ANNA, request_id: str = "") -> AgentAnswer:
    return floor.roster.log_in(agent_id, request_id or request(), WHY)


def log_out(floor: AnyFloor, agent_id: AgentId = ANNA, request_id: str = "") -> AgentAnswer:
    return floor.roster.log_out(agent_id, request_id or request(), WHY)


def start_break(
    floor: AnyFloor,
    agent_id: AgentId = ANNA,
    request_id: str = "",
    *,
    code: BreakCode = LUNCH,
    most_seconds: float | None = None,
) -> AgentAnswer:
    return floor.roster.start_break(
        agent_id, request_id or request(), WHY, code=code, most_seconds=most_seconds
    )


def end_break(floor: AnyFloor, agent_id: AgentId = ANNA, request_id: str = "") -> AgentAnswer:
    return floor.roster.end_break(agent_id, request_id or request(), WHY)


CHANGES: dict[str, Callable[[AnyFloor], AgentAnswer]] = {
    "log_in": log_in,
    "log_out": log_out,
    "start_break": start_break,
    "end_break": end_break,
}


def enrol(floor: AnyFloor, agent_id: AgentId, *queues: QueueName) -> None:
    """An agent who has the first place in each of these queues, with all the others."""
    floor.roster.enrol(agent_id, [Post(queue=queue) for queue in queues], "Anna")


def make_available(floor: AnyFloor, agent_id: AgentId, *queues: QueueName) -> None:
    """An agent of these queues (``SUPPORT`` if none is named), logged in."""
    enrol(floor, agent_id, *(queues or (SUPPORT,)))
    log_in(floor, agent_id)


def reserved(floor: AnyFloor, call_id: str = "c1", offer_id: str = "o1") -> Offer:
    """One caller of one queue, promised to the only agent."""
    make_available(floor, ANNA)
    floor.waiting_room.join(joining(call_id), request())
    promise = reservation(call_id, offer_id)
    assert floor.roster.reserve(promise) == "reserved"
    return Offer(floor=floor, promise=promise)


def talking(floor: AnyFloor) -> Offer:
    """Caller and agent in conversation."""
    offer = reserved(floor)
    assert floor.roster.win(offer.promise, Micros(7)) == "done"
    return offer


def promised_anew(floor: AnyFloor) -> Reservation:
    """The offer of ``c1``, who left while promised to or talking with Anna, to Boris."""
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1"), request())
    make_available(floor, BORIS)
    promise = reservation("c1", "o2", agent_id=BORIS)
    assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    return promise


def ringing_at(floor: AnyFloor, *agent_ids: AgentId, call_id: str = "c1") -> list[Offer]:
    """A caller who is promised to several agents at once; offers ``o1``, ``o2``, ... of them."""
    floor.waiting_room.join(joining(call_id), request())
    promises = [
        reservation(call_id, f"o{number}", agent_id=agent_id, is_additional=True)
        for number, agent_id in enumerate(agent_ids, start=1)
    ]
    for promise in promises:
        make_available(floor, promise.agent_id)
        assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    return [Offer(floor=floor, promise=promise) for promise in promises]


def bring_call_into(floor: AnyFloor, state: FloorCallState) -> None:
    """The call ``c1`` in a state, after offer ``o1`` to the only agent."""
    offer = reserved(floor)
    if state in {FloorCallState.TALKING, FloorCallState.ENDED}:
        floor.roster.win(offer.promise, Micros(7))
    if state is FloorCallState.ENDED:
        floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    if state is FloorCallState.WAITING:
        offer.lose()


def known(floor: AnyFloor, call_id: str = "c1") -> FloorCall:
    """A call that the floor knows."""
    call = floor.waiting_room.call(CallId(call_id))
    assert call is not None
    return call


def agent_of(floor: AnyFloor, agent_id: AgentId = ANNA) -> FloorAgent:
    """An agent whom the floor knows."""
    agent = floor.roster.agent(agent_id)
    assert agent is not None
    return agent


def changes_since(floor: AnyFloor) -> list[AgentChange]:
    """The changes told since the last look."""
    found = floor.pending_changes.read(1000, 0)
    floor.pending_changes.acknowledge([pending.entry_id for pending in found])
    return [pending.change for pending in found]


def ended(floor: AnyFloor, call_id: str = "c1") -> FloorCall:
    """A call that is known to have ended."""
    call = known(floor, call_id)
    assert call.state is FloorCallState.ENDED
    assert call.ended_at is not None
    return call


def candidates(floor: AnyFloor, queue: QueueName, count: int) -> Candidates:
    """Who may be paired in one queue."""
    (found,) = floor.waiting_room.candidates([queue], count)
    return found


def free_ids(floor: AnyFloor, queue: QueueName = SUPPORT) -> list[str]:
    """Who may be asked, best first."""
    return [agent.agent_id for agent in candidates(floor, queue, 100).agents]


def waiting_ids(floor: AnyFloor, queue: QueueName = SUPPORT) -> list[str]:
    """Who waits and is not being offered, best first."""
    return [caller.call_id for caller in candidates(floor, queue, 100).callers]
