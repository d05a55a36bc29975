"""How a caller's priority grows with the wait, so that nobody waits for ever.

Reckoned in whole microseconds and whole steps, so that the instant of the next step is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from callcore.domain.ids import MICROS_PER_SECOND

FARTHEST_CAP = 1000
"""A cap is within the limits of a priority."""


class AgeingError(ValueError):
    """A part of the curve breaks a limit; ``field`` names it."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingPolicy:
    """A curve from waited seconds to priority gained, straight between its points.

    It starts at (0, 0) and is flat beyond the last point. What is gained counts in whole steps, and
    never lifts a caller above ``cap``; one whose own priority is above it keeps that.
    """

    curve: tuple[tuple[float, int], ...]
    """(waited seconds, priority gained), both growing."""
    cap: int

    def __post_init__(self) -> None:
        if not self.curve:
            raise AgeingError("curve", "must have at least one point")
        if not all(isfinite(seconds) for seconds, _ in self.curve):
            raise AgeingError("curve", "must be of finite seconds")
        if any(
            later[0] <= earlier[0] or later[1] <= earlier[1]
            for earlier, later in pairwise(_points(self))
        ):
            raise AgeingError("curve", "seconds and priority must both grow from (0, 0) on")
        if abs(self.cap) > FARTHEST_CAP:
            raise AgeingError("cap", f"must be -{FARTHEST_CAP} to {FARTHEST_CAP}")


def aged_priority(priority: int, waited_seconds: float, policy: AgeingPolicy | None) -> int:
    """The priority of a caller of own ``priority`` after so long a wait."""
    if policy is None:
        return priority
    return max(priority, min(priority + _gained(policy, _micros(waited_seconds)), policy.cap))


def next_step_after(
    priority: int, waited_seconds: float, policy: AgeingPolicy | None
) -> float | None:
    """How many more seconds until the priority grows; ``None`` if it will not."""
    if policy is None:
        return None
    waited = _micros(waited_seconds)
    gained = _gained(policy, waited)
    if priority + gained >= policy.cap:
        return None
    for (start, before), (end, after) in pairwise(_points(policy)):
        if gained < after:
            steps = gained + 1 - before
            reached_at = start - (-steps * (end - start) // (after - before))  # rounded up
            return (reached_at - waited) / MICROS_PER_SECOND
    return None


def _gained(policy: AgeingPolicy, waited: int) -> int:
    for (start, before), (end, after) in pairwise(_points(policy)):
        if waited < end:
            return before + (waited - start) * (after - before) // (end - start)
    return policy.curve[-1][1]


def _points(policy: AgeingPolicy) -> list[tuple[int, int]]:
    """(waited microseconds, priority gained)."""
    return [(0, 0), *((_micros(seconds), gained) for seconds, gained in policy.curve)]


def _micros(seconds: float) -> int:
    return max(round(seconds * MICROS_PER_SECOND), 0)
