"""Opening hours: weeks in a time zone, holidays, single days that differ."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter

from callcore.domain.hours import Interval, OpeningHours
from callcore.settings import public_holidays
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import CountryCode, Subdivision, Text
from callcore.settings.section import UNGIVEN, Section, not_one_of

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_INTERVAL = re.compile(rf"{_CLOCK}-(?:{_CLOCK}|24:00)")


def _date(value: object) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"there is no day {shown(value)}") from error
    raise ValueError(f"expected a day such as 2026-12-24, found {shown(value)}")


def _interval(value: object) -> Interval:
    found = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"expected opening hours such as 08:00-16:30, found {shown(value)}")
    opens, closes = time(int(found[1]), int(found[2])), time(int(found[3] or 0), int(found[4] or 0))
    if found[3] is not None and closes <= opens:
        raise ValueError(
            f"must close later than it opens (24:00 is the end of the day), found {shown(value)}"
        )
    return Interval(opens=opens, closes=closes)


Day = Annotated[date, BeforeValidator(_date)]
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_OPENING: TypeAdapter[Interval] = TypeAdapter(Annotated[Interval, BeforeValidator(_interval)])


class HoursSection(Section):
    """One set of opening hours, which several queues may keep."""

    timezone: Text
    week: Any = UNGIVEN
    holidays: list[Day] | None = UNGIVEN
    public_holidays: Any = None
    days: Any = UNGIVEN


class PublicHolidaysSection(Section):
    """Whose public holidays are kept."""

    country: CountryCode
    subdivision: Subdivision | None = None


class HoursReader:
    """Reads one set of opening hours after another; public holidays are those of ``years``."""

    def __init__(self, reading: Reading, years: range) -> None:
        self._reading = reading
        self._years = years

    def hours(self, path: Path, name: str, value: object) -> OpeningHours | None:
        """The opening hours, or ``None`` if they have faults."""
        values = self._reading.faultless_settings(HoursSection, path, value)
        week = self._week((*path, "week"), values.get("week"))
        days = self._days((*path, "days"), values.get("days"))
        if not any((*week.values(), *days.values())) and isinstance(value, dict):
            self._report_never_open(path)
        holidays = frozenset(values.get("holidays") or ())
        country = self._public_holidays(
            (*path, "public_holidays"), values.pop("public_holidays", None)
        )
        return self._reading.policy(
            OpeningHours,
            path,
            {**values, "week": week, "holidays": holidays | country, "days": days},
            name=name,
            timezone="UTC",
        )

    def _report_never_open(self, path: Path) -> None:
        """Unless what would have been an opening is a fault itself."""
        if not any(fault.path[: len(path)] == path for fault in self._reading.faults):
            self._reading.report_value(
                path, "never open: give week (or days) hours such as monday: [08:00-16:30]"
            )

    def _week(self, path: Path, value: object) -> dict[int, tuple[Interval, ...]]:
        week = {}
        for weekday, intervals in self._reading.entries(path, value).items():
            if weekday in _WEEKDAYS:
                number = _WEEKDAYS.index(weekday)
                week[number] = self._openings((*path, weekday), intervals)
            else:
                self._reading.report_key((*path, weekday), not_one_of(weekday, _WEEKDAYS))
        return week

    def _days(self, path: Path, value: object) -> dict[date, tuple[Interval, ...]]:
        days = {}
        for text, intervals in self._reading.entries(path, value).items():
            day = self._reading.checked_key(_DAY, (*path, text))
            openings = self._openings((*path, text), intervals)
            if day is not None:
                days[day] = openings
        return days

    def _openings(self, path: Path, value: object) -> tuple[Interval, ...]:
        """One day's intervals; of two that overlap only the first."""
        openings: dict[str, Interval] = {}
        for position, text in enumerate(self._reading.items(path, value)):
            opening = self._reading.checked(_OPENING, (*path, position), text)
            if opening is None:
                continue
            other = next((one for one in openings if _overlap(openings[one], opening)), None)
            if other is None:
                openings[str(text)] = opening
            else:
                self._reading.report_value((*path, position), f"overlaps {other}")
        return tuple(openings.values())

    def _public_holidays(self, path: Path, value: object) -> frozenset[date]:
        if value is None:
            return frozenset()
        section = self._reading.section(PublicHolidaysSection, path, value)
        if section is None:
            return frozenset()
        try:
            return public_holidays.public_holidays(
                section.country, section.subdivision, self._years
            )
        except public_holidays.PublicHolidaysError as error:
            self._reading.report_value((*path, error.field), error.fault)
            return frozenset()


def _overlap(one: Interval, other: Interval) -> bool:
    return one.opens < _end(other) and other.opens < _end(one)


def _end(interval: Interval) -> time:
    """Where the interval ends, with midnight after all of its day."""
    return time.max if interval.closes == time(0) else interval.closes
