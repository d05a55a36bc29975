"""Where callers can come to: from numbers and menus to queues, and from queues on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.policies import MenuPolicy, NumberRoute, QueuePolicy, SitePolicy
from callcore.domain.skills import SkillRule
from callcore.domain.treatments import ToMenu, ToQueue, Treatment
from callcore.settings.faults import Path

Place: TypeAlias = tuple[str, str]
"""``("queues", "support")`` or ``("menus", "main")``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One step of a caller to a place, and what the caller has from then on."""

    to: Place
    setting: Path = ()
    """What gives the priority and the rule."""
    priority: int = 0
    rule: SkillRule | None = None


def between(site: SitePolicy) -> Mapping[Place, tuple[Way, ...]]:
    """The ways on from every queue and menu; at each of them the dialplan may begin a call."""
    ways: dict[Place, tuple[Way, ...]] = {}
    for queue in site.queues.values():
        ways["queues", queue.name] = tuple(_from_queue(queue))
    for menu in site.menus.values():
        ways["menus", menu.name] = tuple(_from_menu(menu))
    return ways


def of_numbers(site: SitePolicy) -> Iterator[Way]:
    """The first step of those who dialled a number."""
    for number, route in site.numbers.items():
        to = _destination(route)
        if to is not None:
            setting = ("numbers", number)
            yield Way(to=to, setting=setting, priority=route.priority, rule=route.skills)


def _from_queue(queue: QueuePolicy) -> Iterator[Way]:
    for treatment in queue.overflow.values():
        for to in _places(treatment):
            yield Way(to=to)


def _from_menu(menu: MenuPolicy) -> Iterator[Way]:
    for key, choice in menu.choices.items():
        to = _place(choice.to)
        if to is not None:
            setting = ("menus", menu.name, "choices", key)
            yield Way(to=to, setting=setting, priority=choice.priority, rule=choice.skills)
    to = _place(menu.otherwise)
    if to is not None:
        yield Way(to=to)


def _destination(route: NumberRoute) -> Place | None:
    if route.queue is not None:
        return ("queues", route.queue)
    return None if route.menu is None else ("menus", route.menu)


def _place(treatment: Treatment) -> Place | None:
    match treatment:
        case ToQueue(queue=queue):
            return ("queues", queue)
        case ToMenu(menu=menu):
            return ("menus", menu)
        case _:
            return None
