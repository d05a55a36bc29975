"""Where callers can come to: from numbers and menus to queues, and from queues on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import QueueName
from callcore.domain.policies import (
    LookupMenu,
    Menu,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
    WayOn,
    ways_on,
)
from callcore.domain.skills import SkillRule
from callcore.domain.treatments import Said, ToCallback, ToMenu, ToQueue, Treatment
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


def reached(site: SitePolicy, starts: Iterable[Place]) -> frozenset[Place]:
    """Every place to which callers can go on from one of these places."""
    on = between(site)
    seen: set[Place] = set()
    to_visit = deque(starts)
    while to_visit:
        for way in on.get(to_visit.popleft(), ()):
            if way.to not in seen:
                seen.add(way.to)
                to_visit.append(way.to)
    return frozenset(seen)


def of_numbers(site: SitePolicy) -> Iterator[Way]:
    """The first step of those who dialled a number."""
    for number, route in site.numbers.items():
        to = _destination(route)
        if to is not None:
            setting = ("numbers", number)
            yield Way(to=to, setting=setting, priority=route.priority, rule=route.skills)


def out_of(menu: Menu) -> Iterator[WayOn]:
    """Every way out of a menu that is one of its own."""
    for way in ways_on(menu):
        # Without a setting of its own it is that of the answer without a branch.
        is_twice = isinstance(menu, LookupMenu) and menu.failed is menu.otherwise
        if not (is_twice and way.setting == ("failed",)):
            yield way


def _from_queue(queue: QueuePolicy) -> Iterator[Way]:
    for treatment in queue.overflow.values():
        for to in _places(treatment, queue.name):
            yield Way(to=to)


def _from_menu(menu: Menu) -> Iterator[Way]:
    for way in out_of(menu):
        choice, setting = way.choice, ("menus", menu.name, *way.setting)
        for to in _places(choice.to, None):
            yield Way(to=to, setting=setting, priority=choice.priority, rule=choice.skills)


def _destination(route: NumberRoute) -> Place | None:
    if route.queue is not None:
        return ("queues", route.queue)
    return None if route.menu is None else ("menus", route.menu)


def _places(treatment: Treatment, own_queue: QueueName | None) -> tuple[Place, ...]:
    """Where a treatment leads; a promised callback waits in a queue like its caller."""
    match treatment:
        case ToQueue(queue=queue):
            return (("queues", queue),)
        case ToMenu(menu=menu):
            return (("menus", menu),)
        case ToCallback(queue=named, otherwise=otherwise):
            waits_in = named or own_queue
            promised: tuple[Place, ...] = () if waits_in is None else (("queues", waits_in),)
            return promised + _places(otherwise, waits_in)
        case Said(then=then):
            return _places(then, own_queue)
        case _:
            return ()
