"""Phone numbers as people may see them where no whole number is needed."""

from __future__ import annotations

_KEPT_BEFORE = 5
_KEPT_AFTER = 2
_SHORT_LENGTH = 6
"""Extensions and emergency numbers are no longer than this and tell nobody's identity."""


def shorten(number: str) -> str:
    """A phone number of which only the ends are left: ``+4820…01``."""
    if len(number) <= _SHORT_LENGTH:
        return number
    return f"{number[:_KEPT_BEFORE]}…{number[-_KEPT_AFTER:]}"
