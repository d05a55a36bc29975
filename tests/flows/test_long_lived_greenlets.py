"""One odd exception must not end what has to run for ever."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.records import CallRecord
from callcore.flows import history_writing, record_writing
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, TestFloor


def test_the_lease_watch_outlives_a_fault(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent whose process died is freed though one look failed."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.switch.end(caller)
    settle()
    floor.restart()
    fail_once(
        monkeypatch,
        floor.store.roster,
        "expired",
        happens=False,
        error=RuntimeError("a bug"),
    )
    floor.clock.advance(60)
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_record_keeping_outlives_a_fault(floor: TestFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that could not be appended for an odd reason does not hold up all others."""
    fail_once(
        monkeypatch,
        floor.store.pending_records,
        "append_and_forget",
        happens=False,
        error=RuntimeError("a bug"),
    )
    first = floor.call_in()
    floor.switch.end(first)
    floor.clock.advance(5)
    second = floor.call_in()
    floor.switch.end(second)
    floor.clock.advance(5)
    assert second in {record.call_id for record in floor.records()}


def test_record_writing_outlives_a_fault(floor: TestFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that failed for an odd reason is written the next time."""
    written: list[CallRecord] = []

    class Records:
        def write(self, records: Any) -> int:
            written.extend(records)
            return len(records)

        def ranks(self, _call_ids: Any) -> Any:
            return {}

    caller = floor.call_in()
    floor.switch.end(caller)
    settle()
    records = Records()
    fail_once(monkeypatch, records, "write", happens=False, error=RuntimeError("a bug"))
    monkeypatch.setattr(history_writing, "WAIT_SECONDS", 0.01)
    writing = record_writing.RecordWriting(floor.site, floor.store.pending_records, records)
    greenlet = spawn("record_writing", writing.run)
    try:
        floor.clock.advance(30)
        assert [record.call_id for record in written] == [caller]
    finally:
        greenlet.kill()
