"""What a caller brings along, from queue to queue: a priority and demands on agents."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from callcore.domain import skills
from callcore.domain.policies import HIGHEST_PRIORITY
from callcore.domain.skills import SkillRule, SkillRuleError

_BETWEEN_RULES = " | "
"""No rule holds it."""


def clamped(priority: int) -> int:
    """A sum of priorities, kept within the limits of one."""
    return max(-HIGHEST_PRIORITY, min(priority, HIGHEST_PRIORITY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The caller's own; each queue adds its own to them."""

    own_priority: int = 0
    skills: tuple[SkillRule, ...] = ()

    def plus(self, priority: int, skills: SkillRule | None) -> Wishes:
        """With what a number, a list or a menu choice adds."""
        added = (skills,) if skills is not None and skills not in self.skills else ()
        return Wishes(
            own_priority=clamped(self.own_priority + priority), skills=(*self.skills, *added)
        )

    def skills_text(self) -> str:
        """The demands in one line, for ``of``."""
        return _BETWEEN_RULES.join(rule.text for rule in self.skills)

    @staticmethod
    def of(own_priority: int, texts: Iterable[str]) -> Wishes:
        """Wishes that were kept as text; a demand that is no rule any more is dropped."""
        rules = []
        for text in texts:
            with contextlib.suppress(SkillRuleError):
                rules.append(skills.parse(text))
        return Wishes(own_priority=own_priority, skills=tuple(rules))

    @staticmethod
    def split(skills_text: str) -> list[str]:
        """The demands of one line."""
        return skills_text.split(_BETWEEN_RULES) if skills_text else []
