"""Who is served first: nobody is passed over, within a queue and between queues."""

from __future__ import annotations

from tests.day import log
from tests.day.checking.eligibility import (
    is_surely_before,
    possible_againsts,
    possible_priorities,
    wants_another,
)
from tests.day.checking.family import Family
from tests.day.checking.state import AgentNow, CallerNow, QueueNow

ORDER = "served in order"
BETWEEN = "between queues"


class Order(Family):
    """Looks at every reservation."""

    def before(self, what: object) -> None:
        if isinstance(what, log.Reserved):
            caller = self.truth.callers[what.call_id]
            queue, agent = self.truth.queues[what.queue], self.truth.agents[what.agent_id]
            if caller.visit is not None and caller.visit.queue == what.queue:
                self._within_queue(caller, queue, agent)
                self._between_queues(caller, queue, agent)

    def _within_queue(self, chosen: CallerNow, queue: QueueNow, agent: AgentNow) -> None:
        passed_over = [
            other.call_id
            for other in self._could_have(queue, agent)
            if other is not chosen and is_surely_before(other, chosen, queue, self.truth.now)
        ]
        self.expect(
            ORDER,
            f"{agent.agent_id} gets {chosen.call_id} of {queue.line.name} before {passed_over}",
            holds=not passed_over,
        )

    def _between_queues(self, chosen: CallerNow, queue: QueueNow, agent: AgentNow) -> None:
        urgency = max(self._urgencies(chosen, queue))
        for name in agent.member.places:
            other_queue = self.truth.queues[name]
            if other_queue is queue:
                continue
            more_urgent = [
                other.call_id
                for other in self._could_have(other_queue, agent)
                if min(self._urgencies(other, other_queue)) > urgency
            ]
            self.expect(
                BETWEEN,
                f"{agent.agent_id} gets {chosen.call_id} of {queue.line.name}, "
                f"though {more_urgent} wait in {name}",
                holds=not more_urgent,
            )

    def _could_have(self, queue: QueueNow, agent: AgentNow) -> list[CallerNow]:
        """The callers to whom the agent could have been given."""
        return [
            caller
            for caller in queue.callers.values()
            if wants_another(caller, queue, at=self.truth.now)
            and possible_againsts(caller, queue, agent, self.truth.now) == {""}
        ]

    def _urgencies(self, caller: CallerNow, queue: QueueNow) -> list[tuple[int, float]]:
        assert caller.visit is not None
        weight = queue.line.number("weight", 1.0)
        waited = self.truth.now - caller.visit.first_joined_at
        return [
            (priority, max(waited, 0) * weight)
            for priority in possible_priorities(caller, queue, self.truth.now)
        ]
