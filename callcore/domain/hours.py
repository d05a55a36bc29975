"""When a queue is open: a week in a time zone, holidays, single days that differ.

A queue is open while the clock on the wall shows a time within one of the day's intervals, so a
caller who looks at a clock is never surprised. When the clock is put forward, an interval that
begins in the hour that is left out begins with the first minute shown after it; when the clock is
put back, what it shows a second time counts a second time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callcore.domain.ids import MICROS_PER_SECOND, Micros

HORIZON_DAYS = 400
"""How far ahead an opening or a closing is looked for."""

_MIDNIGHT = time(0)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_DAY = 86_400 * MICROS_PER_SECOND
_HORIZON = HORIZON_DAYS * _DAY
_CLOCK_CHECK = 5 * _DAY
"""No time zone has changed its clock twice within less since 1990."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EPOCH_WEEKDAY = _EPOCH.weekday()

_Spans: TypeAlias = tuple[tuple[int, int], ...]
"""A day's openings, from and to in microseconds since the clock showed midnight; in order, and not
touching each other.
"""
_WHOLE_DAY: _Spans = ((0, _DAY),)


class HoursError(ValueError):
    """Opening hours contradict themselves; ``field`` names the setting."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A part of one day, ``opens`` included, ``closes`` not; midnight as ``closes`` ends the day.

    Raises ``HoursError`` where it would end before it begins.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != _MIDNIGHT and self.closes <= self.opens:
            raise HoursError(
                "closes", f"must be later than {self.opens:%H:%M}, or 00:00 for the end of the day"
            )

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """Opening hours. ``week`` is by weekday, Monday 0; a weekday without an entry is closed.

    Raises ``HoursError`` for a time zone that is not known and for intervals of a day that overlap.
    """

    name: str
    timezone: str
    week: Mapping[int, tuple[Interval, ...]]
    holidays: frozenset[date] = frozenset()
    """Closed all day."""
    days: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    """Single days with hours of their own; they win over holidays and the week."""
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _week: tuple[_Spans, ...] = field(init=False, repr=False, compare=False)
    _days: Mapping[int, _Spans] = field(init=False, repr=False, compare=False)
    """By days since the epoch: holidays and single days."""
    _never_changes: bool = field(init=False, repr=False, compare=False)
    """Always open or always closed: the longest searches are spared."""

    def __post_init__(self) -> None:
        if not self.week.keys() <= set(range(len(_WEEKDAYS))):
            raise HoursError("week", "must be by weekdays 0 (Monday) to 6 (Sunday)")
        week = {day: _spans("week", day, intervals) for day, intervals in self.week.items()}
        special: dict[int, _Spans] = {_days_since_epoch(day): () for day in self.holidays}
        for day, intervals in self.days.items():
            special[_days_since_epoch(day)] = _spans("days", day, intervals)
        per_weekday = tuple(week.get(day, ()) for day in range(len(_WEEKDAYS)))
        for private, value in (
            ("_zone", _zone(self.timezone)),
            ("_week", per_weekday),
            ("_days", special),
            ("_never_changes", {*per_weekday, *special.values()} in ({()}, {_WHOLE_DAY})),
        ):
            object.__setattr__(self, private, value)

    def is_open(self, at: Micros) -> bool:
        """True if the instant lies within the opening hours."""
        day, moment = divmod(at + self._offset(at), _DAY)
        return any(opens <= moment < closes for opens, closes in self._spans_of(day))

    def closes_at(self, at: Micros) -> Micros | None:
        """The end of the opening that ``at`` lies in; ``None`` if closed, or never closing within
        ``HORIZON_DAYS``.

        Intervals that touch are one opening, those before and after midnight too.
        """
        return self._changes_at(at, is_open=True) if self.is_open(at) else None

    def opens_at(self, at: Micros) -> Micros | None:
        """The first instant from ``at`` on at which it is open; ``None`` if not within
        ``HORIZON_DAYS``.
        """
        return at if self.is_open(at) else self._changes_at(at, is_open=False)

    def _changes_at(self, at: Micros, *, is_open: bool) -> Micros | None:
        """When open turns to closed or back."""
        if self._never_changes:
            return None
        horizon = at + _HORIZON
        while True:
            offset = self._offset(at)
            local = at + offset
            change = self._closing_after(local) if is_open else self._opening_after(local)
            due = Micros(change - offset)
            clock_change = self._clock_change_within(at, min(due, horizon))
            if clock_change is None:
                return due if due <= horizon else None
            if self.is_open(clock_change) is not is_open:
                return clock_change
            at = clock_change

    def _closing_after(self, local: int) -> int:
        """Where the opening around the local instant ends, or an instant beyond the horizon."""
        day, moment = divmod(local, _DAY)
        for _ in range(HORIZON_DAYS + 2):
            ends = (closes for opens, closes in self._spans_of(day) if opens <= moment < closes)
            closes = next(ends, moment)
            if closes < _DAY:
                return day * _DAY + closes
            day, moment = day + 1, 0
        return day * _DAY

    def _opening_after(self, local: int) -> int:
        """Where the next opening begins, or an instant beyond the horizon."""
        day, moment = divmod(local, _DAY)
        for _ in range(HORIZON_DAYS + 2):
            for opens, _closes in self._spans_of(day):
                if opens >= moment:
                    return day * _DAY + opens
            day, moment = day + 1, 0
        return day * _DAY

    def _spans_of(self, day: int) -> _Spans:
        special = self._days.get(day)
        return self._week[(day + _EPOCH_WEEKDAY) % len(_WEEKDAYS)] if special is None else special

    def _offset(self, at: int) -> int:
        """What the local clock shows more than UTC, in microseconds."""
        local = (_EPOCH + timedelta(microseconds=at)).astimezone(self._zone)
        offset = local.utcoffset()
        return 0 if offset is None else offset // _MICROSECOND

    def _clock_change_within(self, after: int, until: int) -> Micros | None:
        """The first instant after ``after``, at most ``until``, with another offset than that."""
        offset = self._offset(after)
        for start in range(after, until, _CLOCK_CHECK):
            end = min(start + _CLOCK_CHECK, until)
            if self._offset(end) != offset:
                same_count = bisect_left(
                    range(start, end), x=True, key=lambda instant: self._offset(instant) != offset
                )
                return Micros(start + same_count)
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # Names such as "../x" and "Europe" end in errors of value and of file.
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise HoursError("timezone", "is no time zone such as Europe/Warsaw") from error


def _days_since_epoch(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def _spans(setting: str, day: int | date, intervals: Iterable[Interval]) -> _Spans:
    """Raises ``HoursError`` if two of the intervals overlap."""
    spans: list[tuple[int, int]] = []
    for interval in sorted(intervals, key=lambda interval: interval.opens):
        opens, closes = _moment(interval.opens), _moment(interval.closes) or _DAY
        if spans and opens < spans[-1][1]:
            name = day.isoformat() if isinstance(day, date) else _WEEKDAYS[day]
            raise HoursError(setting, f"{name}: {interval} overlaps what comes before it")
        if spans and opens == spans[-1][1]:
            opens, _ = spans.pop()
        spans.append((opens, closes))
    return tuple(spans)


def _moment(shown: time) -> int:
    since_midnight = timedelta(
        hours=shown.hour,
        minutes=shown.minute,
        seconds=shown.second,
        microseconds=shown.microsecond,
    )
    return since_midnight // _MICROSECOND
