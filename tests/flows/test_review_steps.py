"""How far a caller may be led through queues and menus."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import LegId, MenuName
from callcore.domain.policies import MenuChoice, MenuPolicy, SitePolicy
from callcore.domain.treatments import Goodbye, OverflowReason, ToMenu, ToQueue, Treatment
from callcore.ports.switch_events import DigitPressed
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.floor import SUPPORT, TestFloor
from tests.flows.stories import line_of, queue_of

STAY = MenuName("stay")
MANY = 40


def asking(otherwise: Treatment) -> SitePolicy:
    """Who has waited two minutes is asked whether to wait on; so is who presses the exit key."""
    to = ToMenu(menu=STAY)
    policy = queue_of(
        maximum_wait_seconds=120,
        exit_key="*",
        overflow={OverflowReason.MAXIMUM_WAIT: to, OverflowReason.EXIT_KEY: to},
    )
    menu = MenuPolicy(
        name=STAY,
        prompts=("stay",),
        choices={"1": MenuChoice(to=ToQueue(queue=SUPPORT)), "9": MenuChoice(to=to)},
        tries=1,
        otherwise=otherwise,
    )
    return replace(policy, menus={STAY: menu})


def press(floor: TestFloor, caller: LegId, digit: str) -> None:
    """The caller presses a key."""
    now = floor.clock.now()
    floor.worker.deliver(DigitPressed(node=NODE, at=now, leg_id=caller, digit=digit))
    settle()


def test_who_chooses_to_wait_on_may_do_so_for_ever() -> None:
    """Each time is the caller's decision, and the place is still the first one."""
    floor = TestFloor(asking(Goodbye()))
    caller = floor.call_in()
    other = floor.call_in()
    for _ in range(MANY):
        floor.clock.advance(121)
        press(floor, caller, "1")
        assert floor.knows(caller)
    assert floor.position(caller) == 1
    assert not floor.knows(other)


@pytest.mark.parametrize("keys", ["9", "1*"])
def test_who_presses_keys_goes_where_they_lead(keys: str) -> None:
    """Round and round, as often as the caller likes."""
    floor = TestFloor(asking(Goodbye()))
    caller = floor.call_in()
    press(floor, caller, "*")
    for _ in range(MANY):
        for key in keys:
            press(floor, caller, key)
    press(floor, caller, "1")
    assert floor.position(caller) == 1


def test_who_decides_nothing_is_led_out_of_a_circle() -> None:
    """Where the settings have one all the same."""
    floor = TestFloor(asking(ToQueue(queue=SUPPORT)))
    caller = floor.call_in()
    floor.clock.advance(MANY * 130)
    assert line_of(floor, caller).dialled == "callcore_fallback"
