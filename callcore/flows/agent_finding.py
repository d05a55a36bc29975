"""Agents as operators see them: who there is, what each does, and whom a wrong id may mean."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TypeVar

from callcore.domain import duty
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, QueueName
from callcore.flows.site import Site
from callcore.ports.operations import AgentView, NotReadyError, UnknownAgentError
from callcore.ports.stores import FloorAgent, StoreError

MOST_TOLD = 10
"""As many agents are named to an operator who got an id wrong."""

_WITH_AN_END = frozenset({AgentState.AVAILABLE, AgentState.WRAPPING_UP, AgentState.ON_BREAK})

A = TypeVar("A")


class AgentFinding:
    """Looks agents up, in the settings and on the floor."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""
        found = {agent.agent_id: agent for agent in ready(self._site.roster.agents)}
        at_work = {agent_id for agent_id, agent in found.items() if _is_at_work(agent)}
        return [
            self._view(agent_id, found.get(agent_id))
            for agent_id in sorted(at_work | self._site.policy.agents.keys())
        ]

    def known(self, agent_id: AgentId) -> None:
        """Raises ``UnknownAgentError`` unless there is such an agent."""
        if agent_id in self._site.policy.agents:
            return
        agent = ready(lambda: self._site.roster.agent(agent_id))
        if agent is None or not _is_at_work(agent):
            raise UnknownAgentError(f"there is no agent {agent_id}: {self._remedy(agent_id)}")

    def _remedy(self, wrong: str) -> str:
        """A guess at whom the operator meant, by id or by name, or whom there are."""
        agents = self._site.policy.agents
        by_word = {agent.name.lower(): agent_id for agent_id, agent in agents.items()}
        by_word |= {agent_id.lower(): agent_id for agent_id in agents}
        alike = difflib.get_close_matches(wrong.lower(), by_word, n=1)
        if alike:
            meant = agents[by_word[alike[0]]]
            return f"did you mean {meant.agent_id} ({meant.name})?"
        ids = sorted(agents)
        left = len(ids) - MOST_TOLD
        more = f" and {left} more" if left > 0 else ""
        return f"the agents are {', '.join(ids[:MOST_TOLD])}{more}" if ids else "there are none"

    def found(self, agent_id: AgentId) -> FloorAgent:
        """What the floor knows. Raises ``NotReadyError``."""
        agent = ready(lambda: self._site.roster.agent(agent_id))
        if agent is None:
            message = f"the floor is being opened and has no agent {agent_id} yet: ask again"
            raise NotReadyError(message)
        return agent

    def read(self, agent_id: AgentId) -> FloorAgent | None:
        """What the floor knows after a change that was made, whether it can be asked or not."""
        try:
            return self._site.roster.agent(agent_id)
        except StoreError:
            return None

    def serves(self, agent: FloorAgent) -> tuple[QueueName, ...]:
        """The queues the agent is there for."""
        policy = self._site.policy.agents.get(agent.agent_id)
        if policy is None:
            return agent.queues
        return duty.served(policy, self._site.policy, agent.chosen_queues)

    def _view(self, agent_id: AgentId, agent: FloorAgent | None) -> AgentView:
        policy = self._site.policy.agents.get(agent_id)
        name = "" if policy is None else policy.name
        if agent is None:
            queues = () if policy is None else duty.served(policy, self._site.policy)
            return AgentView(
                agent_id=agent_id,
                name=name,
                state=AgentState.LOGGED_OUT,
                is_resting=False,
                since=None,
                queues=queues,
            )
        return AgentView(
            agent_id=agent_id,
            name=name,
            state=agent.state,
            is_resting=agent.state is AgentState.AVAILABLE and agent.lease_until is not None,
            since=agent.since or None,
            queues=self.serves(agent),
            reason=agent.reason,
            actor=agent.actor,
            break_code=agent.break_code,
            is_overrun=agent.is_overrun,
            until=agent.lease_until if agent.state in _WITH_AN_END else None,
            wish=agent.wish,
            holds=agent.holds,
            misses_count=agent.miss_count,
        )


def _is_at_work(agent: FloorAgent) -> bool:
    return agent.state is not AgentState.LOGGED_OUT


def ready(ask: Callable[[], A]) -> A:
    """The floor's answer. Raises ``NotReadyError``."""
    try:
        return ask()
    except StoreError as error:
        message = f"the floor does not answer: {error}; `callcore agent list` tells what was done"
        raise NotReadyError(message) from error
