"""When what is old is looked through for garbage."""

from __future__ import annotations

import gc

import pytest

from callcore.bootstrap.collecting import FEW_CALLS, LONGEST_SECONDS, LOOK_SECONDS, Collecting
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import FakeClock, settle


@pytest.fixture
def collections(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each full collection."""
    made: list[None] = []
    monkeypatch.setattr(gc, "collect", lambda: made.append(None))
    return made


def begun(calls_count: int) -> FakeClock:
    """The clock of a worker that follows so many calls, now and for ever."""
    clock = FakeClock()
    spawn("collecting", Collecting(clock, lambda: calls_count).run)
    settle()
    return clock


def test_while_there_are_few_calls(collections: list[None]) -> None:
    """At every look."""
    begun(FEW_CALLS).advance(3 * LOOK_SECONDS)
    assert len(collections) == 3


def test_while_there_are_many(collections: list[None]) -> None:
    """Once an hour."""
    clock = begun(FEW_CALLS + 1)
    clock.advance(LONGEST_SECONDS - LOOK_SECONDS)
    assert collections == []
    clock.advance(LONGEST_SECONDS + LOOK_SECONDS)
    assert len(collections) == 2
