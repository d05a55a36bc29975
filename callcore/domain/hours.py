"""When a queue is open: a week in a time zone, holidays, single days that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from callcore.domain.ids import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A part of one day, ``opens`` included, ``closes`` not; midnight as ``closes`` ends the day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Opening hours. ``week`` is by weekday, Monday 0; a weekday without an entry is closed."""

    name: str
    timezone: str
    week: Mapping[int, tuple[Interval, ...]]
    holidays: frozenset[date] = frozenset()
    """Closed all day."""
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    """Single days with hours of their own; they win over holidays and the week."""

    def is_open(self, at: Micros) -> bool:
        """True if the instant lies within the opening hours."""
        raise NotImplementedError

    def closes_at(self, at: Micros) -> Micros | None:
        """The end of the opening that ``at`` lies in; ``None`` if closed, or never closing within
        ``HORIZON_DAYS``.
        """
        raise NotImplementedError

    def opens_at(self, at: Micros) -> Micros | None:
        """The first instant from ``at`` on at which it is open; ``None`` if not within
        ``HORIZON_DAYS``.
        """
        raise NotImplementedError


HORIZON_DAYS = 400
