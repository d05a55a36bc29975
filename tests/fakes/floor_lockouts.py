"""Wrong PINs, counted in memory."""

from __future__ import annotations

from callcore.domain.ids import AgentId
from tests.fakes.floor_memory import FloorMemory


class FakeLockouts:
    """``ports.lockouts.Lockouts`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    def failed(self, agent_id: AgentId, remember_seconds: float) -> int:
        count = self.failures(agent_id) + 1
        self._memory.wrong_pins.put(agent_id, count, remember_seconds)
        return count

    def failures(self, agent_id: AgentId) -> int:
        self._memory.check()
        return self._memory.wrong_pins.get(agent_id) or 0

    def forgive(self, agent_id: AgentId) -> bool:
        had_any = self.failures(agent_id) > 0
        self._memory.wrong_pins.discard(agent_id)
        return had_any
