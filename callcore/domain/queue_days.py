"""What a queue's day has come to so far, and when its day began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from callcore.domain.ids import Micros
from callcore.domain.policies import QueuePolicy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDay:
    """Of those who joined a queue since its day began and whose calls have ended, without
    callbacks; counted as in the view ``callcore.service_level_by_day``.
    """

    picked_up_count: int = 0
    picked_up_within_count: int = 0
    """Those of them within the queue's service level."""
    abandoned_count: int = 0
    short_abandoned_count: int = 0
    """Those of them too soon to count."""

    @property
    def service_level(self) -> float | None:
        """Picked up in time / (picked up + abandoned that were not short), from 0 to 1; ``None``
        while nobody counts.
        """
        counted = self.picked_up_count + self.abandoned_count - self.short_abandoned_count
        return self.picked_up_within_count / counted if counted else None


def began_at(queue: QueuePolicy, now: Micros) -> Micros:
    """The last midnight where the queue's opening hours are; of a queue without hours, where this
    machine is.
    """
    zone = None if queue.hours is None else ZoneInfo(queue.hours.timezone)
    local = (_EPOCH + now * _MICROSECOND).astimezone(zone)
    # The day may have begun at another distance from UTC than it has now.
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone, fold=0)
    return Micros((midnight.astimezone(UTC) - _EPOCH) // _MICROSECOND)
