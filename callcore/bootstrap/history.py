"""Postgres: brought up to date, then written to, for as long as the process lives."""

from __future__ import annotations

from gevent.event import Event

from callcore.adapters.logs.setup import Level, Log
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_history import PostgresCallHistory
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.bootstrap.patience import until_done
from callcore.bootstrap.readiness import UP, Readiness
from callcore.domain.ids import CallId
from callcore.domain.records import DecisionRecord
from callcore.flows.record_writing import RecordWriting
from callcore.flows.site import Site
from callcore.ports.records import RecordsUnavailableError
from callcore.runtime.greenlets import spawn

DRAIN_SECONDS = 5.0


class History:
    """Moves records to Postgres. Calls do not wait for any of it."""

    def __init__(self, site: Site, url: str, readiness: Readiness, log: Log, stop: Event) -> None:
        self._url = url
        self._readiness = readiness
        self._log = log
        self._stop = stop
        self._pool = PostgresPool(url)
        self._writing = RecordWriting(site, site.pending_records, PostgresCallRecords(self._pool))
        self._past = PostgresCallHistory(self._pool)
        self._is_migrated = False

    def start(self) -> None:
        """Begins, in a greenlet of its own."""
        self._pool.open()
        self._greenlet = spawn("record_writing", self._run)

    def decisions(self, call_id: CallId) -> tuple[DecisionRecord, ...] | None:
        """The decisions of a recorded call; ``None`` if it is unknown.

        Raises ``RecordsUnavailableError``.
        """
        if not self._is_migrated:
            raise RecordsUnavailableError("Postgres has not been reached yet")
        found = self._past.decisions(call_id)
        return None if found is None else tuple(found)

    def drain(self) -> None:
        """Writes what is pending, unless Postgres is away: then it waits in Redis."""
        self._greenlet.kill()
        if self._is_migrated and not self._writing.drain():
            self._log.write(Level.WARNING, "records_left_pending", {})

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()

    def _run(self) -> None:
        self._is_migrated = until_done(
            self._migrate,
            (migrations.MigrationError, RecordsUnavailableError),
            self._complain,
            self._stop,
        )
        if self._is_migrated:
            self._readiness.postgres(UP)
            self._writing.run()

    def _migrate(self) -> None:
        for migration in migrations.migrate(self._url):
            self._log.write(Level.INFO, "migration_applied", {"migration": str(migration)})

    def _complain(self, error: Exception) -> None:
        self._readiness.postgres(str(error))
        self._log.write(Level.ERROR, "waiting_for_postgres", {"reason": str(error)})
