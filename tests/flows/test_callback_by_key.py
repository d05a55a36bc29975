"""Callers who wait ask for a callback by a key, and are promised one."""

from __future__ import annotations

import pytest

from callcore.domain.events import CallbackPromised, OfferLost
from callcore.domain.outcomes import (
    AskingEnd,
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
)
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import BareWait
from tests.fakes.switch import SILENT
from tests.flows.callback_lines import CONFIRM, ENTER, GOODBYE, KEY, OTHER, LineFloor, site
from tests.flows.callbacks import NUMBER, PROMPTS
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, SUPPORT


@pytest.fixture
def floor() -> LineFloor:
    return LineFloor(site())


class TestPromise:
    """The number is confirmed."""

    def test_the_promise_has_the_place(self, floor: LineFloor) -> None:
        """Behind whom the caller stood and before whom, since when, with the same priority."""
        first, caller, last = (floor.call_in(number=f"+4820010{n}") for n in "102")
        floor.clock.advance(7)
        before = floor.place(caller)
        floor.press(caller, KEY)
        assert floor.last_heard(caller, *CONFIRM)
        floor.press(caller, "1")
        promise = floor.promise()
        assert (promise.first_joined_at, promise.joined_at, promise.own_priority) == (
            before.first_joined_at,
            before.joined_at,
            before.own_priority,
        )
        assert promise.caller_number == NUMBER
        room = floor.store.waiting_room
        assert floor.position(first) == 1
        assert room.position(promise.call_id, SUPPORT) == 2
        assert floor.position(last) == 3
        assert not floor.knows(caller)

    def test_the_caller_hears_it_and_is_hung_up(self, floor: LineFloor) -> None:
        """The record and the facts tell all of it."""
        caller = floor.call_in()
        floor.clock.advance(7)
        floor.press(caller, f"{KEY}1")
        assert floor.last_heard(caller, *GOODBYE)
        floor.clock.advance(PROMPTS)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        record = floor.record()
        assert record.outcome is CallOutcome.CALLBACK_PROMISED
        assert record.hung_up_by is HungUpBy.CALLCORE
        assert [visit.leave_reason for visit in record.visits] == [LeaveReason.CALLBACK_ASKED]
        promise = floor.promise()
        (asking,) = record.callback_askings
        assert (asking.queue, asking.origin, asking.end, asking.number, asking.promise) == (
            SUPPORT,
            CallbackOrigin.WAITING,
            AskingEnd.PROMISED,
            NUMBER,
            promise.call_id,
        )
        assert floor.ends() == [AskingEnd.PROMISED]
        (told,) = floor.told(CallbackPromised)
        assert (told.call_id, told.of_call) == (promise.call_id, caller)
        assert promise.callback is not None
        assert promise.callback.origin is CallbackOrigin.WAITING

    def test_another_number(self, floor: LineFloor) -> None:
        """Entered, read back, confirmed: that one is called."""
        caller = floor.call_in()
        floor.press(caller, f"{KEY}2{OTHER}#1")
        assert floor.promise().caller_number == OTHER
        floor.clock.advance(PROMPTS)
        (asking,) = floor.record().callback_askings
        assert asking.number == OTHER

    def test_a_number_withheld_is_asked_for(self, floor: LineFloor) -> None:
        """At once."""
        caller = floor.call_in(number="anonymous")
        floor.press(caller, KEY)
        assert floor.last_heard(caller, *ENTER)
        floor.press(caller, f"{OTHER}#1")
        assert floor.promise().caller_number == OTHER

    def test_without_reading_back_the_key_is_all(self) -> None:
        """The number shown is taken."""
        floor = LineFloor(site(callback={"confirms_number": False}))
        caller = floor.call_in()
        floor.press(caller, KEY)
        assert floor.promise().caller_number == NUMBER
        assert floor.last_heard(caller, *GOODBYE)

    def test_it_is_said_when_to_expect_the_call(self) -> None:
        """Of the place that is left, if that is known and callers are told."""
        for tells, expectation in (
            (True, (phrases.CALLBACK_EXPECT, BareWait(0, 3))),
            (False, ()),
        ):
            floor = LineFloor(site(callback={"tells_estimate": tells}))
            learnt(floor, 100.0)
            floor.talk(ANN)
            caller = floor.call_in()
            floor.press(caller, f"{KEY}1")
            assert floor.last_heard(caller, *expectation, *GOODBYE)

    def test_who_hangs_up_once_promised_is_called(self, floor: LineFloor) -> None:
        """The prompts need not be heard."""
        caller = floor.call_in()
        floor.press(caller, f"{KEY}1")
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.promise().caller_number == NUMBER
        assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED

    def test_a_ringing_agent_is_let_go_and_has_missed_nothing(self, floor: LineFloor) -> None:
        """The phone rang for the caller who is gone now."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.press(caller, f"{KEY}1")
        (lost,) = floor.told(OfferLost)
        assert lost.reason is OfferLostReason.CALLER_GONE
        assert floor.promise().caller_number == NUMBER
        assert floor.agent(ANN).miss_count == 0
        assert floor.agent(ANN).call_id in {None, floor.promise().call_id}

    def test_a_number_that_has_a_promise_keeps_that(self, floor: LineFloor) -> None:
        """The second caller hears so, and leaves the line to the first promise."""
        floor.press(floor.call_in(), f"{KEY}1")
        first = floor.promise()
        floor.clock.advance(PROMPTS + 10)
        caller = floor.call_in(number="+48200200")
        floor.press(caller, f"{KEY}2{NUMBER.replace('+', '00')}#1")
        assert floor.last_heard(caller, phrases.CALLBACK_ALREADY, *GOODBYE)
        floor.clock.advance(PROMPTS)
        assert [one.call_id for one in floor.promises()] == [first.call_id]
        record = floor.records()[-1]
        assert record.outcome is CallOutcome.CALLBACK_PROMISED
        (asking,) = record.callback_askings
        assert (asking.end, asking.promise) == (AskingEnd.ALREADY_PROMISED, first.call_id)
