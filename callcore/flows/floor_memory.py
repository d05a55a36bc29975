"""What the agents did, as far as this process has seen and heard: for a floor that is lost, or that
is as it was a while ago.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.events import AgentChanged, Fact
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.ports.stores import FloorAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDuty:
    """The latest that is known of an agent."""

    state: AgentState
    break_code: BreakCode | None
    at: Micros
    """Since when."""

    def differs_from(self, agent: FloorAgent) -> bool:
        """True if one is there and the other is away, or on another break; what an agent who is
        there does with callers is not asked.
        """
        return _presence(self.state, self.break_code) != _presence(agent.state, agent.break_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who was there in which queues, and who was on which break; all others were logged out."""

    staffed: Mapping[AgentId, frozenset[QueueName]]
    breaks: Mapping[AgentId, BreakCode]
    duties: Mapping[AgentId, LastDuty] = field(default_factory=dict)
    """The latest that was seen and heard of each."""

    def ahead_of(self, agents: Iterable[FloorAgent]) -> dict[AgentId, LastDuty]:
        """Of whom more is known than the floor has: it is as it was before. One whom another
        process has dealt with since is as the floor says.
        """
        known = ((agent, self.duties.get(agent.agent_id)) for agent in agents if agent.since)
        return {
            agent.agent_id: last
            for agent, last in known
            if last is not None and last.at > agent.since and last.differs_from(agent)
        }


class DutyMemory:
    """Who is there, who is away and who is on which break."""

    def __init__(self) -> None:
        self._duties: dict[AgentId, LastDuty] = {}

    def note(self, agents: Iterable[FloorAgent]) -> None:
        """The floor says so, as it is known to be."""
        self._duties = {
            agent.agent_id: LastDuty(state=agent.state, break_code=agent.break_code, at=agent.since)
            for agent in agents
        }

    def hear(self, fact: Fact) -> None:
        """Follows whoever changes."""
        if isinstance(fact, AgentChanged):
            self._duties[fact.agent_id] = LastDuty(
                state=fact.state, break_code=fact.break_code, at=fact.at
            )

    def seats(self, staffed: Mapping[AgentId, frozenset[QueueName]]) -> Seats:
        """As of now, with who was seen in which queues."""
        return Seats(staffed=staffed, breaks=self._breaks(staffed), duties=dict(self._duties))

    def _breaks(self, staffed: Collection[AgentId]) -> dict[AgentId, BreakCode]:
        """Of whom another process has sent back, nothing was heard but the staffing."""
        return {
            agent_id: last.break_code
            for agent_id, last in self._duties.items()
            if last.state is AgentState.ON_BREAK
            and last.break_code is not None
            and agent_id not in staffed
        }


def _presence(
    state: AgentState, break_code: BreakCode | None
) -> tuple[AgentState, BreakCode | None]:
    match state:
        case AgentState.LOGGED_OUT:
            return state, None
        case AgentState.ON_BREAK:
            return state, break_code
        case _:
            return AgentState.AVAILABLE, None
