"""Callers who are asked about a callback go on waiting meanwhile."""

from __future__ import annotations

import pytest

from callcore.domain.outcomes import AskingEnd, LeaveReason
from callcore.domain.policies import AtClosing
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits
from callcore.domain.treatments import OverflowReason, ToQueue
from tests.fakes.switch import SILENT
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import EVERY_30, sounds
from tests.flows.callback_lines import AT_ONCE, CONFIRM, ENTER, KEY, STILL, LineFloor, site
from tests.flows.callbacks import NUMBER, PROMPTS
from tests.flows.floor import ANN, SALES, SUPPORT
from tests.flows.stories import arrive, leg_of, pick_up, who_talks_with


@pytest.fixture
def floor() -> LineFloor:
    return LineFloor(site())


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

    @pytest.mark.parametrize("is_quick", [False, True])
    def test_a_number_that_could_not_be_read_back_is_not_confirmed(
        self, floor: LineFloor, *, is_quick: bool
    ) -> None:
        """The link was down when it should have been said: it is said once the link is back, even
        if a key is pressed before the floor could be compared.
        """
        read_back = (phrases.CALLBACK_YOUR_NUMBER, Digits("999999999"), phrases.CALLBACK_CONFIRM)
        caller = floor.call_in()
        floor.press(caller, f"{KEY}2999999999")
        floor.switch.lose_link()
        floor.clock.advance(6)
        assert floor.last_heard(caller, *ENTER)
        if is_quick:
            floor.store.go_down()
        floor.switch.restore_link()
        if is_quick:
            floor.press(caller, "1")
            assert floor.ends() == []
            floor.store.come_up()
        floor.clock.advance(0.5)
        assert floor.last_heard(caller, *read_back)
        assert floor.promises() == []
        floor.press(caller, "1")
        assert floor.promise().caller_number == "999999999"

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
