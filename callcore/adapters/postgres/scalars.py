"""Single values as Postgres can hold them.

Text comes from callers, switches and operators: what Postgres cannot hold (NUL, and halves of
surrogate pairs left by a lenient decoder) becomes the replacement character.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callcore.domain.ids import Micros

Row = tuple[object, ...]
"""A row of a table, in the order of its columns."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """The text as Postgres can hold it."""
    return (
        text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def clean_or_none(text: str | None) -> str | None:
    """The same of a text that may be missing."""
    return None if text is None else clean(text)


def instant(at: Micros | None) -> datetime | None:
    """Raises ``OverflowError`` beyond the years 1 to 9999."""
    return None if at is None else _EPOCH + timedelta(microseconds=at)
