"""Shards that are leased to this worker and not held yet.

One is held, and its calls are touched, when the switch keeps this worker's mark; if the mark before
was that of a worker who may not know yet that its time is over, when that must have found out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from callcore.domain.events import ShardChange
from callcore.domain.ids import MICROS_PER_SECOND
from callcore.domain.sharding import Shard
from callcore.flows import shard_telling
from callcore.flows.follower import Follower
from callcore.flows.owner_marks import OwnerMarks, Wake
from callcore.flows.site import Site
from callcore.ports.stores import Holding

PATIENCE_SECONDS: Final = 0.5
"""After that a worker whose mark was replaced has found out."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A shard that is leased."""

    token: int
    follows: int
    """The token in the mark of whoever held it before and surely does not act any more; 0 if that
    one may.
    """
    is_given: bool = False
    """True if whoever held it before has let go of it, and handed it over."""
    free_at: float | None = None
    """When nobody does any more; ``None`` as long as that is not known."""


class ShardArrivals:
    """What comes to one worker."""

    def __init__(self, site: Site, follower: Follower, marks: OwnerMarks, wake: Wake) -> None:
        self._site = site
        self._follower = follower
        self._marks = marks
        self._wake = wake
        self._arrivals: dict[Shard, _Arrival] = {}

    @property
    def tokens(self) -> Mapping[Shard, int]:
        """What is leased and not held."""
        return {shard: arrival.token for shard, arrival in self._arrivals.items()}

    @property
    def is_under_way(self) -> bool:
        """True while there are some that need not wait for a link."""
        switches = self._site.switches
        return any(s.node not in switches or switches[s.node].is_connected for s in self._arrivals)

    def leased(self, holdings: Mapping[Shard, Holding], *, is_first: bool) -> None:
        """These and no others are leased and not held, by the floor's word: claimed before, given,
        or, the ``first`` time, of an earlier life.
        """
        known = self._arrivals
        self._arrivals = {
            shard: known[shard]
            if shard in known and known[shard].token == holding.token
            else _Arrival(
                holding.token, holding.follows, is_given=bool(holding.follows) and not is_first
            )
            for shard, holding in holdings.items()
        }

    def claimed(self, tokens: Mapping[Shard, int], released: Mapping[Shard, int]) -> None:
        """These were claimed besides; by the tokens ``released`` nobody acts any more."""
        for shard, token in tokens.items():
            follows = released.get(shard, 0)
            # A holder of a moment may have been gone before the one that it followed had found out.
            is_long_ago = token - follows >= 2 * PATIENCE_SECONDS * MICROS_PER_SECOND
            self._arrivals[shard] = _Arrival(token, follows if is_long_ago else 0)

    def given(self, shards: Collection[Shard]) -> None:
        """These are somebody else's before they were ever held."""
        for shard in shards:
            self._arrivals.pop(shard, None)

    def hold_ready(self, but: Collection[Shard]) -> None:
        """Holds those on which surely nobody acts any more, ``but`` for some."""
        if not self._site.tenure.is_valid:
            return
        self._look()
        now = self._site.tenure.seconds()
        awaited = {shard.part for shard in self._arrivals if self._is_awaited(shard, now)}
        ready = {
            shard: arrival.token
            for shard, arrival in self._arrivals.items()
            if arrival.free_at is not None and arrival.free_at <= now
            if shard not in but and (shard.node in self._site.switches or shard.part not in awaited)
        }
        if ready:
            given = frozenset(shard for shard in ready if self._arrivals[shard].is_given)
            self.given(ready)
            self._site.tenure.hold(ready)
            shard_telling.changed(self._site, ShardChange.GAINED, ready)
            self._follower.gained(frozenset(ready), given)

    def _look(self) -> None:
        """Notes of which it is known by now."""
        for shard, arrival in self._arrivals.items():
            if arrival.free_at is None:
                free_at = self._free_at(shard, arrival)
                self._arrivals[shard] = replace(arrival, free_at=free_at)

    def _is_awaited(self, shard: Shard, now: float) -> bool:
        """True if it is held before long: promises of its digit come with it."""
        switch = self._site.switches.get(shard.node)
        free_at = self._arrivals[shard].free_at
        is_free = free_at is not None and free_at <= now
        return switch is not None and switch.is_connected and not is_free

    def _free_at(self, shard: Shard, arrival: _Arrival) -> float | None:
        now = self._site.tenure.seconds()
        if shard.node not in self._site.switches:
            return now
        before = self._marks.before(shard, arrival.token)
        if before is None:
            return None
        if before not in {0, arrival.follows}:
            self._site.clock.after(PATIENCE_SECONDS, self._wake)
            return now + PATIENCE_SECONDS
        return now
