"""Deleting what is older than it is to be kept, once a day, in small steps."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.sharding import Duty
from callcore.flows.site import Site
from callcore.ports.forgetting import Counts, FileEnd, Keeper, KeptRecording, merged
from callcore.ports.stores import StoreError

DAY_SECONDS = 86_400
LOOK_SECONDS = 900.0
FIRST_LOOK_SECONDS = 60.0
"""After a start there is other work to do."""

BATCH = 200
PAUSE_SECONDS = 0.2
"""Between two batches: the database has calls to write."""

Note = Callable[[Counts], None]
"""Told what was deleted."""


class Retention:
    """Keeps records for so many days and recordings for so many; ``None`` is for ever."""

    def __init__(
        self, site: Site, records_days: int | None, recordings_days: int | None, note: Note
    ) -> None:
        self._site = site
        self._records_days = records_days
        days = [days for days in (records_days, recordings_days) if days is not None]
        self._recordings_days = min(days, default=None)
        self._note = note

    def run(self) -> None:
        """Does so for ever, where it is this worker's duty."""
        clock = self._site.clock
        clock.sleep(FIRST_LOOK_SECONDS)
        while True:
            self.look()
            clock.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Deletes what is old, if a day has passed since that was done; never fails."""
        keeper, now = self._site.keeper, self._site.clock.now()
        is_wanted = self._recordings_days is not None
        if keeper is None or not is_wanted or not self._site.tenure.has_duty(Duty.HISTORY):
            return
        try:
            last = keeper.history.last_retention_at()
            if last is None or now - last >= DAY_SECONDS * MICROS_PER_SECOND:
                self._thin_out(keeper, now)
        except StoreError as error:
            self._site.facts.publish(StoreFailed(at=now, store="postgres", reason=str(error)))
        except Exception as error:  # noqa: BLE001 - tried again at the next look
            self._site.facts.publish(FlowFailed(at=now, flow="retention", reason=repr(error)))

    def _thin_out(self, keeper: Keeper, now: Micros) -> None:
        before: dict[str, Micros] = {}
        parts: list[Counts] = []
        if self._recordings_days is not None:
            before["recordings"] = _ago(now, self._recordings_days)
            parts.append(self._remove_recordings(keeper, before["recordings"]))
        if self._records_days is not None:
            at = before["records"] = _ago(now, self._records_days)
            history = keeper.history
            records = self._delete(lambda: history.delete_records(at, BATCH))
            changes = self._delete(lambda: history.delete_changes(at, BATCH))
            parts.append({"call_records": records, "agent_changes": changes})
        counts = merged(parts)
        keeper.history.note_retention(before, counts)
        self._note(counts)

    def _remove_recordings(self, keeper: Keeper, before: Micros) -> Counts:
        """Those out of reach are passed over, and go with their records."""
        last: KeptRecording | None = None
        removed_count = left_count = 0
        while found := keeper.history.old_recordings(before, last, BATCH):
            last = found[-1]
            ends = [(one, keeper.files.remove(one.path)) for one in found]
            removed = [one for one, end in ends if end is not FileEnd.OUT_OF_REACH]
            removed_count += keeper.history.forget_recordings(removed)
            left_count += len(found) - len(removed)
            self._site.clock.sleep(PAUSE_SECONDS)
        return {"recordings": removed_count, "recordings_left": left_count}

    def _delete(self, delete: Callable[[], int]) -> int:
        deleted_count = 0
        while count := delete():
            deleted_count += count
            self._site.clock.sleep(PAUSE_SECONDS)
        return deleted_count


def _ago(now: Micros, days: int) -> Micros:
    return Micros(now - days * DAY_SECONDS * MICROS_PER_SECOND)
