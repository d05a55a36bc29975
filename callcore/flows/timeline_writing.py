"""Moving the changes of agents from their stream to Postgres, in order, each exactly once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from callcore.flows.history_writing import HistoryWriting
from callcore.flows.site import Site
from callcore.ports.timelines import (
    ChangesRejectedError,
    PendingChange,
    PendingChanges,
    Timelines,
)


class TimelineWriting(HistoryWriting[PendingChange]):
    """Writes the changes of agents that are pending."""

    flow: ClassVar = "timeline_writing"

    def __init__(self, site: Site, pending: PendingChanges, timelines: Timelines) -> None:
        super().__init__(site, pending)
        self._timelines = timelines

    def _write(self, entries: Sequence[PendingChange]) -> Collection[str]:
        try:
            self._timelines.write(entries)
        except ChangesRejectedError as error:
            self._tell("postgres", error)
            return error.reasons
        return ()
