"""What waiting callers are told after another process, a lost link or a clock set back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from callcore.domain.announcements import LONGEST_ANNOUNCEMENT_SECONDS
from callcore.domain.events import PositionAnnounced
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.speech.utterances import YouAreNext
from callcore.flows.announcing import Announcing
from tests.fakes.clock import FakeTimer, MortalClock, settle
from tests.flows.announcing import EVERY_30, EVERY_MINUTE, NEWS, heard, site, sounds
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, BOB, TestFloor


class TestAdoption:
    """Another process goes on."""

    def test_nothing_is_told_at_once(self) -> None:
        """Many callers are adopted in the same instant: each hears the next thing at its time."""
        floor = TestFloor(site(position=EVERY_30))
        callers = [floor.call_in() for _ in range(5)]
        floor.clock.advance(41)
        floor.restart()
        floor.clock.advance(25)
        assert {len(heard(floor, caller)) for caller in callers} == {2}
        floor.clock.advance(2)
        assert {len(heard(floor, caller)) for caller in callers} == {3}

    @pytest.mark.parametrize("talks", [False, True])
    @pytest.mark.parametrize(
        "told",
        [
            {"position": EVERY_30},
            {"estimate": EVERY_MINUTE},
            {"position": EVERY_30, "estimate": EVERY_MINUTE},
            {"position": EVERY_30, "each": [NEWS], "message_times": (20, 45)},
        ],
        ids="+".join,
    )
    def test_the_record_counts_what_was_heard_before(
        self, told: dict[str, Any], talks: bool
    ) -> None:
        """Positions and estimates, and messages before the last of them; in a talk too."""
        floor = TestFloor(site(**told))
        floor.log_in(BOB)
        floor.call_in()
        floor.clock.advance(5)
        learnt(floor)
        caller = floor.call_in()
        floor.clock.advance(45)
        announced = heard(floor, caller)
        before = len(announced)
        assert before >= 1
        if talks:
            floor.log_in(ANN)
            floor.clock.advance(5)
        floor.restart()
        floor.clock.advance(60)
        floor.restart()
        floor.clock.advance(0.5)
        assert (len(announced) > before) is (not talks and "position" in told)
        floor.switch.end(caller)
        floor.clock.advance(1)
        (visit,) = floor.record().visits
        assert visit.announcements_count == len(announced)

    def test_messages_alone_are_counted_anew(self) -> None:
        """The floor is told of none."""
        floor = TestFloor(site(each=[NEWS]))
        caller = floor.call_in()
        floor.clock.advance(25)
        announced = heard(floor, caller)
        floor.restart()
        floor.clock.advance(45)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert (len(announced), floor.record().visits[0].announcements_count) == (2, 1)


class TestLink:
    """The link to the switch is away."""

    def test_what_was_missed_is_not_made_up_for(self) -> None:
        """Back after three rounds, the caller hears the position once, at its next time."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.lose_link()
        floor.clock.advance(80)
        assert floor.told(PositionAnnounced) == []
        floor.switch.restore_link()
        floor.clock.advance(14)
        assert heard(floor, caller) == []
        floor.clock.advance(2)
        assert heard(floor, caller) == [sounds(YouAreNext())]
        floor.clock.advance(28)
        assert len(heard(floor, caller)) == 1

    def test_an_end_that_was_not_heard_does_not_silence_the_queue(self) -> None:
        """The switch never tells that the announcement ended."""
        floor = TestFloor(site(position=EVERY_30, announcement_gap_seconds=5))
        caller = floor.call_in()
        deliver = floor.worker.deliver
        floor.switch.deliver_to(lambda _: None)
        floor.clock.advance(15)
        floor.switch.deliver_to(deliver)
        floor.clock.advance(LONGEST_ANNOUNCEMENT_SECONDS - 1)
        assert len(heard(floor, caller)) == 1
        floor.clock.advance(2)
        assert len(heard(floor, caller)) == 2

    def test_an_end_that_went_with_the_link_is_not_waited_for(self) -> None:
        """It is away for the end of an announcement: the next one comes at its time."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        floor.clock.advance(11)
        floor.switch.lose_link()
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(27)
        assert heard(floor, caller) == [sounds(YouAreNext())] * 2

    def test_a_clock_that_is_set_back_puts_nothing_off(self) -> None:
        """Waits are lengths."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        now = floor.site.clock.now
        floor.clock.advance(11)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(floor.site.clock), "now", lambda _: Micros(now() - 3600 * MICROS_PER_SECOND)
            )
            floor.clock.advance(90)
        assert len(heard(floor, caller)) == 4


def test_a_look_whose_turn_comes_after_the_visit_finds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The timer has fired, and before its greenlet runs the caller is gone."""
    floor, looks = TestFloor(site(position=EVERY_30)), list[Callable[[], None]]()
    after = floor.clock.after

    def hold_back(_: object, seconds: float, run: Callable[[], None]) -> FakeTimer:
        is_look = getattr(run, "__func__", None) is Announcing._look
        return after(seconds, partial(looks.append, run) if is_look else run)

    monkeypatch.setattr(MortalClock, "after", hold_back)
    caller = floor.call_in()
    floor.clock.advance(31)
    floor.switch.end(caller)
    settle()
    (look,) = looks
    look()
    assert floor.told(PositionAnnounced) == []
