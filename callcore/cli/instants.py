"""Instants as operators write and read them, in the machine's time zone.

``zone`` is ``None`` for that one, by its own rules.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from callcore.adapters.control.requests import LAST_INSTANT
from callcore.domain.ids import Micros

FORMS = "15:30, 2026-11-22T15:30 or +2h30m"
LENGTHS = "2h30m, 45m or 1d"

_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_LENGTH = re.compile(r"\+(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class InstantError(ValueError):
    """The text is no instant; the message says which forms are."""


def parse(text: str, now: Micros, zone: tzinfo | None = None) -> Micros:
    """The instant that ``text`` means at ``now``.

    A time of day is the next one, today or tomorrow; a length counts from ``now``; a date and time
    may have an offset from UTC of its own. Raises ``InstantError``.
    """
    message = f"{text!r} is no instant: {FORMS}"
    try:
        instant = Micros((_instant(text.strip(), now, zone) - _EPOCH) // _MICROSECOND)
    except (ValueError, OverflowError) as error:
        raise InstantError(message) from error
    if not 0 <= instant <= LAST_INSTANT:
        raise InstantError(message)
    return instant


def shown(at: Micros, now: Micros, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """``15:30`` if it is of today, else ``Mon 23 Nov 15:30``, with the year if it is another."""
    local, today = _local(at, zone), _local(now, zone)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if local.date() == today.date():
        return clock
    return f"{local:%a %d %b}{f' {local.year}' if local.year != today.year else ''} {clock}"


def _instant(text: str, now: Micros, zone: tzinfo | None) -> datetime:
    local = _local(now, zone)
    if found := _TIME_OF_DAY.fullmatch(text):
        clock = time(int(found[1]), int(found[2]))
        today = _placed(datetime.combine(local.date(), clock), zone)
        if today > local:
            return today
        return _placed(datetime.combine(local.date() + timedelta(days=1), clock), zone)
    if (found := _LENGTH.fullmatch(text)) and any(found.groups()):
        days, hours, minutes = (int(part or 0) for part in found.groups())
        # In UTC, where every day has 24 hours.
        return local.astimezone(UTC) + timedelta(days=days, hours=hours, minutes=minutes)
    if ":" not in text:
        raise ValueError(text)  # a date alone: at which hour?
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else _placed(given, zone)


def _local(at: Micros, zone: tzinfo | None) -> datetime:
    return (_EPOCH + at * _MICROSECOND).astimezone(zone)


def _placed(naive: datetime, zone: tzinfo | None) -> datetime:
    """A local time in its zone, whose distance from UTC may be another on that day."""
    return naive.astimezone() if zone is None else naive.replace(tzinfo=zone)
