"""The past: who takes people out of it, and what is deleted for its age."""

from __future__ import annotations

from contextlib import ExitStack

from callcore.adapters.logs.setup import Level, Log
from callcore.adapters.postgres.forgetting import PostgresKeeper
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.recordings.files import LocalRecordings
from callcore.adapters.redisdb.floor import Floor
from callcore.flows.retention import Retention
from callcore.flows.site import Site
from callcore.ports.forgetting import Keeper
from callcore.runtime.greenlets import spawn
from callcore.settings import Settings

DEADLINE_SECONDS = 120.0
"""A long history is looked through from end to end."""


def open_keeper(settings: Settings, url: str, floor: Floor, stack: ExitStack) -> Keeper:
    """Connections are made when they are needed, and closed with ``stack``."""
    pool = PostgresPool(url, size=1, deadline_seconds=DEADLINE_SECONDS)
    stack.enter_context(pool)
    return Keeper(
        history=PostgresKeeper(pool, settings.policy.site),
        files=LocalRecordings(),
        floor=floor.people,
    )


def keep_retention(settings: Settings, site: Site, log: Log, stack: ExitStack) -> None:
    """Deletes what is too old, day by day, until the end."""
    days = settings.retention
    if days.records_days is None and days.recordings_days is None:
        return
    retention = Retention(
        site,
        days.records_days,
        days.recordings_days,
        lambda counts: log.write(Level.INFO, "retention_applied", dict(counts)),
    )
    greenlet = spawn("retention", retention.run)
    stack.callback(greenlet.kill)
