"""What must fit together across the parts of the file, and does not."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain import reachability
from callcore.domain.ids import MenuName, Micros
from callcore.domain.policies import SitePolicy
from callcore.domain.skills import SkillRule
from callcore.settings import (
    callback_hours,
    callback_offers,
    callback_use,
    dead_ends,
    phone_use,
    staffing,
    starvation,
    unused,
    ways,
)
from callcore.settings.able import Unmet
from callcore.settings.faults import Path
from callcore.settings.reading import Reading


def check(reading: Reading, site: SitePolicy, rules: Mapping[Path, SkillRule], now: Micros) -> None:
    """Reports every such fault of a site that is whole but for parts with faults of their own.

    ``rules`` are the skill rules of the file by their places.
    """
    _check_places(reading, site)
    _check_callbacks(reading, site, now)
    # An agent with a fault is none, and the one who could have met the rule.
    if not reading.has_faults_in("agents", "agent_defaults"):
        _check_agents(reading, site, rules)
        if site.agents:
            _check_phones(reading, site)
    # What a part with a fault would lead to is not known.
    if not reading.faults:
        for path, warning in unused.unused(site):
            reading.warn_key(path, warning)
        for path, warning in (*callback_use.doubtful(site), *callback_hours.expiring(site, now)):
            reading.warn_value(path, warning)


def _check_places(reading: Reading, site: SitePolicy) -> None:
    for loop in reachability.overflow_loops(site.queues, site.menus):
        reading.report_key(
            _path_of(site, loop), f"callers could be sent round in a circle: {' -> '.join(loop)}"
        )
    for path, fault in starvation.starving(site):
        reading.report_value(path, fault)
    # Of these parts one with a fault may be what leads on, or makes callers wait longer.
    if not reading.has_faults_in("queues", "menus"):
        for path, fault in dead_ends.dead_ends(site.menus):
            reading.report_key(path, fault)
        for path, fault in starvation.not_ageing(site):
            reading.report_value(path, fault)


def _check_callbacks(reading: Reading, site: SitePolicy, now: Micros) -> None:
    # A contact with a fault is one that will be there.
    if not reading.has_faults_at(("dialplan", "callback_contact")):
        for path, fault in (*callback_offers.unkept(site), *callback_use.unusable(site)):
            reading.report_value(path, fault)
    if not reading.has_faults_in("hours"):
        for path, fault in callback_hours.never_called(site, now):
            reading.report_value(path, fault)


def _check_agents(reading: Reading, site: SitePolicy, rules: Mapping[Path, SkillRule]) -> None:
    for path, fault in staffing.levels_in_vain(reading, site):
        reading.report_value(path, fault)
    # Without a roster the whole site is still to be filled.
    unstaffed = dict(staffing.unstaffed(reading, site)) if site.agents else {}
    for path, fault in unstaffed.items():
        reading.report_key(path, fault)
    if site.agents:
        for path, fault in callback_use.unlike_agents(site):
            if path[:2] not in unstaffed:
                reading.report_value(path, fault)
    unmet = Unmet(site)
    for path, fault in unmet.of_queues(rules):
        if path[:2] not in unstaffed:
            reading.report_value(path, fault)
    for path, fault in unmet.of_callers():
        reading.report_value(path, fault)


def _check_phones(reading: Reading, site: SitePolicy) -> None:
    # All of them are looked for before one of them is a fault.
    for path, fault in tuple(phone_use.unusable(reading, site)):
        reading.report_key(path, fault)
    phone_use.warn(reading, site)


def _path_of(site: SitePolicy, loop: tuple[str, ...]) -> Path:
    """Where the file begins a circle."""
    kind, _, name = loop[0].partition(" ")
    if kind == "queue":
        return ("queues", name, "overflow")
    ways_in = (
        way.setting
        for way in ways.out_of(site.menus[MenuName(name)])
        if not way.is_pressed and loop[1] in reachability.places(way.choice.to)
    )
    return ("menus", name, *next(ways_in))
