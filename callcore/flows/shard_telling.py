"""What operators are told of shards that change hands."""

from __future__ import annotations

from collections.abc import Collection

from callcore.domain import sharding
from callcore.domain.events import FlowFailed, ShardChange, ShardsChanged, StoreFailed
from callcore.domain.sharding import Shard
from callcore.flows.site import Site
from callcore.ports.stores import StoreError


def changed(site: Site, change: ShardChange, shards: Collection[Shard]) -> None:
    """Shards came or went; those that are held now are in the tenure already."""
    site.facts.publish(
        ShardsChanged(
            at=site.clock.now(),
            change=change,
            shards=tuple(sorted(shard.name for shard in shards)),
            held_count=len(site.tenure.held),
            all_count=sharding.count_of(len(site.switches)),
        )
    )


def store_failed(site: Site, error: StoreError) -> None:
    """Redis did not take note of a beat or of a gift."""
    site.facts.publish(
        StoreFailed(at=site.clock.now(), store="redis", reason=f"leases of shards: {error}")
    )


def flow_failed(site: Site, error: Exception) -> None:
    """Something that nobody foresaw; shards go on being kept."""
    reason = f"{type(error).__name__}: {error}"
    site.facts.publish(FlowFailed(at=site.clock.now(), flow="sharing_out", reason=reason))
