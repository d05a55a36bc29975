"""What a caller brings along, from place to place: a priority, demands on agents, a language."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, takewhile

from callcore.domain import skills
from callcore.domain.ids import Language
from callcore.domain.policies import HIGHEST_PRIORITY
from callcore.domain.skills import SkillRule, SkillRuleError

_BETWEEN_RULES = " | "
"""No rule holds it."""

LONGEST_SKILLS_TEXT = 2000
"""A variable of a leg is not much longer."""


def clamped(priority: int) -> int:
    """A sum of priorities, kept within the limits of one."""
    return max(-HIGHEST_PRIORITY, min(priority, HIGHEST_PRIORITY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The caller's own; each queue adds its own to them."""

    own_priority: int = 0
    skills: tuple[SkillRule, ...] = ()
    language: Language | None = None
    """``None``: that of the site."""
    music: str | None = None
    """In place of the queues' own."""
    account: str = ""
    """What other systems know the caller by; text of theirs."""

    def plus(
        self,
        priority: int,
        skills: SkillRule | None,
        *,
        language: Language | None = None,
        music: str | None = None,
        account: str = "",
    ) -> Wishes:
        """With what a number, a list, a menu choice or a lookup adds; of language, music and
        account the later ones hold.
        """
        added = (skills,) if skills is not None and skills not in self.skills else ()
        return Wishes(
            own_priority=clamped(self.own_priority + priority),
            skills=(*self.skills, *added),
            language=language or self.language,
            music=music or self.music,
            account=account or self.account,
        )

    def skills_text(self) -> str:
        """The demands in one line, for ``split``; of more than that has room for, the first."""
        texts = accumulate(
            (rule.text for rule in self.skills), lambda line, text: line + _BETWEEN_RULES + text
        )
        return max(
            takewhile(lambda line: len(line) <= LONGEST_SKILLS_TEXT, texts), key=len, default=""
        )

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
