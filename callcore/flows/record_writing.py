"""Moving call records from the pending stream to Postgres, in order, each exactly once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from callcore.domain.events import RecordsWritten
from callcore.domain.ids import CallId, seconds_between
from callcore.flows.history_writing import HistoryWriting
from callcore.flows.site import Site
from callcore.ports.records import (
    CallRecords,
    PendingRecord,
    PendingRecords,
    RecordsRejectedError,
)


class RecordWriting(HistoryWriting[PendingRecord]):
    """Writes the call records that are pending."""

    flow: ClassVar = "record_writing"
    transactions_at_once: ClassVar = 2

    def __init__(self, site: Site, pending: PendingRecords, records: CallRecords) -> None:
        super().__init__(site, pending)
        self._records = records

    def _write(self, entries: Sequence[PendingRecord]) -> Collection[str]:
        began_at = self._site.clock.now()
        refused: frozenset[CallId] = frozenset()
        try:
            new_count = self._records.write([entry.record for entry in entries])
        except RecordsRejectedError as error:
            refused, new_count = frozenset(error.reasons), error.new_count
            self._tell("postgres", error)
        now = self._site.clock.now()
        self._site.facts.publish(
            RecordsWritten(at=now, count=new_count, seconds=seconds_between(began_at, now))
        )
        return {entry.entry_id for entry in entries if entry.record.call_id in refused}
