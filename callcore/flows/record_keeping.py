"""Keeping a call's record until Postgres has it, whatever is away meanwhile."""

from __future__ import annotations

from collections import deque

from callcore.domain.events import StoreFailed
from callcore.domain.records import CallRecord
from callcore.flows.site import Site
from callcore.ports.stores import StoreError

RETRY_SECONDS = 1.0


class RecordKeeping:
    """Appends records to the pending stream; while Redis is away, holds them in order here.

    Many calls may end in the same instant: whoever comes first appends for all, so that a record
    is appended once and in its turn.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
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
            try:
                self._site.pending_records.append(self._held[0])
            except StoreError as error:
                self._site.facts.publish(
                    StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
                )
                self._site.clock.after(RETRY_SECONDS, self._append_held)
                return
            self._held.popleft()
        self._is_appending = False
