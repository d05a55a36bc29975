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

LEAST_CONTRADICTING = 5.0
"""A memory of fewer callers contradicts nothing."""

LEAST_VARIABILITY = 0.25
"""Of talks, as variance over squared mean: that of four equal steps. Sums of squares may be younger
than the others.
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Agents' seconds with callers, lost offers included, and how many were served in them."""

    weight: float = 0.0
    seconds: float = 0.0


def served(seconds: float, answer_seconds: float) -> tuple[Term, ...]:
    """One more has been served, with whom the talk began after ``answer_seconds``."""
    longest = MEMORIES[0][1]
    return (
        *(Term(name=f"served_weight{end}", kept=kept, added=1.0) for end, kept in MEMORIES),
        *(Term(name=f"served_seconds{end}", kept=kept, added=seconds) for end, kept in MEMORIES),
        Term(name="served_squares", kept=longest, added=seconds * seconds),
        Term(name="answer_seconds", kept=longest, added=answer_seconds),
        Term(name="answer_squares", kept=longest, added=answer_seconds * answer_seconds),
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
    """That of an agent for each caller served, by the memory that is believed; none is empty.

    ``squares`` is the sum of squares of the longest.
    """
    means = [each.seconds / each.weight for each in memories]
    least = LEAST_VARIABILITY * means[0] ** 2
    variance = max(squares / memories[0].weight - means[0] ** 2, least)
    for index, mean in enumerate(means):
        shorter = zip(means[index + 1 :], memories[index + 1 :], strict=True)
        if not any(_contradicts(mean, other, memory, variance) for other, memory in shorter):
            return mean
    return means[-1]


def _contradicts(mean: float, other: float, memory: Remembered, variance: float) -> bool:
    if memory.weight < LEAST_CONTRADICTING:
        return False
    return abs(mean - other) > CONTRADICTED * sqrt(variance / memory.weight)
