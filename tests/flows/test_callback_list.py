"""The list of callbacks promised, as operators see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import pytest

from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import CallId, QueueName
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin
from callcore.domain.policies import CallFirst
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callback_requests import OTHER, ask, listed
from tests.flows.callbacks import KEPT_BY, ON_HOOK, QUICK, CallbackFloor, policy
from tests.flows.floor import ANN


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class TestTheList:
    """What operators see of promises."""

    def test_names_every_promise_by_queue_and_place(self) -> None:
        """Of callers, of requests; with shortened numbers."""
        floor = CallbackFloor(policy(callback=KEPT_BY))
        floor.promised()
        ask(floor, number=OTHER)
        shown = listed(floor)
        assert [(one.origin, one.position) for one in shown] == [
            (CallbackOrigin.OVERFLOW, 1),
            (CallbackOrigin.REQUEST, 2),
        ]
        assert [one.caller_number for one in shown] == ["+4820…00", "+4820…09"]
        assert shown[0].waited_seconds > shown[1].waited_seconds
        expires = 1800_000_000
        assert shown[1].expires_at == floor.clock.now() + expires
        assert shown[1].due_at is None

    def test_tells_how_far_each_is(self) -> None:
        """From waiting to talking; who has talked is a promise no more."""
        first = replace(KEPT_BY, call_first=CallFirst.CUSTOMER)
        floor = CallbackFloor(policy(callback=first))
        ask(floor)
        seen: list[CallbackState] = []

        def look(seconds: float) -> None:
            for _ in range(round(seconds * 10)):
                for one in listed(floor):
                    if seen[-1:] != [one.state]:
                        seen.append(one.state)
                floor.clock.advance(0.1)

        look(1)
        floor.customer(Phone(answers_after_seconds=2.0))
        floor.log_in(ANN, phone=Phone(answers_after_seconds=2.0))
        look(10)
        assert seen == [
            CallbackState.WAITING,
            CallbackState.CALLING,
            CallbackState.ANSWERED,
            CallbackState.TALKING,
        ]
        (talking,) = listed(floor)
        assert talking.position is None
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(2)
        assert listed(floor) == []

    def test_tells_of_attempts_and_agents(self, floor: CallbackFloor) -> None:
        """Who is rung for it now; what came of the calls so far, and when the next one is due."""
        ask(floor)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        (rung,) = listed(floor)
        assert (rung.state, rung.offered_to) == (CallbackState.OFFERED, (ANN,))
        floor.switch.phones["user/1001@t"] = QUICK
        floor.customer(BUSY)
        floor.clock.advance(40)
        (later,) = listed(floor)
        assert [one.outcome for one in later.attempts] == [AttemptOutcome.BUSY]
        assert later.state is CallbackState.NOT_DUE
        assert later.due_at is not None

    def test_is_empty_without_any(self, floor: CallbackFloor) -> None:
        """Callers on the line are none."""
        floor.call_in()
        assert listed(floor) == []

    def test_one_taken_back_is_gone(self, floor: CallbackFloor) -> None:
        """By an operator; the customer is not called."""
        answer = ask(floor)
        floor.worker.operating.withdraw(answer.call_id, by="eve")
        floor.clock.advance(ON_HOOK)
        assert listed(floor) == []
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.dialled_count() == 0


def test_the_places_of_all_are_read_together(
    floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at the floor, however many there are; without it they are listed all the same."""
    for number in range(9):
        ask(floor, number=f"+4820000{number}")
    room, looks = floor.store.waiting_room, []
    positions = room.positions

    def count(calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        looks.append(len(calls))
        return positions(calls)

    def one_by_one(*_: object) -> NoReturn:
        pytest.fail("asked of one promise")

    monkeypatch.setattr(room, "positions", count)
    monkeypatch.setattr(room, "position", one_by_one)
    assert [one.position for one in listed(floor)] == list(range(1, 10))
    assert looks == [9]
    floor.store.go_down()
    assert [one.position for one in listed(floor)] == [None] * 9
