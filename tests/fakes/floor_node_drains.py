"""Nodes that are being emptied, in memory."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain.ids import NodeName
from callcore.domain.nodes import Drain
from tests.fakes.floor_memory import FloorMemory


class FakeNodeDrains:
    """``ports.node_drains.NodeDrains`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._drains: dict[NodeName, Drain] = {}

    def clear(self) -> None:
        """Forgets everything."""
        self._drains.clear()

    def all(self) -> Mapping[NodeName, Drain]:
        self._memory.check()
        return dict(self._drains)

    def begin(self, node: NodeName, drain: Drain) -> bool:
        self._memory.check()
        return self._drains.setdefault(node, drain) is drain

    def end(self, node: NodeName) -> bool:
        self._memory.check()
        return self._drains.pop(node, None) is not None
