"""Ledgers of calls that a worker has let go of, until the next one takes them up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from callcore.domain.ids import CallId
from callcore.domain.sharding import Shard


class LeftLedgers(Protocol):
    """By shard and call. Every method may raise ``StoreUnavailableError``."""

    def leave(
        self, ledgers: Mapping[Shard, Mapping[CallId, bytes]], expire_after_seconds: float
    ) -> None:
        """Leaves ledgers with their shards, all at once; one of the same call gives way.

        If this raises, some or all of them may have been left.
        """

    def take(self, shards: Collection[Shard]) -> dict[CallId, bytes]:
        """What was left with these shards and has not expired; each once, but for a failure."""


class NoLeftLedgers:
    """Of a process that shares its calls with nobody."""

    def leave(
        self, ledgers: Mapping[Shard, Mapping[CallId, bytes]], expire_after_seconds: float
    ) -> None:
        """Nobody would take them."""

    def take(self, shards: Collection[Shard]) -> dict[CallId, bytes]:  # noqa: ARG002 - of the port
        """There are none."""
        return {}
