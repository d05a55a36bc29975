"""What an agent must be able to do: rules such as ``english >= 50 and (billing or sales)``."""

from __future__ import annotations

from collections.abc import Mapping

Skills = Mapping[str, int]
"""An agent's levels by skill, 1 to 100; a skill that is not there is level 0."""


class SkillRuleError(ValueError):
    """The text is no rule; the message says what is wrong and at which character."""


class SkillRule:
    """A rule over skills; equal if the text is."""

    text: str

    def is_met_by(self, skills: Skills) -> bool:
        """True if an agent with these skills may take the call."""
        raise NotImplementedError

    def missing(self, skills: Skills) -> str:
        """The first part of the rule that is not met, in its own words; empty if it is met."""
        raise NotImplementedError

    def names(self) -> frozenset[str]:
        """The skills the rule speaks of."""
        raise NotImplementedError


def parse(text: str) -> SkillRule:
    """The rule in ``text``; the empty text is met by everybody. Raises ``SkillRuleError``."""
    raise NotImplementedError


def both(first: SkillRule, second: SkillRule) -> SkillRule:
    """The rule that asks for both."""
    raise NotImplementedError
