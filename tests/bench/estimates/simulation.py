"""A queue of callers and agents, played event by event.

Who gives up stays in line as a ghost that takes no agent's time, until an agent would have come:
that is the potential wait, against which estimates are scored. Times are in services of mean 1.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.bench.estimates.distributions import Between

MISSED_RINGS = 4.0
"""An agent who does not pick up is rung so many times as long."""

Sample = Callable[[Random], float]
OverTime = Callable[[float], float]


class Patience(Protocol):
    """How long callers are ready to wait."""

    @property
    def mean(self) -> float:
        """In services."""

    def __call__(self, random: Random, /) -> float:
        """One caller's."""

    def hazard(self, age: float, /) -> float:
        """How many of those who have waited so long give up in a short time, over that time."""


@dataclass(slots=True, kw_only=True)
class Kind:
    """One kind of callers: how often they come, how long they stay, who serves them."""

    arrivals_rate: OverTime
    most_arrivals: float
    """The rate never exceeds it."""
    mean_arrivals: float
    between: Sample | None = None
    """The time from one to the next; ``None``: exponential, at that rate."""
    patience: Patience | None = None
    """``None``: they never give up."""
    priority: int = 0
    queue: int = 0
    is_callback: bool = False


@dataclass(slots=True, kw_only=True)
class Group:
    """Agents who serve the same queues; ``count`` may change with time."""

    count: int
    queues: tuple[int, ...] = (0,)
    shifts: tuple[tuple[float, int], ...] = ()
    """(from when on, how many), over and over again every ``period``."""
    period: float = 0.0


@dataclass(slots=True, kw_only=True)
class Case:
    """What is played."""

    kinds: tuple[Kind, ...]
    groups: tuple[Group, ...]
    service: Sample
    service_mean: OverTime = field(default=lambda _: 1.0)
    ring: Between | None = None
    """From the choice of an agent to the talk; ``None``: no time."""
    missed: float = 0.0
    """The share of offers in which the agent does not pick up; another one follows at once."""


@dataclass(slots=True, eq=False)
class Caller:
    """One who has come."""

    arrived_at: float
    kind: Kind
    patience: float
    is_gone: bool = False
    reserved_at: float = 0.0
    ring: float = 0.0
    service: float = 0.0
    busy_share: float = 0.0
    """Of the agents who might have served the caller, at once."""
    note: object = None
    """Of whoever watches."""


class Watch(Protocol):
    """Learns what happens."""

    def comes(self, caller: Caller, room: Room) -> None:
        """A caller comes for whom no agent is free; not yet in line."""

    def talks(self, caller: Caller, wait: float) -> None:
        """The wait of a caller is over."""

    def gives_up(self, caller: Caller, wait: float) -> None:
        """A caller has left the line."""

    def would_talk(self, caller: Caller, wait: float) -> None:
        """The talk of one who has given up would begin now."""

    def is_over(self, caller: Caller) -> None:
        """An agent is free again."""

    def shared(self, caller: Caller, contenders: set[int]) -> None:
        """An agent of several queues is given to a caller of one of those in which some waited."""

    def missed(self, caller: Caller, seconds: float) -> None:
        """An agent was rung in vain."""


class Line:
    """Those who wait for one queue with one priority, ghosts between them."""

    __slots__ = ("everyone", "live", "live_count")

    def __init__(self) -> None:
        self.everyone: deque[Caller] = deque()
        self.live: deque[Caller] = deque()
        self.live_count = 0

    def head(self) -> Caller | None:
        """The first who has not given up."""
        while self.live and self.live[0].is_gone:
            self.live.popleft()
        return self.live[0] if self.live else None


_FREE, _GIVES_UP, _SHIFT = range(3)


class Room:
    """The state of the play."""

    def __init__(self, case: Case, random: Random, watch: Watch) -> None:
        self.case = case
        self.now = 0.0
        self.come_count = 0
        self._random = random
        self._watch = watch
        self._events: list[tuple[float, int, int, object, object]] = []
        self._number = 0
        self.present = [group.count for group in case.groups]
        self._free = [group.count for group in case.groups]
        self._leaving = [0 for _ in case.groups]
        queues = {kind.queue for kind in case.kinds}
        priorities = sorted({kind.priority for kind in case.kinds}, reverse=True)
        self.lines = {queue: {p: Line() for p in priorities} for queue in queues}
        self._serving = {
            queue: sorted(
                (i for i, group in enumerate(case.groups) if queue in group.queues),
                key=lambda i: len(case.groups[i].queues),
            )
            for queue in queues
        }
        for index, group in enumerate(case.groups):
            for begins_at, count in group.shifts:
                self._plan(begins_at or group.period, _SHIFT, index, count)

    def play(self, callers_count: int) -> None:
        """Lets so many callers come."""
        case, random = self.case, self._random
        arrivals = [(self._until_next(kind), i) for i, kind in enumerate(case.kinds)]
        heapq.heapify(arrivals)
        while self.come_count < callers_count:
            at, index = arrivals[0]
            kind = case.kinds[index]
            heapq.heapreplace(arrivals, (at + self._until_next(kind), index))
            if random.random() * kind.most_arrivals >= kind.arrivals_rate(at):
                continue
            while self._events and self._events[0][0] <= at:
                self._happens(*heapq.heappop(self._events))
            self.now = at
            self._comes(kind)
            self.come_count += 1

    def ahead_count(self, caller: Caller) -> int:
        """Who are served before one who comes now."""
        lines = self.lines[caller.kind.queue]
        return sum(line.live_count for p, line in lines.items() if p >= caller.kind.priority)

    def head_wait(self, caller: Caller) -> float | None:
        """How long the first has waited; ``None`` if there is none, or one of higher priority."""
        for priority, line in self.lines[caller.kind.queue].items():
            head = line.head()
            if head is not None:
                return self.now - head.arrived_at if priority <= caller.kind.priority else None
        return None

    def _until_next(self, kind: Kind) -> float:
        if kind.between is not None:
            return kind.between(self._random)
        return self._random.expovariate(kind.most_arrivals)

    def _comes(self, kind: Kind) -> None:
        random = self._random
        patience = kind.patience(random) if kind.patience else float("inf")
        caller = Caller(self.now, kind, patience)
        if self.case.ring is not None:
            caller.ring = self.case.ring(random)
        caller.busy_share = self._busy_share(kind.queue)
        for index in self._serving[kind.queue]:
            if self._free[index] > 0:
                self._free[index] -= 1
                self._serve(caller, index)
                return
        self._watch.comes(caller, self)
        line = self.lines[kind.queue][kind.priority]
        line.everyone.append(caller)
        line.live.append(caller)
        line.live_count += 1
        if patience < float("inf"):
            self._plan(self.now + patience, _GIVES_UP, caller, None)

    def _busy_share(self, queue: int) -> float:
        serving = self._serving[queue]
        free = sum(self._free[index] for index in serving)
        return 1 - free / max(sum(self.present[index] for index in serving), 1)

    def _happens(self, at: float, _: int, what: int, who: object, more: object) -> None:
        self.now = at
        if what == _GIVES_UP:
            assert isinstance(who, Caller)
            self._gives_up(who)
        elif what == _FREE:
            assert isinstance(who, Caller)
            assert isinstance(more, int)
            self._watch.is_over(who)
            self._is_free(more)
        else:
            assert isinstance(who, int)
            assert isinstance(more, int)
            self._shift(who, more)

    def _gives_up(self, caller: Caller) -> None:
        if caller.reserved_at == 0.0:
            caller.is_gone = True
            self.lines[caller.kind.queue][caller.kind.priority].live_count -= 1
            self._watch.gives_up(caller, self.now - caller.arrived_at)

    def _is_free(self, index: int) -> None:
        if self._leaving[index] > 0:
            self._leaving[index] -= 1
            return
        while True:
            line = self._first_line(index)
            if line is None:
                self._free[index] += 1
                return
            caller = line.everyone.popleft()
            if caller.is_gone:
                self._watch.would_talk(caller, self.now + caller.ring - caller.arrived_at)
                continue
            if len(self.case.groups[index].queues) > 1:
                self._watch.shared(caller, self._contenders(index))
            if line.head() is caller:
                line.live.popleft()
            line.live_count -= 1
            self._serve(caller, index)
            return

    def _contenders(self, index: int) -> set[int]:
        """The queues of a group in which somebody waits."""
        queues = self.case.groups[index].queues
        return {q for q in queues if any(line.head() for line in self.lines[q].values())}

    def _first_line(self, index: int) -> Line | None:
        """Of all lines that a group serves: the most urgent, of these the longest wait."""
        first, first_key = None, (0, 0.0)
        for queue in self.case.groups[index].queues:
            for priority, line in self.lines[queue].items():
                if line.everyone:
                    key = (-priority, line.everyone[0].arrived_at)
                    if first is None or key < first_key:
                        first, first_key = line, key
                    break
        return first

    def _serve(self, caller: Caller, index: int) -> None:
        random, case = self._random, self.case
        caller.reserved_at = self.now
        kept = 0.0
        while case.missed and random.random() < case.missed:
            # Rung in vain; the next agent to be rung is taken to be free by then.
            self._watch.missed(caller, MISSED_RINGS * caller.ring)
            kept += MISSED_RINGS * caller.ring
        caller.service = case.service(random) * case.service_mean(self.now)
        self._watch.talks(caller, self.now + kept + caller.ring - caller.arrived_at)
        self._plan(self.now + kept + caller.ring + caller.service, _FREE, caller, index)

    def _shift(self, index: int, count: int) -> None:
        change = count - self.present[index]
        self.present[index] = count
        if change < 0:
            at_once = min(self._free[index], -change)
            self._free[index] -= at_once
            self._leaving[index] += -change - at_once
        for _ in range(change):
            self._is_free(index)
        self._plan(self.now + self.case.groups[index].period, _SHIFT, index, count)

    def _plan(self, at: float, what: int, who: object, more: object) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, what, who, more))
