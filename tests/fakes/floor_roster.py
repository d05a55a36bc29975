"""Agents and what they do, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from callcore.domain.agents import AgentReason, AgentState, HoldReason, Why
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, QueueName
from callcore.ports.stores import (
    AgentAnswer,
    Doing,
    FloorAgent,
    Post,
    StandingLeg,
)
from tests.fakes.floor_duties import first_of_queue
from tests.fakes.floor_offers import Offers


class FakeRoster(Offers):
    """``ports.stores.Roster`` in memory."""

    def enrol(
        self,
        agent_id: AgentId,
        posts: Sequence[Post],
        name: str,
        *,
        chosen: Sequence[QueueName] = (),
        why: Why | None = None,
    ) -> None:
        self._memory.check()
        known = self._agents.get(agent_id)
        agent, now = known or _stranger(agent_id), first_of_queue(posts)
        is_new = known is None or self._agents.tally(agent_id).posts != now
        is_new = is_new or agent.chosen_queues != tuple(chosen)
        agent = replace(agent, chosen_queues=tuple(chosen))
        self._agents.assign(agent, now)
        if why is not None and is_new:
            self._memory.tell(agent, agent, why, self._memory.clock.now())

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        self._memory.check()
        return frozenset(self._agents.staffed[queue])

    def doings(self, agent_ids: Sequence[AgentId]) -> list[Doing]:
        self._memory.check()
        return [_doing(self._agents.get(agent_id)) for agent_id in agent_ids]

    def hold(
        self,
        agent_id: AgentId,
        holds: frozenset[HoldReason],
        request_id: str,
        *,
        began: Collection[str] = (),
        ended: Collection[str] = (),
    ) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            outside = agent.outside.union(began).difference(ended)
            reasons = holds | {HoldReason.OUTSIDE_CALL} if outside else holds
            held = replace(agent, holds=reasons, outside=outside)
            self._agents.put(held)
            if agent.holds == reasons:
                return AgentAnswer.ALREADY
            why = Why(reason=AgentReason.HOLDS_CHANGED)
            self._memory.tell(agent, held, why, self._memory.clock.now())
            return AgentAnswer.DONE

        return self._change("hold", agent_id, request_id, change)

    def stand(self, agent_id: AgentId, leg: StandingLeg | None) -> AgentAnswer:
        self._memory.check()
        agent = self._agents.get(agent_id)
        if agent is None:
            return AgentAnswer.UNKNOWN_AGENT
        if agent.standing_leg == leg:
            return AgentAnswer.ALREADY
        self._agents.put(replace(agent, standing_leg=leg))
        return AgentAnswer.DONE

    def agent(self, agent_id: AgentId) -> FloorAgent | None:
        self._memory.check()
        return self._agents.get(agent_id)

    def agents(self) -> list[FloorAgent]:
        self._memory.check()
        return self._agents.all()

    def expired(self, count: int) -> list[FloorAgent]:
        self._memory.check()
        now = self._memory.clock.now()
        first = self._agents.leases.first(count)
        return [self._agents[agent_id] for until, agent_id in first if until <= now]

    def next_expiry_seconds(self) -> float | None:
        self._memory.check()
        now = self._memory.clock.now()
        for until, _ in self._agents.leases.first(1):
            return max(until - now, 0) / MICROS_PER_SECOND
        return None

    def wake(self, agent_id: AgentId) -> bool:
        self._memory.check()
        agent = self._agents.get(agent_id)
        if agent is None or agent.state is not AgentState.AVAILABLE:
            return False
        if not self._is_due(agent.lease_until):
            return False
        self._agents.put(replace(agent, lease_until=None))
        return not agent.holds


def _doing(agent: FloorAgent | None) -> Doing:
    if agent is None:
        return Doing(state=AgentState.LOGGED_OUT)
    if agent.state is not AgentState.AVAILABLE:
        return Doing(state=agent.state)
    return Doing(state=agent.state, holds=agent.holds, queues=agent.queues)


def _stranger(agent_id: AgentId) -> FloorAgent:
    """An agent who was never logged in."""
    return FloorAgent(
        agent_id=agent_id,
        state=AgentState.LOGGED_OUT,
        since=Micros(0),
        queues=(),
        call_id=None,
        offer_id=None,
        queue=None,
        leg_id=None,
        lease_until=None,
        miss_count=0,
    )
