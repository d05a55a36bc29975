"""How long a caller keeps an agent: a long memory, left for a shorter one that contradicts it.

A long memory knows the mean well and is slow to notice that talks have become longer; a short one
notices and errs. So the longest is believed that differs from none of the shorter ones by more
than chance explains (after Lepski, 1990).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from callcore.domain.estimates.sums import Term, amount

MEMORIES = (("", 0.9999), (":long", 0.9995), (":lately", 0.997), (":now", 0.98))
"""What the names of the sums end with, and what is left of them by each further service."""

CONTRADICTED = 3.0
"""So many standard deviations are no chance."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Agents' seconds with callers, lost offers included, and how many were served in them."""

    weight: float = 0.0
    seconds: float = 0.0


def served(seconds: float) -> tuple[Term, ...]:
    """One more has been served."""
    slowest = MEMORIES[0][1]
    return (
        *(Term(name=f"served_weight{end}", kept=kept, added=1.0) for end, kept in MEMORIES),
        *(Term(name=f"served_seconds{end}", kept=kept, added=seconds) for end, kept in MEMORIES),
        Term(name="served_squares", kept=slowest, added=seconds * seconds),
    )


def lost(seconds: float) -> tuple[Term, ...]:
    """An agent was kept for nothing."""
    return tuple(Term(name=f"served_seconds{end}", kept=1.0, added=seconds) for end, _ in MEMORIES)


def memories(sums: Mapping[str, float]) -> tuple[Remembered, ...]:
    """From the longest to the shortest."""
    return tuple(
        Remembered(amount(sums, f"served_weight{end}"), amount(sums, f"served_seconds{end}"))
        for end, _ in MEMORIES
    )


def mean_seconds(memories: tuple[Remembered, ...], squares: float) -> float:
    """That of an agent for each caller served, by the memory that is believed; the first of them,
    whose sum of squares is given, must not be empty.
    """
    means = [(each.seconds / each.weight, each.weight) for each in memories if each.weight > 0]
    longest = means[0][0]
    variance = max(squares / memories[0].weight - longest**2, 0.0)
    for index, (mean, _) in enumerate(means):
        shorter = means[index + 1 :]
        if all(abs(mean - m) <= CONTRADICTED * sqrt(variance / w) for m, w in shorter):
            return mean
    return longest  # never reached: nothing is shorter than the shortest
