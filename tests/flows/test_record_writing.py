"""Records go from the pending stream to Postgres: in order, each once, none lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from callcore.domain.events import RecordsWritten, StoreFailed
from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.domain.sharding import DUTIES, Duty, Shard, WorkerId
from callcore.flows.record_writing import RecordWriting
from callcore.flows.tenure import Tenure
from callcore.ports.records import RecordsRejectedError, RecordsUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.floor import TestFloor


class History:
    """Postgres in memory: may be away, and refuses some records for ever."""

    def __init__(self) -> None:
        self.rows: dict[CallId, CallRecord] = {}
        self.is_away = False
        self.refused: dict[CallId, str] = {}

    def write(self, records: Sequence[CallRecord]) -> int:
        """Writes what it takes."""
        if self.is_away:
            message = "away"
            raise RecordsUnavailableError(message)
        before = len(self.rows)
        for record in records:
            if record.call_id not in self.refused:
                self.rows.setdefault(record.call_id, record)
        reasons = {r.call_id: self.refused[r.call_id] for r in records if r.call_id in self.refused}
        if reasons:
            raise RecordsRejectedError(reasons, len(self.rows) - before)
        return len(self.rows) - before

    def ranks(self, call_ids: Collection[CallId]) -> dict[CallId, int]:
        """Of those that are there."""
        return {one: self.rows[one].rank for one in call_ids if one in self.rows}


@pytest.fixture
def history() -> History:
    """An empty history."""
    return History()


def three_records(floor: TestFloor) -> list[CallId]:
    """Three calls that have ended, whose records wait."""
    caller = floor.call_in()
    floor.switch.end(caller)
    settle()
    model = floor.record()
    pending = floor.store.pending_records
    for number in (2, 3):
        pending.append(replace(model, call_id=CallId(f"call-{number}")))
    return [entry.record.call_id for entry in pending.read(9, 0)]


def writing(floor: TestFloor, history: History) -> RecordWriting:
    """The flow under test."""
    return RecordWriting(floor.site, floor.store.pending_records, history)


def test_what_is_written_waits_no_more(floor: TestFloor, history: History) -> None:
    """All three are in the history and none is pending."""
    ids = three_records(floor)
    spawn("writing", writing(floor, history).step, 0)
    settle()
    assert list(history.rows) == ids
    assert floor.store.pending_records.count() == 0
    assert [fact.count for fact in floor.told(RecordsWritten)] == [3]


def test_what_is_not_written_goes_on_waiting(floor: TestFloor, history: History) -> None:
    """Postgres is away: nothing is lost, it is told of, and tried again after a while."""
    ids = three_records(floor)
    history.is_away = True
    flow = writing(floor, history)
    spawn("writing", flow.step, 0)
    settle()
    assert floor.store.pending_records.count() == 3
    assert [fact.store for fact in floor.told(StoreFailed)] == ["postgres"]
    history.is_away = False
    spawn("writing", flow.step, 0)
    settle()
    assert list(history.rows) == ids


def test_a_record_that_postgres_refuses_holds_up_no_other(
    floor: TestFloor, history: History
) -> None:
    """It is set aside and told of by its id; the others are written and acknowledged."""
    first, second, third = three_records(floor)
    history.refused[second] = "violates a constraint"
    spawn("writing", writing(floor, history).step, 0)
    settle()
    assert list(history.rows) == [first, third]
    assert floor.store.pending_records.count() == 0
    assert second in floor.told(StoreFailed)[0].reason


def test_draining_writes_everything_or_says_no(floor: TestFloor, history: History) -> None:
    """True once nothing is pending; false at once while Postgres is away."""
    three_records(floor)
    flow = writing(floor, history)
    history.is_away = True
    assert flow.drain() is False
    history.is_away = False
    assert flow.drain() is True
    assert floor.store.pending_records.count() == 0


def test_records_gather_between_batches(floor: TestFloor, history: History) -> None:
    """What comes in while a batch was just written goes together, a second later."""
    three_records(floor)
    spawn("writing", writing(floor, history).run)
    settle()
    model = next(iter(history.rows.values()))
    for number in range(5):
        floor.store.pending_records.append(replace(model, call_id=CallId(f"late-{number}")))
        floor.clock.advance(0.1)
    assert len(history.rows) == 3
    floor.clock.advance(1)
    assert [fact.count for fact in floor.told(RecordsWritten)] == [3, 5]


def test_a_worker_without_the_duty_writes_nothing(floor: TestFloor, history: History) -> None:
    """Of several one writes; another one begins as soon as the duty is its own."""
    ids = three_records(floor)
    tenure = Tenure(WorkerId("2"), is_alone=False)
    site = replace(floor.site, tenure=tenure)
    flow = RecordWriting(site, floor.store.pending_records, history)
    spawn("writing", flow.run)
    floor.clock.advance(30)
    assert history.rows == {}
    tenure.note({Shard(DUTIES, Duty.HISTORY): 1}, {}, frozenset())
    floor.clock.advance(2)
    assert list(history.rows) == ids
