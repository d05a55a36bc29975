"""What differs between two configurations, in the words of the settings; values are not told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from callcore.domain.hours import OpeningHours
from callcore.domain.policies import HoursMenu, SitePolicy

_SETTING = {
    "tiers": "queues",
    "pin_hash": "pin",
    "recordings_directory": "directory",
    "sticky": "sticky_agent",
}
"""Fields that the settings know by another word."""

_OF_NO_PART = frozenset({"site", "retired", "queues", "caller_lists", "recordings_directory"})
"""Fields of the whole that are no part by themselves, or are read in a way of their own."""


class Difference(StrEnum):
    """What became of a part of the configuration."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """One queue, agent, menu and so on that is another than before."""

    part: str
    """The section of the settings: ``queues``, ``agents``, ``hours``."""
    name: str
    """Empty for a section that has no names in it."""
    difference: Difference
    settings: tuple[str, ...] = ()
    """Which of its settings changed; ``kind`` alone for a menu that is one of another kind."""

    def __str__(self) -> str:
        """``queues.support changed: music, hours``."""
        where = f"{self.part}.{self.name}" if self.name else self.part
        which = f": {', '.join(self.settings)}" if self.settings else ""
        return f"{where} {self.difference}{which}"


def changes(before: SitePolicy, after: SitePolicy) -> tuple[PolicyChange, ...]:
    """What is added, changed and removed, part by part in the order of the settings' names."""
    old, new = _parts(before), _parts(after)
    return tuple(
        change
        for part in sorted(old.keys() | new.keys())
        for change in _changes_of(part, old.get(part, {}), new.get(part, {}))
    )


def _changes_of(
    part: str, before: Mapping[Any, object], after: Mapping[Any, object]
) -> Iterator[PolicyChange]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield PolicyChange(part=part, name=name, difference=Difference.ADDED)
        elif name not in after:
            yield PolicyChange(part=part, name=name, difference=Difference.REMOVED)
        elif before[name] != after[name]:
            yield PolicyChange(
                part=part,
                name=name,
                difference=Difference.CHANGED,
                settings=_settings(before[name], after[name]),
            )


def _parts(policy: SitePolicy) -> dict[str, Mapping[Any, object]]:
    """Each section by name; one without names has a single entry without a name."""
    parts: dict[str, Mapping[Any, object]] = {
        "queues": policy.queues,
        "hours": {hours.name: hours for hours in _hours(policy)},
        "caller_lists": {one.name: one for one in policy.caller_lists},
        "recordings": {"": policy.recordings_directory},
    }
    for field in fields(policy):
        if field.name not in _OF_NO_PART:
            value = getattr(policy, field.name)
            parts[field.name] = value if isinstance(value, Mapping) else {"": value}
    return parts


def _hours(policy: SitePolicy) -> Iterator[OpeningHours]:
    """Those that something keeps, more than once if several things do."""
    for queue in policy.queues.values():
        messages = () if queue.messages is None else queue.messages.each
        of_callbacks = None if queue.callback is None else queue.callback.hours
        for hours in (queue.hours, of_callbacks, *(message.hours for message in messages)):
            if hours is not None:
                yield hours
    for menu in policy.menus.values():
        if isinstance(menu, HoursMenu):
            yield menu.hours


def _settings(before: object, after: object) -> tuple[str, ...]:
    if not is_dataclass(before):
        return ()
    if type(before) is not type(after):
        return ("kind",)
    names = (
        field.name
        for field in fields(before)
        if field.compare and getattr(before, field.name) != getattr(after, field.name)
    )
    return tuple(dict.fromkeys(_SETTING.get(name, name) for name in names))
