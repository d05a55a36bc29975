"""Records reach the pending stream once each, in order, whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.record_keeping import PATIENCE_SECONDS, RecordKeeping
from callcore.flows.site import Site
from callcore.ports.records import Appending
from callcore.ports.stores import LeaveAnswer, StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import FakeClock, settle
from tests.fakes.floor import FakePendingRecords
from tests.fakes.spool import FakeDisk, FakeSpool
from tests.flows.floor import TestFloor


class SlowPending(FakePendingRecords):
    """A stream that takes its time, and may be down."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self.appended: list[CallRecord] = []
        self.is_down = False
        self._clock = clock
        self._seconds = seconds

    def append(self, record: CallRecord) -> Appending:
        """Appends after a while."""
        self._clock.sleep(self._seconds)
        if self.is_down:
            raise StoreUnavailableError
        self.appended.append(record)
        return Appending.APPENDED

    def append_and_forget(self, record: CallRecord) -> bool:
        """The same."""
        self.append(record)
        return True


def keeping_on(
    floor: TestFloor, spool: FakeSpool | None = None, seconds: float = 1.0
) -> tuple[RecordKeeping, SlowPending, CallRecord]:
    """Keeping on a slow stream, and a record to copy from."""
    caller = floor.call_in()
    floor.switch.end(caller)
    settle()
    pending = SlowPending(floor.clock, seconds)
    site: Site = floor.site
    slow = replace(site, pending_records=pending, spool=spool)
    return RecordKeeping(slow, FloorChanges(slow)), pending, floor.record()


def test_records_of_calls_that_end_at_once_are_each_appended_once(floor: TestFloor) -> None:
    """Two scripts that keep while an append is under way neither repeat nor lose one."""
    keeping, pending, record = keeping_on(floor)
    records = [replace(record, dialled_number=str(number)) for number in range(5)]
    for one in records:
        spawn("call", keeping.keep, one)
    floor.clock.advance(20)
    assert pending.appended == records
    assert keeping.held_count == 0


def test_records_are_held_in_order_until_the_stream_is_back(floor: TestFloor) -> None:
    """An append that fails is tried again before any later one."""
    keeping, pending, record = keeping_on(floor)
    records = [replace(record, dialled_number=str(number)) for number in range(3)]
    pending.is_down = True
    for one in records:
        spawn("call", keeping.keep, one)
    floor.clock.advance(10)
    assert keeping.held_count == 3
    pending.is_down = False
    floor.clock.advance(10)
    assert pending.appended == records


class Spool(FakeSpool):
    """A disk of its own."""

    def __init__(self) -> None:
        self.disk = FakeDisk()
        super().__init__(self.disk, "1")


def test_who_waits_for_a_slow_stream_is_on_the_disk(floor: TestFloor) -> None:
    """Within a moment, with the record that is on its way: a process that dies now loses none."""
    spool = Spool()
    keeping, pending, record = keeping_on(floor, spool)
    records = [replace(record, dialled_number=str(number)) for number in range(5)]
    for one in records:
        spawn("call", keeping.keep, one)
    floor.clock.advance(PATIENCE_SECONDS + 0.01)
    assert (keeping.held_count, pending.appended) == (0, [])
    assert spool.disk.records == records
    floor.clock.advance(20)
    assert list(dict.fromkeys(one.dialled_number for one in pending.appended)) == list("01234")
    spawn("call", keeping.keep, replace(record, dialled_number="5"))
    floor.clock.advance(1.1)
    assert pending.appended[-1].dialled_number == "5"
    assert len(spool.disk.records) == 5


def test_a_stream_that_is_as_quick_as_ever_spares_the_disk(floor: TestFloor) -> None:
    """However many calls end: each waits for a moment."""
    spool = Spool()
    keeping, pending, record = keeping_on(floor, spool, seconds=0.05)
    for _ in range(20):
        for number in range(3):
            spawn("call", keeping.keep, replace(record, dialled_number=str(number)))
        floor.clock.advance(0.151)
    floor.clock.advance(1)
    assert (len(pending.appended), spool.disk.records) == (60, [])


def test_a_process_that_ends_leaves_nothing_in_memory(floor: TestFloor) -> None:
    """Nor what Redis has just been asked to take."""
    spool = Spool()
    keeping, _, record = keeping_on(floor, spool)
    for _ in range(3):
        spawn("call", keeping.keep, record)
    settle()
    keeping.shelve_held()
    assert (keeping.held_count, len(spool.disk.records)) == (0, 3)
    keeping.shelve_held()
    assert len(spool.disk.records) == 3


def test_a_call_is_forgotten_after_all_that_is_owed_of_it(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record does not wait for that: the floor hears late that the caller has left."""
    room = floor.store.waiting_room
    caller = floor.call_in()
    floor.clock.advance(1)
    with monkeypatch.context() as away:

        def leave(*_: object, **__: object) -> LeaveAnswer:
            raise StoreUnavailableError

        away.setattr(room, "leave", leave)
        floor.switch.end(caller)
        floor.clock.advance(0.5)
        assert [record.call_id for record in floor.records()] == [caller]
        assert room.call(CallId(caller)) is not None
    floor.clock.advance(5)
    assert room.call(CallId(caller)) is None


def test_a_call_that_is_left_by_its_record_is_forgotten_next(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the step that takes the record cannot forget the call."""
    pending, room = floor.store.pending_records, floor.store.waiting_room
    left: list[CallId] = []

    def append_and_forget(record: CallRecord) -> bool:
        pending.append(record)
        left.extend(call.call_id for call in room.calls(record.node))
        return False

    monkeypatch.setattr(pending, "append_and_forget", append_and_forget)
    caller = floor.call_in()
    floor.clock.advance(1)
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert left == [caller]
    assert room.call(CallId(caller)) is None
