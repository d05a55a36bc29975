"""What operators do to agents: see who is there, log them in and out, give them breaks."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TypeVar

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId
from callcore.flows.duty import Duty
from callcore.flows.site import Site
from callcore.ports.operations import (
    AgentView,
    DutyAnswer,
    DutyChange,
    DutyRefusedError,
    NotReadyError,
    UnknownAgentError,
)
from callcore.ports.stores import AgentAnswer, FloorAgent, StoreError

MOST_TOLD = 10
"""As many agents are named to an operator who got an id wrong."""

MADE: dict[DutyChange, AgentState] = {
    DutyChange.LOG_IN: AgentState.AVAILABLE,
    DutyChange.LOG_OUT: AgentState.LOGGED_OUT,
    DutyChange.START_BREAK: AgentState.ON_BREAK,
    DutyChange.END_BREAK: AgentState.AVAILABLE,
}
"""The state each change makes."""

_AT_A_CALL = frozenset(
    {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAPPING_UP}
)

A = TypeVar("A")


class AgentOperations:
    """The part of ``ports.operations.Operations`` that is about agents."""

    def __init__(self, site: Site, duty: Duty) -> None:
        self._site = site
        self._changes: dict[DutyChange, Callable[[AgentId, str], AgentAnswer]] = {
            DutyChange.LOG_IN: duty.log_in,
            DutyChange.LOG_OUT: duty.log_out,
            DutyChange.START_BREAK: duty.start_break,
            DutyChange.END_BREAK: duty.end_break,
        }

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""
        found = {agent.agent_id: agent for agent in _ready(self._site.roster.agents)}
        at_work = {agent_id for agent_id, agent in found.items() if _is_at_work(agent)}
        return [
            self._view(agent_id, found.get(agent_id))
            for agent_id in sorted(at_work | self._site.policy.agents.keys())
        ]

    def change_duty(
        self, agent_id: AgentId, what: DutyChange, *, reason: str, by: str
    ) -> DutyAnswer:
        """Logs an agent in or out, begins or ends a break."""
        self._known(agent_id)
        told = f"by {by}: {reason}" if reason else f"by {by}"
        answer = _ready(lambda: self._changes[what](agent_id, told))
        if answer is AgentAnswer.DONE:
            return DutyAnswer(is_changed=True, state=MADE[what])
        agent = _ready(lambda: self._site.roster.agent(agent_id))
        if agent is None or answer is AgentAnswer.UNKNOWN_AGENT:
            message = f"the floor is being opened and has no agent {agent_id} yet: ask again"
            raise NotReadyError(message)
        if answer is AgentAnswer.REFUSED:
            raise DutyRefusedError(_refusal(agent, what))
        return DutyAnswer(is_changed=False, state=agent.state)

    def _view(self, agent_id: AgentId, agent: FloorAgent | None) -> AgentView:
        policy = self._site.policy.agents.get(agent_id)
        state = AgentState.LOGGED_OUT if agent is None else agent.state
        return AgentView(
            agent_id=agent_id,
            name="" if policy is None else policy.name,
            state=state,
            is_resting=(
                agent is not None
                and state is AgentState.AVAILABLE
                and agent.lease_until is not None
            ),
            since=None if agent is None or not agent.since else agent.since,
            queues=() if policy is None else policy.queues,
        )

    def _known(self, agent_id: AgentId) -> None:
        if agent_id in self._site.policy.agents:
            return
        agent = _ready(lambda: self._site.roster.agent(agent_id))
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


def _is_at_work(agent: FloorAgent) -> bool:
    return agent.state is not AgentState.LOGGED_OUT


def _refusal(agent: FloorAgent, what: DutyChange) -> str:
    """What the agent is doing, by which a change is refused, and what to do."""
    call = f" (call {agent.call_id})" if agent.call_id is not None else ""
    doing = f"agent {agent.agent_id} is {agent.state.replace('_', ' ')}{call}"
    match what, agent.state:
        case DutyChange.END_BREAK, state if state in _AT_A_CALL:
            return f"{doing}, not on a break: there is none to end"
        case DutyChange.START_BREAK | DutyChange.END_BREAK, AgentState.LOGGED_OUT:
            return f"{doing}: log in first"
        case _, AgentState.RESERVED | AgentState.RINGING | AgentState.TALKING:
            return f"{doing}: ask again when the call is over"
        case _:
            return f"{doing} by now: ask again"


def _ready(ask: Callable[[], A]) -> A:
    try:
        return ask()
    except StoreError as error:
        message = f"the floor does not answer: {error}; `callcore agent list` tells what was done"
        raise NotReadyError(message) from error
