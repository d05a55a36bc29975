"""The lines of the floor in memory, as they are read."""

from __future__ import annotations

from callcore.domain.ids import CallId
from callcore.ports.stores import Candidates, FreeAgent, Look, WaitingCaller
from tests.fakes.floor_memory import FloorMemory
from tests.fakes.ranked import Ranked


def lines(memory: FloorMemory, look: Look) -> list[Candidates]:
    """Those wanted, in the order asked."""
    calls, free = memory.calls, memory.agents.free
    return [
        Candidates(
            callers=_first(calls.waiting[queue], look.count),
            rung=_first(calls.offered[queue], look.count) if queue in look.rung else (),
            agents=tuple(
                FreeAgent(agent_id=agent_id, score=score)
                for score, agent_id in free[queue].first(look.count)
            ),
        )
        for queue in look.queues
    ]


def _first(places: Ranked[CallId], count: int) -> tuple[WaitingCaller, ...]:
    return tuple(
        WaitingCaller(call_id=call_id, score=score) for score, call_id in places.first(count)
    )
