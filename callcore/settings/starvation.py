"""Whether callers whose priority grows with the wait can still be passed by others for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from callcore.domain import ageing
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.wishes import clamped
from callcore.settings import ways
from callcore.settings.faults import Path, dotted
from callcore.settings.ways import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Highest:
    """The highest priority of their own with which callers come to a place, and what gives it."""

    priority: int
    settings: tuple[Path, ...]

    def plus(self, priority: int, setting: Path) -> _Highest:
        if not priority:
            return self
        settings = (*self.settings, setting) if setting not in self.settings else self.settings
        return _Highest(priority=clamped(self.priority + priority), settings=settings)


_NONE = _Highest(priority=0, settings=())


def starving(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each queue's cap that is below a priority with which callers come there, and what is wrong.

    Callers who have aged to the cap wait behind everyone who begins above it.
    """
    highest = _highest_own(site)
    for queue in site.queues.values():
        if queue.ageing is None:
            continue
        own = highest["queues", queue.name]
        reached = queue.priority + own.priority
        if reached > queue.ageing.cap:
            settings = [(*setting, "priority") for setting in own.settings]
            if queue.priority > 0 or not settings:
                settings.append(("queues", queue.name, "priority"))
            fault = (
                f"callers of priority {reached} (by {' and '.join(map(dotted, settings))}) would "
                "always go before those who have aged this far, who could wait for ever: raise it "
                f"to {reached} or lower theirs, found {queue.ageing.cap}"
            )
            yield ("queues", queue.name, "ageing", "cap"), fault


def not_ageing(site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each queue's curve whose first step comes after everybody has left, and what is wrong."""
    from_queues = ways.reached(site, [("queues", name) for name in site.queues])
    for queue in site.queues.values():
        if queue.ageing is None or _keeps_waits(queue) or ("queues", queue.name) in from_queues:
            continue
        # Seen from just below the cap, only the curve says when.
        seconds = ageing.next_step_after(queue.ageing.cap - 1, 0.0, queue.ageing)
        if seconds is not None and seconds >= queue.maximum_wait_seconds:
            fault = (
                f"has no effect: its first step comes after {seconds:g} seconds, and callers leave "
                f"after maximum_wait_seconds, {queue.maximum_wait_seconds:g}"
            )
            yield ("queues", queue.name, "ageing", "curve"), fault


def _keeps_waits(queue: QueuePolicy) -> bool:
    """Whether callers, or promises to them, can have waited longer than one visit may last."""
    return queue.keeps_join_time or queue.resume_within_seconds > 0 or queue.callback is not None


def _highest_own(site: SitePolicy) -> dict[Place, _Highest]:
    """By place; a caller may go through several numbers, menus and queues, and be on one list."""
    on = ways.between(site)
    listed = max((of_list.priority for of_list in site.caller_lists), default=0)
    start = _NONE
    for of_list in site.caller_lists:
        if of_list.priority == listed > 0:
            start = _NONE.plus(listed, ("caller_lists", of_list.name))
            break
    highest = dict.fromkeys(on, start)
    for way in ways.of_numbers(site):
        found = start.plus(way.priority, way.setting)
        if way.to in highest and found.priority > highest[way.to].priority:
            highest[way.to] = found
    to_visit = deque(highest)
    while to_visit:  # ends: priorities only rise, and have a highest value
        place = to_visit.popleft()
        for way in on[place]:
            found = highest[place].plus(way.priority, way.setting)
            if way.to in highest and found.priority > highest[way.to].priority:
                highest[way.to] = found
                to_visit.append(way.to)
    return highest
