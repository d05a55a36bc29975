"""What must fit together across the parts of the file, and does not."""

from __future__ import annotations

from collections.abc import Mapping

from callcore.domain import reachability
from callcore.domain.policies import SitePolicy
from callcore.domain.skills import SkillRule
from callcore.settings import callback_offers, phone_use, staffing, starvation
from callcore.settings.able import Unmet
from callcore.settings.faults import Path
from callcore.settings.reading import Reading


def check(reading: Reading, site: SitePolicy, rules: Mapping[Path, SkillRule]) -> None:
    """Reports every such fault of a site that is whole but for parts with faults of their own.

    ``rules`` are the skill rules of the file by their places.
    """
    for loop in reachability.overflow_loops(site.queues, site.menus):
        reading.report_key(
            _path_of(loop[0]), f"callers could be sent round in a circle: {' -> '.join(loop)}"
        )
    for path, fault in callback_offers.unkept(site):
        reading.report_value(path, fault)
    for path, fault in starvation.starving(site):
        reading.report_value(path, fault)
    # Of these parts one with a fault may be what makes callers wait longer.
    if not reading.has_faults_in("queues", "menus"):
        for path, fault in starvation.not_ageing(site):
            reading.report_value(path, fault)
    # An agent with a fault is none, and the one who could have met the rule.
    if not reading.has_faults_in("agents", "agent_defaults"):
        _check_agents(reading, site, rules)
        if site.agents:
            _check_phones(reading, site)


def _check_agents(reading: Reading, site: SitePolicy, rules: Mapping[Path, SkillRule]) -> None:
    for path, fault in staffing.levels_in_vain(reading, site):
        reading.report_value(path, fault)
    # Without a roster the whole site is still to be filled.
    unstaffed = dict(staffing.unstaffed(reading, site)) if site.agents else {}
    for path, fault in unstaffed.items():
        reading.report_key(path, fault)
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


def _path_of(place: str) -> Path:
    kind, _, name = place.partition(" ")
    return ("queues", name, "overflow") if kind == "queue" else ("menus", name, "otherwise")
