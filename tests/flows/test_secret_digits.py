"""Digits that are a PIN or a card number: the other system knows them, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import LookupMade, MenuAnswered
from callcore.domain.ids import LegId, MenuName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import LookupMenu, MenuPolicy
from callcore.domain.treatments import Goodbye, OverflowReason, Said, ToMenu, ToQueue
from tests.fakes.lookups import System
from tests.flows.floor import SALES, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    dial,
    floor_of,
    heard,
    press,
    with_menus,
)
from tests.flows.stories import done_to, line, queue_of, record_of

SECRET = MenuName("secret")
WORDS = ("law",)


def secret_menu(*, is_secret: bool = True, **settings: Any) -> LookupMenu:
    """A question for four digits, then the last menu."""
    return LookupMenu(
        name=SECRET,
        lookup=CRM,
        asks=("pin",),
        digits=4,
        is_secret=is_secret,
        branches={},
        otherwise=choice(ToMenu(menu=NEXT)),
        failed=choice(ToMenu(menu=NEXT)),
        **settings,
    )


DOORS = MenuPolicy(
    name=DOOR,
    prompts=("door",),
    choices={
        "1": choice(ToMenu(menu=SECRET)),
        "2": choice(Said(prompts=WORDS, then=ToMenu(menu=SECRET))),
        "3": choice(Said(prompts=WORDS, then=ToMenu(menu=SECRET), is_skippable=False)),
    },
)
LAST = MenuPolicy(
    name=NEXT,
    prompts=("next",),
    choices={
        "7": choice(ToQueue(queue=SALES)),
        "8": choice(ToMenu(menu=SECRET)),
        "9": choice(Goodbye()),
    },
)


def asked(
    system: System | None = None, *, is_secret: bool = True, key: str = "1"
) -> tuple[TestFloor, LegId]:
    """A caller who hears the question, having chosen its way by a key."""
    menu = secret_menu(is_secret=is_secret)
    floor = floor_of(DOORS, menu, LAST, systems={CRM: system or System()})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    press(floor, caller, key)
    return floor, caller


def digits_sent(floor: TestFloor) -> list[str | None]:
    """The digits of each question."""
    return [question.get("digits") for _, question in floor.lookups.asked]


def noted(floor: TestFloor, caller: LegId) -> str:
    """The keys in the record of the call, which is over then; nothing else knows of them."""
    if caller in floor.switch.legs_by_id:
        floor.switch.end(caller)
    floor.clock.advance(0.1)
    record = record_of(floor, caller)
    sent = {digits for digits in digits_sent(floor) if digits}
    told = f"{record} {floor.facts} {floor.complaints}"
    assert not [digits for digits in sent if digits in told]
    return "".join(press.digit for press in record.digits)


def test_keys_before_and_after_are_noted_those_of_the_secret_are_not() -> None:
    """Asked anew, and pressed slowly and wrongly, too."""
    floor, caller = asked(System(after_seconds=0.5))
    assert heard(floor, caller) == ["door", "pin"]
    press(floor, caller, "*", then_seconds=PROMPT_SECONDS + 6)
    assert heard(floor, caller) == ["door", "pin", "pin"]
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["4711"]
    floor.clock.advance(1)
    press(floor, caller, "7")
    assert line(floor, caller, queue=SALES) == [1]
    press(floor, caller, "5")
    assert [(fact.menu, fact.key) for fact in floor.told(MenuAnswered)] == [
        (DOOR, "1"),
        (SECRET, ""),
        (NEXT, "7"),
    ]
    assert noted(floor, caller) == "175"


def test_without_the_setting_they_are_noted() -> None:
    """All keys are, and the switch's records are none of our business."""
    floor, caller = asked(is_secret=False)
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["4711"]
    assert "hide_keys" not in done_to(floor, caller)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert "".join(press.digit for press in record_of(floor, caller).digits) == "14711"


def test_the_switch_is_told_before_anything_is_asked() -> None:
    """Once, and only where a secret is asked for."""
    floor = floor_of(DOORS, secret_menu(), LAST)
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    assert "hide_keys" not in done_to(floor, caller)
    floor.switch.commands.clear()
    press(floor, caller, "1")
    done = done_to(floor, caller)
    assert done.count("hide_keys") == 1
    assert done.index("hide_keys") < done.index("announce")


@pytest.mark.parametrize("key", ["1", "2"])
@pytest.mark.parametrize("every_seconds", [0.0, 0.05])
def test_typed_ahead_they_are_not_noted_either(key: str, every_seconds: float) -> None:
    """By one who knows the way: past the prompts, and past the words that may be skipped."""
    floor = floor_of(DOORS, secret_menu(), LAST, systems={CRM: System()})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    if every_seconds:
        dial(floor, caller, f"{key}4711", every_seconds=every_seconds)
    else:
        press(floor, caller, f"{key}4711")
    floor.clock.advance(0.5)
    assert digits_sent(floor) == ["4711"]
    assert noted(floor, caller) == key


def test_pressed_into_words_that_are_heard_to_the_end() -> None:
    """Not taken for the answer, and not noted: they may be it all the same."""
    floor, caller = asked(key="3")
    assert heard(floor, caller) == ["door", "law"]
    dial(floor, caller, "4711", every_seconds=0.1)
    floor.clock.advance(PROMPT_SECONDS)
    assert heard(floor, caller) == ["door", "law", "pin"]
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["4711"]
    assert noted(floor, caller) == "3"


@pytest.mark.parametrize("after_seconds", [0.0, 0.5])
@pytest.mark.parametrize("more", ["7", "57"])
def test_too_many_are_the_next_menus(more: str, after_seconds: float) -> None:
    """As after digits that are no secret; noted again."""
    floor, caller = asked(System(after_seconds=after_seconds))
    dial(floor, caller, f"4711{more}", every_seconds=0.05)
    floor.clock.advance(1)
    if more == "7":
        assert line(floor, caller, queue=SALES) == [1]
    assert noted(floor, caller) == f"1{more}"


def test_typed_ahead_into_the_lookup_before_it() -> None:
    """Kept while another system is asked: five keys, of which four are the secret."""
    first = LookupMenu(
        name=DOOR,
        lookup=CRM,
        branches={},
        otherwise=choice(ToMenu(menu=SECRET)),
        failed=choice(Goodbye()),
    )
    floor = floor_of(first, secret_menu(), LAST, systems={CRM: System(after_seconds=0.9)})
    caller = floor.call_in(NUMBER)
    dial(floor, caller, "47117", every_seconds=0.1)
    floor.clock.advance(2)
    assert digits_sent(floor) == [None, "4711"]
    assert line(floor, caller, queue=SALES) == [1]
    assert noted(floor, caller) == "7"


def test_a_second_secret_leaves_what_was_noted_between() -> None:
    """Each forgets what was pressed for it, and no more."""
    floor, caller = asked()
    dial(floor, caller, "4711")
    floor.clock.advance(0.5)
    press(floor, caller, "5", then_seconds=0.5)
    press(floor, caller, "8", then_seconds=0.5)
    dial(floor, caller, "0815")
    assert digits_sent(floor) == ["4711", "0815"]
    assert noted(floor, caller) == "158"


def test_after_digits_that_are_none_those_stay_noted() -> None:
    """An account number, and then its PIN."""
    account = LookupMenu(
        name=DOOR,
        lookup=CRM,
        asks=("account",),
        digits=3,
        branches={},
        otherwise=choice(ToMenu(menu=SECRET)),
        failed=choice(Goodbye()),
    )
    floor = floor_of(account, secret_menu(), LAST, systems={CRM: System()})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    dial(floor, caller, "123")
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["123", "4711"]
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert "".join(press.digit for press in record_of(floor, caller).digits) == "123"


def test_the_key_that_led_out_of_a_queue_stays_noted() -> None:
    """It was for the queue."""
    overflow = {OverflowReason.EXIT_KEY: Said(prompts=WORDS, then=ToMenu(menu=SECRET))}
    policy = with_menus(secret_menu(), LAST, policy=queue_of(exit_key="0", overflow=overflow))
    floor = TestFloor(policy)
    caller = floor.call_in()
    floor.clock.advance(5)
    press(floor, caller, "0", then_seconds=0.5)
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["4711"]
    assert noted(floor, caller) == "0"


@pytest.mark.parametrize("failure", list(LookupFailure))
def test_a_failure_says_nothing_of_them(failure: LookupFailure) -> None:
    """In the record's fault and in the log."""
    floor, caller = asked(System(failure=failure, after_seconds=0.2))
    dial(floor, caller, "4711")
    assert floor.told(LookupMade)[0].failure is failure
    assert noted(floor, caller) == "1"


def test_hung_up_in_the_midst_of_them() -> None:
    """Those that were pressed are forgotten, read or unread."""
    floor, caller = asked()
    dial(floor, caller, "47")
    floor.switch.press(caller, "1")
    floor.switch.end(caller)
    assert noted(floor, caller) == "1"


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_the_switch_is_told_again_when_the_link_is_back(when: str) -> None:
    """What it was told before may have been lost, and what is pressed with the link down is kept
    by the switch.
    """
    floor = floor_of(DOORS, secret_menu(), LAST, systems={CRM: System()})
    caller = floor.call_in(NUMBER)
    floor.clock.advance(0.5)
    floor.switch.press(caller, "1")
    if when != "before":
        floor.clock.advance(0.5)
    if when == "after":
        dial(floor, caller, "4711")
    floor.clock.advance(0.02)
    floor.switch.lose_link()
    floor.clock.advance(1)
    floor.switch.commands.clear()
    floor.switch.restore_link()
    floor.clock.advance(0.5)
    assert "hide_keys" in done_to(floor, caller)


def test_the_next_process_keeps_them_secret_too() -> None:
    """It asks anew."""
    floor, caller = asked()
    dial(floor, caller, "47")
    floor.restart()
    floor.clock.advance(0.5)
    assert heard(floor, caller)[-1] == "pin"
    dial(floor, caller, "4711")
    assert digits_sent(floor) == ["4711"]
    assert noted(floor, caller) == ""
