"""Which nodes are being emptied, kept where every worker of a site sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from callcore.domain.ids import NodeName
from callcore.domain.nodes import Drain


class NodeDrains(Protocol):
    """May raise ``StoreUnavailableError``."""

    def all(self) -> Mapping[NodeName, Drain]:
        """Each that is."""

    def begin(self, node: NodeName, drain: Drain) -> bool:
        """From now on it is; false if it was before, and still is as it was."""

    def end(self, node: NodeName) -> bool:
        """From now on it is not; false if it was not."""


class OwnNodeDrains:
    """Of a process that shares its calls with nobody, and forgets them with its end."""

    def __init__(self) -> None:
        self._drains: dict[NodeName, Drain] = {}

    def all(self) -> Mapping[NodeName, Drain]:
        """Each that is being emptied."""
        return dict(self._drains)

    def begin(self, node: NodeName, drain: Drain) -> bool:
        """From now on it is; false if it was before."""
        return self._drains.setdefault(node, drain) is drain

    def end(self, node: NodeName) -> bool:
        """From now on it is not; false if it was not."""
        return self._drains.pop(node, None) is not None
