"""Callbacks are offered, and promised or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from callcore.domain.events import CallbackAsked, CallbackPromised, CallSentOn
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import LegId, MenuName
from callcore.domain.outcomes import (
    AskingEnd,
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    LeaveReason,
)
from callcore.domain.policies import (
    AtClosing,
    CallableNumbers,
    DialplanPolicy,
    MenuChoice,
    MenuPolicy,
)
from callcore.domain.treatments import Goodbye, OverflowReason, ToMenu, ToQueue
from callcore.ports.stores import FloorCallState
from tests.fakes.clock import START, settle
from tests.fakes.switch import NODE
from tests.flows.callbacks import KEPT_BY, NUMBER, OFFER, ON_HOOK, PROMPTS, CallbackFloor, policy
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, SALES, SUPPORT

CONFIRMED = policy(callback=replace(KEPT_BY, confirms_number=True))


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class TestOffer:
    """What a caller hears and presses."""

    def test_a_caller_who_presses_the_key_is_promised_it(self, floor: CallbackFloor) -> None:
        """Asked on an answered line, held before it is told, hung up; the records say so."""
        caller = floor.call_in()
        floor.overflow(caller)
        leg = floor.switch.legs_by_id[caller]
        assert leg.is_answered
        assert [paths[0] for paths in leg.announced[-2:]] == [
            "/sounds/en/callback_offer.wav",
            "/sounds/en/callback_promised.wav",
        ]
        promise = floor.promise()
        assert promise.caller_number == NUMBER
        floor.clock.advance(PROMPTS)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        record = floor.record()
        assert record.outcome is CallOutcome.CALLBACK_PROMISED
        assert record.hung_up_by is HungUpBy.CALLCORE
        assert record.visits[0].treatment == "callback:support"
        assert record.visits[0].leave_reason is LeaveReason.MAXIMUM_WAIT
        assert [press.digit for press in record.digits] == ["1"]
        (asking,) = record.callback_askings
        assert (asking.origin, asking.end, asking.number, asking.promise) == (
            CallbackOrigin.OVERFLOW,
            AskingEnd.PROMISED,
            NUMBER,
            promise.call_id,
        )
        assert [fact.end for fact in floor.told(CallbackAsked)] == [AskingEnd.PROMISED]
        (told,) = floor.told(CallbackPromised)
        assert (told.call_id, told.of_call) == (promise.call_id, caller)
        assert promise.call_id[0] == caller[0]

    @pytest.mark.parametrize("key", ["2", ""])
    def test_another_key_or_none_goes_on_to_otherwise(self, key: str) -> None:
        """The record and the fact say where to; nothing is promised."""
        offer = replace(OFFER, otherwise=ToQueue(queue=SALES))
        floor = CallbackFloor(policy(offer))
        caller = floor.call_in()
        floor.overflow(caller, key)
        floor.clock.advance(PROMPTS + OFFER.timeout_seconds)
        assert floor.promises() == []
        assert floor.position(caller, SALES) == 1
        assert "callcore_offers_callback" not in floor.switch.legs_by_id[caller].variables
        assert [fact.to for fact in floor.told(CallSentOn)] == ["callback:support", "queue:sales"]
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert record.visits[0].treatment == "queue:sales"
        assert record.outcome is CallOutcome.ABANDONED

    def test_who_declines_is_not_taken_for_one_who_waits(self) -> None:
        """An adopter must not bring back who hears the goodbye."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=Goodbye(prompts=("bye",)))))
        caller = floor.call_in()
        floor.overflow(caller, "7")
        leg = floor.switch.legs_by_id[caller]
        assert leg.announced[-1] == ("/sounds/en/bye.wav",)
        assert not {"callcore_offers_callback", "callcore_waits_in"} & leg.variables.keys()

    @pytest.mark.parametrize("number", ["", "anonymous", "0000000000", "266696687", "sip:x@y"])
    def test_a_number_that_cannot_be_called_is_not_asked(self, number: str) -> None:
        """Withheld or unusable: straight to what there is otherwise, where none may be entered."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=ToQueue(queue=SALES))))
        caller = floor.call_in(number=number)
        floor.clock.advance(31)
        assert floor.position(caller, SALES) == 1
        assert floor.switch.legs_by_id[caller].announced == []
        (told,) = floor.told(CallbackAsked)
        assert told.end in {AskingEnd.WITHHELD, AskingEnd.NUMBER_IMPOSSIBLE}

    def test_without_a_contact_nothing_is_offered(self) -> None:
        """Should the settings have lost it."""
        site = replace(policy(), dialplan=DialplanPolicy())
        floor = CallbackFloor(site)
        caller = floor.call_in()
        floor.clock.advance(31)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        record = floor.record()
        assert record.outcome is CallOutcome.OVERFLOWED
        assert [one.end for one in record.callback_askings] == [AskingEnd.NOT_KEPT_HERE]

    def test_a_caller_who_hangs_up_while_asked_is_promised_nothing(
        self, floor: CallbackFloor
    ) -> None:
        """An overflow like others."""
        caller = floor.call_in()
        floor.overflow(caller, "")
        floor.switch.end(caller)
        floor.clock.advance(10)
        assert floor.promises() == []
        record = floor.record()
        assert record.outcome is CallOutcome.OVERFLOWED
        assert [one.end for one in record.callback_askings] == [AskingEnd.HUNG_UP]

    def test_a_caller_who_hangs_up_once_promised_is_called_back(self, floor: CallbackFloor) -> None:
        """Whoever pressed the key need not hear the prompts to their end."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.switch.end(caller)
        floor.log_in(ANN)
        floor.clock.advance(ON_HOOK + 6)
        assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED
        assert floor.agent(ANN).call_id == floor.promise().call_id

    def test_a_number_has_one_promise(self) -> None:
        """A second one who wants to be called there hears so, and the older place is kept."""
        floor = CallbackFloor(CONFIRMED)
        floor.overflow(floor.call_in(), "11")
        floor.clock.advance(PROMPTS + ON_HOOK)
        first = floor.promise()
        caller = floor.call_in(number="+48200200")
        floor.overflow(caller, f"12{NUMBER.replace('+', '00')}#1")
        assert floor.switch.legs_by_id[caller].announced[-1] == (
            "/sounds/en/callback/already-promised.wav",
            "/sounds/en/callback_promised.wav",
        )
        floor.clock.advance(PROMPTS)
        assert floor.promise() == first
        outcomes = [record.outcome for record in floor.records()]
        assert outcomes == [CallOutcome.CALLBACK_PROMISED] * 2
        assert len(floor.told(CallbackPromised)) == 1

    def test_redis_away_promises_nothing(self) -> None:
        """What is not held is not promised: the caller goes on, and no ghost is left."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=ToQueue(queue=SALES))))
        caller = floor.call_in()
        floor.clock.advance(30.5)
        floor.store.go_down()
        floor.switch.press(caller, "1")
        floor.clock.advance(1)
        assert floor.told(CallbackPromised) == []
        leg = floor.switch.legs_by_id[caller]
        assert all("callback_promised" not in paths[0] for paths in leg.announced)
        floor.store.come_up()
        floor.clock.advance(5)
        assert floor.promises() == []
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert any("callback" in fault for fault in floor.record().faults)

    def test_a_promise_that_was_not_heard_to_be_held_is_taken_back(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Redis did it and its answer was lost: the caller is promised nothing."""
        caller = floor.call_in()
        floor.clock.advance(30.5)
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        floor.switch.press(caller, "1")
        floor.clock.advance(3)
        assert floor.record().outcome is CallOutcome.OVERFLOWED
        assert floor.promises() == []
        floor.restart()
        assert len(floor.records()) == 1

    def test_at_closing_time(self) -> None:
        """Those who wait when the queue closes are offered it, as are those who come later."""
        closes = datetime.fromtimestamp(START / 1e6, tz=UTC) + timedelta(seconds=20)
        office = OpeningHours(
            name="office",
            timezone="UTC",
            week={closes.weekday(): (Interval(opens=time(0, 0), closes=closes.time()),)},
        )
        site = policy(reason=OverflowReason.CLOSED, hours=office, at_closing=AtClosing.OVERFLOW)
        floor = CallbackFloor(site)
        waiting = floor.call_in()
        floor.overflow(waiting)
        late = floor.call_in(number="+48200200")
        floor.overflow(late)
        floor.clock.advance(PROMPTS)
        assert [call.caller_number for call in floor.promises()] == [NUMBER, "+48200200"]
        reasons = [
            str(visit.leave_reason or visit.refusal_reason)
            for record in floor.records()
            for visit in record.visits
        ]
        assert reasons == ["closed", "closed"]
        assert {record.outcome for record in floor.records()} == {CallOutcome.CALLBACK_PROMISED}

    def test_where_no_more_may_wait(self) -> None:
        """The promise is no caller who is kept on the line: it takes its place in a full queue."""
        floor = CallbackFloor(
            policy(reason=OverflowReason.QUEUE_FULL, maximum_waiting=1, maximum_wait_seconds=600)
        )
        floor.call_in(number="+48200300")
        caller = floor.call_in()
        arrived_at = floor.clock.now()
        floor.overflow(caller)
        promise = floor.promise()
        assert (promise.caller_number, promise.first_joined_at) == (NUMBER, arrived_at)
        assert floor.store.waiting_room.position(promise.call_id, SUPPORT) == 2
        floor.clock.advance(PROMPTS)
        assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED

    def test_out_of_a_menu(self) -> None:
        """A key of a menu leads to the offer; the place is that of the first joining."""
        menu = MenuPolicy(
            name=MenuName("sorry"),
            prompts=("sorry",),
            choices={"5": MenuChoice(to=replace(OFFER, queue=SUPPORT), priority=3)},
        )
        site = policy(ToMenu(menu=menu.name))
        floor = CallbackFloor(replace(site, menus={menu.name: menu}))
        caller = floor.call_in()
        floor.overflow(caller, "5")
        floor.clock.advance(0.5)
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        promise = floor.promise()
        assert promise.first_joined_at == START + 1000
        assert promise.own_priority == 3

    def test_into_another_queue(self) -> None:
        """The promise waits there, since the first joining; without settings of its own for
        callbacks that queue has the number confirmed.
        """
        floor = CallbackFloor(policy(replace(OFFER, queue=SALES)))
        caller = floor.call_in()
        floor.overflow(caller, "11")
        promise = floor.promise()
        assert (promise.queue, promise.first_joined_at) == (SALES, START + 1000)
        assert promise.joined_at > promise.first_joined_at


class TestNumber:
    """The number is talked about, and confirmed."""

    def said(self, floor: CallbackFloor, caller: LegId) -> list[str]:
        """The first sound of each thing said."""
        said = floor.switch.legs_by_id[caller].announced
        return [paths[0].removeprefix("/sounds/en/").removesuffix(".wav") for paths in said]

    def test_it_is_read_back(self) -> None:
        """And the promise made with another key."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller)
        assert self.said(floor, caller) == ["callback_offer", "callback/your-number-is"]
        assert floor.promises() == []
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        assert floor.promise().caller_number == NUMBER

    def test_another_may_be_entered(self) -> None:
        """By a caller without one, too."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in(number="anonymous")
        floor.overflow(caller)
        floor.switch.press(caller, "600700800#")
        floor.clock.advance(0.1)
        assert self.said(floor, caller)[1:] == ["callback/enter-number", "callback/your-number-is"]
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        assert floor.promise().caller_number == "600700800"

    def test_a_pause_ends_it(self) -> None:
        """As long as there is for an answer."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller, "12")
        floor.switch.press(caller, "600700800")
        floor.clock.advance(OFFER.timeout_seconds)
        assert self.said(floor, caller)[-1] == "callback/enter-number"
        floor.clock.advance(0.1)
        assert self.said(floor, caller)[-1] == "callback/your-number-is"

    def test_the_caller_is_guarded_all_the_time(self) -> None:
        """The dead man's switch is wound up however long the number is."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller, "12")
        for _ in range(15):
            floor.switch.press(caller, "6")
            floor.clock.advance(4.5)
            assert floor.switch.legs_by_id[caller].guarded is not None
        assert floor.told(CallbackAsked) == []

    @pytest.mark.parametrize(
        ("keys", "end", "why"),
        [
            ("1999", AskingEnd.DECLINED, []),
            ("12" + "12#" * 3, AskingEnd.NUMBER_IMPOSSIBLE, ["callback/not-possible"]),
        ],
    )
    def test_what_comes_to_nothing_goes_on_to_otherwise(
        self, keys: str, end: AskingEnd, why: list[str]
    ) -> None:
        """Told why, if it is the number."""
        strict = replace(CONFIRMED.dialplan, callable_numbers=CallableNumbers(least_digits=5))
        site = policy(
            replace(OFFER, otherwise=ToQueue(queue=SALES)),
            callback=replace(KEPT_BY, confirms_number=True),
        )
        floor = CallbackFloor(replace(site, dialplan=strict))
        caller = floor.call_in()
        floor.overflow(caller, keys)
        said = self.said(floor, caller)
        assert said[len(said) - len(why) :] == why
        floor.clock.advance(PROMPTS)
        assert floor.position(caller, SALES) == 1
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert [one.end for one in floor.record().callback_askings] == [end]

    def test_silence_goes_on_to_otherwise(self) -> None:
        """After the second time."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller)
        floor.clock.advance(2 * (PROMPTS + OFFER.timeout_seconds) + 0.2)
        assert [fact.end for fact in floor.told(CallbackAsked)] == [AskingEnd.SILENT]
        assert floor.record().outcome is CallOutcome.OVERFLOWED

    def test_a_queue_that_has_promised_enough_promises_no_more(self) -> None:
        """The caller hears so, and goes on."""
        kept_by = replace(KEPT_BY, maximum_open=1)
        floor = CallbackFloor(policy(callback=kept_by))
        floor.promised()
        caller = floor.call_in(number="+48200200")
        floor.overflow(caller)
        assert self.said(floor, caller)[-1] == "callback/not-now"
        floor.clock.advance(PROMPTS)
        assert [fact.end for fact in floor.told(CallbackAsked)] == [
            AskingEnd.PROMISED,
            AskingEnd.TOO_MANY,
        ]
        assert floor.promise().caller_number == NUMBER
        assert floor.records()[-1].outcome is CallOutcome.OVERFLOWED

    def test_a_link_that_was_down_has_the_question_asked_anew(self) -> None:
        """What was said meanwhile was not heard, nor was a key."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller)
        floor.clock.advance(PROMPTS)
        floor.switch.lose_link()
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert self.said(floor, caller)[-2:] == ["callback/your-number-is"] * 2
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        assert floor.promise().caller_number == NUMBER

    def test_a_process_that_dies_in_the_middle_has_the_offer_made_anew(self) -> None:
        """The next one begins where the offer came from, and nothing is promised twice."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller, "12")
        floor.restart()
        floor.clock.advance(1)
        assert floor.promises() == []
        floor.overflow(caller, "11")
        assert floor.promise().caller_number == NUMBER

    def test_who_was_promised_one_is_not_brought_back_to_the_queue(self) -> None:
        """The process dies during the last words: there is one place then, not two."""
        floor = CallbackFloor(CONFIRMED)
        caller = floor.call_in()
        floor.overflow(caller, "11")
        first = floor.promise()
        floor.restart_at_once()
        floor.clock.advance(5)
        places = [*floor.promises(), *floor.store.waiting_room.calls(NODE)]
        open_ones = [one for one in places if one.state is FloorCallState.WAITING]
        assert [one.call_id for one in open_ones] == [first.call_id]
        assert caller not in floor.switch.legs_by_id
        assert floor.records()[-1].outcome is CallOutcome.CALLBACK_PROMISED
