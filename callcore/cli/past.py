"""Instants of the past as operators write them, in the machine's time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from callcore.domain.ids import Micros

FORMS = "2026-11-22, 2026-11-22T15:30, or as long ago as 7d, 2h30m or 45m"

_LENGTH = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class PastError(ValueError):
    """The text is no instant; the message says which forms are."""


def parse(text: str, now: Micros, zone: tzinfo | None = None) -> Micros:
    """The instant that ``text`` means at ``now``; a date is its midnight.

    ``zone`` is ``None`` for the machine's. Raises ``PastError``.
    """
    try:
        instant = _instant(text.strip(), _EPOCH + timedelta(microseconds=now), zone)
        if not _FIRST <= instant <= _LAST:
            raise PastError(f"{text!r} is no instant: {FORMS}")
    except (ValueError, OverflowError) as error:
        raise PastError(f"{text!r} is no instant: {FORMS}") from error
    return Micros((instant - _EPOCH) // timedelta(microseconds=1))


def _instant(text: str, now: datetime, zone: tzinfo | None) -> datetime:
    found = _LENGTH.fullmatch(text)
    if found and any(found.groups()):
        days, hours, minutes = (int(part or 0) for part in found.groups())
        return now - timedelta(days=days, hours=hours, minutes=minutes)
    given = datetime.fromisoformat(text)
    if given.tzinfo is not None:
        return given
    # The distance from UTC may be another on that day.
    return given.astimezone() if zone is None else given.replace(tzinfo=zone)
