"""Postgres: brought up to date, then written to, for as long as the process lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gevent import Greenlet
from gevent.event import Event

from callcore.adapters.logs.setup import Level, Log
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_history import PostgresCallHistory
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.faults import Fault
from callcore.adapters.postgres.pool import PoolObserver, PostgresPool
from callcore.adapters.postgres.queue_days import PostgresQueueDays
from callcore.adapters.postgres.timelines import PostgresTimelines
from callcore.bootstrap.patience import until_done
from callcore.bootstrap.readiness import UP, Readiness
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.queue_days import QueueDay
from callcore.domain.records import CallStory
from callcore.domain.sharding import Duty
from callcore.flows.record_confirming import RecordConfirming
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.record_sweeping import RecordSweeping
from callcore.flows.record_writing import RecordWriting
from callcore.flows.site import Site
from callcore.flows.timeline_writing import TimelineWriting
from callcore.ports.detail_records import DetailRecords
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.timelines import AgentChange, PendingChanges
from callcore.runtime.greenlets import spawn


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAccess:
    """Where Postgres is, and who hears how it fares. The URL may hold a password: never log it."""

    url: str = field(repr=False)
    observer: PoolObserver | None = None

    def pool(self, size: int = 2) -> PostgresPool:
        """Connections of one purpose."""
        return PostgresPool(self.url, size=size, observer=self.observer)


class History:
    """Moves call records and the changes of agents to Postgres. Calls do not wait for any of it."""

    def __init__(
        self,
        site: Site,
        keeping: RecordKeeping,
        changes: PendingChanges,
        access: PostgresAccess,
        readiness: Readiness,
        log: Log,
        stop: Event,
        details: DetailRecords | None = None,
    ) -> None:
        """``details`` are what the switches of this machine write themselves of their calls."""
        self._tenure = site.tenure
        self._access = access
        self._readiness = readiness
        self._log = log
        self._stop = stop
        # Those of the transactions that write, and one for whoever asks about a call meanwhile.
        self._pool = access.pool(RecordWriting.transactions_at_once + 1)
        # Connections of their own: a timeline that is locked or slow takes none from the records.
        self._timeline_pool = access.pool()
        self._past = PostgresCallHistory(self._pool)
        self._timelines = PostgresTimelines(self._timeline_pool, site.policy.site)
        self._days = PostgresQueueDays(self._timeline_pool, site.policy.site)
        records = PostgresCallRecords(self._pool)
        keeping.reach(records)
        self._record_writing = RecordWriting(site, site.pending_records, records)
        # Records that are asked about take no connection from those that are written.
        self._confirming = RecordConfirming(site, keeping, PostgresCallRecords(self._timeline_pool))
        self._sweeping = None if details is None else RecordSweeping(site, details, records)
        self._timeline_writing = TimelineWriting(site, changes, self._timelines)
        self._greenlets: list[Greenlet[..., None]] = []
        self._is_migrated = False

    def start(self) -> None:
        """Begins, in a greenlet of its own."""
        self._pool.open()
        self._timeline_pool.open()
        self._greenlets.append(spawn("record_writing", self._run))
        self._greenlets.append(spawn("record_confirming", self._confirming.run))

    def story(self, call_id: CallId) -> CallStory | None:
        """What is told of a recorded call; ``None`` if it is unknown.

        Raises ``RecordsUnavailableError``.
        """
        self._require_schema()
        return self._past.story(call_id)

    def days(self, beginnings: Mapping[QueueName, Micros]) -> Mapping[QueueName, QueueDay]:
        """As ``ports.queue_days.QueueDays.since``. Raises ``RecordsUnavailableError``."""
        self._require_schema()
        return self._days.since(beginnings)

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """The last ``count`` changes of an agent that have been written, oldest first.

        Raises ``RecordsUnavailableError``.
        """
        self._require_schema()
        return tuple(self._timelines.of(agent_id, count))

    def drain(self) -> None:
        """Writes what is pending, unless Postgres is away: then it waits in Redis, and on our disk
        as well. Where another worker has the duty by now, it does the writing.
        """
        for greenlet in self._greenlets:
            greenlet.kill()
        if self._is_migrated and self._tenure.has_duty(Duty.HISTORY):
            self._write_what_is_left()
        self._confirming.finish()

    def _write_what_is_left(self) -> None:
        drains = {
            "records_left_pending": spawn("record_writing", self._record_writing.drain),
            "agent_changes_left_pending": spawn("timeline_writing", self._timeline_writing.drain),
        }
        for left_pending, drain in drains.items():
            if not drain.get():
                self._log.write(Level.WARNING, left_pending, {})

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()
        self._timeline_pool.close()

    def _require_schema(self) -> None:
        if not self._is_migrated:
            raise RecordsUnavailableError("Postgres has not been reached yet")

    def _run(self) -> None:
        self._is_migrated = until_done(
            self._migrate,
            (migrations.MigrationError, RecordsUnavailableError),
            self._complain,
            self._stop,
        )
        if self._is_migrated:
            self._readiness.postgres(UP)
            self._greenlets.append(spawn("timeline_writing", self._timeline_writing.run))
            if self._sweeping is not None:
                self._greenlets.append(spawn("record_sweeping", self._sweeping.run))
            self._record_writing.run()

    def _migrate(self) -> None:
        for migration in migrations.migrate(self._access.url, told=self._remark):
            self._log.write(Level.INFO, "migration_applied", {"migration": str(migration)})

    def _remark(self, text: str) -> None:
        self._log.write(Level.WARNING, "migration_remark", {"text": text})

    def _complain(self, error: Exception) -> None:
        if self._access.observer is not None:
            is_unfit = isinstance(error, migrations.SchemaError)
            self._access.observer.fault(Fault.UNFIT if is_unfit else Fault.UNREACHABLE)
        self._readiness.postgres(str(error))
        self._log.write(Level.ERROR, "waiting_for_postgres", {"reason": str(error)})


class LateHistory:
    """What is asked of a history that may not be open yet."""

    def __init__(self) -> None:
        self._history: History | None = None

    def is_open(self, history: History) -> None:
        """From now on it is asked."""
        self._history = history

    def story(self, call_id: CallId) -> CallStory | None:
        """As ``History.story``. Raises ``RecordsUnavailableError``."""
        return self._opened().story(call_id)

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """As ``History.timeline``. Raises ``RecordsUnavailableError``."""
        return self._opened().timeline(agent_id, count)

    def days(self, beginnings: Mapping[QueueName, Micros]) -> Mapping[QueueName, QueueDay]:
        """As ``History.days``. Raises ``RecordsUnavailableError``."""
        return self._opened().days(beginnings)

    def _opened(self) -> History:
        if self._history is None:
            raise RecordsUnavailableError("the history is not open yet")
        return self._history
