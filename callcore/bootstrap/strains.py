"""How late Redis is, for whoever turns callers away for it."""

from __future__ import annotations

import time
from collections import deque

WINDOW_SECONDS = 1.0


class RedisAnswers:
    """How long the answers of the last second took, of those that came.

    While none come Redis is away, which is another matter.
    """

    def __init__(self) -> None:
        self._slowest: deque[tuple[float, float]] = deque()
        """Until when one counts, and how long it took: later ones took less."""
        self._has_failed = False

    def failed(self) -> None:
        """What is told next took so long and came to nothing."""
        self._has_failed = True

    def took(self, seconds: float) -> None:
        """An answer, or none, came after so long."""
        if self._has_failed:
            self._has_failed = False
            return
        slowest = self._slowest
        while slowest and slowest[-1][1] <= seconds:
            slowest.pop()
        slowest.append((time.monotonic() + WINDOW_SECONDS, seconds))

    def late_seconds(self) -> float:
        """The longest of the last second."""
        now, slowest = time.monotonic(), self._slowest
        while slowest and slowest[0][0] < now:
            slowest.popleft()
        return slowest[0][1] if slowest else 0.0
