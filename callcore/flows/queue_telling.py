"""What is told of queues as such: their doors and their limits, once for the site, and what each
worker sees of them.
"""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import admission
from callcore.domain.admission import Door, Limit
from callcore.domain.estimates import UnknownWait
from callcore.domain.events import LimitChanged, QueueDoorChanged, QueueLooked
from callcore.domain.ids import QueueName
from callcore.domain.policies import QueuePolicy
from callcore.domain.sharding import Duty
from callcore.flows import expecting
from callcore.flows.site import Site


class QueueTelling:
    """Of the workers of a site only one tells of changes; all of them see and act."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def door(self, queue: QueuePolicy, door: Door, by: str, *, is_open: bool) -> None:
        """It opens or closes."""
        if not self._is_ours:
            return
        without_hours = replace(queue, hours=None)
        closure = door.closure
        is_by_command = admission.is_closed(without_hours, closure, self._site.clock.now())
        reason = ""
        if closure is not None and is_by_command:
            by, reason = closure.by, closure.reason
        self._site.facts.publish(
            QueueDoorChanged(
                at=self._site.clock.now(), queue=queue.name, is_open=is_open, by=by, reason=reason
            )
        )

    def limit(self, queue: QueueName, door: Door, limit: Limit) -> None:
        """So many may wait from now on."""
        if not self._is_ours:
            return
        self._site.facts.publish(
            LimitChanged(
                at=self._site.clock.now(),
                queue=queue,
                limit=limit.maximum_waiting,
                setting=limit.setting,
                staffed_count=len(door.staffed),
            )
        )

    def looked(self, queue: QueuePolicy, door: Door, limit: Limit, *, is_open: bool) -> None:
        """How the queue is at this look, told by every worker."""
        wait = expecting.of_newcomer(self._site, queue, door)
        self._site.facts.publish(
            QueueLooked(
                at=self._site.clock.now(),
                queue=queue.name,
                is_open=is_open,
                limit=limit.maximum_waiting,
                estimate_seconds=None if isinstance(wait, UnknownWait) else wait.mean,
            )
        )

    @property
    def _is_ours(self) -> bool:
        return self._site.tenure.has_duty(Duty.HISTORY)
