"""A caller's visits to queues, noted down in the order in which they began."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import outcomes
from callcore.domain.ids import Micros, QueueName
from callcore.domain.ids import seconds_between as between
from callcore.domain.ledger.notes import CallNotes
from callcore.domain.outcomes import LeaveReason, RefusalReason
from callcore.domain.records import QueueVisit


class VisitNotes:
    """The visits of one call; what is noted later is about the last of them."""

    def __init__(self) -> None:
        self._visits: list[QueueVisit] = []
        self.told_at: Micros | None = None
        """When the caller was told something last, while waiting."""
        self._found_announced: dict[QueueName, int] = {}

    def take_up(self, notes: CallNotes) -> None:
        """Goes on from what another process has noted."""
        self._visits += notes.visits
        self.told_at = notes.told_at

    def found_announced(self, queue: QueueName, count: int) -> None:
        """So many announcements were heard in the visit to this queue that is to be noted next,
        while another process followed the call; nothing if the visit is noted.
        """
        if not (self._visits and self._visits[-1].queue == queue):
            self._found_announced[queue] = count

    @property
    def announcements_count(self) -> int:
        """How many announcements were heard in the last visit."""
        return self._visits[-1].announcements_count if self._visits else 0

    def goes_on(self, queue: QueueName) -> bool:
        """True if the last visit is to this queue and has not ended."""
        last = self._visits[-1] if self._visits else None
        return last is not None and last.queue == queue and last.left_at is None

    def led_to_talk(self, queue: QueueName) -> bool:
        """True if the last visit was to this queue and ended with an agent."""
        last = self._visits[-1] if self._visits else None
        if last is None or last.queue != queue:
            return False
        return last.leave_reason is LeaveReason.PICKED_UP

    def joined(
        self,
        queue: QueueName,
        at: Micros,
        *,
        priority: int,
        position: int | None,
        limit: int | None = None,
        estimate_seconds: float | None = None,
        came_at: Micros | None = None,
        is_resumed: bool = False,
    ) -> None:
        """The caller took a place, which counts from ``at``: the first joining, where the wait in
        another queue or of an earlier call was kept; then the caller came at ``came_at``.
        """
        self._visits.append(
            QueueVisit(
                queue=queue,
                joined_at=at,
                priority=priority,
                last_priority=priority,
                position_at_join=position,
                limit=limit,
                estimate_seconds=estimate_seconds,
                came_at=came_at,
                is_resumed=is_resumed,
                announcements_count=self._found_announced.pop(queue, 0),
            )
        )

    def refused(
        self,
        queue: QueueName,
        at: Micros,
        reason: RefusalReason,
        *,
        limit: int | None = None,
        estimate_seconds: float | None = None,
    ) -> None:
        """The caller was not admitted."""
        self._visits.append(
            QueueVisit(
                queue=queue,
                joined_at=at,
                left_at=at,
                refusal_reason=reason,
                limit=limit,
                estimate_seconds=estimate_seconds,
            )
        )

    def priority_changed(self, priority: int) -> None:
        """The caller's priority is another one now."""
        self._visits[-1] = replace(self._visits[-1], last_priority=priority)

    def asked_by(self, operator: str) -> None:
        """The caller leaves the queue because this operator said so."""
        self._visits[-1] = replace(self._visits[-1], asked_by=operator)

    def sent_on(self, to: str) -> None:
        """The caller goes from the queue to ``to``, as ``treatments.in_words`` has it."""
        self._visits[-1] = replace(self._visits[-1], treatment=to)

    def announced(self, at: Micros) -> None:
        """The caller is told something while waiting."""
        self.told_at = at
        visit = self._visits[-1]
        self._visits[-1] = replace(visit, announcements_count=visit.announcements_count + 1)

    def left(
        self,
        at: Micros,
        reason: LeaveReason,
        *,
        short_abandon_seconds: float,
        limit: int | None = None,
    ) -> QueueVisit:
        """The caller left the queue; the visit as it is recorded.

        ``limit`` is how many may wait, if the caller had to leave for it.
        """
        visit = self._visits[-1]
        waited = between(visit.joined_at, at)
        self._visits[-1] = replace(
            visit,
            left_at=at,
            leave_reason=reason,
            waited_seconds=waited,
            is_short_abandon=reason in outcomes.ABANDONS
            and outcomes.is_short(waited, short_abandon_seconds),
            limit=visit.limit if limit is None else limit,
        )
        return self._visits[-1]

    def noted(self) -> tuple[QueueVisit, ...]:
        """The visits so far."""
        return tuple(self._visits)
