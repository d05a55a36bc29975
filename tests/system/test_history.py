"""Both writers over a real Postgres: neither holds up the other, and a stop leaves nothing."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace

import gevent
import psycopg
import pytest
from gevent.event import Event

from callcore.adapters.logs import setup
from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.history import History, PostgresAccess
from callcore.bootstrap.readiness import UP, Readiness
from callcore.bootstrap.storing import PostgresHeard
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.ids import CallId, Micros
from callcore.flows import history_writing
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.tenure import Tenure
from callcore.ports.records import RecordsUnavailableError
from callcore.ports.timelines import AgentChange
from callcore.runtime.clock import SystemClock
from tests.adapters.postgres.samples import served_call
from tests.fakes.clock import FakeClock
from tests.fakes.floor_changes import FakePendingChanges
from tests.fakes.floor_memory import FloorMemory
from tests.flows.floor import ANN, TestFloor
from tests.waiting import wait_until


class Kept:
    """A floor whose records and changes go to Postgres by the real clock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lines = io.BytesIO()
        self.readiness = Readiness(Tenure())
        self.memory = FloorMemory(FakeClock())
        self.changes = FakePendingChanges(self.memory)
        floor = TestFloor()
        self.records = floor.store.pending_records
        site = replace(floor.site, clock=SystemClock())
        self.keeping = RecordKeeping(site, FloorChanges(site))
        self.history = History(
            site,
            self.keeping,
            self.changes,
            PostgresAccess(url=url, observer=PostgresHeard(Metrics(), self.readiness)),
            self.readiness,
            setup.setup(stream=self.lines),
            Event(),
        )

    def change(self, number: int) -> AgentChange:
        """A change happens."""
        change = AgentChange(
            agent_id=ANN,
            at=Micros(1_790_000_000_000_000 + number),
            before=AgentState.AVAILABLE,
            state=AgentState.RESERVED,
            reason=AgentReason.OFFERED,
            actor="callcore",
        )
        self.memory.changes.append(change)
        return change

    def end_call(self, call_id: str) -> None:
        """A call ends."""
        self.records.append(served_call(call_id))

    def has(self, table: str) -> int:
        """How many rows Postgres has."""
        with psycopg.connect(self.url) as connection:
            found = connection.execute(f"select count(*) from callcore.{table}").fetchone()
        assert found is not None
        return int(found[0])


@pytest.fixture
def kept(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """Begun, and brought up to date."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(history_writing, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(history_writing, "GATHER_SECONDS", 0.05)
    kept = Kept(database_url)
    with pytest.raises(RecordsUnavailableError, match="not been reached"):
        kept.history.timeline(ANN, 1)
    kept.history.start()
    wait_until(lambda: kept.readiness.parts()["postgres"] == UP)
    yield kept
    kept.history.drain()
    kept.history.close()


def test_records_and_changes_reach_postgres(kept: Kept) -> None:
    """Each in its table, and the timeline is read back."""
    made = [kept.change(number) for number in range(3)]
    kept.end_call("call-1")
    wait_until(lambda: kept.records.count() == 0 and kept.changes.count() == 0)
    assert kept.history.timeline(ANN, 2) == tuple(made[1:])
    assert kept.history.story(CallId("call-1")) is not None


def test_a_timeline_that_is_locked_holds_up_no_record(kept: Kept) -> None:
    """Whoever locks the changes' table, for a report or by mistake, does not stop the records."""
    with psycopg.connect(kept.url) as other:
        other.execute("lock table callcore.agent_changes")
        kept.change(1)
        readers = [gevent.spawn(kept.history.timeline, ANN, 1) for _ in range(3)]
        gevent.sleep(0.3)
        for number in range(3):
            kept.end_call(f"call-{number}")
            wait_until(lambda: kept.records.count() == 0)
        assert (kept.has("call_records"), kept.changes.count()) == (3, 1)
    wait_until(lambda: kept.changes.count() == 0)
    assert kept.has("agent_changes") == 1
    gevent.joinall(readers, raise_error=True)


def test_that_postgres_fails_is_told_until_it_works_again(kept: Kept) -> None:
    """Also long after the start: whoever asks whether callcore is well is told the truth."""
    with psycopg.connect(kept.url, autocommit=True) as other:
        other.execute("alter table callcore.call_records rename to elsewhere")
        kept.end_call("call-1")
        wait_until(lambda: kept.readiness.parts()["postgres"] == "unfit: records wait")
        other.execute("alter table callcore.elsewhere rename to call_records")
    wait_until(lambda: kept.readiness.parts()["postgres"] == UP)
    wait_until(lambda: kept.records.count() == 0)


def test_a_stop_writes_what_is_left_of_both(kept: Kept) -> None:
    """What came in the last moment is not left for the next start."""
    for number in range(300):
        kept.change(number)
    kept.end_call("call-1")
    kept.history.drain()
    assert (kept.has("agent_changes"), kept.has("call_records")) == (300, 1)
    assert b"left_pending" not in kept.lines.getvalue()


def test_a_stop_says_what_it_had_to_leave(kept: Kept) -> None:
    """The changes cannot be written and wait in Redis; the records do not wait for them."""
    with psycopg.connect(kept.url) as other:
        other.execute("alter table callcore.agent_changes rename to elsewhere")
        other.commit()
        kept.change(1)
        kept.end_call("call-1")
        kept.history.drain()
        assert (kept.has("call_records"), kept.changes.count()) == (1, 1)
        assert b"agent_changes_left_pending" in kept.lines.getvalue()
        assert b"records_left_pending" not in kept.lines.getvalue()
        other.execute("alter table callcore.elsewhere rename to agent_changes")
