"""How many sessions the switch carries and starts, and what it refuses."""

from __future__ import annotations


class Limits:
    """The limits of ``switch.conf`` and the counts that ``status`` shows."""

    def __init__(self, *, sessions: int, per_second: int) -> None:
        self.sessions = sessions
        self.per_second = per_second
        self.current = 0
        self.peak = 0
        self.since_start = 0
        self.last_second = 0
        self.peak_per_second = 0
        self._second = 0
        self._in_second = 0

    def admit(self, second: int) -> int | None:
        """The number of a session that starts in an epoch second; ``None`` if it may not."""
        if second != self._second:
            self.last_second = self._in_second if second == self._second + 1 else 0
            self._second, self._in_second = second, 0
        if self.current >= self.sessions or self._in_second >= self.per_second:
            return None
        self._in_second += 1
        self.peak_per_second = max(self.peak_per_second, self._in_second)
        self.current += 1
        self.peak = max(self.peak, self.current)
        self.since_start += 1
        return self.since_start

    def release(self) -> None:
        """A session is over."""
        self.current -= 1
