"""How much of the agents a queue has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from callcore.domain.ids import AgentId, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """Those present in one queue, told apart by whether they serve others too."""

    whole_count: int = 0
    """Agents who are present in this queue alone."""
    shared_count: int = 0
    equal_parts: float = 0.0
    """The shared ones, each divided in equal parts by the queues where the agent is present."""

    def effective_agents(self, staffed_count: int, share: float | None) -> float | None:
        """So many agents who serve nobody else would serve this queue as well; 0 if none is there,
        ``None`` if those who are were not seen yet.

        ``share`` is what the queue has of the time of shared agents; ``None`` if that is unknown.
        Where ``staffed_count``, which is of now, is not what was seen, who came or went is taken
        to be like the others.
        """
        seen_count = self.whole_count + self.shared_count
        if staffed_count == 0:
            return 0.0
        if seen_count == 0:
            return None
        shared = self.equal_parts if share is None else self.shared_count * share
        return (self.whole_count + shared) * staffed_count / seen_count


class Presence:
    """Who is logged in and not on a break, and in which queues, as was last seen.

    It is asked for every estimate, and agents come and go far less often.
    """

    def __init__(self) -> None:
        self._staffed: dict[QueueName, frozenset[AgentId]] = {}
        self._queues_of: dict[AgentId, frozenset[QueueName]] = {}
        self._known: dict[QueueName, Staffing] = {}

    def see(self, queue: QueueName, staffed: frozenset[AgentId]) -> None:
        """These agents are present in the queue, and no others."""
        before = self._staffed.get(queue, frozenset())
        if staffed == before:
            return
        self._staffed[queue] = staffed
        for agent_id in staffed - before:
            self._queues_of[agent_id] = self.queues_of(agent_id) | {queue}
        for agent_id in before - staffed:
            self._queues_of[agent_id] = self.queues_of(agent_id) - {queue}
        self._known.clear()

    def keep(self, queues: Collection[QueueName]) -> None:
        """Forgets queues that are no more."""
        for queue in [name for name in self._staffed if name not in queues]:
            self.see(queue, frozenset())
            del self._staffed[queue]

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        """Who is present in a queue."""
        return self._staffed.get(queue, frozenset())

    def staffing(self, queue: QueueName) -> Staffing:
        """Those present in the queue."""
        known = self._known.get(queue)
        if known is None:
            known = self._known[queue] = self._staffing(queue)
        return known

    def queues_of(self, agent_id: AgentId) -> frozenset[QueueName]:
        """Where an agent is present."""
        return self._queues_of.get(agent_id, frozenset())

    def _staffing(self, queue: QueueName) -> Staffing:
        counts = [len(self._queues_of[agent_id]) for agent_id in self._staffed.get(queue, ())]
        shared = [count for count in counts if count > 1]
        return Staffing(
            whole_count=len(counts) - len(shared),
            shared_count=len(shared),
            equal_parts=sum(1 / count for count in shared),
        )
