"""Finding out that records are in Postgres, and having Redis take again what it has lost of others.

Each worker asks for its own: for those that it appended and for what is on its disk. Postgres alone
is believed: Redis may come back older than it was, and its ids begin anew then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from itertools import islice

from callcore.domain.events import FlowFailed, RecordsHeld, StoreFailed
from callcore.domain.ids import CallId, Micros
from callcore.domain.records import CallRecord
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.ports.record_spool import SpoolUnavailableError
from callcore.ports.records import Appending, CallRecords, RecordsRejectedError
from callcore.ports.stores import StoreError

LOOK_SECONDS = 5.0

WRITING_SECONDS = 3.0
"""How long the way of a record to Postgres takes where nothing is away."""

BATCH = 200


class RecordConfirming:
    """Looks after the records that this process keeps."""

    def __init__(self, site: Site, keeping: RecordKeeping, history: CallRecords) -> None:
        self._site = site
        self._keeping = keeping
        self._history = history
        self._taken: set[CallId] = set()
        """Of which Redis said once that they wait no more, and Postgres not that it has them."""
        self._told = (0, 0)

    def run(self) -> None:
        """Looks for ever."""
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - records must not be left on the disk
                now = self._site.clock.now()
                fault = FlowFailed(at=now, flow="record_confirming", reason=repr(error))
                self._site.facts.publish(fault)
            self._site.clock.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Offers what processes left that have died, and lets go of what is in Postgres."""
        self._keeping.offer_spooled()
        written_by = Micros(self._site.clock.now() - round(WRITING_SECONDS * 1e6))
        try:
            self._confirm_noted(written_by)
            self._confirm_spooled()
        except SpoolUnavailableError as error:
            self._tell("spool", error)
        except StoreError as error:
            self._tell("postgres", error)
        self.tell_held()

    def finish(self) -> None:
        """Leaves on the disk what Postgres does not have when the process ends."""
        try:
            self._confirm_noted(self._site.clock.now())
        except StoreError as error:
            self._tell("postgres", error)
        self._keeping.shelve(len(self._keeping.unconfirmed))

    def tell_held(self) -> None:
        """Tells how much is here alone, if that has changed."""
        try:
            held = (self._keeping.held_count, self._keeping.spooling.length)
        except SpoolUnavailableError as error:
            self._tell("spool", error)
            return
        if held != self._told:
            self._told = held
            in_memory_count, spooled_bytes = held
            self._site.facts.publish(
                RecordsHeld(
                    at=self._site.clock.now(),
                    in_memory_count=in_memory_count,
                    spooled_bytes=spooled_bytes,
                )
            )

    def _confirm_noted(self, written_by: Micros) -> None:
        for batch in _batches(iter(self._keeping.unconfirmed.before(written_by))):
            missing = self._missing(batch)
            ids = {record.call_id for record in missing}
            self._keeping.unconfirmed.forget(one for one in batch if one.call_id not in ids)

    def _confirm_spooled(self) -> None:
        """Deletes what is wholly in Postgres, up to the first part that is not."""
        for part in self._keeping.spooling.offered():
            for batch in _batches(self._keeping.spooling.records_of(part)):
                if self._missing(batch):
                    return
            self._keeping.spooling.remove(part)

    def _missing(self, records: Sequence[CallRecord]) -> list[CallRecord]:
        """Those that Postgres has not, and that Redis takes again if it has lost them."""
        ranks = self._history.ranks([record.call_id for record in records])
        missing = [one for one in records if ranks.get(one.call_id, -1) < one.rank]
        self._taken.difference_update(ranks)
        said = self._keeping.append_again(missing)
        gone = [one for one in missing if said.get(one.call_id) is Appending.TAKEN]
        # Written between the two questions. If it is still not there the next time it was set
        # aside, or Postgres has lost it.
        lost = [one for one in gone if one.call_id in self._taken]
        self._taken.symmetric_difference_update(one.call_id for one in gone)
        self._write(lost)
        return [one for one in missing if one not in lost]

    def _write(self, lost: Sequence[CallRecord]) -> None:
        if not lost:
            return
        with contextlib.suppress(RecordsRejectedError):  # of what is refused Redis has a copy
            self._history.write(lost)

    def _tell(self, store: str, error: StoreError) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store=store, reason=str(error)))


def _batches(records: Iterator[CallRecord]) -> Iterator[list[CallRecord]]:
    while batch := list(islice(records, BATCH)):
        yield batch
