"""How a caller's priority grows with the wait, so that nobody waits for ever."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeingPolicy:
    """A curve from waited seconds to priority gained, straight between its points.

    It starts at (0, 0) and is flat beyond the last point. What is gained counts in whole steps, and
    never lifts a caller above ``cap``; one whose own priority is above it keeps that.
    """

    curve: tuple[tuple[float, int], ...]
    """(waited seconds, priority gained), both growing."""
    cap: int


def aged_priority(priority: int, waited_seconds: float, policy: AgeingPolicy | None) -> int:
    """The priority of a caller of own ``priority`` after so long a wait."""
    raise NotImplementedError


def next_step_after(
    priority: int, waited_seconds: float, policy: AgeingPolicy | None
) -> float | None:
    """How many more seconds until the priority grows; ``None`` if it will not."""
    raise NotImplementedError
