"""The order in which callers are served."""

from __future__ import annotations

from callcore.domain.ids import Micros

PRIORITY_STEP_MICROS = 2**40
"""What one step of priority is worth in waiting: 12.7 days, so that it outweighs any wait.

2**40 microseconds keep a score exact in a double (below 2**53) for priorities of -1000 to 1000.
"""


def score(first_joined_at: Micros, priority: int) -> float:
    """A caller's place in the order of service: lower is served first.

    Within a priority the one who joined first is served first; a caller who is put back keeps the
    first joining time and with it the place.
    """
    return float(first_joined_at - priority * PRIORITY_STEP_MICROS)
