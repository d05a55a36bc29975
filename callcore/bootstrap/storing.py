"""Where this process keeps what must not be lost: the floor, and records on their way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from callcore.adapters.cdr_files.directory import Afterwards, CdrDirectories
from callcore.adapters.postgres import faults as postgres_faults
from callcore.adapters.prom.collector import FloorCollector
from callcore.adapters.prom.connections import StoreMetrics
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.redisdb import faults as redis_faults
from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.spool.file_spool import FileSpool
from callcore.bootstrap.readiness import UP, Readiness
from callcore.bootstrap.stores import redis_access
from callcore.bootstrap.strains import RedisAnswers
from callcore.domain import phone_numbers
from callcore.domain.ids import Micros
from callcore.domain.sharding import WorkerId
from callcore.flows.policies import Policies
from callcore.settings import Settings


def open_floor(
    url: str,
    settings: Settings,
    policies: Policies,
    metrics: Metrics,
    *,
    now: Callable[[], Micros],
    may_act: Callable[[], bool],
    answers: RedisAnswers,
) -> Floor:
    """The floor, whose steps and whose numbers are among the metrics."""
    store = StoreMetrics(metrics, "redis", redis_faults.Fault)

    def observe(script: str, seconds: float) -> None:
        store.observe(script, seconds)
        answers.took(seconds)

    def fault(kind: str) -> None:
        store.fault(kind)
        answers.failed()

    floor = Floor(
        url,
        settings.policy.site,
        access=redis_access(settings),
        may_act=may_act,
        observe=observe,
        fault=fault,
        identified=lambda number: phone_numbers.identified(number, policies.current.dialplan.home),
    )
    metrics.registry.register(
        FloorCollector(
            counts=lambda: floor.waiting_room.counts(tuple(policies.current.queues)),
            agents=floor.roster.agents,
            records_pending=floor.pending_records.count,
            changes_pending=floor.pending_changes.count,
            now=now,
        )
    )
    return floor


class PostgresHeard:
    """How Postgres fares, by every transaction: counted, and told by ``/readyz``. Implements
    ``PoolObserver``.
    """

    def __init__(self, metrics: Metrics, readiness: Readiness) -> None:
        self._metrics = StoreMetrics(metrics, "postgres", postgres_faults.Fault)
        self._readiness = readiness

    def observe(self, script: str, seconds: float) -> None:
        """A transaction took so long."""
        self._metrics.observe(script, seconds)

    def fault(self, kind: str) -> None:
        """A transaction was not done."""
        self._metrics.fault(kind)
        self._readiness.postgres(f"{kind}: records wait")

    def answered(self) -> None:
        """It is there."""
        self._readiness.postgres(UP)


def open_spool(settings: Settings, worker_id: WorkerId, stack: ExitStack) -> FileSpool:
    """Where records wait that Redis does not take, until ``stack`` is closed."""
    spool = FileSpool(settings.data_directory / "spool", worker_id)
    stack.callback(spool.close)
    return spool


def open_details(settings: Settings, stack: ExitStack) -> CdrDirectories | None:
    """The switches' own records, if we are told where on this machine they are."""
    if not settings.cdr_directories:
        return None
    details = CdrDirectories(
        settings.cdr_directories,
        settings.data_directory / "cdr.lock",
        time.time,
        afterwards=Afterwards(settings.cdr_files.value),
    )
    stack.callback(details.close)
    return details
