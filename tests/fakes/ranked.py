"""What Redis keeps things in: sorted sets, and keys that expire."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

from callcore.domain.ids import MICROS_PER_SECOND, Micros

M = TypeVar("M", bound=str)
K = TypeVar("K")
V = TypeVar("V")


class Ranked(Generic[M]):
    """Members by score, lower first; those of one score by their names, as in a sorted set."""

    def __init__(self) -> None:
        self._scores: dict[M, float] = {}
        self._order: list[tuple[float, M]] = []

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, member: M) -> bool:
        return member in self._scores

    def put(self, member: M, score: float) -> None:
        """Adds the member, or gives it another score."""
        if self._scores.get(member) == score:
            return
        self.discard(member)
        self._scores[member] = score
        insort(self._order, (score, member))

    def discard(self, member: M) -> None:
        """Takes the member away if it is there."""
        score = self._scores.pop(member, None)
        if score is not None:
            del self._order[bisect_left(self._order, (score, member))]

    def score(self, member: M) -> float:
        """The score of a member. Raises ``KeyError`` if it is not there."""
        return self._scores[member]

    def rank(self, member: M) -> int:
        """How many are before a member. Raises ``KeyError`` if it is not there."""
        return self.count_before(member, self._scores[member])

    def count_before(self, member: M, score: float) -> int:
        """How many are before a member with that score, be it there or not."""
        return bisect_left(self._order, (score, member))

    def count_below(self, score: float) -> int:
        """How many have a lower score."""
        return bisect_left(self._order, score, key=_score)

    def count_up_to(self, score: float) -> int:
        """How many have that score or a lower one."""
        return bisect_right(self._order, score, key=_score)

    def first(self, count: int) -> list[tuple[float, M]]:
        """Up to ``count`` members with their scores, lowest first."""
        return self._order[: max(count, 0)]

    def last(self, count: int) -> list[tuple[float, M]]:
        """Up to ``count`` members with their scores, highest first."""
        return self._order[: -count - 1 : -1] if count > 0 else []


def _score(entry: tuple[float, str]) -> float:
    return entry[0]


class Expiring(Generic[K, V]):
    """Values that are forgotten after a while each."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self._now = now
        self._kept: dict[K, tuple[V, Micros]] = {}
        self._ends: list[tuple[Micros, int, K]] = []
        self._order = count()

    def put(self, key: K, value: V, seconds: float) -> None:
        """Keeps a value for so long, in place of an earlier one."""
        now = self._now()
        until = Micros(now + round(seconds * MICROS_PER_SECOND))
        self._kept[key] = (value, until)
        heapq.heappush(self._ends, (until, next(self._order), key))
        self._forget_until(now)

    def get(self, key: K) -> V | None:
        """The value, unless it has expired."""
        kept = self._kept.get(key)
        return kept[0] if kept is not None and self._now() < kept[1] else None

    def discard(self, key: K) -> None:
        """Takes the value away if it is there."""
        self._kept.pop(key, None)

    def _forget_until(self, now: Micros) -> None:
        while self._ends and self._ends[0][0] <= now:
            _, _, key = heapq.heappop(self._ends)
            # An entry may be of an earlier value of the key.
            if key in self._kept and self._kept[key][1] <= now:
                del self._kept[key]
