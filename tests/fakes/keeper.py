"""The past in memory: what ``ports.forgetting`` asks for, with records as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from callcore.domain.ids import Micros
from callcore.domain.records import CallRecord
from callcore.ports.forgetting import Counts, FileEnd, IsSame, Keeper, KeptRecording, Traces
from callcore.ports.records import RecordsUnavailableError
from tests.fakes.floor import FakeFloor
from tests.fakes.floor_memory import Instants


class FakeHistory:
    """Records by their calls; ``take`` writes what waits on the floor."""

    def __init__(self, floor: FakeFloor, clock: Instants) -> None:
        self._floor = floor
        self._clock = clock
        self.records: list[CallRecord] = []
        self.audit: list[tuple[str, str, Counts]] = []
        self.retained_at: Micros | None = None
        self.is_down = False

    def take(self) -> None:
        """What a record writer does."""
        pending = self._floor.pending_records
        entries = pending.read(1000, 0)
        self.records += [entry.record for entry in entries]
        pending.acknowledge([entry.entry_id for entry in entries])

    def traces(self, digits: str, is_same: IsSame) -> Traces:
        self._check()
        theirs = [record for record in self.records if is_same(record.caller_number)]
        assert all(record.caller_number.endswith(digits) for record in theirs)
        return Traces(
            numbers=frozenset(record.caller_number for record in theirs),
            counts={"call_records": len(theirs)},
            recordings=tuple(_recordings(theirs)),
        )

    def make_nobodys(
        self, traces: Traces, removed: Sequence[KeptRecording], *, by: str, subject: str
    ) -> Counts:
        self._check()
        count = sum(record.caller_number in traces.numbers for record in self.records)
        self.records = [
            replace(record, caller_number="", caller_name="")
            if record.caller_number in traces.numbers
            else record
            for record in self.records
        ]
        counts = {"call_records": count, "recordings": len(removed)}
        self.audit.append((by, subject, counts))
        return counts

    def old_recordings(
        self, before: Micros, after: KeptRecording | None, count: int
    ) -> list[KeptRecording]:
        self._check()
        found = sorted(_recordings(self.records), key=_order)
        return [
            one
            for one in found
            if one.started_at < before and (after is None or _order(one) > _order(after))
        ][:count]

    def forget_recordings(self, removed: Sequence[KeptRecording]) -> int:
        self._check()
        gone = {one.call_id for one in removed}
        self.records = [
            replace(record, recordings=()) if record.call_id in gone else record
            for record in self.records
        ]
        return len(removed)

    def delete_records(self, before: Micros, count: int) -> int:
        self._check()
        old = [record.call_id for record in self.records if record.ended_at < before][:count]
        self.records = [record for record in self.records if record.call_id not in old]
        return len(old)

    def delete_changes(self, before: Micros, count: int) -> int:
        self._check()
        assert before
        assert count
        return 0

    def note_retention(self, before: Mapping[str, Micros], counts: Counts) -> None:
        self._check()
        assert before
        self.retained_at = self._clock.now()
        self.audit.append(("callcore", "retention", dict(counts)))

    def last_retention_at(self) -> Micros | None:
        self._check()
        return self.retained_at

    def _check(self) -> None:
        if self.is_down:
            raise RecordsUnavailableError("the fake history is down")


class FakeFiles:
    """Recordings by path; those ``far`` are on another machine."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.far: set[str] = set()

    def remove(self, path: str) -> FileEnd:
        if path in self.far:
            return FileEnd.OUT_OF_REACH
        if path in self.removed:
            return FileEnd.GONE
        self.removed.append(path)
        return FileEnd.REMOVED


class FakePast:
    """All three; ``keeper`` is what flows are given."""

    def __init__(self, floor: FakeFloor, clock: Instants) -> None:
        self.history = FakeHistory(floor, clock)
        self.files = FakeFiles()
        self.keeper = Keeper(history=self.history, files=self.files, floor=floor.people)


def _order(recording: KeptRecording) -> tuple[Micros, str, int]:
    return recording.started_at, recording.call_id, recording.recording_number


def _recordings(records: Sequence[CallRecord]) -> list[KeptRecording]:
    return [
        KeptRecording(
            call_id=record.call_id,
            recording_number=number,
            path=recording.path,
            started_at=recording.started_at,
        )
        for record in records
        for number, recording in enumerate(record.recordings, 1)
    ]
