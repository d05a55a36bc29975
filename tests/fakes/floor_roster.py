"""Agents and what they do, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, QueueName
from callcore.ports.stores import (
    AgentAnswer,
    FloorAgent,
    Post,
)
from tests.fakes.floor_offers import Offers

WAKE_EARLY_SECONDS = 0.1


class FakeRoster(Offers):
    """``ports.stores.Roster`` in memory."""

    def enrol(self, agent_id: AgentId, posts: Sequence[Post], name: str) -> None:
        self._memory.check()
        first_of_queue: dict[QueueName, Post] = {}
        for post in posts:
            first_of_queue.setdefault(post.queue, post)
        agent = self._agents.get(agent_id) or _stranger(agent_id)
        self._agents.assign(agent, tuple(first_of_queue.values()))

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        self._memory.check()
        return frozenset(self._agents.staffed[queue])

    def states(self, agent_ids: Sequence[AgentId]) -> list[AgentState]:
        self._memory.check()
        found = [self._agents.get(agent_id) for agent_id in agent_ids]
        return [agent.state if agent else AgentState.LOGGED_OUT for agent in found]

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
        def change() -> AgentAnswer:
            agent = self._agents.get(agent_id)
            if agent is None:
                return AgentAnswer.UNKNOWN_AGENT
            if agent.state is target or agent.state in already:
                return AgentAnswer.ALREADY
            if agent.state not in sources:
                return AgentAnswer.REFUSED
            if agent.state is AgentState.LOGGED_OUT:
                self._agents.tally(agent_id).begin_shift()
            self._release(agent, target)
            return AgentAnswer.DONE

        return self._memory.once(verb, request_id, change)

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
        if agent.lease_until is None:
            return True
        if agent.lease_until > self._memory.after(WAKE_EARLY_SECONDS):
            return False
        self._agents.put(replace(agent, lease_until=None))
        return True


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
