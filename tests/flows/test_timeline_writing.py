"""Changes of agents go from their stream to Postgres: in order, each once, none lost."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import AgentId, Micros
from callcore.flows import history_writing
from callcore.flows.record_writing import RecordWriting
from callcore.flows.timeline_writing import TimelineWriting
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.timelines import AgentChange, ChangesRejectedError, PendingChange
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.streams import Stream
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, TestFloor
from tests.flows.test_record_writing import History, three_records


class Changes:
    """``ports.timelines.PendingChanges`` over a stream of the test's own."""

    def __init__(self) -> None:
        self.stream: Stream[AgentChange] = Stream(lambda: None)
        self.acknowledged: list[str] = []
        self.aside: list[str] = []

    def append(self, count: int) -> None:
        """So many changes happen."""
        for number in range(count):
            self.stream.append(
                AgentChange(
                    agent_id=ANN,
                    at=Micros(number),
                    before=AgentState.AVAILABLE,
                    state=AgentState.RESERVED,
                    reason=AgentReason.OFFERED,
                    actor="callcore",
                )
            )

    def read(self, count: int, wait_seconds: float) -> list[PendingChange]:
        found = self.stream.read(count, wait_seconds)
        return [PendingChange(entry_id=entry_id, change=change) for entry_id, change in found]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self.stream.acknowledge(entry_ids)
        self.acknowledged.extend(entry_ids)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        self.stream.acknowledge(entry_ids)
        self.aside.extend(entry_ids)

    def count(self) -> int:
        return self.stream.count()


class Table:
    """Postgres in memory: may be away, and refuses some changes for ever."""

    def __init__(self) -> None:
        self.rows: dict[str, AgentChange] = {}
        self.is_away = False
        self.refused: dict[str, str] = {}
        self.batches: list[int] = []

    def write(self, changes: Sequence[PendingChange]) -> int:
        if self.is_away:
            message = "away"
            raise RecordsUnavailableError(message)
        before = len(self.rows)
        self.batches.append(len(changes))
        for pending in changes:
            if pending.entry_id not in self.refused:
                self.rows.setdefault(pending.entry_id, pending.change)
        reasons = {
            pending.entry_id: self.refused[pending.entry_id]
            for pending in changes
            if pending.entry_id in self.refused
        }
        if reasons:
            raise ChangesRejectedError(reasons, len(self.rows) - before)
        return len(self.rows) - before

    def of(self, agent_id: AgentId, count: int) -> list[AgentChange]:
        of_agent = [change for change in self.rows.values() if change.agent_id == agent_id]
        return of_agent[-count:]


@pytest.fixture
def changes() -> Changes:
    """Nothing has happened yet."""
    return Changes()


@pytest.fixture
def table() -> Table:
    """An empty history."""
    return Table()


@pytest.fixture
def writing(floor: TestFloor, changes: Changes, table: Table) -> TimelineWriting:
    """The flow under test."""
    return TimelineWriting(floor.site, changes, table)


def test_what_is_written_waits_no_more(
    changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """All are in the history, in order, and none is pending."""
    changes.append(3)
    spawn("writing", writing.step, 0)
    settle()
    assert [change.at for change in table.of(ANN, 9)] == [0, 1, 2]
    assert changes.count() == 0


def test_while_postgres_is_away_changes_wait(
    floor: TestFloor, changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """Nothing is lost or acknowledged, each try is told of, and they are further and further
    apart; then all is written, in order.
    """
    table.is_away = True
    changes.append(3)
    greenlet = spawn("writing", writing.run)
    settle()
    for _ in range(60):
        floor.clock.advance(1)
    assert changes.acknowledged == []
    changes.append(2)
    assert changes.count() == 5
    tries = floor.told(StoreFailed)
    assert {fact.store for fact in tries} == {"postgres"}
    gaps = [(later.at - fact.at) / 1e6 for fact, later in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == pytest.approx(history_writing.LONGEST_RETRY_SECONDS)
    table.is_away = False
    floor.clock.advance(history_writing.LONGEST_RETRY_SECONDS)
    assert list(table.rows) == ["1-0", "2-0", "3-0", "4-0", "5-0"]
    assert changes.count() == 0
    greenlet.kill()


def test_a_change_that_postgres_refuses_holds_up_no_other(
    floor: TestFloor, changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """It is set aside and told of by its id; the others are written and acknowledged."""
    changes.append(3)
    table.refused["2-0"] = "violates a constraint"
    spawn("writing", writing.step, 0)
    settle()
    assert list(table.rows) == ["1-0", "3-0"]
    assert (changes.acknowledged, changes.aside) == (["1-0", "3-0"], ["2-0"])
    assert changes.count() == 0
    [told] = floor.told(StoreFailed)
    assert "2-0: violates a constraint" in told.reason


def test_an_acknowledgement_that_fails_doubles_nothing(
    floor: TestFloor,
    changes: Changes,
    table: Table,
    writing: TimelineWriting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Redis goes away after Postgres has the batch: it is written again, and is there once."""
    changes.append(2)
    error = StoreUnavailableError("down")
    fail_once(monkeypatch, changes, "acknowledge", happens=False, error=error)
    spawn("writing", writing.step, 0)
    settle()
    assert [fact.store for fact in floor.told(StoreFailed)] == ["redis"]
    assert changes.count() == 2
    assert writing.drain() is True
    assert (list(table.rows), table.batches) == (["1-0", "2-0"], [2, 2])
    assert changes.acknowledged == ["1-0", "2-0"]


def test_draining_writes_everything_or_says_no(
    changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """True once nothing is pending, however many batches that takes; false at once while away."""
    changes.append(2 * history_writing.BATCH + 1)
    table.is_away = True
    assert writing.drain() is False
    table.is_away = False
    assert writing.drain() is True
    assert table.batches == [history_writing.BATCH, history_writing.BATCH, 1]
    assert changes.count() == 0


def test_changes_gather_between_batches(
    floor: TestFloor, changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """What comes in while a batch was just written goes together, a second later."""
    changes.append(3)
    greenlet = spawn("writing", writing.run)
    settle()
    for _ in range(5):
        changes.append(1)
        floor.clock.advance(0.1)
    assert table.batches == [3]
    floor.clock.advance(1)
    assert table.batches == [3, 5]
    greenlet.kill()


def test_a_full_batch_is_followed_at_once(
    changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """A backlog is worked off without pauses."""
    changes.append(3 * history_writing.BATCH)
    greenlet = spawn("writing", writing.run)
    settle()
    assert table.batches == [history_writing.BATCH] * 3
    greenlet.kill()


def test_it_outlives_a_fault(
    floor: TestFloor,
    changes: Changes,
    table: Table,
    writing: TimelineWriting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch that failed for an odd reason is told of by its flow and written the next time."""
    changes.append(1)
    fail_once(monkeypatch, table, "write", happens=False, error=RuntimeError("a bug"))
    greenlet = spawn("writing", writing.run)
    settle()
    assert [fact.flow for fact in floor.told(FlowFailed)] == ["timeline_writing"]
    floor.clock.advance(30)
    assert list(table.rows) == ["1-0"]
    greenlet.kill()


def test_call_records_go_on_while_the_timeline_cannot_be_written(
    floor: TestFloor, changes: Changes, table: Table, writing: TimelineWriting
) -> None:
    """Each has a greenlet of its own."""
    ids = three_records(floor)
    changes.append(3)
    table.is_away = True
    history = History()
    records = RecordWriting(floor.site, floor.store.pending_records, history)
    greenlets = [spawn("timeline", writing.run), spawn("records", records.run)]
    settle()
    assert list(history.rows) == ids
    assert changes.count() == 3
    for greenlet in greenlets:
        greenlet.kill()
