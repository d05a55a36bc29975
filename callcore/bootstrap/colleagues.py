"""This process among the workers of its site: its name on the floor, its post, its share."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from gevent.event import Event

from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.instances import InstanceInUseError, Predecessor
from callcore.domain.events import (
    ColleagueCame,
    ColleagueGone,
    Fact,
    ShardChange,
    ShardsChanged,
    ShardsTakenOver,
)
from callcore.domain.ids import NodeName
from callcore.domain.sharding import DIGITS, Shard, WorkerId
from callcore.flows.tenure import Tenure
from callcore.ports.stores.shards import ShardLeases
from callcore.ports.worker_post import WorkerPost

NAMESAKE_SECONDS = 4.0
"""Longer than the lease of a worker that is dead."""
NAMESAKE_LOOK_SECONDS = 0.2


def wait_for_name(
    leases: ShardLeases, name: WorkerId, predecessor: Predecessor, life: str, stop: Event
) -> None:
    """Returns when no other process than that of ``life``, which is this one, is that worker of
    the site; at once if the one that was is known to be dead.

    Two processes of one name would take from each other whatever they hold, again and again. Raises
    ``InstanceInUseError``, ``StoreUnavailableError``.
    """
    deadline = time.monotonic() + NAMESAKE_SECONDS
    while leases.life_of(name) not in (None, predecessor.life, life):
        if time.monotonic() > deadline:
            raise InstanceInUseError(
                f"a callcore with other data, on another machine perhaps, is worker {name} of this "
                "site: give this one another name with --instance"
            )
        if stop.wait(NAMESAKE_LOOK_SECONDS):
            return


class CountedPost:
    """Implements ``ports.worker_post.WorkerPost`` by another one, and counts letters."""

    def __init__(self, post: WorkerPost, metrics: Metrics) -> None:
        self._post = post
        self._letters = metrics.workers.letters
        for direction in ("sent", "received"):
            self._letters.add(direction, amount=0.0)

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        """Puts letters into inboxes, in order."""
        self._post.send(letters)
        self._letters.add("sent", amount=sum(map(len, letters.values())))

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        """What has come, waiting for the first."""
        letters = self._post.receive(worker_id, wait_seconds)
        self._letters.add("received", amount=len(letters))
        return letters

    def empty(self, worker_id: WorkerId) -> None:
        """Forgets what was sent to an earlier process of that name."""
        self._post.empty(worker_id)


class Settling:
    """Hears the facts, and tells once that this worker has its share and follows all of it."""

    def __init__(
        self, tenure: Tenure, nodes: Collection[NodeName], settled: Callable[[], None]
    ) -> None:
        self._tenure = tenure
        self._nodes = nodes
        self._settled = settled
        self._gained: set[str] = set()
        """Shards whose calls may not be followed yet."""
        self._has_settled = False

    def observe(self, fact: Fact) -> None:
        """Takes one fact in."""
        if self._has_settled:
            return
        match fact:
            case ShardsChanged(change=ShardChange.GAINED, shards=shards):
                self._gained.update(shards)
            case ShardsChanged(shards=shards) | ShardsTakenOver(shards=shards):
                self._gained.difference_update(shards)
            case ColleagueCame() | ColleagueGone():
                pass
            case _:
                return
        if self._has_share() and not self._is_taking_over():
            self._has_settled = True
            self._settled()

    def _has_share(self) -> bool:
        """Of one switch at least: nobody waits for one that is away."""
        share = len(DIGITS) // (1 + len(self._tenure.colleagues))
        return any(len(self._tenure.digits_of(node)) >= share for node in self._nodes)

    def _is_taking_over(self) -> bool:
        names = {Shard(node, digit).name for node in self._nodes for digit in DIGITS}
        return not names.isdisjoint(self._gained)
