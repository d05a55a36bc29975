"""Shards that this worker gives away: each let go of before it is another's.

Those with calls go a digit at a time, so that their heir has few to take over at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import partial

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
        self.begun_at = float("-inf")
        """When it was begun with the latest digit, by the tenure's clock."""
        self.given_count = 0
        """How many shards were given so far."""

    @property
    def going(self) -> Collection[Shard]:
        """What is about to be given."""
        return self._going

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

    def begin(self, wanted: Mapping[Shard, WorkerId]) -> None:
        """Lets go of the next digit that should be another's, unless one is on its way; with it, of
        all those without any call.
        """
        if self._going:
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
        given = dict(self._leases.give(card, arriving, None)) if arriving else {}
        if arriving != shards:
            given |= self._leases.give(card, set(shards) - arriving, heir)
        held = frozenset(tenure.held).intersection(given)
        tenure.drop(given.keys(), heir)
        self._arrivals.given(given)
        self._going.difference_update(shards)
        self.given_count += len(given)
        if held:
            self._follower.lost(held)
            shard_telling.changed(self._site, ShardChange.GIVEN, held)
        if given:
            names = tuple(sorted(shard.name for shard in given))
            self._letters.send(heir, ShardsGiven(by=tenure.worker_id, shards=names))

    def _keep(self, shards: Collection[Shard]) -> None:
        self._going.difference_update(shards)
        self._site.tenure.take_back(shards)
        held = frozenset(shards).intersection(self._site.tenure.held)
        if held:
            self._follower.gained(held, held)
