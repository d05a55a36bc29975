"""Keeping a call's record until Postgres has it, whatever is away meanwhile."""

from __future__ import annotations

from collections import deque

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.records import CallRecord
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import StoreError

RETRY_SECONDS = 1.0


class RecordKeeping:
    """Appends records to the pending stream; while Redis is away, holds them in order here.

    Many calls may end in the same instant: whoever comes first appends for all, so that a record
    is appended once and in its turn. The floor remembers an ended call until then.
    """

    def __init__(self, site: Site, changes: FloorChanges) -> None:
        self._site = site
        self._changes = changes
        self._held: deque[CallRecord] = deque()
        self._is_appending = False

    @property
    def held_count(self) -> int:
        """How many records exist only in this process."""
        return len(self._held)

    def keep(self, record: CallRecord) -> None:
        """Keeps a record; never fails."""
        self._held.append(record)
        if not self._is_appending:
            self._is_appending = True
            self._append_held()

    def _append_held(self) -> None:
        while self._held:
            record = self._held[0]
            try:
                self._site.pending_records.append(record)
            except StoreError as error:
                now = self._site.clock.now()
                self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))
                self._try_again()
                return
            except Exception as error:  # noqa: BLE001 - every record after this one waits for it
                now = self._site.clock.now()
                reason = f"{record.call_id}: {error!r}"
                self._site.facts.publish(FlowFailed(at=now, flow="record_keeping", reason=reason))
                self._try_again()
                return
            self._held.popleft()
            self._forget(record)
        self._is_appending = False

    def _forget(self, record: CallRecord) -> None:
        call_id = record.call_id
        self._changes.make(call_id, lambda: self._site.waiting_room.forget(call_id))

    def _try_again(self) -> None:
        self._site.clock.after(RETRY_SECONDS, self._append_held)
