"""Who comes later and is served before: callers of a higher priority.

What is learnt is how the callers who were served are divided by priority, and how much of the
agents was busy when callers came: by both, how many of each priority come in a second. Priorities
are taken together by their powers of two, so that there are few sums: 1, 2 and 3, 4 to 7, and so
on. Callers who come at random see the agents as they are on average (Wolff 1982).
"""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.estimates.sums import Term, amount, usable

KEPT = 0.998
FURTHEST = 6
"""Priorities from 32 on, and those down from -32, are one class each."""

MOST_OVERTAKING = 0.9
"""More than that cannot be told from a queue in which the rest are never served."""

LEAST_CAME_WEIGHT = 20.0

_CLASSES = range(-FURTHEST, FURTHEST + 1)


def served(priority: int) -> tuple[Term, ...]:
    """One of that priority has been served."""
    own = _class_of(priority)
    return tuple(Term(name=f"priority:{c}", kept=KEPT, added=float(c == own)) for c in _CLASSES)


def came(busy_share: float) -> tuple[Term, ...]:
    """Somebody came, and found so much of the agents busy."""
    return (
        Term(name="came_weight", kept=KEPT, added=1.0),
        Term(name="came_busy", kept=KEPT, added=min(usable(busy_share), 1.0)),
    )


def busy_share(sums: Mapping[str, float]) -> float:
    """How much of the agents is busy on average; all of them if too little is known."""
    weight = amount(sums, "came_weight")
    if weight < LEAST_CAME_WEIGHT:
        return 1.0
    return min(amount(sums, "came_busy") / weight, 1.0)


def by_class(sums: Mapping[str, float]) -> tuple[float, ...]:
    """How many were served of each class, from the lowest; () if none is known."""
    found = tuple(amount(sums, f"priority:{c}") for c in _CLASSES)
    return found if any(found) else ()


def share_above(by_class: tuple[float, ...], priority: int) -> float:
    """Of those who are served, the share with a higher priority."""
    if not by_class:
        return 0.0
    above = sum(by_class[_class_of(priority) + FURTHEST + 1 :])
    return min(above / sum(by_class), MOST_OVERTAKING)


def _class_of(priority: int) -> int:
    size = min(abs(priority).bit_length(), FURTHEST)
    return size if priority > 0 else -size
