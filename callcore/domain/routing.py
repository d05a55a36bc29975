"""Which waiting caller is offered to which free agent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

C = TypeVar("C")
A = TypeVar("A")


def match(callers: Sequence[C], agents: Sequence[A]) -> list[tuple[C, A]]:
    """Pairs the callers of one queue, best first, with its free agents, best first."""
    return list(zip(callers, agents, strict=False))


def best_caller(heads: Sequence[tuple[float, C]]) -> C | None:
    """Of the first callers of the queues an agent serves, with their scores, the one to serve.

    The lowest score over all queues is served first, so an agent who is shared serves the queues
    by priority and, within one, the longest waiter.
    """
    if not heads:
        return None
    return min(heads, key=lambda head: head[0])[1]
