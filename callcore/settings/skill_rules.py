"""The skill rules of the file, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callcore.domain import skills
from callcore.domain.policies import SkillStep
from callcore.domain.skills import SkillRule, SkillRuleError
from callcore.settings.faults import Path, guess, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal
from callcore.settings.section import Section


class SkillStepSection(Section):
    """What is asked of agents from some wait on."""

    after_seconds: Decimal
    rule: Any


class SkillRules:
    """Reads one rule after another; ``known`` are the skills that agents have."""

    def __init__(self, reading: Reading, known: frozenset[str]) -> None:
        self._reading = reading
        self._known = known
        self.found: dict[Path, SkillRule] = {}
        """Those without a fault, by their place."""

    def rule(self, path: Path, text: object) -> SkillRule | None:
        """The rule; ``None`` if it is a fault or not there."""
        if text is None:
            return None
        if not isinstance(text, str):
            self._reading.report_value(
                path, f"expected a rule such as english >= 50, found {shown(text)}"
            )
            return None
        try:
            rule = skills.parse(text)
        except SkillRuleError as error:
            self._reading.report_value(path, str(error))
            return None
        unknown = sorted(rule.names() - self._known)
        for skill in unknown:
            self._reading.report_value(
                path, f"no agent has the skill {shown(skill)}{guess(skill, sorted(self._known))}"
            )
        if unknown:
            return None
        self.found[path] = rule
        return rule

    def demand(self, path: Path, text: object) -> SkillRule | None:
        """What is asked for besides a queue's own rule; ``None`` also if that is nothing."""
        rule = self.rule(path, text)
        return rule if rule is not None and rule.text else None

    def steps(self, path: Path, value: object, maximum_wait: float) -> tuple[SkillStep, ...]:
        """What a queue asks for: one rule for good, or a list of steps; without faulty ones.

        Callers leave after ``maximum_wait`` seconds.
        """
        if not isinstance(value, list):
            rule = self.rule(path, value)
            return () if rule is None else (SkillStep(after_seconds=0.0, rule=rule),)
        steps = []
        before: float | None = None
        for position, item in enumerate(value):
            step_path = (*path, position)
            values = self._reading.faultless_settings(SkillStepSection, step_path, item)
            # Nothing after "rule:" reads like what it means.
            text = ("" if values["rule"] is None else values["rule"]) if "rule" in values else None
            rule = self.rule((*step_path, "rule"), text)
            if "after_seconds" not in values:
                continue
            after_seconds = values["after_seconds"]
            self._check_order((*step_path, "after_seconds"), before, after_seconds)
            if after_seconds >= maximum_wait:
                self._reading.report_value(
                    (*step_path, "after_seconds"),
                    f"has no effect: callers leave after maximum_wait_seconds, {maximum_wait:g}",
                )
            before = after_seconds
            if rule is not None:
                steps.append(SkillStep(after_seconds=after_seconds, rule=rule))
        return tuple(steps)

    def _check_order(self, path: Path, before: float | None, after_seconds: float) -> None:
        if before is None and after_seconds != 0:
            self._reading.report_value(
                path, f"the first step must begin at 0, found {after_seconds:g}"
            )
        elif before is not None and after_seconds <= before:
            self._reading.report_value(
                path,
                f"must be greater than the {before:g} of the step before, found {after_seconds:g}",
            )


def skills_of_agents(values: Mapping[str, Any]) -> frozenset[str]:
    """Every skill of the agents of a file, of those with faults too."""
    return frozenset(
        skill
        for agent in _entries(values.get("agents")).values()
        for skill in _entries(_entries(agent).get("skills"))
    )


def _entries(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
