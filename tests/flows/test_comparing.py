"""Comparing while the world moves."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import CallArrived, SelfHealed, WrapUpEnded
from callcore.domain.ids import LegId
from callcore.ports.stores import Freed
from callcore.ports.switch_events import LegParked, SwitchEvent
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, TestFloor


def test_two_comparisons_at_once_adopt_a_call_once(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link came up twice: one script, one mailbox, one record."""
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    floor.kill_worker()
    floor.clock.advance(3)
    floor.worker = floor.start_worker()
    lose = floor.store.roster.lose

    def slow_lose(*args: Any, **kwargs: Any) -> Freed:
        floor.clock.sleep(0.05)
        return lose(*args, **kwargs)

    monkeypatch.setattr(floor.store.roster, "lose", slow_lose)
    floor.switch.restore_link()
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert len(floor.told(CallArrived)) == 2, "the arrival and one adoption"
    floor.switch.end(caller)
    floor.clock.advance(700)
    assert ("hang_up", caller) not in floor.switch.commands


def test_a_call_that_ends_during_a_comparison_is_not_closed_again(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its agent's wrap-up is told once, and nothing was healed."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    legs = floor.switch.legs

    def slow_legs() -> Any:
        floor.switch.end(caller)
        floor.clock.sleep(0.05)
        return legs()

    monkeypatch.setattr(floor.switch, "legs", slow_legs)
    floor.switch.lose_link()
    floor.switch.restore_link()
    floor.clock.advance(30)
    assert len(floor.told(WrapUpEnded)) == 1
    assert floor.told(SelfHealed) == []


@pytest.mark.parametrize("is_silent", [False, True])
def test_a_call_that_ends_while_it_is_looked_at_is_not_adopted(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch, *, is_silent: bool
) -> None:
    """It stands among the legs that were read, and its script is over when its turn comes; a leg
    to which nothing is played is no new arrival either.
    """
    caller = floor.call_in()
    floor.clock.advance(5)
    if is_silent:
        floor.switch.legs_by_id[caller].playing = None
    legs = floor.switch.legs

    def slow_legs() -> Any:
        found = legs()
        floor.switch.end(caller)
        floor.clock.sleep(0.05)
        return found

    monkeypatch.setattr(floor.switch, "legs", slow_legs)
    floor.switch.lose_link()
    floor.switch.restore_link()
    floor.clock.advance(30)
    assert len(floor.told(CallArrived)) == 1
    assert len(floor.records()) == 1
    assert floor.told(SelfHealed) == []


def test_an_arrival_that_is_found_before_it_is_told_is_one_arrival(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch answers before it tells: that the leg was parked is heard as the music is being
    ordered, which is begun once.
    """
    deliver, told = floor.worker.deliver, list[SwitchEvent]()
    play_endlessly = floor.switch.play_endlessly

    def keep_back(event: SwitchEvent) -> None:
        (told.append if isinstance(event, LegParked) else deliver)(event)

    def tell_late(leg_id: LegId, path: str) -> None:
        play_endlessly(leg_id, path)
        while told:
            deliver(told.pop())

    monkeypatch.setattr(floor.switch, "play_endlessly", tell_late)
    floor.switch.deliver_to(keep_back)
    caller = floor.call_in()
    assert len(told) == 1
    floor.switch.lose_link()
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert told == []
    assert len(floor.told(CallArrived)) == 1
    assert floor.switch.commands.count(("play_endlessly", caller)) == 1
