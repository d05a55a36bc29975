"""Callers who ask for a callback by a key keep their place if nothing comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.outcomes import AskingEnd, CallOutcome
from callcore.domain.policies import CallableNumbers, DialplanPolicy
from callcore.domain.speech import phrases
from tests.flows.announcing import sounds
from tests.flows.callback_lines import BY_KEY, CONFIRM, ENTER, KEY, PREMIUM, STILL, LineFloor, site
from tests.flows.callbacks import NUMBER, PROMPTS


@pytest.fixture
def floor() -> LineFloor:
    return LineFloor(site())


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
