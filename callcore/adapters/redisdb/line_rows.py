"""Lines in Redis, as values: the commands that read them, and what these find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callcore.adapters.redisdb.client import Command
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import AgentId, CallId
from callcore.ports.stores import Candidates, FreeAgent, Look, WaitingCaller


def commands(keys: Keys, look: Look) -> list[Command]:
    """What reads the lines; none if nobody is wanted."""
    if look.count < 1:
        return []
    asked = [
        *(key for queue in look.queues for key in (keys.waiting(queue), keys.free_agents(queue))),
        *(keys.offered(queue) for queue in look.rung),
    ]
    return [("ZRANGE", key, 0, look.count - 1, "WITHSCORES") for key in asked]


def candidates(look: Look, found: Sequence[Any]) -> list[Candidates]:
    """The lines, in the order asked, by what the commands found."""
    if look.count < 1:
        return [Candidates(callers=(), agents=()) for _ in look.queues]
    both = 2 * len(look.queues)
    offered = dict(zip(look.rung, found[both:], strict=True))
    return [
        Candidates(
            callers=_callers(callers),
            agents=tuple(
                FreeAgent(agent_id=AgentId(member), score=score) for member, score in agents
            ),
            rung=_callers(offered.get(queue, ())),
        )
        for queue, callers, agents in zip(look.queues, found[:both:2], found[1:both:2], strict=True)
    ]


def _callers(found: Sequence[tuple[str, float]]) -> tuple[WaitingCaller, ...]:
    return tuple(WaitingCaller(call_id=CallId(member), score=score) for member, score in found)
