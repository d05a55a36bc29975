"""What queues learn of their agents and the agents' time, for the estimates."""

from __future__ import annotations

from collections.abc import Collection

from callcore.domain import estimates
from callcore.domain.ids import AgentId, QueueName
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import Kept, Reservation


class Learning:
    """Lets the estimates know for how long callers keep agents.

    What the floor hears ``late_seconds`` late, because it was away, kept nobody for so long.
    """

    def __init__(self, site: Site, changes: FloorChanges) -> None:
        self._site = site
        self._changes = changes

    def of_service(self, queue: QueueName, kept: Kept | None, late_seconds: float = 0.0) -> None:
        """An agent is free after a talk and the wrap-up, if any; ``None`` teaches nothing."""
        if kept is None:
            return
        seconds = max(kept.seconds - late_seconds, 0.0)
        lesson = estimates.of_service(
            seconds=seconds,
            answer_seconds=min(kept.answer_seconds or 0.0, seconds),
            priority=kept.priority,
        )
        self._changes.teach({queue: lesson})

    def of_lost_offer(
        self,
        reservation: Reservation,
        kept: Kept | None,
        *,
        late_seconds: float,
        rest_seconds: float,
    ) -> None:
        """An offer kept an agent in vain, who is not asked for ``rest_seconds`` after it."""
        if kept is not None:
            seconds = max(kept.seconds - late_seconds, 0.0) + rest_seconds
            lesson = estimates.of_lost_offer(seconds)
            self._changes.teach({reservation.queue: lesson})

    def of_sharing(
        self, agent_id: AgentId, queue: QueueName, contenders: Collection[QueueName]
    ) -> None:
        """An agent became free and was given to a caller of ``queue`` while callers waited in each
        of ``contenders``: those of them learn how agents of several queues are shared.
        """
        queues = self._site.presence.queues_of(agent_id)
        if len(queues) > 1:
            lessons = {
                each: estimates.of_sharing(is_here=each == queue)
                for each in contenders
                if each in queues
            }
            self._changes.teach(lessons)
