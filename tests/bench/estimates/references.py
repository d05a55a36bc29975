"""The predictors that are compared with: those that know the true rates, and those that only look
at others' waits. Written from the formulas, apart from callcore's own.
"""

from __future__ import annotations

from collections import defaultdict, deque
from statistics import fmean

from tests.bench.estimates.cases import Played
from tests.bench.estimates.simulation import MISSED_RINGS, Caller, Kind, Room

TRUE = ("QL", "QLm", "QLa")
HISTORIES = ("LES", "HOL", "moving mean", "mean of 10")


class TrueRates:
    """QL, QLm and QLa with the rates by which the case is played."""

    def __init__(self, played: Played) -> None:
        self._played = played
        case = played.case
        self._mean_ring = 0.0 if case.ring is None else (case.ring.least + case.ring.most) / 2
        # Expected number of offers in vain before the one that is picked up.
        missed = case.missed / (1 - case.missed)
        self._lost = missed * MISSED_RINGS * self._mean_ring
        self._found: dict[tuple[object, ...], tuple[float, ...]] = {}

    def predict(self, caller: Caller, room: Room) -> tuple[float, ...]:
        """QL, QLm and QLa of one who comes now."""
        case, kind = self._played.case, caller.kind
        agents = sum(
            present * (self._played.shares[kind.queue] if len(group.queues) > 1 else 1.0)
            for present, group in zip(room.present, case.groups, strict=True)
            if kind.queue in group.queues
        )
        agent_time = case.service_mean(room.now) + self._mean_ring + self._lost
        of_queue = [each for each in case.kinds if each.queue == kind.queue]
        above = sum(e.arrivals_rate(room.now) for e in of_queue if e.priority > kind.priority)
        pace = agents / agent_time - above
        key = (room.ahead_count(caller), pace, kind.queue, kind.priority)
        found = self._found.get(key)
        if found is None:
            own = [each for each in of_queue if each.priority >= kind.priority]
            found = self._found[key] = self._sums(key[0], pace, own)
        return found

    def _sums(self, ahead_count: int, pace: float, kinds: list[Kind]) -> tuple[float, ...]:
        rate = sum(kind.most_arrivals for kind in kinds)
        impatient = [(k.most_arrivals / rate, k.patience) for k in kinds if k.patience]
        mean_rate = sum(share / patience.mean for share, patience in impatient)
        mean_arrivals = sum(kind.mean_arrivals for kind in kinds)

        def hazard(age: float) -> float:
            return sum(share * patience.hazard(age) for share, patience in impatient)

        lost, aged = 0.0, 1 / pace
        for i in range(ahead_count):
            lost += hazard((ahead_count - i) / mean_arrivals)
            aged += 1 / (pace + lost)
        ring = self._mean_ring + self._lost
        return (
            ring + (ahead_count + 1) / pace,
            ring + sum(1 / (pace + i * mean_rate) for i in range(ahead_count + 1)),
            ring + aged,
        )


class Histories:
    """LES, HOL, app_queue's moving mean and the mean of the last ten, each kind for itself."""

    def __init__(self) -> None:
        self._last: defaultdict[tuple[int, int], deque[float]] = defaultdict(
            lambda: deque([0.0], maxlen=10)
        )
        self._moving: defaultdict[tuple[int, int], float] = defaultdict(float)

    def predict(self, caller: Caller, room: Room) -> tuple[float, ...]:
        """LES, HOL, moving mean and mean of ten of one who comes now."""
        key = (caller.kind.queue, caller.kind.priority)
        waits = self._last[key]
        return waits[-1], room.head_wait(caller) or 0.0, self._moving[key], fmean(waits)

    def talks(self, caller: Caller, wait: float) -> None:
        """A caller has been served."""
        key = (caller.kind.queue, caller.kind.priority)
        self._last[key].append(wait)
        # asterisk/apps/app_queue.c: a fourth of the new, three of the old, of all answered calls.
        self._moving[key] = (3 * self._moving[key] + wait) / 4
