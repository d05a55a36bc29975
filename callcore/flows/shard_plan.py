"""Whose the shards should be, and for how long those who share them have stayed the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from callcore.domain import sharding
from callcore.domain.ids import NodeName
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows.site import Site
from callcore.ports.stores import Census, WorkerCard


class ShardPlan:
    """Follows from each census; as a rule nothing has changed since the one before."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._able: Mapping[WorkerId, Collection[NodeName]] = {}
        self._holders: Mapping[Shard, WorkerId] = {}
        self._wanted: Mapping[Shard, WorkerId] = {}
        self.cards: Collection[WorkerCard] = ()
        """Who lived by the latest census."""
        self.settled_since = 0.0
        """Since when they, and what they reach, are the same, by the tenure's clock."""
        self.has_heirs: bool | None = None
        """Whether anybody can have what is held here; ``None`` as long as that is not known."""

    def wanted(self, census: Census) -> Mapping[Shard, WorkerId]:
        """Whose the shards should be by this census."""
        tenure = self._site.tenure
        cards = sorted(census.workers.values(), key=lambda card: card.worker_id)
        tenure.note_reached({card.worker_id: card.reaches for card in cards})
        tenure.note_beside(_beside(tenure.worker_id, cards))
        if cards != self.cards:
            self.cards, self.settled_since = cards, tenure.seconds()
        able = {card.worker_id: card.reaches for card in cards if not card.is_leaving}
        self.has_heirs = bool(able.keys() - {tenure.worker_id})
        holders = {shard: holding.worker_id for shard, holding in census.holdings.items()}
        # A floor that lost its data did not know of them when it was asked.
        holders |= dict.fromkeys(tenure.held, tenure.worker_id)
        if (able, holders) != (self._able, self._holders):
            self._able, self._holders = able, holders
            self._wanted = sharding.allocation(self._site.switches, able, holders)
        return self._wanted


def _beside(worker_id: WorkerId, cards: Collection[WorkerCard]) -> set[WorkerId]:
    """Who runs on the host of that worker."""
    hosts = {card.worker_id: card.host for card in cards if card.host}
    host = hosts.get(worker_id)
    return {other for other in hosts if hosts[other] == host}
