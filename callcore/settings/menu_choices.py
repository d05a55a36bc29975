"""Ways on from a menu: where to, and what the caller brings along from there."""

from __future__ import annotations

from typing import Any

from callcore.domain.policies import MenuChoice
from callcore.domain.treatments import Goodbye
from callcore.settings import music
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Language, Sound, Whole
from callcore.settings.section import UNGIVEN
from callcore.settings.skill_rules import SkillRules
from callcore.settings.treatments import Treatments, TreatmentSection

SOME_CHOICE = MenuChoice(to=Goodbye())
"""Stands in for one with faults."""


class MenuChoiceSection(TreatmentSection):
    """One way on, and what it adds to the caller's own."""

    priority: Whole = UNGIVEN
    skills: Any = None
    language: Language = UNGIVEN
    music: Sound = UNGIVEN


class MenuChoices:
    """Reads one after another."""

    def __init__(self, reading: Reading, treatments: Treatments, rules: SkillRules) -> None:
        self._reading = reading
        self._treatments = treatments
        self._rules = rules

    def choice(self, path: Path, value: object) -> MenuChoice | None:
        """The way on, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(MenuChoiceSection, path, value)
        music.warn(self._reading, path, values)
        to = self._treatments.of(path, value, values)
        own = {"skills": self._rules.demand((*path, "skills"), values.get("skills"))}
        own |= {name: values[name] for name in ("priority", "language", "music") if name in values}
        made = self._reading.policy(MenuChoice, path, own, to=to or Goodbye())
        return None if to is None else made
