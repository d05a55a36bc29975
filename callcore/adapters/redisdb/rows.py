"""The hashes of calls and agents, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from callcore.adapters.redisdb.encodable import encodable
from callcore.adapters.redisdb.faults import UnexpectedAnswerError
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.ports.stores import FloorAgent, FloorCall, FloorCallState, Joining

_queues_decoder = msgspec.json.Decoder(tuple[str, ...])


def queues_text(queues: Sequence[QueueName]) -> str:
    """An agent's queues as the hash holds them; each once, in the order given."""
    return msgspec.json.encode(list(dict.fromkeys(queues))).decode()


def queues_of(text: str) -> tuple[QueueName, ...]:
    """The queues in an agent's hash; none if there is no agent."""
    return tuple(QueueName(name) for name in _queues_decoder.decode(text)) if text else ()


def call_fields(joining: Joining) -> list[str | int]:
    """The fields of a call that do not change until it joins again: name, value, ..."""
    return [
        *("queue", joining.queue),
        *("node", joining.node),
        *("leg_id", joining.leg_id),
        *("priority", joining.priority),
        *("arrived_at", joining.arrived_at),
        *("first_joined_at", joining.first_joined_at),
        *("caller_number", encodable(joining.caller_number)),
        *("caller_name", encodable(joining.caller_name)),
        *("dialled_number", encodable(joining.dialled_number)),
    ]


def call(call_id: CallId, row: Mapping[str, str]) -> FloorCall:
    """A call. Raises ``UnexpectedAnswerError`` if the hash is not one of ours."""
    try:
        return FloorCall(
            call_id=call_id,
            leg_id=LegId(row["leg_id"]),
            node=NodeName(row["node"]),
            queue=QueueName(row["queue"]),
            state=FloorCallState(row["state"]),
            score=float(row["score"]),
            priority=int(row["priority"]),
            arrived_at=Micros(int(row["arrived_at"])),
            first_joined_at=Micros(int(row["first_joined_at"])),
            offer_id=OfferId(row["offer_id"]) if "offer_id" in row else None,
            agent_id=AgentId(row["agent_id"]) if "agent_id" in row else None,
            agent_leg_id=LegId(row["agent_leg_id"]) if "agent_leg_id" in row else None,
            bridged_at=Micros(int(row["bridged_at"])) if "bridged_at" in row else None,
            ended_at=Micros(int(row["ended_at"])) if "ended_at" in row else None,
            caller_number=row["caller_number"],
            caller_name=row["caller_name"],
            dialled_number=row["dialled_number"],
        )
    except (KeyError, ValueError) as error:
        raise UnexpectedAnswerError(f"the hash of call {call_id} is not one of ours") from error


def agent(agent_id: AgentId, row: Mapping[str, str], lease_until: float | None) -> FloorAgent:
    """An agent. Raises ``UnexpectedAnswerError`` if the hash is not one of ours."""
    try:
        return FloorAgent(
            agent_id=agent_id,
            state=AgentState(row["state"]),
            since=Micros(int(row["since"])),
            queues=queues_of(row["queues"]),
            call_id=CallId(row["call_id"]) if "call_id" in row else None,
            offer_id=OfferId(row["offer_id"]) if "offer_id" in row else None,
            queue=QueueName(row["queue"]) if "queue" in row else None,
            leg_id=LegId(row["leg_id"]) if "leg_id" in row else None,
            lease_until=Micros(int(lease_until)) if lease_until is not None else None,
            miss_count=int(row["miss_count"]),
        )
    except (KeyError, ValueError, msgspec.DecodeError) as error:
        raise UnexpectedAnswerError(f"the hash of agent {agent_id} is not one of ours") from error
