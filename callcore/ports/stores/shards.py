"""Who follows which calls: leases on shards, by the floor's clock.

A worker that beats holds what it holds; one that has not for as long as its lease holds nothing,
and others may claim it. Each claim has a token that no claim of the shard had before, so that a
worker which was only asleep finds out that its shard was somebody else's meanwhile.

Leases do not end because nobody could beat: of a pause of all beats that is longer than half a
lease, be it that the server stood still or that its clock was set forward, an eighth of a lease
counts, and of one in which the clock went back nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from callcore.domain.ids import NodeName
from callcore.domain.sharding import Shard, WorkerId


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCard:
    """A living worker, as it tells of itself."""

    worker_id: WorkerId
    life: str
    """Random: another one is another process of the same name, which holds what that one held."""
    reaches: frozenset[NodeName] = frozenset()
    """The nodes to which its link is up."""
    is_leaving: bool = False
    """True once it gives away what it holds and claims nothing."""
    host: str = ""
    """The machine since it was started; empty if that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Whose a shard is."""

    worker_id: WorkerId
    token: int
    """Grows with every claim of the shard, and is not less than its instant, in microseconds."""
    follows: int = 0
    """The token that it had before, if nobody acts by that one any more; 0 if somebody may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Who lives, and whose shards are whose, at one instant."""

    workers: Mapping[WorkerId, WorkerCard]
    """Those whose lease has not ended, the asker included."""
    holdings: Mapping[Shard, Holding]
    """Of the living only: a shard that is missing may be claimed."""
    released: Mapping[Shard, int] = field(default_factory=dict)
    """Those among the missing by whose last token nobody acts any more, with it: given to nobody,
    or left by a worker of whom it was told that it is dead. Whoever held the others may not know
    that it does no more.
    """
    age_seconds: float
    """For how long leases have been kept: little, if the floor is new or has lost its data."""
    epoch: str
    """Another one than at the beat before: the data may have been lost, or be those of a while
    ago. To be compared with other beats only.
    """


class ShardLeases(Protocol):
    """Every method may raise ``StoreUnavailableError``. Each is one step, on the floor's clock."""

    def beat(self, card: WorkerCard, lease_seconds: float) -> Census:
        """Renews the worker's lease, and with it whatever it holds.

        A worker of another ``life`` takes over what the one before it held, with new tokens. One
        whose lease had ended holds what nobody has claimed since, by the tokens it had.
        """

    def claim(self, card: WorkerCard, shards: Collection[Shard]) -> Mapping[Shard, int]:
        """Those of the shards that were nobody's, and are the worker's now, with their tokens.

        Nothing for one who does not live, or whose ``life`` is over.
        """

    def give(
        self, card: WorkerCard, shards: Collection[Shard], heir: WorkerId | None
    ) -> Mapping[Shard, int]:
        """Hands shards that the worker holds to a living one, with new tokens; to nobody if
        ``heir`` is ``None`` or does not live. Those given, with the heir's tokens (0 for nobody).
        """

    def life_of(self, worker_id: WorkerId) -> str | None:
        """The ``life`` of the worker of that name that has beaten a lease ago or later, by the
        floor's clock as it is: pauses count whole.
        """

    def end(self, worker_id: WorkerId, life: str) -> None:
        """The worker lives no more: whatever it holds may be claimed at once. Harmless for another
        ``life`` than that of now.
        """
