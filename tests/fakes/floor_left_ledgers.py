"""Ledgers on their way from one worker to the next, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from callcore.domain.ids import MICROS_PER_SECOND, CallId
from callcore.domain.sharding import Shard
from tests.fakes.floor_memory import FloorMemory


class FakeLeftLedgers:
    """``ports.left_ledgers.LeftLedgers`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._left: dict[Shard, dict[CallId, bytes]] = {}
        self._until: dict[Shard, float] = {}

    def clear(self) -> None:
        """Forgets everything."""
        self._left.clear()

    def leave(
        self, ledgers: Mapping[Shard, Mapping[CallId, bytes]], expire_after_seconds: float
    ) -> None:
        self._memory.check()
        for shard, of_calls in ledgers.items():
            self._current(shard).update(of_calls)
            self._until[shard] = self._memory.clock.now() + expire_after_seconds * MICROS_PER_SECOND

    def take(self, shards: Collection[Shard]) -> dict[CallId, bytes]:
        self._memory.check()
        found: dict[CallId, bytes] = {}
        for shard in shards:
            found |= self._current(shard)
            self._left.pop(shard, None)
        return found

    def _current(self, shard: Shard) -> dict[CallId, bytes]:
        """What has not expired."""
        if self._until.get(shard, 0.0) <= self._memory.clock.now():
            self._left[shard] = {}
        return self._left.setdefault(shard, {})
