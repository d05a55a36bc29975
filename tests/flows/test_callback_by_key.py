"""Callers who wait ask for a callback by a key, and keep their place whatever comes of it."""

from __future__ import annotations

from dataclasses import replace

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
from callcore.domain.policies import AtClosing, CallableNumbers, DialplanPolicy
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import BareWait
from callcore.domain.treatments import OverflowReason, ToQueue
from tests.fakes.switch import SILENT
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import EVERY_30, sounds
from tests.flows.callback_lines import (
    AT_ONCE,
    BY_KEY,
    CONFIRM,
    ENTER,
    GOODBYE,
    KEY,
    OTHER,
    PREMIUM,
    STILL,
    LineFloor,
    site,
)
from tests.flows.callbacks import NUMBER, PROMPTS
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, SALES, SUPPORT
from tests.flows.stories import arrive, leg_of, pick_up, who_talks_with


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


class TestWaitingOn:
    """Nothing comes of it: the caller is told, hears the music, and has the place."""

    @pytest.mark.parametrize(
        ("keys", "end"),
        [
            ("*", AskingEnd.DECLINED),
            ("999", AskingEnd.DECLINED),
            ("2###", AskingEnd.WITHHELD),
        ],
    )
    def test_by_keys(self, floor: LineFloor, keys: str, end: AskingEnd) -> None:
        """Declined, wrong, or no number at all."""
        caller = floor.call_in()
        floor.clock.advance(3)
        before = floor.place(caller)
        floor.press(caller, f"{KEY}{keys}")
        why = (phrases.CALLBACK_NOT_POSSIBLE,) if end is AskingEnd.WITHHELD else ()
        assert floor.last_heard(caller, *why, STILL)
        assert floor.waits(caller)
        assert floor.place(caller).score == before.score
        assert floor.ends() == [end]

    def test_by_silence(self, floor: LineFloor) -> None:
        """Asked twice, and then no more."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        floor.keep_silent()
        assert floor.heard(caller) == [sounds(*CONFIRM)] * 2
        floor.keep_silent()
        assert floor.last_heard(caller, STILL)
        assert floor.waits(caller)
        assert floor.ends() == [AskingEnd.SILENT]

    def test_by_a_number_that_may_not_be_called(self) -> None:
        """Told, asked again, and in the end let go with what was wrong."""
        floor = LineFloor(site(numbers=CallableNumbers(refused=("+4870",))))
        caller = floor.call_in()
        keys = f"{PREMIUM.replace('+', '00')}#"
        floor.press(caller, f"{KEY}2{keys}")
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_POSSIBLE, *ENTER)
        floor.press(caller, keys * 2)
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_POSSIBLE, STILL)
        assert floor.waits(caller)
        assert floor.ends() == [AskingEnd.NUMBER_NOT_ALLOWED]

    def test_the_number_shown_may_be_the_one_that_may_not(self) -> None:
        """Another one may be entered; where that is not asked, it is over."""
        refused = CallableNumbers(refused=("+48200",))
        floor = LineFloor(site(numbers=refused))
        caller = floor.call_in()
        floor.press(caller, KEY)
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_POSSIBLE, *ENTER)
        strict = LineFloor(site(numbers=refused, callback={"confirms_number": False}))
        caller = strict.call_in()
        strict.press(caller, KEY)
        assert strict.last_heard(caller, phrases.CALLBACK_NOT_POSSIBLE, STILL)
        assert strict.waits(caller)
        assert strict.ends() == [AskingEnd.NUMBER_NOT_ALLOWED]

    def test_by_a_queue_that_has_promised_enough(self) -> None:
        """The first has the only promise there may be."""
        floor = LineFloor(site(callback={"maximum_open": 1}))
        floor.press(floor.call_in(number="+48200200"), f"{KEY}1")
        caller = floor.call_in()
        floor.press(caller, f"{KEY}1")
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_NOW, STILL)
        assert floor.has_music(caller)
        assert floor.knows(caller)
        assert floor.ends() == [AskingEnd.PROMISED, AskingEnd.TOO_MANY]
        assert len(floor.promises()) == 1

    def test_by_a_floor_that_is_away(self, floor: LineFloor) -> None:
        """What is not held is not promised; nothing is left once Redis is back."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        floor.store.go_down()
        floor.press(caller, "1")
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_NOW, STILL)
        floor.store.come_up()
        floor.clock.advance(10)
        assert floor.waits(caller)
        assert floor.ends() == [AskingEnd.FLOOR_UNAVAILABLE]
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert floor.record().outcome is CallOutcome.ABANDONED

    def test_where_nothing_is_dialled(self) -> None:
        """Should the settings have lost it."""
        floor = LineFloor(replace(site(), dialplan=DialplanPolicy()))
        caller = floor.call_in()
        floor.press(caller, KEY)
        assert floor.last_heard(caller, phrases.CALLBACK_NOT_NOW, STILL)
        assert floor.waits(caller)
        assert floor.ends() == [AskingEnd.NOT_KEPT_HERE]

    def test_it_may_be_asked_for_again(self, floor: LineFloor) -> None:
        """Even while it is still said that nothing came of it."""
        caller = floor.call_in()
        floor.press(caller, f"{KEY}*{KEY}")
        assert floor.last_heard(caller, *CONFIRM)
        floor.press(caller, "1")
        assert floor.promise().caller_number == NUMBER
        floor.clock.advance(PROMPTS)
        ends = [asking.end for asking in floor.record().callback_askings]
        assert ends == [AskingEnd.DECLINED, AskingEnd.PROMISED]

    def test_without_the_key_in_the_settings_nothing_is_asked(self) -> None:
        """Keys mean nothing."""
        floor = LineFloor(site(replace(BY_KEY, key=None)))
        caller = floor.call_in()
        floor.press(caller, "0123456789*#")
        assert floor.heard(caller) == []
        assert floor.waits(caller)


class TestBesides:
    """The caller goes on waiting while asked."""

    def test_a_key_cuts_what_is_said_and_the_music_goes_on(self, floor: LineFloor) -> None:
        """Right after the next words, whatever becomes of this process."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        floor.press(caller, "2")
        assert floor.last_heard(caller, *ENTER)
        floor.kill_worker()
        floor.clock.advance(PROMPT_SECONDS + 0.5)
        leg = floor.switch.legs_by_id[caller]
        assert (leg.music, leg.announcing) == ("local_stream://moh", None)

    def test_announcements_wait(self) -> None:
        """Nothing is said into the dialogue, or right after it; then they come round again."""
        floor = LineFloor(site(announce_position=EVERY_30, announcement_gap_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(9)
        floor.press(caller, KEY)
        floor.clock.advance(4)
        assert floor.heard(caller) == [sounds(*CONFIRM)]
        floor.press(caller, "*")
        floor.clock.advance(24)
        assert floor.heard(caller) == [sounds(*CONFIRM), sounds(STILL)]
        floor.clock.advance(4)
        assert len(floor.heard(caller)) == 3

    def test_some_music_is_heard_before_the_next_announcement(self) -> None:
        """One that is due right after the last words is passed over."""
        floor = LineFloor(site(announce_position=EVERY_30, announcement_gap_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(7)
        floor.press(caller, f"{KEY}*")
        floor.clock.advance(10)
        assert floor.last_heard(caller, STILL)
        floor.clock.advance(25)
        assert not floor.last_heard(caller, STILL)

    def test_an_announcement_is_cut_by_the_key(self) -> None:
        """Whoever knows the key need not hear the position to its end, and hears it next time."""
        floor = LineFloor(site(announce_position=EVERY_30))
        caller = floor.call_in()
        floor.clock.advance(10.5)
        floor.press(caller, KEY)
        assert floor.switch.legs_by_id[caller].announcing is not None
        assert floor.last_heard(caller, *CONFIRM)
        floor.press(caller, "*")
        floor.clock.advance(30)
        assert len(floor.heard(caller)) == 4

    def test_the_way_out_stays_open_until_the_number_is_talked_about(self) -> None:
        """Then its key is a key of the dialogue."""
        to_sales = {OverflowReason.EXIT_KEY: ToQueue(queue=SALES)}
        floor = LineFloor(site(exit_key="9", overflow=to_sales))
        caller = floor.call_in()
        floor.press(caller, f"{KEY}2999999999#1")
        assert floor.promise().caller_number == "999999999"
        other = floor.call_in(number="+48200200")
        floor.press(other, f"{KEY}*9")
        assert floor.position(other, SALES) == 1

    def test_a_language_of_the_caller_is_spoken(self) -> None:
        """The dialogue and the farewell."""
        floor = LineFloor(site())
        caller = arrive(floor, number=NUMBER, language="pl")
        floor.press(caller, KEY)
        floor.press(caller, "1")
        spoken = {sound.split("/")[2] for words in floor.heard(caller) for sound in words}
        assert spoken == {"pl"}

    def test_the_longest_wait_is_put_off_until_it_is_over(self) -> None:
        """An answer that comes in time for the question counts."""
        floor = LineFloor(site(maximum_wait_seconds=30, overflow={}))
        caller = floor.call_in()
        floor.clock.advance(28)
        floor.press(caller, KEY)
        floor.clock.advance(4)
        assert floor.knows(caller)
        floor.press(caller, "1")
        assert floor.promise().caller_number == NUMBER
        late = floor.call_in(number="+48200200")
        floor.clock.advance(29)
        floor.press(late, f"{KEY}*")
        floor.clock.advance(2.5)
        assert not floor.knows(late)
        floor.clock.advance(PROMPTS)
        (record,) = [one for one in floor.records() if one.call_id == late]
        assert [visit.leave_reason for visit in record.visits] == [LeaveReason.MAXIMUM_WAIT]

    def test_closing_time_is_put_off_until_it_is_over(self) -> None:
        """Who has begun to ask when the queue closes is not sent away in the middle."""
        floor = LineFloor(site(at_closing=AtClosing.OVERFLOW))
        caller, other = floor.call_in(), floor.call_in(number="+48200200")
        floor.press(caller, KEY)
        floor.press(other, KEY)
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="fire", by="eve")
        floor.clock.advance(1)
        assert floor.knows(caller)
        assert floor.knows(other)
        floor.press(other, "*")
        assert not floor.knows(other)
        floor.press(caller, "1")
        assert floor.promise().caller_number == NUMBER

    def test_a_link_that_was_down_has_the_question_asked_anew(self, floor: LineFloor) -> None:
        """The key that was pressed meanwhile is lost."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(7.5)
        assert floor.ends() == []
        floor.press(caller, "1")
        assert floor.promise().caller_number == NUMBER

    def test_silence_counts_though_the_end_of_the_question_was_not_told(
        self, floor: LineFloor
    ) -> None:
        """It was said while the link was down."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        floor.switch.lose_link()
        floor.clock.advance(4)
        floor.switch.restore_link()
        floor.clock.advance(5.5)
        assert floor.heard(caller) == [sounds(*CONFIRM)] * 2
        floor.keep_silent()
        assert floor.ends() == [AskingEnd.SILENT]

    @pytest.mark.parametrize("ask", ["move", "withdraw"])
    def test_an_operator_who_takes_the_caller_out_breaks_it_off(
        self, floor: LineFloor, ask: str
    ) -> None:
        """The record says so; nothing is promised."""
        caller = floor.call_in()
        floor.press(caller, KEY)
        operating = floor.worker.operating
        if ask == "move":
            operating.move(floor.place(caller).call_id, SALES, by="eve")
        else:
            operating.withdraw(floor.place(caller).call_id, by="eve")
        floor.press(caller, "1")
        floor.clock.advance(1)
        assert floor.ends() == [AskingEnd.BROKEN_OFF]
        assert floor.promises() == []

    def test_nothing_is_asked_once_an_agent_has_picked_up(self) -> None:
        """Who is being joined to the caller."""
        floor = LineFloor(site(whisper=("shop/vip",)))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(3)
        pick_up(floor, ANN)
        floor.clock.advance(AT_ONCE)
        floor.press(caller, f"{KEY}1")
        floor.clock.advance(PROMPT_SECONDS)
        assert who_talks_with(floor, caller) == ANN
        assert floor.ends() == []

    def test_an_agent_who_picks_up_ends_it_and_may_be_gone_before_they_talk(self) -> None:
        """The caller, who has heard nothing of it, waits on and may ask anew."""
        floor = LineFloor(site(whisper=("shop/vip",)))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.press(caller, KEY)
        pick_up(floor, ANN)
        floor.clock.advance(AT_ONCE)
        assert floor.ends() == [AskingEnd.PICKED_UP]
        floor.press(caller, "1")
        floor.switch.end(leg_of(floor, ANN))
        assert floor.has_music(caller)
        assert floor.promises() == []
        floor.press(caller, f"{KEY}1")
        assert floor.promise().caller_number == NUMBER
