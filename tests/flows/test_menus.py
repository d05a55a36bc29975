"""Callers in menus: what they press and what they hear."""

from __future__ import annotations

import pytest

from callcore.domain.events import MenuAnswered
from callcore.domain.ids import CallId, LegId
from callcore.domain.treatments import OverflowReason, ToMenu
from callcore.flows.messages import KeyTimedOut
from tests.fakes.clock import settle
from tests.flows.floor import SALES, TestFloor
from tests.flows.front_doors import press
from tests.flows.menus import INVALID, MAIN, NO_INPUT, WELCOME, asked_at_the_door, menus
from tests.flows.stories import line, line_of, queue_of, record_of


@pytest.fixture
def asked() -> tuple[TestFloor, LegId]:
    return asked_at_the_door()


class TestKeys:
    """The caller presses something, or nothing."""

    def test_the_line_is_answered_and_guarded_first(self, asked: tuple[TestFloor, LegId]) -> None:
        """A caller who presses keys has to be heard; the dead man's switch is ours now."""
        floor, caller = asked
        assert line_of(floor, caller).is_answered
        assert line_of(floor, caller).guarded == (30, "callcore_fallback", "public")

    def test_a_key_ends_the_prompts_at_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """Whoever knows the menu need not hear it."""
        floor, caller = asked
        press(floor, caller, "1")
        assert line(floor, caller) == [1]
        assert line_of(floor, caller).announcing is None
        assert line_of(floor, caller).playing == "local_stream://moh"
        (told,) = floor.told(MenuAnswered)
        assert (told.menu, told.key, told.to) == (MAIN, "1", "queue:support")

    def test_a_key_that_is_none_of_the_menus_plays_it_again(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """From the beginning, told why, as often as the menu is tried."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(1.0)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_prompts_played_again_are_heard_to_the_end(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """The end of the ones that were cut does not start the time to think."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.clock.advance(1.9 + 4.9)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        floor.clock.advance(0.5)
        assert line_of(floor, caller).announced == [WELCOME, INVALID, NO_INPUT]

    def test_time_to_think_begins_when_the_prompts_were_heard(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """Not while they are played."""
        floor, caller = asked
        floor.clock.advance(6.4)
        assert line_of(floor, caller).announced == [WELCOME]
        floor.clock.advance(0.7)
        assert line_of(floor, caller).announced == [WELCOME, NO_INPUT]

    def test_who_presses_nothing_goes_on_after_the_tries(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """To where the menu says, and told without a key."""
        floor, caller = asked
        floor.clock.advance(23)
        assert line_of(floor, caller).announced[:3] == [WELCOME, NO_INPUT, NO_INPUT]
        assert line(floor, caller, queue=SALES) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.key, told.branch, told.to) == ("", "otherwise", "queue:sales")

    def test_who_presses_nothing_of_use_goes_on_after_the_tries(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """Each wrong key is a try, though it cuts short what is said of the one before."""
        floor, caller = asked
        for digit in "567":
            assert line(floor, caller, queue=SALES) == [None]
            press(floor, caller, digit)
            floor.clock.advance(0.4)
        assert line_of(floor, caller).announced == [WELCOME, INVALID, INVALID]
        assert line(floor, caller, queue=SALES) == [1]
        assert [(fact.key, fact.branch) for fact in floor.told(MenuAnswered)] == [("", "otherwise")]

    def test_a_wrong_key_that_bounces_is_one_try(self, asked: tuple[TestFloor, LegId]) -> None:
        """It is not judged again, nor is anything said, until it has been quiet for a moment."""
        floor, caller = asked
        for _ in range(8):
            press(floor, caller, "5")
        floor.clock.advance(0.1)
        assert line_of(floor, caller).announced == [WELCOME]
        floor.clock.advance(0.2)
        assert line_of(floor, caller).announced == [WELCOME, INVALID]
        press(floor, caller, "2")
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_key_that_is_stuck_holds_nobody_up(self, asked: tuple[TestFloor, LegId]) -> None:
        """Twenty of them are a try, should there never be a pause."""
        floor, caller = asked
        for _ in range(60):
            assert line(floor, caller, queue=SALES) == [None]
            press(floor, caller, "5")
        assert line(floor, caller, queue=SALES) == [1]

    def test_what_follows_the_last_wrong_key_does_not_leave_the_queue(self) -> None:
        """It is swallowed before the caller goes on."""
        policy = queue_of(SALES, exit_key="0")
        floor = TestFloor(menus(policy, tries=1))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        for digit in "700":
            press(floor, caller, digit)
        floor.clock.advance(0.4)
        assert line(floor, caller, queue=SALES) == [1]

    @pytest.mark.parametrize("down_for", [0.1, 2.0])
    def test_the_link_goes_in_the_pause(
        self, asked: tuple[TestFloor, LegId], down_for: float
    ) -> None:
        """The caller is told all the same."""
        floor, caller = asked
        press(floor, caller, "5")
        floor.switch.lose_link()
        floor.clock.advance(down_for)
        floor.switch.restore_link()
        floor.clock.advance(2)
        assert line_of(floor, caller).announced[-1] == INVALID
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_letters_are_keys_too_and_lead_nowhere(self, asked: tuple[TestFloor, LegId]) -> None:
        """Some phones send A to D."""
        floor, caller = asked
        press(floor, caller, "A")
        floor.clock.advance(0.3)
        press(floor, caller, "1")
        assert line(floor, caller) == [1]

    def test_keys_of_the_menu_do_not_leave_the_queue(self) -> None:
        """Pressed twice in a hurry: the second one is not the queue's exit key, unless it is."""
        floor = TestFloor(menus(queue_of(exit_key="#")))
        caller = floor.call_in("9000")
        floor.clock.advance(0.5)
        press(floor, caller, "11")
        assert line(floor, caller) == [1]
        floor.switch.end(caller)
        settle()
        assert [digit.digit for digit in record_of(floor, caller).digits] == ["1", "1"]

    def test_the_last_moment_counts_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """A key in the instant the time is over: the next menu does not lose a try to it."""
        floor, caller = asked
        floor.clock.advance(4)
        floor.switch._tell_digit(line_of(floor, caller), "3")
        floor.worker.crew.switchboard.post(CallId(caller), KeyTimedOut(attempt=0))
        floor.clock.advance(0.3)
        assert line_of(floor, caller).announced[-1] == ("/sounds/en/languages.wav",)
        floor.clock.advance(4)
        assert line_of(floor, caller).announced.count(("/sounds/en/languages.wav",)) == 1


class TestMusic:
    """What is heard beside the prompts."""

    def test_the_queues_music_ends_with_the_first_key(self) -> None:
        """And the next queue's begins."""
        overflow = {OverflowReason.EXIT_KEY: ToMenu(menu=MAIN)}
        policy = queue_of(
            SALES, policy=queue_of(exit_key="0", overflow=overflow), music="sales.wav"
        )
        floor = TestFloor(menus(policy))
        caller = floor.call_in()
        floor.clock.advance(10)
        press(floor, caller, "0")
        floor.clock.advance(1)
        press(floor, caller, "2")
        assert line_of(floor, caller).playing == "sales.wav"

    def test_prompts_that_are_missing_become_a_tone(self) -> None:
        """And the menu goes on: the caller may press a key all the same."""
        floor = TestFloor(menus())
        floor.switch.missing_sounds |= set(WELCOME)
        caller = floor.call_in("9000")
        floor.clock.advance(1)
        assert "tone_stream" in line_of(floor, caller).announced[0][0]
        press(floor, caller, "1")
        assert line(floor, caller) == [1]
