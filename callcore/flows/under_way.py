"""Who is being reserved at this instant, on behalf of any search of this process.

Until the floor has answered it says of both that they are free, and so would every other search:
it would pair them anew and be told that somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from callcore.domain.ids import AgentId, CallId
from callcore.ports.stores import ReserveAnswer


class Reading:
    """Who must not be paired by what was read: those under way, and those who were reserved
    between the question to the floor and now, or were gone when it was tried.
    """

    def __init__(self, under_way: UnderWay) -> None:
        self.agents: set[AgentId] = set()
        self.callers: set[CallId] = set()
        self._under_way = under_way

    def is_agent_taken(self, agent_id: AgentId) -> bool:
        """True if nobody may be offered to the agent now. Whoever has the agent looks again should
        it come to nothing.
        """
        return self._under_way.pass_agent_by(agent_id) or agent_id in self.agents

    def is_caller_taken(self, call_id: CallId) -> bool:
        """True if the caller, for whom one phone may ring, has an agent by now. Whoever has the
        caller looks again should it come to nothing.
        """
        return self._under_way.pass_caller_by(call_id) or call_id in self.callers


class LeftOut(NamedTuple):
    """Whom searches have passed by for a reservation that was not made, and who may be there."""

    agent: bool
    caller: bool


class UnderWay:
    """Agents and callers whose reservation the floor has not answered yet."""

    def __init__(self) -> None:
        self._agents: set[AgentId] = set()
        self._callers: set[CallId] = set()
        self._agents_passed_by: set[AgentId] = set()
        self._callers_passed_by: set[CallId] = set()
        self._readings: list[Reading] = []

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """While the floor is asked who is free."""
        reading = Reading(self)
        self._readings.append(reading)
        try:
            yield reading
        finally:
            self._readings.remove(reading)

    def begin(self, agent_id: AgentId, call_id: CallId | None) -> bool:
        """They are going to be reserved, unless one of them is already. ``None`` stands for a
        caller whom several agents may be asked for at once.
        """
        if self.pass_caller_by(call_id) or self.pass_agent_by(agent_id):
            return False
        self._agents.add(agent_id)
        if call_id is not None:
            self._callers.add(call_id)
        return True

    def end(
        self, agent_id: AgentId, call_id: CallId | None, answer: ReserveAnswer | None
    ) -> LeftOut:
        """The floor has answered; ``None`` if it was not asked, or did not answer."""
        is_reserved = answer is ReserveAnswer.RESERVED
        is_gone = answer is ReserveAnswer.CALLER_GONE
        is_busy = answer is ReserveAnswer.AGENT_BUSY
        left_out = LeftOut(
            agent=agent_id in self._agents_passed_by and not is_reserved and not is_busy,
            caller=call_id in self._callers_passed_by and not is_reserved and not is_gone,
        )
        self._agents.discard(agent_id)
        self._agents_passed_by.discard(agent_id)
        if call_id is not None:
            self._callers.discard(call_id)
            self._callers_passed_by.discard(call_id)
        for reading in self._readings:
            if is_reserved:
                reading.agents.add(agent_id)
            if call_id is not None and (is_reserved or is_gone):
                reading.callers.add(call_id)
        return left_out

    def pass_agent_by(self, agent_id: AgentId) -> bool:
        """True if the agent is under way: somebody would have looked for a caller otherwise."""
        is_under_way = agent_id in self._agents
        if is_under_way:
            self._agents_passed_by.add(agent_id)
        return is_under_way

    def pass_caller_by(self, call_id: CallId | None) -> bool:
        """True if the caller is under way: some agent would have got the call otherwise."""
        if call_id is None or call_id not in self._callers:
            return False
        self._callers_passed_by.add(call_id)
        return True
