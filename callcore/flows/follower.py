"""What the keeper of shards needs of whoever follows their calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from callcore.domain.sharding import Shard


class Follower(Protocol):
    """What follows the calls of the shards. No method raises; only ``release`` waits."""

    @property
    def has_calls(self) -> bool:
        """True while any call is followed here."""

    def is_idle(self, shards: Collection[Shard]) -> bool:
        """True if none of their calls is followed here."""

    def release(self, shards: Collection[Shard]) -> None:
        """They are about to be given: lets go of their calls, and pays what the floor is owed.

        ``Tenure.holds`` says no already. Waits a second or two at most.
        """

    def lost(self, shards: Collection[Shard]) -> None:
        """They are not held any more: drops whatever is left of their calls, at once."""

    def gained(self, shards: Collection[Shard], given: Collection[Shard] = ()) -> None:
        """They are held, and nobody else touches their calls any more. Those ``given`` were handed
        over as planned; they may have been held before, and released.
        """
