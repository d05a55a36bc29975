"""What callers dial in menus: extensions, keys pressed too early, too late or never."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import MenuAnswered
from callcore.domain.ids import Language, LegId
from callcore.domain.policies import Extensions, MenuChoice, MenuPolicy
from callcore.domain.treatments import Goodbye, Said, ToMenu, ToQueue
from tests.flows.floor import SALES, SUPPORT, TestFloor
from tests.flows.front_doors import (
    DOOR,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    dial,
    floor_of,
    heard,
    press,
    sent_to,
)
from tests.flows.stories import line, line_of, queue_of, record_of

MENU = MenuPolicy(
    name=DOOR,
    greeting=("hello",),
    prompts=("door",),
    invalid=("wrong",),
    no_input=("well",),
    choices={
        "1": choice(ToQueue(queue=SUPPORT)),
        "2": choice(ToMenu(menu=NEXT)),
        "3": choice(Said(prompts=("address",), then=ToMenu(menu=NEXT))),
        "4": choice(Said(prompts=("law",), then=ToMenu(menu=NEXT), is_skippable=False)),
        "5": choice(Said(prompts=("address",), then=ToQueue(queue=SUPPORT))),
        "9": choice(ToQueue(queue=SALES)),
    },
    extensions=Extensions(ranges=(("100", "119"), ("250", "250"), ("2500", "2599"))),
    between_keys_seconds=2.5,
    timeout_seconds=5.0,
    tries=2,
    otherwise=ToQueue(queue=SALES),
)
SECOND = MenuPolicy(
    name=NEXT,
    prompts=("next",),
    choices={"1": choice(ToQueue(queue=SALES)), "7": choice(ToQueue(queue=SUPPORT))},
    tries=2,
    otherwise=Goodbye(prompts=("bye",)),
)


@pytest.fixture
def asked() -> tuple[TestFloor, LegId]:
    """A caller who hears the greeting."""
    floor = floor_of(MENU, SECOND)
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    return floor, caller


def press_in_one_instant(floor: TestFloor, caller: LegId, keys: str) -> None:
    """All of them are there before the first is looked at."""
    for key in keys:
        floor.switch._tell_digit(line_of(floor, caller), key)


class TestWords:
    """What is heard before each try."""

    def test_greeted_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """Then told that nothing was pressed, or that it leads nowhere."""
        floor, caller = asked
        floor.clock.advance(PROMPT_SECONDS + 5)
        assert heard(floor, caller) == ["hello door", "well door"]
        other = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        press(floor, other, "8", then_seconds=2.6)
        assert heard(floor, other) == ["hello door", "wrong door"]

    def test_who_comes_back_is_not_greeted_again(self) -> None:
        """But in another language."""
        ways = {
            "1": MenuChoice(to=ToMenu(menu=DOOR)),
            "2": MenuChoice(to=ToMenu(menu=DOOR), language=Language("pl")),
        }
        floor = floor_of(replace(MENU, choices=ways, extensions=None), SECOND)
        caller = floor.call_in(NUMBER)
        floor.clock.advance(0.5)
        press(floor, caller, "1", then_seconds=0.5)
        press(floor, caller, "2", then_seconds=0.5)
        press(floor, caller, "1", then_seconds=0.5)
        polish = ["/sounds/pl/hello /sounds/pl/door", "/sounds/pl/door"]
        assert heard(floor, caller) == ["hello door", "door", *polish]

    def test_after_the_last_try_nothing_more_is_said(self, asked: tuple[TestFloor, LegId]) -> None:
        """The caller goes on."""
        floor, caller = asked
        floor.clock.advance(2 * (PROMPT_SECONDS + 5))
        assert heard(floor, caller) == ["hello door", "well door"]
        assert line(floor, caller, queue=SALES) == [1]


class TestExtensions:
    """Dialled in place of a key."""

    @pytest.mark.parametrize("every_seconds", [0.0, 0.3, 2.4])
    def test_complete_it_acts_at_once(
        self, asked: tuple[TestFloor, LegId], every_seconds: float
    ) -> None:
        """However slowly it is dialled, within the time between keys."""
        floor, caller = asked
        dial(floor, caller, "10", every_seconds=every_seconds)
        press(floor, caller, "7")
        assert sent_to(floor, caller) == "107 public"
        (told,) = floor.told(MenuAnswered)
        assert (told.key, told.branch, told.to) == ("107", "", "extension:107")
        assert [one for one in line_of(floor, caller).variables if "menu" in one] == []

    def test_one_that_is_none_counts_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """All its keys are one try, though it was clear with the second that it leads nowhere."""
        floor, caller = asked
        dial(floor, caller, "1300", every_seconds=0.3)
        floor.clock.advance(2.6)
        assert heard(floor, caller) == ["hello door", "wrong door"]
        assert floor.told(MenuAnswered) == []

    @pytest.mark.parametrize("every_seconds", [0.0, 0.12, 2.4])
    def test_one_whose_first_key_begins_none_counts_once(
        self, asked: tuple[TestFloor, LegId], every_seconds: float
    ) -> None:
        """Dialled whole: as many keys as the longest extension has are not waited for long."""
        floor, caller = asked
        dial(floor, caller, "7999", every_seconds=every_seconds)
        floor.clock.advance(0.4)
        assert heard(floor, caller) == ["hello door", "wrong door"]
        assert floor.told(MenuAnswered) == []
        press(floor, caller, "9")
        assert line(floor, caller, queue=SALES) == [1]

    @pytest.mark.parametrize(("keys", "pause_seconds"), [("7", 2.5), ("79", 2.5), ("79#", 0.3)])
    def test_nothing_is_said_before_the_pause(
        self, asked: tuple[TestFloor, LegId], keys: str, pause_seconds: float
    ) -> None:
        """In which another key of a wrong extension might come; there is none after ``#``."""
        floor, caller = asked
        dial(floor, caller, keys, every_seconds=0.1)
        floor.clock.advance(pause_seconds - 0.2)
        assert heard(floor, caller) == ["hello door"]
        floor.clock.advance(0.2)
        assert heard(floor, caller) == ["hello door", "wrong door"]

    def test_after_the_pause_a_wrong_key_cuts_and_counts(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """The caller has heard that it was wrong: it is the next try."""
        floor, caller = asked
        press(floor, caller, "7", then_seconds=2.6)
        assert line_of(floor, caller).announcing is not None
        press(floor, caller, "8", then_seconds=2.6)
        assert line(floor, caller, queue=SALES) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.key, told.branch) == ("", "otherwise")

    def test_of_a_context_of_its_own(self) -> None:
        """Where the settings name one."""
        floor = floor_of(
            MenuPolicy(
                name=DOOR,
                prompts=("door",),
                choices={},
                extensions=Extensions(ranges=(("100", "119"),), context="internal"),
            )
        )
        caller = floor.call_in(NUMBER)
        dial(floor, caller, "107")
        assert sent_to(floor, caller) == "107 internal"

    def test_a_choice_that_begins_extensions_waits_for_another_key(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """And no longer; meanwhile nothing is said."""
        floor, caller = asked
        press(floor, caller, "1", then_seconds=2.4)
        assert line(floor, caller) == [None]
        assert line_of(floor, caller).announcing is None
        floor.clock.advance(0.2)
        assert line(floor, caller) == [1]

    def test_a_choice_that_begins_none_acts_at_once(self, asked: tuple[TestFloor, LegId]) -> None:
        """Extensions make nobody slower who dials none."""
        floor, caller = asked
        press(floor, caller, "9")
        assert line(floor, caller, queue=SALES) == [1]

    def test_the_hash_key_completes(self, asked: tuple[TestFloor, LegId]) -> None:
        """A choice and an extension alike."""
        floor, caller = asked
        dial(floor, caller, "1#")
        assert line(floor, caller) == [1]
        other = floor.call_in(NUMBER)
        dial(floor, other, "250")
        assert sent_to(floor, other) is None
        press(floor, other, "#")
        assert sent_to(floor, other) == "250 public"

    def test_the_longer_one(self, asked: tuple[TestFloor, LegId]) -> None:
        """That begins with the other."""
        floor, caller = asked
        dial(floor, caller, "2507")
        assert sent_to(floor, caller) == "2507 public"

    @pytest.mark.parametrize("keys", ["12", "26", "*1", "8", "A", "10", "10#"])
    def test_none_of_them_is_a_try(self, asked: tuple[TestFloor, LegId], keys: str) -> None:
        """At once, or as soon as nothing follows."""
        floor, caller = asked
        dial(floor, caller, keys)
        floor.clock.advance(2.6)
        assert heard(floor, caller)[1] == "wrong door"
        assert sent_to(floor, caller) is None


class TestTooEarly:
    """Before anything asks for them."""

    def test_the_next_menus_key(self, asked: tuple[TestFloor, LegId]) -> None:
        """Who knows the way hears nothing of the second menu."""
        floor, caller = asked
        dial(floor, caller, "2#7", every_seconds=0.0)
        floor.clock.advance(0.1)
        assert line(floor, caller) == [1]
        assert [fact.key for fact in floor.told(MenuAnswered)] == ["2", "7"]

    def test_before_the_menu_begins(self) -> None:
        """The caller dials while the line is being answered."""
        floor = floor_of(MENU, SECOND)
        caller = floor.switch.call_in(NUMBER)
        floor.switch.press(caller, "9")
        floor.clock.advance(0.1)
        assert line(floor, caller, queue=SALES) == [1]

    def test_information_is_cut_and_the_key_is_the_next_menus(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """Not lost, and not pressed twice."""
        floor, caller = asked
        press(floor, caller, "3", then_seconds=0.5)
        assert heard(floor, caller)[-1] == "address"
        press(floor, caller, "7")
        assert line(floor, caller) == [1]
        assert "next" not in heard(floor, caller)

    def test_several_keys_keep_their_order(self, asked: tuple[TestFloor, LegId]) -> None:
        """The first cuts the information, all are the next menu's."""
        floor, caller = asked
        press(floor, caller, "3", then_seconds=0.5)
        press(floor, caller, "71")
        assert [fact.key for fact in floor.told(MenuAnswered)] == ["3", "7"]

    def test_what_must_be_heard_forgets_them(self, asked: tuple[TestFloor, LegId]) -> None:
        """Those before and those during."""
        floor, caller = asked
        press(floor, caller, "47", then_seconds=0.5)
        press(floor, caller, "7", then_seconds=1.0)
        assert heard(floor, caller)[-1] == "law"
        floor.clock.advance(1.0)
        assert heard(floor, caller)[-1] == "next"
        assert line(floor, caller) == [None]
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert [one.digit for one in record_of(floor, caller).digits] == ["4", "7", "7"]

    def test_a_wrong_one_takes_the_others_along(self, asked: tuple[TestFloor, LegId]) -> None:
        """They were meant for somewhere else."""
        floor, caller = asked
        press_in_one_instant(floor, caller, "89")
        floor.clock.advance(2.6)
        assert heard(floor, caller)[-1] == "wrong door"
        assert line(floor, caller, queue=SALES) == [None]

    def test_no_key_of_a_menu_leaves_the_queue_behind_it(self) -> None:
        """Where nothing asks, what was pressed before is no answer."""
        floor = TestFloor(
            queue_of(exit_key="9", policy=floor_of(MENU, SECOND).policy),
        )
        caller = floor.call_in(NUMBER)
        press(floor, caller, "5", then_seconds=0.5)
        press_in_one_instant(floor, caller, "99")
        floor.clock.advance(0.1)
        assert line(floor, caller) == [1]
        press(floor, caller, "9")
        assert line(floor, caller) == [None]


class TestTooLate:
    """When the time is over."""

    def test_belongs_to_what_is_asked_then(self, asked: tuple[TestFloor, LegId]) -> None:
        """The next try of the same menu takes it."""
        floor, caller = asked
        floor.clock.advance(PROMPT_SECONDS + 5 - 0.5 + 0.05)
        assert heard(floor, caller)[-1] == "well door"
        press(floor, caller, "9")
        assert line(floor, caller, queue=SALES) == [1]

    def test_a_pause_between_keys_is_the_end_of_the_number(
        self, asked: tuple[TestFloor, LegId]
    ) -> None:
        """What comes after it begins another one."""
        floor, caller = asked
        press(floor, caller, "10", then_seconds=2.7)
        assert heard(floor, caller)[-1] == "wrong door"
        press(floor, caller, "9")
        assert line(floor, caller, queue=SALES) == [1]


class TestInformation:
    """Heard, and on."""

    def test_to_its_end_without_a_key(self, asked: tuple[TestFloor, LegId]) -> None:
        """Then what follows."""
        floor, caller = asked
        press(floor, caller, "3", then_seconds=PROMPT_SECONDS + 0.5)
        assert heard(floor, caller)[-2:] == ["address", "next"]

    def test_of_nothing(self) -> None:
        """On at once."""
        said = Said(prompts=(), then=ToQueue(queue=SUPPORT))
        floor = floor_of(MenuPolicy(name=DOOR, prompts=("door",), choices={"1": choice(said)}))
        caller = floor.call_in(NUMBER)
        press(floor, caller, "1", then_seconds=0.3)
        assert line(floor, caller) == [1]

    def test_the_process_dies_meanwhile(self, asked: tuple[TestFloor, LegId]) -> None:
        """The menu that led there begins again."""
        floor, caller = asked
        press(floor, caller, "4", then_seconds=0.5)
        floor.restart()
        floor.clock.advance(1)
        assert heard(floor, caller)[-1] == "hello door"
        press(floor, caller, "9")
        assert line(floor, caller, queue=SALES) == [1]
