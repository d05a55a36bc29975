"""Which worker follows what, and whether the others live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.events.facts import CallFact, Fact
from callcore.domain.ids import NodeName
from callcore.domain.sharding import WorkerId


class ShardChange(StrEnum):
    """How a worker's shards become others."""

    GAINED = "gained"
    GIVEN = "given"
    """To another worker that lives."""
    LOST = "lost"
    """While this one did not beat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsChanged(Fact):
    """This worker holds shards that it did not hold, or no longer holds some, by ``Shard.name``."""

    change: ShardChange
    shards: tuple[str, ...]
    held_count: int
    """How many it holds now."""
    all_count: int
    """How many the site has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsTakenOver(Fact):
    """The calls of shards that were gained are followed; ``seconds`` after the gain."""

    shards: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTakenOver(CallFact):
    """This worker goes on with a call of a shard that another one has handed over to it."""

    node: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainBegan(Fact):
    """This worker takes no new calls from now on, and ends when its last call has ended."""

    by: str
    calls_count: int
    """Which it still follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainCancelled(Fact):
    """This worker takes calls again after all."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLapsed(Fact):
    """This worker has not been able to renew its lease in time, and acts for nobody until it knows
    what it still holds.
    """

    late_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColleagueCame(Fact):
    """Another worker of the site lives."""

    worker_id: WorkerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ColleagueGone(Fact):
    """Another worker of the site lives no more, or has not been heard of for too long."""

    worker_id: WorkerId
    had_left: bool = False
    """True if it had said that it was leaving."""
