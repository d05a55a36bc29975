"""Whose standing lines there are, here and in other workers: who can be reached on a line at once.

Each line is followed by the worker whose shard its leg is. The others know of it: they are told
when it comes and goes, and read the roster now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, Fact
from callcore.domain.ids import AgentId, CallId, LegId, NodeName
from callcore.flows.messages import AgentLeft, LineReplaced
from callcore.flows.messages.between import LineGone, LineStands
from callcore.flows.standing_leg import StandingLine
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, StandingLeg

NOBODY: frozenset[AgentId] = frozenset()


def _nobody(_: LineStands | LineGone) -> None:
    """There are no colleagues."""


class StandingLines:
    """By agent and by node. ``tell`` tells the other workers."""

    def __init__(
        self,
        switchboard: Switchboard,
        tell: Callable[[LineStands | LineGone], None] | None = None,
    ) -> None:
        self._switchboard = switchboard
        self._tell = tell or _nobody
        self._by_agent: dict[AgentId, StandingLine] = {}
        self._elsewhere: dict[AgentId, StandingLeg] = {}
        self._at_node: dict[NodeName, frozenset[AgentId]] = {}

    @property
    def count(self) -> int:
        """How many lines are followed here."""
        return len(self._by_agent)

    def at(self, node: NodeName) -> frozenset[AgentId]:
        """The agents who can be reached on a line at that node."""
        return self._at_node.get(node, NOBODY)

    def of(self, agent_id: AgentId) -> StandingLine | None:
        """The agent's line, if it is followed here."""
        return self._by_agent.get(agent_id)

    def leg_of(self, agent_id: AgentId) -> LegId | None:
        """The leg of the agent's line."""
        line = self._by_agent.get(agent_id) or self._elsewhere.get(agent_id)
        return None if line is None else line.leg_id

    def put(self, line: StandingLine) -> None:
        """Callers may be offered on the line; one that the agent had before is let go."""
        before = self._by_agent.get(line.agent_id)
        self._by_agent[line.agent_id] = line
        other = self._note_elsewhere(line.agent_id, None)
        self._tell(LineStands(agent_id=line.agent_id, leg_id=line.leg_id, node=line.node))
        if before is not None:
            self._switchboard.post(before.call_id, LineReplaced())
        elif other is not None and other.leg_id != line.leg_id:
            self._switchboard.post(CallId(other.leg_id), LineReplaced(), other.node)

    def remove(self, line: StandingLine) -> bool:
        """The line is over; false if the agent has another one by now."""
        if self._by_agent.get(line.agent_id) is not line:
            return False
        del self._by_agent[line.agent_id]
        self._note_nodes()
        self._tell(LineGone(agent_id=line.agent_id, leg_id=line.leg_id))
        return True

    def hand_over(self, leg_id: LegId) -> None:
        """Another worker follows the line from now on, if one was followed here on that leg."""
        for line in self._by_agent.values():
            if line.leg_id == leg_id:
                del self._by_agent[line.agent_id]
                leg = StandingLeg(leg_id=leg_id, node=line.node)
                self._note_elsewhere(line.agent_id, leg)
                return

    def stands_elsewhere(self, agent_id: AgentId, leg: StandingLeg) -> None:
        """Another worker follows the agent's line, which is the only one then."""
        line = self._by_agent.get(agent_id)
        if line is not None and line.leg_id == leg.leg_id:
            return  # it has come here meanwhile
        if line is not None:
            del self._by_agent[agent_id]
            self._switchboard.post(line.call_id, LineReplaced())
        self._note_elsewhere(agent_id, leg)

    def is_gone(self, agent_id: AgentId, leg_id: LegId) -> None:
        """A line that another worker followed is over."""
        leg = self._elsewhere.get(agent_id)
        if leg is not None and leg.leg_id == leg_id:
            self._note_elsewhere(agent_id, None)

    def gone_unheard(self, agent_id: AgentId) -> None:
        """The agent's line is found to be gone, and nobody followed it."""
        leg = self._elsewhere.get(agent_id)
        if leg is not None:
            self._note_elsewhere(agent_id, None)
            self._tell(LineGone(agent_id=agent_id, leg_id=leg.leg_id))

    def learn(self, agents: Iterable[FloorAgent]) -> None:
        """What the floor says of the lines that other workers follow."""
        for agent in agents:
            leg = None if agent.state is AgentState.LOGGED_OUT else agent.standing_leg
            if leg is not None:
                if agent.agent_id not in self._by_agent:
                    self._note_elsewhere(agent.agent_id, leg)
            elif agent.agent_id in self._elsewhere:
                self._note_elsewhere(agent.agent_id, None)

    def hear(self, fact: Fact) -> None:
        """Tells the line of an agent who is logged out."""
        if not isinstance(fact, AgentChanged) or fact.state is not AgentState.LOGGED_OUT:
            return
        line, leg = self._by_agent.get(fact.agent_id), self._elsewhere.get(fact.agent_id)
        if line is not None:
            self._switchboard.post(line.call_id, AgentLeft())
        elif leg is not None:
            self._switchboard.post(CallId(leg.leg_id), AgentLeft(), leg.node)

    def _note_elsewhere(self, agent_id: AgentId, leg: StandingLeg | None) -> StandingLeg | None:
        """What was known before."""
        before = self._elsewhere.pop(agent_id, None)
        if before is not None:
            self._switchboard.line_elsewhere(before.leg_id, None)
        if leg is not None:
            self._elsewhere[agent_id] = leg
            self._switchboard.line_elsewhere(leg.leg_id, leg.node)
        self._note_nodes()
        return before

    def _note_nodes(self) -> None:
        stand = {agent_id: leg.node for agent_id, leg in self._elsewhere.items()}
        stand |= {agent_id: line.node for agent_id, line in self._by_agent.items()}
        self._at_node = {
            node: frozenset(agent_id for agent_id, at in stand.items() if at == node)
            for node in set(stand.values())
        }
