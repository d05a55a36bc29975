"""Moving call records from the pending stream to Postgres, in order, each exactly once."""

from __future__ import annotations

from callcore.domain.events import FlowFailed, RecordsWritten, StoreFailed
from callcore.domain.ids import CallId, seconds_between
from callcore.flows.site import Site
from callcore.ports.records import (
    CallRecords,
    PendingRecord,
    PendingRecords,
    RecordsRejectedError,
    RecordsUnavailableError,
)
from callcore.ports.stores import StoreError

BATCH = 200
"""Rows a transaction: larger ones stall the event loop for more than 4 ms."""

GATHER_SECONDS = 1.0
"""How long records gather before the next transaction: one record each would cost a busy worker
more than the calls themselves, and hold up decisions."""

WAIT_SECONDS = 5.0
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0


class RecordWriting:
    """Writes what is pending for as long as the process lives."""

    def __init__(self, site: Site, pending: PendingRecords, records: CallRecords) -> None:
        self._site = site
        self._pending = pending
        self._records = records
        self._retry_seconds = FIRST_RETRY_SECONDS

    def run(self) -> None:
        """Writes for ever."""
        while True:
            try:
                self.step(WAIT_SECONDS)
            except Exception as error:  # noqa: BLE001 - records must go on being written
                now = self._site.clock.now()
                fault = FlowFailed(at=now, flow="record_writing", reason=repr(error))
                self._site.facts.publish(fault)
                self._site.clock.sleep(LONGEST_RETRY_SECONDS)

    def drain(self) -> bool:
        """Writes what is pending now; false if a store did not answer."""
        while True:
            written = self._attempt(0)
            if written is None:
                return False
            if written == 0:
                return True

    def step(self, wait_seconds: float) -> None:
        """Waits for records, writes a batch and lets the next one gather.

        After a failure it waits longer and longer.
        """
        written = self._attempt(wait_seconds)
        if written is None:
            self._site.clock.sleep(self._retry_seconds)
            self._retry_seconds = min(self._retry_seconds * 2, LONGEST_RETRY_SECONDS)
            return
        self._retry_seconds = FIRST_RETRY_SECONDS
        if 0 < written < BATCH:
            self._site.clock.sleep(GATHER_SECONDS)

    def _attempt(self, wait_seconds: float) -> int | None:
        """Writes a batch: how many records, or ``None`` if a store did not answer."""
        try:
            entries = self._pending.read(BATCH, wait_seconds)
            if entries:
                self._write(entries)
        except RecordsUnavailableError as error:
            self._failed("postgres", error)
            return None
        except StoreError as error:
            self._failed("redis", error)
            return None
        return len(entries)

    def _write(self, entries: list[PendingRecord]) -> None:
        began_at = self._site.clock.now()
        refused: frozenset[CallId] = frozenset()
        try:
            new_count = self._records.write([entry.record for entry in entries])
        except RecordsRejectedError as error:
            refused, new_count = frozenset(error.reasons), error.new_count
            self._failed("postgres", error)
        self._pending.set_aside(
            [entry.entry_id for entry in entries if entry.record.call_id in refused]
        )
        self._pending.acknowledge(
            [entry.entry_id for entry in entries if entry.record.call_id not in refused]
        )
        now = self._site.clock.now()
        self._site.facts.publish(
            RecordsWritten(at=now, count=new_count, seconds=seconds_between(began_at, now))
        )

    def _failed(self, store: str, error: Exception) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store=store, reason=str(error))
        )
