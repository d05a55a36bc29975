"""A move of a waiting caller is made or it is not, whatever Redis does meanwhile."""

from __future__ import annotations

import pytest

from callcore.domain.ids import CallId, LegId
from callcore.ports.operations import MoveRefusedError
from callcore.ports.stores import StoreUnavailableError
from tests.fakes.clock import settle
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import come, line, place, who_talks_with


def move(floor: TestFloor, caller: LegId) -> None:
    """An operator moves the caller to the sales queue."""
    floor.worker.operating.move(CallId(caller), SALES, by="ann")
    settle()


@pytest.mark.parametrize("happens", [False, True])
class TestAMoveWhoseAnswerWasLost:
    """The operator is told that it was not made, and so it is: before and after it happened."""

    def test_the_caller_keeps_the_place(
        self, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """In the old queue and in no other one."""
        floor = TestFloor(ROOMY)
        callers = [floor.call_in() for _ in range(3)]
        fail_once(monkeypatch, floor.store.waiting_room, "move", happens=happens)
        with pytest.raises(MoveRefusedError, match="Redis did not make the move"):
            move(floor, callers[1])
        floor.clock.advance(2)
        assert line(floor, *callers) == [1, 2, 3]
        assert line(floor, callers[1], queue=SALES) == [None]
        assert place(floor, callers[1]).queue == SUPPORT

    def test_the_caller_is_served_in_the_old_queue(
        self, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """Nobody is left in a place where no agent looks."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        fail_once(monkeypatch, floor.store.waiting_room, "move", happens=happens)
        with pytest.raises(MoveRefusedError):
            move(floor, caller)
        come(floor, ANN)
        floor.clock.advance(5)
        assert who_talks_with(floor, caller) == ANN

    def test_asked_again_it_is_made(
        self, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """What was done to come back does not undo the second move."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        fail_once(monkeypatch, floor.store.waiting_room, "move", happens=happens)
        with pytest.raises(MoveRefusedError):
            move(floor, caller)
        move(floor, caller)
        floor.clock.advance(5)
        assert place(floor, caller).queue == SALES
        come(floor, CLEO)
        floor.clock.advance(5)
        assert who_talks_with(floor, caller) == CLEO


def test_a_move_waits_for_what_redis_has_yet_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis stays away after a move that may have happened: another one is refused until the first
    is made up for, so that the two cannot cross.
    """
    floor = TestFloor(ROOMY)
    caller = floor.call_in()
    away = True
    real = floor.store.waiting_room.move

    def moving(*args: object, **kwargs: object) -> object:
        if away:
            raise StoreUnavailableError("timed out")
        return real(*args, **kwargs)  # type: ignore[arg-type]  # as they were given

    monkeypatch.setattr(floor.store.waiting_room, "move", moving)
    with pytest.raises(MoveRefusedError):
        move(floor, caller)
    away = False
    with pytest.raises(MoveRefusedError, match="ask again"):
        move(floor, caller)
    floor.clock.advance(2)
    move(floor, caller)
    assert place(floor, caller).queue == SALES
