"""Dialled numbers: the queue or the menu each leads to."""

from __future__ import annotations

from typing import Any

from callcore.domain.policies import NumberRoute
from callcore.settings.faults import Path
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Name, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.skill_rules import SkillRules


class NumberSection(Section):
    """Where a dialled number leads."""

    queue: Name = UNGIVEN
    menu: Name = UNGIVEN
    priority: Whole = UNGIVEN
    skills: Any = None


class Numbers:
    """Reads one number's route after another."""

    def __init__(self, reading: Reading, names: Names, rules: SkillRules) -> None:
        self._reading = reading
        self._names = names
        self._rules = rules

    def route(self, path: Path, value: object) -> NumberRoute | None:
        """The route, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(NumberSection, path, value)
        if isinstance(value, dict):
            self._check_destination(path, value)
        self._names.check(Named.QUEUE, (*path, "queue"), values.get("queue"))
        self._names.check(Named.MENU, (*path, "menu"), values.get("menu"))
        values["skills"] = self._rules.demand((*path, "skills"), values.get("skills"))
        return self._reading.policy(NumberRoute, path, values)

    def _check_destination(self, path: Path, value: dict[str, Any]) -> None:
        found = [key for key in ("queue", "menu") if key in value]
        if not found:
            self._reading.report_value(path, "leads nowhere: give queue or menu")
        elif len(found) > 1:
            self._reading.report_key((*path, "menu"), "leads to a queue already: give one of them")
