"""The order in which callers are served, and the line that they make."""

from __future__ import annotations

import math

from callcore.domain.estimates import Line
from callcore.domain.ids import Micros, seconds_between

PRIORITY_STEP_MICROS = 2**40
"""What one step of priority is worth in waiting: 12.7 days, so that it outweighs any wait.

2**40 microseconds keep a score exact in a double (below 2**53) for priorities of -1000 to 1000.
"""

_CLOCKS_APART_MICROS = 3_600_000_000
"""Another process' clock may be ahead by so much."""


def score(first_joined_at: Micros, priority: int) -> float:
    """A caller's place in the order of service: lower is served first.

    Within a priority the one who joined first is served first; a caller who is put back keeps the
    first joining time and with it the place.
    """
    return float(first_joined_at - priority * PRIORITY_STEP_MICROS)


def made_of(score: float, now: Micros) -> tuple[Micros, int]:
    """The first joining time and the priority of somebody who joined in the last twelve days."""
    latest = now + _CLOCKS_APART_MICROS
    priority = (latest - round(score)) // PRIORITY_STEP_MICROS
    return Micros(round(score) + priority * PRIORITY_STEP_MICROS), priority


def line(
    ahead_count: int,
    score: float,
    head_score: float | None,
    now: Micros,
    *,
    queue_priority: int = 0,
) -> Line:
    """Where somebody with that score stands behind so many; one of infinity is behind all.

    The priority is the caller's own with what was gained by waiting: without that of the queue,
    which all have.

    How long the head has waited is told of one of the same priority alone: those of a higher one
    do not wait behind the same callers.
    """
    if math.isinf(score):
        return Line(ahead_count=ahead_count)
    joined_at, priority = made_of(score, now)
    head_waited = None
    if head_score is not None:
        head_joined_at, head_priority = made_of(head_score, now)
        if head_priority == priority:
            head_waited = _waited_seconds(head_joined_at, now)
    return Line(
        ahead_count=ahead_count,
        priority=priority - queue_priority,
        waited_seconds=_waited_seconds(joined_at, now),
        head_waited_seconds=head_waited,
    )


def _waited_seconds(joined_at: Micros, now: Micros) -> float:
    return max(seconds_between(joined_at, now), 0.0)
