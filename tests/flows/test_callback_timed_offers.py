"""Callers are offered a callback who have waited long, or are going to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.ids import CallId
from callcore.domain.outcomes import AskingEnd, CallOutcome
from callcore.domain.policies import (
    AnswerWhen,
    CallableNumbers,
    CallbackOfferPolicy,
    UnansweredPolicy,
    UnansweredThen,
)
from callcore.ports.stores import Outlook
from tests.fakes.switch import SILENT, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import EVERY_30, sounds
from tests.flows.callback_lines import (
    AFTER_20,
    CONFIRM,
    GOODBYE,
    KEY,
    OFFERED,
    STILL,
    LineFloor,
    site,
)
from tests.flows.callbacks import KEPT_BY, NUMBER, PROMPTS
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, BOB, SALES
from tests.flows.stories import queue_of, who_talks_with

REPEATED = replace(AFTER_20, repeat_after_seconds=60)
BY_ESTIMATE = CallbackOfferPolicy(prompts=OFFERED, above_estimate_seconds=90)
IGNORED = PROMPT_SECONDS + 5.1 + PROMPT_SECONDS
"""An offer that nobody answers, and the word that the wait goes on."""


def readings(floor: LineFloor, monkeypatch: pytest.MonkeyPatch) -> list[CallId]:
    """Of whom the floor is asked from now on how long they will wait."""
    asked: list[CallId] = []
    room = floor.store.waiting_room
    outlook = room.outlook

    def counted(call_id: CallId, *args: Any, **kwargs: Any) -> Outlook | None:
        asked.append(call_id)
        return outlook(call_id, *args, **kwargs)

    monkeypatch.setattr(room, "outlook", counted)
    return asked


def late_to_tell(floor: LineFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The floor takes ten seconds from now on to say how long somebody will wait."""
    room = floor.store.waiting_room
    outlook = room.outlook

    def late(*args: Any, **kwargs: Any) -> Outlook | None:
        floor.clock.sleep(10)
        return outlook(*args, **kwargs)

    monkeypatch.setattr(room, "outlook", late)


class TestAfterAWait:
    """Whoever has waited so long."""

    def test_the_offer_comes_then_and_its_key_leads_on(self) -> None:
        """Over the music; the number is confirmed like any other."""
        floor = LineFloor(site(AFTER_20))
        caller = floor.call_in()
        floor.clock.advance(19.9)
        assert floor.heard(caller) == []
        floor.clock.advance(0.2)
        assert floor.heard(caller) == [sounds(*OFFERED)]
        floor.press(caller, "1")
        assert floor.last_heard(caller, *CONFIRM)
        floor.press(caller, "1")
        assert floor.promise().caller_number == NUMBER
        assert floor.last_heard(caller, *GOODBYE)
        floor.clock.advance(PROMPTS)
        assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED

    @pytest.mark.parametrize(("keys", "end"), [("3", AskingEnd.DECLINED), ("", AskingEnd.SILENT)])
    def test_whoever_does_not_want_it_waits_on(self, keys: str, end: AskingEnd) -> None:
        """And is not offered it again, but may ask for it."""
        floor = LineFloor(site(AFTER_20))
        caller = floor.call_in()
        floor.clock.advance(20.5)
        floor.press(caller, keys)
        floor.clock.advance(IGNORED)
        assert floor.last_heard(caller, STILL)
        assert floor.waits(caller)
        floor.clock.advance(300)
        assert floor.ends() == [end]
        floor.press(caller, f"{KEY}1")
        assert floor.promise().caller_number == NUMBER

    def test_who_has_asked_by_key_is_not_offered_it(self) -> None:
        """It was talked about once, as the queue says."""
        floor = LineFloor(site(AFTER_20))
        caller = floor.call_in()
        floor.clock.advance(8)
        floor.press(caller, f"{KEY}*")
        floor.clock.advance(120)
        assert floor.last_heard(caller, STILL)
        assert floor.ends() == [AskingEnd.DECLINED]

    def test_another_process_goes_on_where_this_one_was(self) -> None:
        """Who was offered it is not offered it again before the time; who was not is in time."""
        floor = LineFloor(site(REPEATED))
        caller = floor.call_in()
        floor.clock.advance(20 + IGNORED)
        floor.restart()
        heard_count = len(floor.heard(caller))
        floor.clock.advance(42)
        assert len(floor.heard(caller)) == heard_count
        floor.clock.advance(10)
        assert sounds(*OFFERED) in floor.heard(caller)[heard_count:]
        late = floor.call_in(number="+48200200")
        floor.clock.advance(10)
        floor.restart()
        floor.clock.advance(6.5)
        assert floor.heard(late) == []
        floor.clock.advance(1)
        assert floor.last_heard(late, *OFFERED)

    def test_it_comes_again_where_the_queue_says_so(self) -> None:
        """So long after the last dialogue was over, by whomever it was begun."""
        floor = LineFloor(site(REPEATED))
        caller = floor.call_in()
        floor.clock.advance(20 + IGNORED)
        assert len(floor.heard(caller)) == 2
        floor.clock.advance(55)
        assert len(floor.heard(caller)) == 2
        floor.clock.advance(5)
        assert floor.last_heard(caller, *OFFERED)
        floor.press(caller, "3")
        floor.clock.advance(30)
        floor.press(caller, f"{KEY}*")
        floor.clock.advance(58)
        assert floor.last_heard(caller, STILL)
        floor.clock.advance(3)
        assert floor.last_heard(caller, *OFFERED)

    def test_it_waits_for_an_announcement_to_be_over(self) -> None:
        """Nothing is said into another thing, and some music is heard between."""
        floor = LineFloor(
            site(replace(AFTER_20, after_wait_seconds=10.5), announce_position=EVERY_30)
        )
        caller = floor.call_in()
        floor.clock.advance(12)
        assert len(floor.heard(caller)) == 1
        floor.clock.advance(3)
        assert floor.last_heard(caller, *OFFERED)

    def test_it_is_made_on_answered_lines_only(self) -> None:
        """Early media carries no keys, and nobody is billed for an offer."""
        unanswered = UnansweredPolicy(limit_seconds=40, then=UnansweredThen.ANSWER)
        floor = LineFloor(site(AFTER_20, answer=AnswerWhen.AT_PICK_UP, unanswered=unanswered))
        caller = floor.call_in()
        floor.clock.advance(39)
        assert floor.heard(caller) == []
        assert not floor.switch.legs_by_id[caller].is_answered
        floor.clock.advance(5)
        assert floor.switch.legs_by_id[caller].is_answered
        assert floor.last_heard(caller, *OFFERED)

    def test_it_is_not_made_while_a_phone_rings(self) -> None:
        """An agent is on the way; should nobody pick up, it comes after that."""
        floor = LineFloor(site(AFTER_20, ring_timeout_seconds=10))
        caller = floor.call_in()
        floor.clock.advance(19)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(9.5)
        assert floor.heard(caller) == []
        floor.clock.advance(4)
        assert floor.last_heard(caller, *OFFERED)

    @pytest.mark.parametrize("number", ["anonymous", "12"])
    def test_what_could_not_be_kept_is_not_offered(self, number: str) -> None:
        """Noted once; where another number may be entered it is offered."""
        strict = LineFloor(site(REPEATED, callback={"confirms_number": False}))
        caller = strict.call_in(number=number)
        strict.clock.advance(200)
        assert strict.heard(caller) == []
        (end,) = strict.ends()
        assert end in {AskingEnd.WITHHELD, AskingEnd.NUMBER_IMPOSSIBLE}
        floor = LineFloor(site(REPEATED, numbers=CallableNumbers()))
        caller = floor.call_in(number=number)
        floor.clock.advance(21)
        assert floor.last_heard(caller, *OFFERED)


class TestAboveAnEstimate:
    """Whoever will still wait so long."""

    def long_line(self, service_seconds: float) -> LineFloor:
        """One agent, who talks, and whose calls take that long; the other queue offers callbacks
        too, but not now.
        """
        made = site(BY_ESTIMATE)
        kept_by = replace(KEPT_BY, offer=replace(AFTER_20, after_wait_seconds=500))
        floor = LineFloor(queue_of(SALES, policy=made, callback=kept_by))
        learnt(floor, service_seconds)
        floor.talk(ANN)
        return floor

    def test_it_comes_soon(self) -> None:
        """Who joins a line that is too long need not wait for long to hear it."""
        floor = self.long_line(200.0)
        caller = floor.call_in()
        floor.clock.advance(6)
        assert floor.last_heard(caller, *OFFERED)
        floor.press(caller, "11")
        assert floor.promise().caller_number == NUMBER

    def test_not_where_the_wait_is_short(self) -> None:
        """However long it lasts in the end."""
        floor = self.long_line(50.0)
        caller = floor.call_in()
        floor.clock.advance(120)
        assert floor.heard(caller) == []

    def test_not_where_nothing_is_known(self) -> None:
        """An unknown wait is not a long one."""
        floor = LineFloor(site(BY_ESTIMATE))
        caller = floor.call_in()
        floor.clock.advance(120)
        assert floor.heard(caller) == []

    def test_a_wait_that_grows_is_found_out(self) -> None:
        """Without an event: it is looked at now and then."""
        floor = self.long_line(50.0)
        caller = floor.call_in()
        floor.clock.advance(20)
        learnt(floor, 900.0, count=100)
        floor.clock.advance(30)
        assert sounds(*OFFERED) in floor.heard(caller)

    def test_it_is_looked_at_seldom(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody asks the floor every second for each of ten thousand callers."""
        floor = self.long_line(50.0)
        floor.call_in()
        asked = readings(floor, monkeypatch)
        floor.clock.advance(300)
        assert 8 <= len(asked) <= 12

    def test_it_is_looked_at_no_more_once_offered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Unless it is to be repeated."""
        floor = self.long_line(200.0)
        floor.call_in()
        floor.clock.advance(6)
        asked = readings(floor, monkeypatch)
        floor.clock.advance(300)
        assert asked == []

    def test_what_was_looked_at_for_one_queue_is_not_offered_in_another(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is moved while Redis is asked, which is not asked for the old queue again."""
        floor = self.long_line(200.0)
        caller = floor.call_in()
        late_to_tell(floor, monkeypatch)
        floor.clock.advance(5.5)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        asked = readings(floor, monkeypatch)
        floor.clock.advance(90)
        assert asked == []
        assert floor.position(caller, SALES) == 1
        assert floor.heard(caller) == []

    def test_a_floor_that_is_slow_to_tell_keeps_nobody(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is offered to an agent and talks; nothing is said into that."""
        floor = self.long_line(200.0)
        caller = floor.call_in()
        late_to_tell(floor, monkeypatch)
        floor.clock.advance(5.5)
        floor.log_in(BOB, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(15)
        assert who_talks_with(floor, caller) == BOB
        assert floor.heard(caller) == []
