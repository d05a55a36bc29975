"""A call centre with two menus, one behind the other, at the number 9000."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain import skills
from callcore.domain.ids import LegId, MenuName
from callcore.domain.policies import MenuChoice, MenuPolicy, NumberRoute, SitePolicy
from callcore.domain.treatments import Goodbye, ToMenu, ToQueue, ToVoicemail
from tests.flows.floor import ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import line_of

MAIN, LANGUAGES = MenuName("main"), MenuName("languages")
WELCOME = ("/sounds/en/welcome.wav", "/sounds/en/press.wav")
INVALID = ("/sounds/en/menu/invalid.wav", *WELCOME)
NO_INPUT = ("/sounds/en/menu/no-input.wav", *WELCOME)
RUSSIAN = skills.parse("russian")

CHOICES = {
    "1": MenuChoice(to=ToQueue(queue=SUPPORT), priority=2),
    "2": MenuChoice(to=ToQueue(queue=SALES)),
    "3": MenuChoice(to=ToMenu(menu=LANGUAGES), priority=1),
    "4": MenuChoice(to=ToVoicemail(box="7000")),
    "9": MenuChoice(to=Goodbye(prompts=("bye",))),
    "*": MenuChoice(to=ToMenu(menu=MAIN)),
}


def menus(policy: SitePolicy = ROOMY, **settings: Any) -> SitePolicy:
    """The site with two menus, at the number 9000."""
    settings = {
        "prompts": ("welcome", "press"),
        "choices": CHOICES,
        "timeout_seconds": 5.0,
        "tries": 3,
        "otherwise": ToQueue(queue=SALES),
        **settings,
    }
    languages = MenuPolicy(
        name=LANGUAGES,
        prompts=("languages",),
        choices={"7": MenuChoice(to=ToQueue(queue=SUPPORT), priority=4, skills=RUSSIAN)},
        otherwise=Goodbye(),
    )
    return replace(
        policy,
        menus={MAIN: MenuPolicy(name=MAIN, **settings), LANGUAGES: languages},
        numbers={**policy.numbers, "9000": NumberRoute(menu=MAIN)},
    )


def asked_at_the_door() -> tuple[TestFloor, LegId]:
    """A caller who hears the first prompts."""
    floor = TestFloor(menus())
    caller = floor.call_in("9000")
    floor.clock.advance(0.5)
    assert line_of(floor, caller).announced == [WELCOME]
    return floor, caller
