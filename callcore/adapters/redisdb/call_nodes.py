"""Of which node the calls are that joined here: what need not be read to forget them."""

from __future__ import annotations

from typing import Final

from callcore.domain.ids import CallId, NodeName

MOST_REMEMBERED: Final = 20_000
"""Calls whose node is remembered here, which only saves a read: those that are forgotten by another
worker stay until then.
"""


class CallNodes:
    """The nodes of calls, as far as they are known here; the oldest are given up first."""

    def __init__(self) -> None:
        self._nodes: dict[CallId, NodeName] = {}

    def remember(self, call_id: CallId, node: NodeName) -> None:
        """A call of that node has joined."""
        self._nodes[call_id] = node
        if len(self._nodes) > MOST_REMEMBERED:
            del self._nodes[next(iter(self._nodes))]

    def take(self, call_id: CallId) -> NodeName | None:
        """The node of a call that is about to be forgotten; it is not known any more then."""
        return self._nodes.pop(call_id, None)

    def __len__(self) -> int:
        return len(self._nodes)
