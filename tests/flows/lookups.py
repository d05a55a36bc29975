"""A call centre that asks another system about its callers at the door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.ids import LegId
from callcore.domain.policies import LookupMenu, MenuChoice, MenuPolicy
from callcore.domain.treatments import Goodbye, ToMenu, ToQueue
from tests.fakes.lookups import System
from tests.flows.floor import SALES, SUPPORT, TestFloor
from tests.flows.front_doors import CRM, DOOR, NEXT, NUMBER, choice, floor_of

BYE = MenuPolicy(name=NEXT, prompts=("next",), choices={"7": choice(ToQueue(queue=SALES))})


def lookup_menu(**settings: Any) -> LookupMenu:
    """The menu at the door, which asks the CRM."""
    return replace(
        LookupMenu(
            name=DOOR,
            lookup=CRM,
            branches={
                "gold": MenuChoice(to=ToQueue(queue=SALES), priority=10),
                "debt": choice(ToMenu(menu=NEXT)),
            },
            otherwise=choice(ToQueue(queue=SUPPORT)),
            failed=choice(Goodbye(prompts=("sorry",))),
        ),
        **settings,
    )


def asked(system: System, **settings: Any) -> tuple[TestFloor, LegId]:
    """A caller about whom that system is being asked."""
    floor = floor_of(lookup_menu(**settings), BYE, systems={CRM: system})
    return floor, floor.call_in(NUMBER)
