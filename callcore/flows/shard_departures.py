"""Shards that this worker gives away: each let go of before it is another's.

Those with calls go a digit at a time, the next when the heir follows the calls of the one before:
while it takes calls over nobody serves them, and so that is short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

from callcore.domain.events import ShardChange
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows import shard_telling
from callcore.flows.follower import Follower
from callcore.flows.letters import Letters
from callcore.flows.messages.between import ShardsGiven
from callcore.flows.owner_marks import Spawn, Wake
from callcore.flows.shard_arrivals import ShardArrivals
from callcore.flows.site import Site
from callcore.ports.stores import ShardLeases, WorkerCard

FOLLOWED_SECONDS: Final = 2.0
"""How long the word is waited for that calls are followed: the heir may have died."""


class ShardDepartures:
    """What goes from one worker to others."""

    def __init__(
        self,
        site: Site,
        leases: ShardLeases,
        letters: Letters,
        follower: Follower,
        arrivals: ShardArrivals,
        spawn: Spawn,
        wake: Wake,
    ) -> None:
        self._site = site
        self._leases = leases
        self._letters = letters
        self._follower = follower
        self._arrivals = arrivals
        self._spawn = spawn
        self._wake = wake
        self._going: set[Shard] = set()
        self._is_let_go = False
        self._may_be_given = False
        """True if the floor was told, and has not answered."""
        self._unfollowed: set[str] = set()
        """What was given last and is not followed yet, as far as is known; by ``Shard.name``."""
        self._given_at = float("-inf")
        self.begun_at = float("-inf")
        """When it was begun with the latest digit, by the tenure's clock."""
        self.given_count = 0
        """How many shards were given so far."""

    @property
    def going(self) -> Collection[Shard]:
        """What is about to be given."""
        return self._going

    @property
    def is_awaited(self) -> bool:
        """True while the heir may not follow the calls of what was given last."""
        waited = self._site.tenure.seconds() - self._given_at
        return bool(self._unfollowed) and waited < FOLLOWED_SECONDS

    def followed(self, names: Collection[str]) -> None:
        """Their heir follows the calls of these."""
        self._unfollowed.difference_update(names)
        if not self._unfollowed:
            self._wake()

    def lost(self, shards: Collection[Shard]) -> None:
        """These are not ours to give any more."""
        self._going.difference_update(shards)

    def give(self, card: WorkerCard, wanted: Mapping[Shard, WorkerId]) -> None:
        """Hands over what has been let go of, to whose it should be by now.

        May raise ``StoreError``: it is tried again the next time.
        """
        if not self._is_let_go:
            return
        me = self._site.tenure.worker_id
        heirs = {shard: wanted.get(shard, me) for shard in self._going}
        for heir in sorted({*heirs.values()}):
            shards = {shard for shard in self._going if heirs[shard] == heir}
            if heir == me:  # the heir is gone, and there is no other
                self._keep(shards)
            else:
                self._hand_over(card, shards, heir)

    def stay(self) -> None:
        """Redis is away: what was let go of, and surely not given, is followed here again as long
        as nobody else can act on it. Or its callers would be nobody's for all that time.
        """
        if not self._is_let_go or self._may_be_given:
            return
        tenure = self._site.tenure
        kept = {shard for shard in self._going if tenure.may_command(shard.node)}
        if kept:
            self._keep(kept)

    def begin(self, wanted: Mapping[Shard, WorkerId]) -> None:
        """Lets go of the next digit that should be another's, unless one is on its way; with it, of
        all those without any call.
        """
        if self._going or self.is_awaited:
            return
        tenure = self._site.tenure
        to_go = {
            shard: wanted[shard]
            for shard in {*tenure.held, *self._arrivals.tokens}
            if wanted.get(shard, tenure.worker_id) != tenure.worker_id
        }
        if not to_go:
            return
        groups: defaultdict[tuple[str, WorkerId], set[Shard]] = defaultdict(set)
        for shard, heir in to_go.items():
            groups[shard.part, heir].add(shard)
        first, *rest = sorted(groups, key=lambda group: (len(group[0]), group))
        now = [first, *(group for group in rest if self._follower.is_idle(groups[group]))]
        going = set[Shard]().union(*(groups[group] for group in now))
        self._going, self._is_let_go, self.begun_at = going, False, tenure.seconds()
        self._may_be_given = False
        for group in now:
            tenure.withhold(groups[group].intersection(tenure.held), group[1])
        self._spawn(f"let go of {first[0]}", partial(self._release, going))

    def _release(self, going: set[Shard]) -> None:
        held = frozenset(going).intersection(self._site.tenure.held)
        try:
            if held:
                self._follower.release(held)
        except Exception as error:  # noqa: BLE001 - or they would be nobody's for ever
            shard_telling.flow_failed(self._site, error)
        if self._going is going:
            self._is_let_go = True
            self._wake()

    def _hand_over(self, card: WorkerCard, shards: Collection[Shard], heir: WorkerId) -> None:
        tenure = self._site.tenure
        # Somebody may still act on what was never held: whoever claims it looks out for that one.
        arriving = self._arrivals.tokens.keys() & shards
        self._may_be_given = True
        given = dict(self._leases.give(card, arriving, None)) if arriving else {}
        if arriving != shards:
            given |= self._leases.give(card, set(shards) - arriving, heir)
        self._may_be_given = False
        held = frozenset(tenure.held).intersection(given)
        tenure.drop(given.keys(), heir)
        self._arrivals.given(given)
        self._going.difference_update(shards)
        self.given_count += len(given)
        if held:
            self._await({shard.name for shard in held})
            self._follower.lost(held)
            shard_telling.changed(self._site, ShardChange.GIVEN, held)
        if given:
            names = tuple(sorted(shard.name for shard in given))
            self._letters.send(heir, ShardsGiven(by=tenure.worker_id, shards=names))

    def _await(self, names: set[str]) -> None:
        self._unfollowed, self._given_at = names, self._site.tenure.seconds()
        self._site.clock.after(FOLLOWED_SECONDS, self._wake)

    def _keep(self, shards: Collection[Shard]) -> None:
        self._going.difference_update(shards)
        self._site.tenure.take_back(shards)
        held = frozenset(shards).intersection(self._site.tenure.held)
        if held:
            self._follower.gained(held, held)
