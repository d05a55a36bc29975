"""What this worker holds, as it knows it: whose calls it may touch, and whose they are else.

Until ``valid_until`` nobody can have claimed what it holds, so it acts without asking. It is an
instant of a clock that no step of the wall clock moves and that goes on while the process is
stopped. A worker that slept longer acts for nobody before it has asked (see ``sharing_out``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, NodeName
from callcore.domain.sharding import (
    DIGITS,
    DUTIES,
    Duty,
    Shard,
    WorkerId,
    shard_of_leg,
    shard_of_promise,
)

THE_ONLY_ONE = WorkerId("1")


HOSTS_APART_SECONDS: Final = 2.0
"""Clocks of two hosts differ by no more."""

PROCESSES_APART_SECONDS: Final = 0.3
"""Nor do those of two processes of one host, while either catches up with a clock that was set."""


def boot_seconds() -> float:
    """Seconds since the machine was started, those in which it slept included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Tenure:
    """The shards of one worker. One that is ``alone`` holds everything, for ever."""

    def __init__(
        self,
        worker_id: WorkerId = THE_ONLY_ONE,
        *,
        is_alone: bool = True,
        seconds: Callable[[], float] = boot_seconds,
    ) -> None:
        self.worker_id = worker_id
        self._is_alone = is_alone
        self._seconds = seconds
        self._tokens: dict[Shard, int] = {}
        self._heirs: dict[Shard, WorkerId | None] = {}
        self._others: Mapping[Shard, WorkerId] = {}
        self._colleagues: frozenset[WorkerId] = frozenset()
        self._reached: Mapping[WorkerId, Collection[NodeName]] = {}
        self._beside: frozenset[WorkerId] = frozenset()
        self._given: set[Shard] = set()
        self._valid_until = float("-inf")
        self._marked_until: dict[NodeName, float] = {}

    @property
    def is_alone(self) -> bool:
        """True if there never is another worker."""
        return self._is_alone

    @property
    def is_valid(self) -> bool:
        """True while nobody else can have claimed what is held."""
        return self._is_alone or self._seconds() < self._valid_until

    def may_command(self, node: NodeName) -> bool:
        """True while nobody else can command the legs of ``node`` that are followed here: by the
        leases, or, while Redis is away, by what the switch itself keeps.
        """
        return self.is_valid or self._seconds() < self._marked_until.get(node, float("-inf"))

    @property
    def late_seconds(self) -> float:
        """For how long it has not been valid; negative, for how long it will be."""
        return self._seconds() - self._valid_until

    def seconds(self) -> float:
        """The instant by the clock that the tenure goes by."""
        return self._seconds()

    @property
    def colleagues(self) -> frozenset[WorkerId]:
        """The other workers that live."""
        return self._colleagues

    @property
    def held(self) -> Mapping[Shard, int]:
        """What is leased, with the tokens: what is about to be given away too."""
        return self._tokens

    def holds(self, shard: Shard) -> bool:
        """True if the shard is this worker's, and it is not about to give it away."""
        return self._is_alone or (shard in self._tokens and shard not in self._heirs)

    def holds_leg(self, node: NodeName, leg_id: LegId) -> bool:
        """True if a leg on that node is this worker's to follow."""
        return self._is_alone or self.holds(shard_of_leg(node, leg_id))

    def holds_call(self, node: NodeName, call_id: CallId) -> bool:
        """True if a call is this worker's: of ``node``, or a promise if that is ``CALLBACKS``."""
        if node == CALLBACKS:
            return self.holds(shard_of_promise(call_id))
        return self.holds_leg(node, LegId(call_id))

    def has_duty(self, duty: Duty) -> bool:
        """True if this worker does it for the site."""
        return self.holds(Shard(DUTIES, duty))

    def digits_of(self, node: NodeName) -> str:
        """The digits held of a node, ascending."""
        return "".join(digit for digit in DIGITS if self.holds(Shard(node, digit)))

    def owner_of(self, shard: Shard) -> WorkerId | None:
        """Whose a shard is; ``None`` if nobody's, as far as is known."""
        if self.holds(shard):
            return self.worker_id
        return self._heirs.get(shard) or self._others.get(shard)

    def has_given(self, shard: Shard) -> bool:
        """True if it was ours and we gave it to another worker: whoever takes it for ours knows
        less.
        """
        return shard in self._given

    def reaches(self, worker_id: WorkerId, node: NodeName) -> bool:
        """True if another worker can talk to a node, by what that one has said last."""
        return node in self._reached.get(worker_id, ())

    def note_reached(self, reached: Mapping[WorkerId, Collection[NodeName]]) -> None:
        """Which nodes each worker says that it can talk to."""
        self._reached = reached

    def clock_apart_seconds(self, worker_id: WorkerId | None = None) -> float:
        """By how much the clock of another worker may differ from ours; without a name, that of any
        of them.
        """
        others = self._colleagues if worker_id is None else {worker_id}
        is_beside = others <= self._beside
        return PROCESSES_APART_SECONDS if is_beside else HOSTS_APART_SECONDS

    def note_beside(self, workers: Collection[WorkerId]) -> None:
        """Who runs on the same host."""
        self._beside = frozenset(workers)

    def extend(self, valid_until: float) -> None:
        """Nobody can claim what is held before that instant of ``boot_seconds``."""
        self._valid_until = max(self._valid_until, valid_until)

    def lapse(self) -> None:
        """What is held may be somebody else's at once."""
        self._valid_until = float("-inf")
        self._marked_until.clear()

    def extend_by_marks(self, node: NodeName, until: float) -> None:
        """Nobody commands the legs of ``node`` that are followed here before that instant."""
        self._marked_until[node] = until

    def withhold(self, shards: Collection[Shard], heir: WorkerId | None = None) -> None:
        """These are about to be given to ``heir``: nothing is begun with them any more."""
        for shard in shards:
            self._heirs[shard] = heir or self._heirs.get(shard)

    def take_back(self, shards: Collection[Shard]) -> None:
        """They were not given after all, or are held anew."""
        for shard in shards:
            self._heirs.pop(shard, None)

    def hold(self, tokens: Mapping[Shard, int]) -> None:
        """These are held besides from now on."""
        self._tokens |= tokens
        self._given.difference_update(tokens)
        self._others = {
            shard: worker for shard, worker in self._others.items() if shard not in tokens
        }

    def drop(self, shards: Collection[Shard], heir: WorkerId | None = None) -> None:
        """These are not held from now on, but by ``heir`` if that is known."""
        for shard in shards:
            self._tokens.pop(shard, None)
            self._heirs.pop(shard, None)
        if heir is not None:
            self._given.update(shards)
            self._others = {**self._others, **dict.fromkeys(shards, heir)}

    def note(
        self,
        tokens: Mapping[Shard, int],
        others: Mapping[Shard, WorkerId],
        colleagues: frozenset[WorkerId],
    ) -> None:
        """What is held from now on, whose the rest is, and who lives besides."""
        self._tokens, self._others = dict(tokens), others
        self._given.difference_update(tokens)
        self._heirs = {shard: heir for shard, heir in self._heirs.items() if shard in self._tokens}
        self._colleagues = colleagues
