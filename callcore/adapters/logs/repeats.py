"""What is told a thousand times at once, in one line: a fault that every caller who waits meets."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

PAUSE_SECONDS = 10.0
"""So long nothing is told again."""

MOST_KINDS = 1000
"""Beyond that old ones are forgotten: reasons may name a leg each."""


class Repeats:
    """When each kind of line was told last, and how often it was not since."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """``now`` in seconds."""
        self._now = now
        self._kinds: dict[Hashable, tuple[float, int]] = {}

    def since_told(self, kind: Hashable) -> int | None:
        """A line of a kind is due: how many were not told since the last one, ``None`` if neither
        is this one.
        """
        now = self._now()
        told_at, untold_count = self._kinds.get(kind, (float("-inf"), 0))
        if now - told_at < PAUSE_SECONDS:
            self._kinds[kind] = (told_at, untold_count + 1)
            return None
        if len(self._kinds) >= MOST_KINDS:
            self._kinds = {
                one: (at, count)
                for one, (at, count) in self._kinds.items()
                if now - at < PAUSE_SECONDS
            }
        self._kinds[kind] = (now, 0)
        return untold_count

    def __len__(self) -> int:
        """How many kinds are remembered."""
        return len(self._kinds)
