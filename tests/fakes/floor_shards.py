"""Leases on shards, and letters between workers, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from gevent.event import Event

from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.sharding import Shard, WorkerId
from callcore.ports.stores import Census, Holding, WorkerCard
from tests.fakes.floor_memory import FloorMemory

NOBODY = WorkerId("")


class FakeShardLeases:
    """``ports.stores.ShardLeases`` in memory."""

    def __init__(self, memory: FloorMemory, epoch: Callable[[], str]) -> None:
        self._memory = memory
        self._epoch = epoch
        self.clear()

    def clear(self) -> None:
        """Forgets everything, as the rest of a floor whose data are lost."""
        self._beat_at: dict[WorkerId, Micros] = {}
        self._ends: dict[WorkerId, int] = {}
        self._cards: dict[WorkerId, WorkerCard] = {}
        self._holders: dict[Shard, WorkerId] = {}
        self._tokens: dict[Shard, int] = {}
        self._follows: dict[Shard, int] = {}
        self._noted_at: Micros | None = None
        self._lease = 0
        self._age = 0

    def beat(self, card: WorkerCard, lease_seconds: float) -> Census:
        now = self._begin()
        if self._life(card.worker_id) != card.life:
            for shard, holder in self._holders.items():
                if holder == card.worker_id:
                    follows = self._follows[shard]
                    self._hold(shard, holder)
                    self._follows[shard] = follows
        self._lease = round(lease_seconds * MICROS_PER_SECOND)
        self._noted_at = now
        self._ends[card.worker_id] = now + self._lease
        self._cards[card.worker_id] = card
        self._beat_at[card.worker_id] = now
        return Census(
            workers={worker: self._cards[worker] for worker in self._ends if self._lives(worker)},
            holdings={
                shard: Holding(
                    worker_id=holder, token=self._tokens[shard], follows=self._follows[shard]
                )
                for shard, holder in self._holders.items()
                if self._lives(holder)
            },
            released={
                shard: self._tokens[shard] for shard, who in self._holders.items() if who == NOBODY
            },
            age_seconds=self._age / MICROS_PER_SECOND,
            epoch=self._epoch(),
        )

    def claim(self, card: WorkerCard, shards: Collection[Shard]) -> Mapping[Shard, int]:
        self._begin()
        if self._life(card.worker_id) != card.life or not self._lives(card.worker_id):
            return {}
        return {
            shard: self._hold(shard, card.worker_id, is_over=self._holders.get(shard) == NOBODY)
            for shard in shards
            if not self._lives(self._holders.get(shard, NOBODY))
        }

    def give(
        self, card: WorkerCard, shards: Collection[Shard], heir: WorkerId | None
    ) -> Mapping[Shard, int]:
        self._begin()
        if self._life(card.worker_id) != card.life:
            return {}
        held = [shard for shard in shards if self._holders.get(shard) == card.worker_id]
        if heir is not None and self._lives(heir):
            return {shard: self._hold(shard, heir, is_over=True) for shard in held}
        self._holders.update(dict.fromkeys(held, NOBODY))
        return dict.fromkeys(held, 0)

    def life_of(self, worker_id: WorkerId) -> str | None:
        self._memory.check()
        beat_at = self._beat_at.get(worker_id)
        if beat_at is None or worker_id not in self._ends:
            return None
        is_late = abs(self._memory.clock.now() - beat_at) >= self._lease
        return None if is_late else self._life(worker_id)

    def end(self, worker_id: WorkerId, life: str) -> None:
        self._memory.check()
        if self._life(worker_id) == life:
            self._ends.pop(worker_id, None)
            for shard, holder in self._holders.items():
                if holder == worker_id:
                    self._holders[shard] = NOBODY

    def _begin(self) -> Micros:
        """Lets the time of leases go on; the instant."""
        self._memory.check()
        now = self._memory.clock.now()
        if self._noted_at is not None:
            passed = now - self._noted_at
            counted = max(passed, 0)
            if passed > self._lease / 2:
                counted = self._lease // 8
            for worker in self._ends:
                self._ends[worker] += passed - counted
            self._age += counted
            self._noted_at = now
        return now

    def _lives(self, worker_id: WorkerId) -> bool:
        return self._ends.get(worker_id, 0) > self._memory.clock.now()

    def _life(self, worker_id: WorkerId) -> str | None:
        card = self._cards.get(worker_id)
        return None if card is None else card.life

    def _hold(self, shard: Shard, worker_id: WorkerId, *, is_over: bool = False) -> int:
        self._follows[shard] = self._tokens.get(shard, 0) if is_over else 0
        self._holders[shard] = worker_id
        self._tokens[shard] = max(self._tokens.get(shard, 0) + 1, self._memory.clock.now())
        return self._tokens[shard]


class FakeWorkerPost:
    """``ports.worker_post.WorkerPost`` in memory. Waits in real time, as ``streams`` does."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._inboxes: defaultdict[WorkerId, list[bytes]] = defaultdict(list)
        self._come: defaultdict[WorkerId, Event] = defaultdict(Event)

    def clear(self) -> None:
        """Forgets everything, as the rest of a floor whose data are lost."""
        self._inboxes.clear()

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        self._check()
        for worker_id, several in letters.items():
            self._inboxes[worker_id] += several
            self._come[worker_id].set()

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        self._check()
        if not self._inboxes[worker_id]:
            self._come[worker_id].clear()
            self._come[worker_id].wait(wait_seconds)
            self._check()
        return self._inboxes.pop(worker_id, [])

    def empty(self, worker_id: WorkerId) -> None:
        self._check()
        self._inboxes.pop(worker_id, None)


class MortalPost:
    """One process's view of the post: once it is dead, it neither sends nor takes letters out."""

    def __init__(self, post: FakeWorkerPost) -> None:
        self._post = post
        self._is_dead = False

    def die(self) -> None:
        """The process is killed."""
        self._is_dead = True

    def send(self, letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        if not self._is_dead:
            self._post.send(letters)

    def receive(self, worker_id: WorkerId, wait_seconds: float) -> list[bytes]:
        received = [] if self._is_dead else self._post.receive(worker_id, wait_seconds)
        if self._is_dead:
            if received:
                self._post.send({worker_id: received})
            Event().wait()
        return received

    def empty(self, worker_id: WorkerId) -> None:
        self._post.empty(worker_id)
