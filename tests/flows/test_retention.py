"""What is older than it is to be kept is deleted once a day."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.events import StoreFailed
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.sharding import WorkerId
from callcore.flows import retention
from callcore.flows.retention import Retention
from callcore.flows.tenure import Tenure
from callcore.ports.forgetting import Counts
from callcore.runtime.greenlets import spawn
from tests.adapters.postgres.samples import served_call
from tests.fakes.clock import settle
from tests.fakes.keeper import FakePast
from tests.flows.floor import TestFloor

DAY = 86_400 * MICROS_PER_SECOND


class Past:
    """A site with calls of the last 100 days, one a day, each with a recording."""

    def __init__(self, records_days: int | None, recordings_days: int | None) -> None:
        self.floor = TestFloor()
        self.past = FakePast(self.floor.store, self.floor.clock)
        now = self.floor.clock.now()
        self.past.history.records = [
            served_call(start=Micros(now - day * DAY - DAY // 2)) for day in range(100)
        ]
        for position, record in enumerate(self.past.history.records):
            (recording,) = record.recordings
            named = replace(recording, path=f"/rec/{position}.wav")
            self.past.history.records[position] = replace(record, recordings=(named,))
        self.told: list[Counts] = []
        self.site = replace(self.floor.site, keeper=self.past.keeper)
        self.days = (records_days, recordings_days)

    def run(self) -> None:
        """Begins, as the daemon does."""
        spawn("retention", Retention(self.site, *self.days, self.told.append).run)
        settle()

    def wait(self, seconds: float) -> None:
        """So long, with time for every batch at the end."""
        self.floor.clock.advance(seconds)
        for _ in range(20):
            self.floor.clock.advance(retention.PAUSE_SECONDS)

    def count(self) -> tuple[int, int]:
        """Records, and recordings of them."""
        records = self.past.history.records
        return len(records), sum(bool(record.recordings) for record in records)


def test_nothing_is_deleted_that_is_kept_for_ever() -> None:
    """Without settings."""
    past = Past(None, None)
    past.run()
    past.wait(7200)
    assert past.count() == (100, 100)
    assert past.past.history.audit == []


def test_each_kind_is_kept_for_its_days() -> None:
    """Files of recordings are gone before their rows; it is noted once a day."""
    past = Past(30, 7)
    past.run()
    past.wait(600)
    assert past.count() == (30, 7)
    assert past.past.files.removed[0] == "/rec/99.wav"
    assert len(past.past.files.removed) == 93
    counts = {"recordings": 93, "call_records": 70}
    assert past.told == [counts]
    assert past.past.history.audit == [("callcore", "retention", counts)]
    past.wait(13 * 3600)
    assert past.count() == (30, 7)
    past.past.history.retained_at = Micros(past.floor.clock.now() - DAY)
    past.wait(2000)
    assert past.count() == (29, 6)
    assert len(past.past.history.audit) == 2


def test_recordings_go_with_their_records() -> None:
    """Though they are to be kept for ever themselves: nobody could find them."""
    past = Past(30, None)
    past.run()
    past.wait(600)
    assert past.count() == (30, 30)
    assert len(past.past.files.removed) == 70


def test_records_outlive_recordings() -> None:
    """Only what is asked for is deleted."""
    past = Past(None, 7)
    past.run()
    past.wait(600)
    assert past.count() == (100, 7)


def test_recordings_of_another_machine_are_counted_and_do_not_hold_up_the_others() -> None:
    """They are passed over."""
    past = Past(None, 7)
    past.past.files.far = {"/rec/99.wav", "/rec/50.wav"}
    past.run()
    past.wait(600)
    assert past.count() == (100, 9)
    assert past.told == [{"recordings": 91, "recordings_left": 2}]


def test_only_the_worker_with_the_duty_deletes() -> None:
    """Of several."""
    past = Past(30, 7)
    past.site = replace(past.site, tenure=Tenure(WorkerId("2"), is_alone=False))
    past.run()
    past.wait(7200)
    assert past.count() == (100, 100)


def test_a_history_that_is_away_is_asked_again() -> None:
    """It is told of, and done when it is back."""
    past = Past(30, 7)
    past.past.history.is_down = True
    past.run()
    past.wait(600)
    assert past.floor.told(StoreFailed)
    past.past.history.is_down = False
    past.wait(retention.LOOK_SECONDS + 60)
    assert past.count() == (30, 7)
