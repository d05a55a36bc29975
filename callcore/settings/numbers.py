"""Dialled numbers: the queue, menu or survey each leads to."""

from __future__ import annotations

from typing import Any

from callcore.domain.policies import NumberRoute
from callcore.settings import music
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Language, Name, Sound, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.skill_rules import SkillRules

_DESTINATIONS = (Named.QUEUE, Named.MENU, Named.SURVEY)
_FOR_WAITING = ("priority", "skills", "music")


class NumberSection(Section):
    """Where a dialled number leads."""

    queue: Name = UNGIVEN
    menu: Name = UNGIVEN
    survey: Name = UNGIVEN
    priority: Whole = UNGIVEN
    skills: Any = None
    language: Language = UNGIVEN
    music: Sound = UNGIVEN


class Numbers:
    """Reads one number's route after another."""

    def __init__(self, reading: Reading, names: Names, rules: SkillRules) -> None:
        self._reading = reading
        self._names = names
        self._rules = rules

    def route(self, path: Path, value: object) -> NumberRoute | None:
        """The route, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(NumberSection, path, value)
        music.warn(self._reading, path, values)
        if isinstance(value, dict):
            self._check_destination(path, value)
        for named in _DESTINATIONS:
            self._names.check(named, (*path, named), values.get(named))
        values["skills"] = self._rules.demand((*path, "skills"), values.get("skills"))
        return self._reading.policy(NumberRoute, path, values)

    def _check_destination(self, path: Path, value: dict[str, Any]) -> None:
        found = [named for named in _DESTINATIONS if named in value]
        if not found:
            self._reading.report_value(path, "leads nowhere: give queue, menu or survey")
        for named in found[1:]:
            self._reading.report_key(
                (*path, named), f"leads to a {found[0]} already: give one of them"
            )
        for setting in _FOR_WAITING if found == [Named.SURVEY] else ():
            if value.get(setting) is not None:
                self._reading.report_key((*path, setting), "has no effect with survey")
