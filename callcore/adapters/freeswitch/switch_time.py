"""A switch's clock and ours: what the switch says happened at, by our clock.

The least delay of its events in the last minutes is how far the two clocks are apart, but for the
few milliseconds of the way. As long as that is little the switch's word stands as it is; what the
switch says of after we heard of it happened when we heard of it.
"""

from __future__ import annotations

from callcore.domain.ids import MICROS_PER_SECOND, Micros

WINDOW_MICROS = 300 * MICROS_PER_SECOND
"""A switch whose clock goes back is believed for so long, at most twice."""

LEAST_APART_MICROS = MICROS_PER_SECOND // 4
"""Clocks that are kept by NTP differ by less; what differs by more is mended."""


class SwitchTime:
    """How far the clock of one switch is from ours, from what it told."""

    def __init__(self) -> None:
        self._least: int | None = None
        self._least_before: int | None = None
        self._since = 0
        self._behind = 0

    @property
    def behind_seconds(self) -> float:
        """How much the switch's clock is behind ours, 0 if it is little; negative if ahead."""
        return self._behind / MICROS_PER_SECOND

    def hear(self, told: int | None, received_at: Micros) -> None:
        """Takes note of an event that happened at ``told`` by the switch's clock."""
        if told is None:
            return
        if received_at - self._since >= WINDOW_MICROS:
            self._least_before, self._least, self._since = self._least, None, received_at
        delay = received_at - told
        if self._least is None or delay < self._least:
            self._least = delay
            before = self._least_before
            apart = delay if before is None else min(delay, before)
            self._behind = apart if abs(apart) > LEAST_APART_MICROS else 0

    def ours(self, told: int, received_at: Micros) -> Micros:
        """By our clock what the switch tells by its own; never after we heard of it."""
        return Micros(min(told + self._behind, received_at))
