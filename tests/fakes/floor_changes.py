"""The changes of agents that wait for Postgres, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.ports.timelines import PendingChange
from tests.fakes.floor_memory import FloorMemory


class FakePendingChanges:
    """``ports.timelines.PendingChanges`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    def read(self, count: int, wait_seconds: float) -> list[PendingChange]:
        found = self._memory.changes.read(count, wait_seconds)
        return [PendingChange(entry_id=entry_id, change=change) for entry_id, change in found]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self._memory.changes.acknowledge(entry_ids)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        self.acknowledge(entry_ids)

    def count(self) -> int:
        return self._memory.changes.count()
