"""What stories of callers in menus are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcore.domain.ids import LegId, LookupName, MenuName
from callcore.domain.policies import LookupPolicy, Menu, MenuChoice, NumberRoute, SitePolicy
from callcore.domain.treatments import Treatment
from tests.fakes.lookups import System
from tests.flows.floor import ROOMY, TestFloor
from tests.flows.stories import line_of

CRM = LookupName("crm")
DOOR, NEXT = MenuName("door"), MenuName("next")
NUMBER = "9000"
PROMPT_SECONDS = 2.0
"""As long as the fake switch plays anything that ends."""

HEARS = "menu/one-moment"


def choice(to: Treatment) -> MenuChoice:
    """The way to it, with nothing brought along."""
    return MenuChoice(to=to)


def with_menus(*menus: Menu, policy: SitePolicy = ROOMY) -> SitePolicy:
    """The site with menus, the first of them at the number 9000, and a CRM."""
    return replace(
        policy,
        menus={menu.name: menu for menu in menus},
        lookups={CRM: LookupPolicy(name=CRM, url="http://crm/", timeout_seconds=3.0)},
        numbers={**policy.numbers, NUMBER: NumberRoute(menu=menus[0].name)},
    )


def floor_of(*menus: Menu, systems: Mapping[LookupName, System] | None = None) -> TestFloor:
    """A call centre with that front door."""
    floor = TestFloor(with_menus(*menus))
    floor.lookups.systems.update(systems or {})
    return floor


def press(floor: TestFloor, caller: LegId, keys: str, *, then_seconds: float = 0.1) -> None:
    """The caller presses keys as fast as can be."""
    floor.switch.press(caller, keys)
    floor.clock.advance(then_seconds)


def dial(floor: TestFloor, caller: LegId, keys: str, *, every_seconds: float = 0.3) -> None:
    """The caller presses one key after another."""
    for key in keys:
        press(floor, caller, key, then_seconds=every_seconds)


def heard(floor: TestFloor, caller: LegId) -> list[str]:
    """What was said to the caller, each by its keys in English."""
    return [
        " ".join(path.removeprefix("/sounds/en/").removesuffix(".wav") for path in paths)
        for paths in line_of(floor, caller).announced
    ]


def sent_to(floor: TestFloor, caller: LegId) -> str | None:
    """The extension and context of the dialplan that the caller was handed to."""
    return line_of(floor, caller).variables.get("transferred_to")
