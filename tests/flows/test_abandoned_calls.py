"""Callers who hang up while waiting and are called back on their place, where a queue says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackAsked
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, CallOutcome
from callcore.domain.policies import AbandonedPolicy, CallableNumbers, SitePolicy
from callcore.domain.records import CallRecord
from callcore.ports.stores import FloorCallState
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import (
    ANSWERING,
    DIALPLAN,
    KEPT_BY,
    NUMBER,
    QUICK,
    CallbackFloor,
    policy,
)
from tests.flows.floor import ANN, SUPPORT
from tests.flows.stories import line, place

AFTER = 30.0
DELAY = 60.0
OTHER = "+48200009"


def site(**settings: Any) -> SitePolicy:
    abandoned = AbandonedPolicy(after_seconds=AFTER, delay_seconds=DELAY)
    kept_by = replace(KEPT_BY, abandoned=abandoned, **settings.pop("callback", {}))
    return policy(maximum_wait_seconds=600.0, callback=kept_by, **settings)


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor(site())


def hang_up_after(floor: CallbackFloor, seconds: float, **what: str) -> LegId:
    caller = floor.call_in(**what)
    floor.clock.advance(seconds)
    floor.switch.end(caller)
    settle()
    return caller


def record_of(floor: CallbackFloor, caller: LegId) -> CallRecord:
    (record,) = [one for one in floor.records() if one.call_id == caller]
    return record


class TestCalledBack:
    """Who waited long enough."""

    def test_on_the_old_place_after_a_delay(self, floor: CallbackFloor) -> None:
        """Before who was behind, who is the next one until it is due: agents serve others then."""
        caller = floor.call_in()
        behind = floor.call_in(number=OTHER)
        floor.clock.advance(AFTER + 1)
        floor.switch.end(caller)
        settle()
        promise = floor.promise()
        assert promise.callback is not None
        assert promise.callback.origin is CallbackOrigin.ABANDONED
        assert promise.callback.of_call == caller
        assert promise.score < place(floor, behind).score
        assert line(floor, LegId(promise.call_id), behind) == [1, 1]
        floor.customer(ANSWERING)
        floor.clock.advance(DELAY - 1)
        floor.switch.end(behind)
        floor.log_in(ANN, phone=QUICK)
        assert floor.dialled_count() == 0
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).call_id == promise.call_id

    def test_with_both_records(self, floor: CallbackFloor) -> None:
        """That of the call says abandoned and what was promised; that of the promise whence."""
        caller = hang_up_after(floor, AFTER + 1)
        promise = floor.promise()
        record = record_of(floor, caller)
        assert record.outcome is CallOutcome.ABANDONED
        (asking,) = record.callback_askings
        assert (asking.origin, asking.end) == (CallbackOrigin.ABANDONED, AskingEnd.PROMISED)
        assert (asking.number, asking.promise) == (NUMBER, promise.call_id)
        (told,) = floor.told(CallbackAsked)
        assert (told.call_id, told.end) == (caller, AskingEnd.PROMISED)
        floor.worker.operating.withdraw(promise.call_id, by="eve")
        floor.clock.advance(1)
        over = floor.callback_record()
        assert (over.callback_of, over.callback_origin) == (caller, CallbackOrigin.ABANDONED)

    def test_unless_they_call_themselves(self, floor: CallbackFloor) -> None:
        """They have their place, and nobody calls them."""
        hang_up_after(floor, AFTER + 1)
        floor.call_in(number=OTHER)
        again = floor.call_in()
        assert floor.position(again) == 1
        floor.customer(ANSWERING)
        floor.clock.advance(DELAY)
        floor.switch.end(again)
        floor.clock.advance(1)
        (waiting,) = [one for one in floor.promises() if one.ended_at is None]
        assert waiting.callback is not None
        assert waiting.callback.of_call == again

    def test_in_place_of_the_dropped_place(self) -> None:
        """The place is kept once: by the promise, and by none after it."""
        floor = CallbackFloor(site(resume_within_seconds=120))
        hang_up_after(floor, AFTER + 1)
        assert floor.store.waiting_room.door(SUPPORT, NUMBER).dropped is None
        floor.worker.operating.withdraw(floor.promise().call_id, by="eve")
        floor.call_in(number=OTHER)
        assert floor.position(floor.call_in()) == 2

    def test_after_an_agents_phone_rang(self, floor: CallbackFloor) -> None:
        """The agent is free without a miss, and called for it when it is due."""
        floor.switch.phones["user/1001@t"] = SILENT
        caller = floor.call_in()
        floor.clock.advance(AFTER)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        floor.clock.advance(DELAY)
        assert floor.agent(ANN).call_id == floor.promise().call_id


class TestLeftAlone:
    """Who is not called back, and the place is dropped as ever."""

    def test_who_waited_for_a_moment(self) -> None:
        """Nor is it counted as a wish."""
        floor = CallbackFloor(site(resume_within_seconds=120))
        caller = hang_up_after(floor, AFTER - 1)
        assert floor.promises() == []
        assert floor.told(CallbackAsked) == []
        assert record_of(floor, caller).callback_askings == ()
        assert floor.store.waiting_room.door(SUPPORT, NUMBER).dropped is not None

    def test_who_waits_where_no_setting_says_so(self) -> None:
        """It is opt-in."""
        floor = CallbackFloor(policy(maximum_wait_seconds=600.0))
        hang_up_after(floor, AFTER + 1)
        assert floor.promises() == []

    @pytest.mark.parametrize(
        ("number", "end"),
        [
            ("anonymous", AskingEnd.WITHHELD),
            ("+4870012345", AskingEnd.NUMBER_NOT_ALLOWED),
            ("12", AskingEnd.NUMBER_IMPOSSIBLE),
        ],
    )
    def test_whose_number_may_not_be_called(self, number: str, end: AskingEnd) -> None:
        """Counted with that end; the place may be had again."""
        dialplan = replace(DIALPLAN, callable_numbers=CallableNumbers(refused=("+4870",)))
        floor = CallbackFloor(replace(site(resume_within_seconds=120), dialplan=dialplan))
        caller = hang_up_after(floor, AFTER + 1, number=number)
        assert floor.promises() == []
        assert [one.end for one in record_of(floor, caller).callback_askings] == [end]
        assert [one.end for one in floor.told(CallbackAsked)] == [end]
        assert record_of(floor, caller).outcome is CallOutcome.ABANDONED

    def test_when_too_many_are_promised(self) -> None:
        """The place is dropped as ever, and may be resumed."""
        floor = CallbackFloor(site(callback={"maximum_open": 1}, resume_within_seconds=120))
        hang_up_after(floor, AFTER + 1)
        caller = hang_up_after(floor, AFTER + 1, number=OTHER)
        assert [one.end for one in record_of(floor, caller).callback_askings] == [
            AskingEnd.TOO_MANY
        ]
        assert floor.store.waiting_room.door(SUPPORT, OTHER).dropped is not None

    def test_who_was_lost_by_the_switch(self, floor: CallbackFloor) -> None:
        """It was nobody's will, and the same switch would dial."""
        caller = floor.call_in()
        floor.clock.advance(AFTER + 1)
        floor.switch.end(caller, "SYSTEM_SHUTDOWN")
        settle()
        assert record_of(floor, caller).outcome is not CallOutcome.ABANDONED
        assert floor.promises() == []

    def test_who_hangs_up_while_callcore_ends(self, floor: CallbackFloor) -> None:
        """A process that is to be gone begins nothing."""
        caller = floor.call_in()
        floor.clock.advance(AFTER + 1)
        floor.worker.service.callbacks.pause()
        floor.switch.end(caller)
        settle()
        assert floor.promises() == []

    def test_who_talked(self, floor: CallbackFloor) -> None:
        """They were served."""
        caller = floor.call_in()
        floor.clock.advance(AFTER + 1)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.promises() == []

    def test_without_the_floor(self, floor: CallbackFloor) -> None:
        """Counted as such; the call ends all the same, once the floor is back."""
        caller = floor.call_in()
        floor.clock.advance(AFTER + 1)
        floor.store.go_down()
        floor.switch.end(caller)
        settle()
        floor.store.come_up()
        floor.clock.advance(5)
        assert not floor.knows(caller)
        assert [one.end for one in record_of(floor, caller).callback_askings] == [
            AskingEnd.FLOOR_UNAVAILABLE
        ]
        assert [one for one in floor.promises() if one.state is not FloorCallState.ENDED] == []


def test_the_promise_survives_a_kill(floor: CallbackFloor) -> None:
    """Between hanging up and the call back."""
    caller = hang_up_after(floor, AFTER + 1)
    floor.restart()
    floor.customer(ANSWERING)
    floor.log_in(ANN, phone=QUICK)
    floor.clock.advance(DELAY + 10)
    assert floor.agent(ANN).state is AgentState.TALKING
    kept = floor.store.waiting_room.call(CallId(floor.agent(ANN).call_id or ""))
    assert kept is not None
    assert kept.callback is not None
    assert kept.callback.of_call == caller
