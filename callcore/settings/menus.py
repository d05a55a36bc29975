"""Menus: prompts, and what each key leads to."""

from __future__ import annotations

from typing import Any

from callcore.domain.policies import KEYS, MenuChoice, MenuPolicy
from callcore.domain.treatments import Goodbye
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Prompt, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.skill_rules import SkillRules
from callcore.settings.treatments import Treatments, TreatmentSection


class MenuSection(Section):
    """One question."""

    prompts: list[Prompt]
    choices: Any
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN
    otherwise: Any = None


class MenuChoiceSection(TreatmentSection):
    """One answer, and what it adds to the caller's own."""

    priority: Whole = UNGIVEN
    skills: Any = None


class Menus:
    """Reads one menu after another."""

    def __init__(self, reading: Reading, treatments: Treatments, rules: SkillRules) -> None:
        self._reading = reading
        self._treatments = treatments
        self._rules = rules

    def menu(self, path: Path, name: str, value: object) -> MenuPolicy | None:
        """The menu, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(MenuSection, path, value)
        if "choices" in values:
            values["choices"] = self._choices((*path, "choices"), values["choices"])
        otherwise = values.pop("otherwise", None)
        if otherwise is not None:
            values["otherwise"] = (
                self._treatments.treatment((*path, "otherwise"), otherwise) or Goodbye()
            )
        if "prompts" in values:
            values["prompts"] = tuple(values["prompts"])
        return self._reading.policy(
            MenuPolicy, path, values, name=name, prompts=("some",), choices=_SOME_CHOICE
        )

    def _choices(self, path: Path, value: object) -> dict[str, MenuChoice]:
        if isinstance(value, dict) and not value:
            return {}
        choices = {}
        for key, choice in self._reading.entries(path, value).items():
            if key not in KEYS:
                self._reading.report_key((*path, key), "must be one key: 0 to 9, * or #")
            made = self._choice((*path, key), choice)
            if key in KEYS and made is not None:
                choices[key] = made
        return choices or _SOME_CHOICE

    def _choice(self, path: Path, value: object) -> MenuChoice | None:
        values = self._reading.faultless_settings(MenuChoiceSection, path, value)
        to = self._treatments.of(path, value, values)
        own = {"skills": self._rules.demand((*path, "skills"), values.get("skills"))}
        if "priority" in values:
            own["priority"] = values["priority"]
        made = self._reading.policy(MenuChoice, path, own, to=to or Goodbye())
        return None if to is None else made


_SOME_CHOICE = {"0": MenuChoice(to=Goodbye())}
