"""Lengths of time as Redis takes them."""

from __future__ import annotations

from callcore.domain.ids import MICROS_PER_SECOND


def micros(seconds: float) -> int:
    """A length in whole microseconds; a negative one is none."""
    return max(round(seconds * MICROS_PER_SECOND), 0)


def expiry_milliseconds(seconds: float) -> int:
    """A length after which a key is gone, in milliseconds: at least 1, Redis takes no 0."""
    return max(round(seconds * 1000), 1)
