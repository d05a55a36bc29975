"""Redis comes back without its data, and fails once more while it is told again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.ports.stores import StoreUnavailableError
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, ROOMY, TestFloor
from tests.flows.stories import agent_of, line, who_talks_with


def _fails_at(real: Callable[..., Any], number: int) -> Callable[..., Any]:
    """The verb, which fails that time."""
    count = 0

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            raise StoreUnavailableError("timed out")
        return real(*args, **kwargs)

    return call


@pytest.mark.parametrize("enrolled_before", [0, 1, 2])
def test_the_floor_is_told_again_until_it_has_heard(
    monkeypatch: pytest.MonkeyPatch, enrolled_before: int
) -> None:
    """Wherever it was broken off: callers have their places, agents are known and served."""
    floor = TestFloor(agent_of(ANN, ROOMY, logged_in_at_start=True))
    floor.clock.advance(1)
    first = floor.call_in()
    floor.clock.advance(5)
    callers = [floor.call_in() for _ in range(3)]
    floor.store.lose_data()
    enrol = _fails_at(floor.store.roster.enrol, enrolled_before + 1)
    monkeypatch.setattr(floor.store.roster, "enrol", enrol)
    floor.clock.advance(60)
    assert line(floor, *callers) == [1, 2, 3]
    assert who_talks_with(floor, first) == ANN
    floor.switch.end(first)
    floor.clock.advance(20)
    assert who_talks_with(floor, callers[0]) == ANN


def test_the_roster_that_cannot_be_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very first question fails."""
    floor = TestFloor(ROOMY)
    callers = [floor.call_in() for _ in range(2)]
    floor.store.lose_data()
    fail_once(monkeypatch, floor.store.roster, "agents", happens=False)
    floor.clock.advance(60)
    assert line(floor, *callers) == [1, 2]
