"""Where the agents sat, as far as this process has seen and heard: for a floor that is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.events import AgentChanged, Fact
from callcore.domain.ids import AgentId, QueueName
from callcore.ports.stores import FloorAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who was there in which queues, and who was on which break; all others were logged out."""

    staffed: Mapping[AgentId, frozenset[QueueName]]
    breaks: Mapping[AgentId, BreakCode]


class BreakMemory:
    """Who is on which break."""

    def __init__(self) -> None:
        self._breaks: dict[AgentId, BreakCode] = {}

    def note(self, agents: Iterable[FloorAgent]) -> None:
        """The floor says so."""
        self._breaks = {
            agent.agent_id: agent.break_code
            for agent in agents
            if agent.state is AgentState.ON_BREAK and agent.break_code is not None
        }

    def hear(self, fact: Fact) -> None:
        """Follows whoever changes."""
        if not isinstance(fact, AgentChanged):
            return
        if fact.state is AgentState.ON_BREAK and fact.break_code is not None:
            self._breaks[fact.agent_id] = fact.break_code
        else:
            self._breaks.pop(fact.agent_id, None)

    def without(self, staffed: Collection[AgentId]) -> dict[AgentId, BreakCode]:
        """As of now; of whom another process has sent back, nothing was heard but the staffing."""
        return {one: code for one, code in self._breaks.items() if one not in staffed}
