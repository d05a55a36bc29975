"""Records reach the pending stream once each, in order, whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.records import CallRecord
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.site import Site
from callcore.ports.records import Appending
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import FakeClock, settle
from tests.fakes.floor import FakePendingRecords
from tests.flows.floor import TestFloor


class SlowPending(FakePendingRecords):
    """A stream that takes its time, and may be down."""

    def __init__(self, clock: FakeClock) -> None:
        self.appended: list[CallRecord] = []
        self.is_down = False
        self._clock = clock

    def append(self, record: CallRecord) -> Appending:
        """Appends after a while."""
        self._clock.sleep(1)
        if self.is_down:
            raise StoreUnavailableError
        self.appended.append(record)
        return Appending.APPENDED


def keeping_on(floor: TestFloor) -> tuple[RecordKeeping, SlowPending, CallRecord]:
    """Keeping on a slow stream, and a record to copy from."""
    caller = floor.call_in()
    floor.switch.end(caller)
    settle()
    pending = SlowPending(floor.clock)
    site: Site = floor.site
    slow = replace(site, pending_records=pending)
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
